"""What is made once and never shown, and what comes back under its name after it was deleted."""

import json
from dataclasses import replace

import pytest

from loom.engine.compose import emptied
from loom.engine.diff import HIDDEN
from loom.engine.foreseen import flatten
from loom.errors import CloudError, Retry
from loom.plan.arm_id import resource
from loom.plan.catalog import arm_type
from loom.plan.keys import KeyNotes
from loom.plan.ownership import TAG, Owner
from loom.plan.resource import Plan, Resource
from loom.plan.values import Generated, Json
from loom.plan.vault_secrets import handed_out
from support.engine_bench import GROUP, GROUP_R, MINE, OTHERS, SUBSCRIPTION, Bench

VAULT = resource(GROUP, "Microsoft.KeyVault/vaults", "kvfinance")
SECRET = f"{VAULT}/secrets/session-secret"
DELETED = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/locations/eastus2/deletedVaults/kvfinance"
VAULT_R = Resource(
    "key-vault", VAULT, {"location": "eastus2", "properties": {"enablePurgeProtection": True}}, ("group",)
)
SECRET_R = Resource(
    "secret/session-secret",
    SECRET,
    {"properties": {}},
    ("key-vault",),
    on_create={"properties": {"value": Generated()}},
)
PARTNERS = Owner("test", "domain-finance", "ApiProduct", "partners")
PLAN = Plan(GROUP, (GROUP_R, VAULT_R, SECRET_R), conditions=("ServicesReady",))


def value(made: Bench) -> str:
    return str(made.cloud.body(SECRET)["properties"]["value"])


def kept(made: Bench, origin: str = VAULT, mark: str = "") -> None:
    """A deleted vault of our name."""
    tags = {TAG: mark or made.owner.mark}
    made.cloud.place(DELETED, properties={"vaultId": origin, "location": "eastus2", "tags": tags})


def standing(made: Bench, **properties: object) -> None:
    """The group and the vault, as we made them."""
    made.cloud.place(GROUP, location="eastus2", tags={**MINE, "Domain": "finance"})
    made.cloud.place(VAULT, location="eastus2", tags=MINE, properties={"enablePurgeProtection": True, **properties})


async def test_a_generated_secret_is_made_once_and_outlives_restarts() -> None:
    made = Bench(plan=PLAN)
    await made.settle()
    first = value(made)
    made.restart()
    await made.settle()
    made.status = {"observedGeneration": -1}
    made.restart()
    await made.settle()
    await made.later()
    assert (made.ready, value(made)) == ("True", first)
    assert len(first) >= 43


async def test_two_zones_get_two_secrets() -> None:
    one, other = Bench(plan=PLAN), Bench(plan=PLAN)
    await one.settle()
    await other.settle()
    assert value(one) != value(other)


async def test_the_value_is_in_no_status_event_or_plan() -> None:
    made = Bench(plan=PLAN)
    await made.settle()
    said = json.dumps([made.status, made.journaled, [str(event) for event in made.events]])
    assert value(made) not in said
    assert value(made) not in repr(PLAN)


async def test_a_secret_that_somebody_changed_is_not_written_again() -> None:
    made = Bench(plan=PLAN)
    await made.settle()
    made.cloud.body(SECRET)["properties"] = {"value": "theirs", "contentType": "other"}
    await made.later()
    assert (made.cloud.writes(), value(made)) == ([], "theirs")


async def test_a_secret_under_the_name_that_somebody_else_made_is_not_taken_over() -> None:
    made = Bench(plan=PLAN)
    standing(made)
    made.cloud.place(SECRET, properties={"value": "theirs"})
    await made.settle(3)
    assert (made.reason("Converged"), value(made)) == ("AdoptionRequired", "theirs")


async def test_adopting_a_secret_leaves_its_value_alone() -> None:
    made = Bench(plan=PLAN)
    made.wish = replace(made.wish, adoption="Adopt")
    standing(made)
    made.cloud.place(SECRET, properties={"value": "theirs"})
    await made.settle()
    assert (made.ready, value(made)) == ("True", "theirs")


def test_the_value_is_hidden_in_a_preview() -> None:
    assert list(flatten(SECRET_R.on_create)) == [("properties.value", HIDDEN)]


async def test_the_plans_hash_says_nothing_of_the_value_and_is_the_same_twice() -> None:
    hashes = set()
    for _ in range(2):
        made = Bench(plan=PLAN)
        made.wish = replace(made.wish, policy="Plan")
        await made.look()
        hashes.add(made.status["plan"]["hash"])
    assert len(hashes) == 1


async def test_a_deleted_vault_of_ours_is_brought_back() -> None:
    made = Bench(plan=PLAN)
    kept(made)
    await made.settle()
    assert made.ready == "True"
    assert made.cloud.body(VAULT)["properties"]["createMode"] == "recover"
    assert [event.reason for event in made.events].count("Recovered") == 1


async def test_a_name_that_a_deleted_vault_of_others_holds_is_told_and_left_to_them() -> None:
    elsewhere = VAULT.replace("rg-finance", "rg-of-others")
    for origin, mark in ((elsewhere, ""), (VAULT, OTHERS)):
        made = Bench(plan=PLAN)
        kept(made, origin, mark)
        await made.settle(3)
        assert made.reason("Converged") == "NameTaken"
        assert "held by a deleted key-vault of somebody else's" in made.message("Converged")
        assert not made.cloud.has(VAULT)


async def test_what_is_there_is_not_looked_for_among_the_deleted() -> None:
    made = Bench(plan=PLAN)
    standing(made, enablePurgeProtection=False)
    await made.settle()
    assert made.cloud.body(VAULT)["properties"]["enablePurgeProtection"] is True
    assert ("GET", DELETED) not in made.cloud.requests


@pytest.mark.parametrize(
    ("named", "goes"),
    [
        (("key-vault/kvfinance", "secret/kvfinance/session-secret"), True),
        (("key-vault/kvfinance",), False),
        (("secret/kvfinance/session-secret",), False),
    ],
    ids=["both", "the vault alone", "the secret alone"],
)
async def test_a_secret_goes_with_its_vault_where_both_are_named(named: tuple[str, ...], goes: bool) -> None:
    made = Bench(plan=PLAN)
    await made.settle()
    made.change(delete_data=named)
    made.replan(Plan(GROUP, (GROUP_R,), conditions=("ServicesReady",)))
    await made.settle()
    assert made.ready == "True", made.message()
    assert (made.cloud.has(VAULT), made.cloud.has(SECRET)) == (not goes, not goes)
    assert made.status.get("retained", []) == (
        [] if goes else ["key-vault/kvfinance", "secret/kvfinance/session-secret"]
    )


async def test_a_secret_that_stays_is_read_in_the_slow_tiers_turn_only() -> None:
    made = Bench(plan=PLAN)
    await made.settle()
    made.replan(Plan(GROUP, (GROUP_R,), conditions=("ServicesReady",)))
    await made.settle()
    await made.later()
    assert (made.cloud.requests.count(("GET", SECRET)), made.status["retained"]) == (
        0,
        ["key-vault/kvfinance", "secret/kvfinance/session-secret"],
    )
    made.clock.seconds += 6 * 600
    await made.look()
    assert made.cloud.requests.count(("GET", SECRET)) >= 1


@pytest.mark.parametrize(
    ("theirs", "goes"),
    [(emptied(arm_type(SECRET), PARTNERS), True), (handed_out(PARTNERS, "key", "digest", KeyNotes("")), False)],
    ids=["taken back", "handed out"],
)
async def test_a_key_that_was_taken_back_keeps_no_vault_and_one_that_is_handed_out_does(
    theirs: dict[str, Json], goes: bool
) -> None:
    made = Bench(plan=PLAN)
    await made.settle()
    made.cloud.place(f"{VAULT}/secrets/northwind", **theirs)
    made.change(delete_data=("key-vault/kvfinance", "secret/kvfinance/session-secret"))
    made.replan(Plan(GROUP, (GROUP_R,), conditions=("ServicesReady",)))
    await made.settle()
    assert made.cloud.has(VAULT) is not goes
    assert ("secret/kvfinance/northwind" in made.status.get("retained", [])) is not goes


async def test_a_secret_that_is_named_alone_stays_with_its_vault_though_the_zone_goes() -> None:
    made = Bench(plan=PLAN)
    await made.settle()
    made.change(deletion_policy="Delete", delete_data=("secret/kvfinance/session-secret",))
    made.deleting = True
    await made.settle()
    (told,) = [event.message for event in made.events if event.reason == "Detached"]
    assert "secret/kvfinance/session-secret" in told


async def test_a_recovery_that_fails_at_first_is_told_once() -> None:
    made = Bench(plan=PLAN)
    kept(made)
    for _ in range(2):
        made.cloud.fail("PUT", VAULT, CloudError("ProgressingWithRetry", "Conflict", "not yet", Retry.NOW))
    await made.settle()
    assert made.ready == "True", made.message()
    assert [event.reason for event in made.events].count("Recovered") == 1
