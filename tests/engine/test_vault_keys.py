"""Keys in a Key Vault: written by Resource Manager, never read, only in granted vaults, and only over what is ours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.test_keys import BARE, PRODUCT, Keys
from loom.errors import CloudError, Retry
from loom.plan.keys import KeyExport, Place
from loom.plan.ownership import TAG, Authority
from support.engine_bench import GROUP, Bench

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-finance"
SECRET = f"{VAULT}/secrets/partner-a"
PLACE = Place("partner-a", "kv-finance")
EXPORT = KeyExport("a", "storage", PLACE, every=timedelta(hours=2), overlap=timedelta(minutes=30))
SLOW_TURN = 3600.0


@pytest.fixture
def bench() -> Bench:
    bench = Bench(plan=replace(BARE, exports=(EXPORT,)), owner=PRODUCT)
    bench.authority = Authority(home=GROUP, vaults=(VAULT,))
    Keys().on(bench)
    return bench


def value(bench: Bench) -> str:
    return str(bench.cloud.body(SECRET)["properties"]["value"])


def requests_of_secrets(bench: Bench) -> list[str]:
    return [verb for verb, arm_id in bench.cloud.requests if "/secrets/" in arm_id]


async def test_the_key_to_use_is_in_the_vault_and_says_whose_it_is(bench: Bench) -> None:
    await bench.settle()
    assert bench.ready == "True"
    assert value(bench) == "primary-0"
    assert bench.cloud.body(SECRET)["tags"][TAG] == PRODUCT.mark
    assert bench.status["keysExportedTo"] == ["keyVault/kv-finance/partner-a"]


async def test_a_rotation_writes_the_key_anew_and_cuts_nobody_off(bench: Bench) -> None:
    await bench.settle()
    bench.clock.seconds += 7200
    await bench.look()
    assert value(bench) == "secondary-1"
    bench.clock.seconds += 1800
    await bench.look()
    assert value(bench) == "primary-1"


async def test_a_rotation_outlives_a_restart_and_a_lost_status(bench: Bench) -> None:
    await bench.settle()
    bench.clock.seconds += 7200
    await bench.look()
    bench.restart()
    bench.status = {"observedGeneration": -1}
    await bench.settle()
    assert value(bench) == "secondary-1", "the overlap goes on"


async def test_a_pass_in_which_nothing_is_due_asks_the_vault_nothing(bench: Bench) -> None:
    await bench.settle()
    await bench.later()
    await bench.later()
    assert requests_of_secrets(bench) == []


async def test_a_key_that_somebody_made_anew_by_hand_is_in_the_vault_after_the_slow_tiers_turn(bench: Bench) -> None:
    keys = Keys()
    keys.on(bench)
    bench.plan = replace(BARE, exports=(replace(EXPORT, every=None),))
    await bench.settle()
    keys.turns["primary"] = 7
    bench.clock.seconds += SLOW_TURN
    await bench.look()
    assert value(bench) == "primary-7"


@pytest.mark.parametrize("what", ["deleted", "disabled"])
async def test_a_secret_that_somebody_took_away_is_written_again(bench: Bench, what: str) -> None:
    bench.plan = replace(BARE, exports=(replace(EXPORT, every=None),))
    await bench.settle()
    if what == "deleted":
        del bench.cloud.bodies[SECRET.lower()]
    else:
        bench.cloud.body(SECRET)["properties"]["attributes"]["enabled"] = False
    bench.clock.seconds += SLOW_TURN
    await bench.look()
    assert value(bench) == "primary-0"
    assert bench.cloud.body(SECRET)["properties"]["attributes"]["enabled"]


async def test_what_is_handed_out_no_more_is_covered_by_a_version_without_a_key(bench: Bench) -> None:
    await bench.settle()
    bench.replan(BARE)
    await bench.settle()
    assert value(bench) == "withdrawn"
    assert not bench.cloud.body(SECRET)["properties"]["attributes"]["enabled"]
    assert "keysExportedTo" not in bench.status
    await bench.later()
    assert bench.cloud.writes() == [], "once is enough"


async def test_a_place_that_is_only_spelled_otherwise_keeps_its_key(bench: Bench) -> None:
    await bench.settle()
    bench.replan(replace(BARE, exports=(replace(EXPORT, place=Place("Partner-A", "KV-finance")),)))
    await bench.settle()
    assert value(bench) == "primary-0"
    assert bench.cloud.body(SECRET)["properties"]["attributes"]["enabled"]
    assert bench.status["keysExportedTo"] == ["keyVault/KV-finance/Partner-A"]


async def test_a_name_that_was_taken_back_can_be_handed_out_to_again(bench: Bench) -> None:
    await bench.settle()
    plan = bench.plan
    bench.replan(BARE)
    await bench.settle()
    assert plan is not None
    bench.replan(plan)
    await bench.settle()
    assert value(bench) == "primary-0"


@pytest.mark.parametrize(("policy", "there"), [("Delete", "withdrawn"), ("Detach", "primary-0")])
async def test_the_key_goes_with_its_object_where_that_deletes(bench: Bench, policy: str, there: str) -> None:
    await bench.settle()
    bench.change(deletion_policy=policy)
    bench.deleting = True
    for _ in range(12):
        if (await bench.look()).release:
            break
        bench.clock.seconds += 60
    assert value(bench) == there


async def test_a_vault_that_refuses_holds_up_no_deletion(bench: Bench) -> None:
    await bench.settle()
    bench.change(deletion_policy="Delete")
    bench.deleting = True
    released = False
    for _ in range(12):
        bench.cloud.faults = [("PUT", "/secrets/", CloudError("PermissionDenied", "Forbidden", "no", Retry.PERSON))]
        released = (await bench.look()).release
        if released:
            break
        bench.clock.seconds += 60
    assert released
    assert any("keyVault/kv-finance/partner-a" in event.message for event in bench.events)


async def test_a_vault_that_refuses_is_named_with_its_own_words(bench: Bench) -> None:
    words = "does not have authorization to perform action vaults/secrets/write"
    for _ in range(4):
        bench.cloud.faults = [
            ("PUT", "/secrets/", CloudError("PermissionDenied", "AuthorizationFailed", words, Retry.PERSON))
        ]
        await bench.look()
    assert (bench.ready, bench.reason()) == ("False", "PermissionDenied")
    assert bench.message() == f"storage: the keys of a cannot be handed out to keyVault/kv-finance/partner-a: {words}"


async def test_a_vault_that_refuses_costs_one_new_key_and_not_one_in_each_pass(bench: Bench) -> None:
    await bench.settle()
    bench.clock.seconds += 7200
    for _ in range(4):
        bench.cloud.faults = [("PUT", "/secrets/", CloudError("PermissionDenied", "Forbidden", "no", Retry.PERSON))]
        await bench.look()
        bench.clock.seconds += 60
    bench.cloud.faults = []
    await bench.look()
    assert value(bench) == "secondary-1"
    assert [event.reason for event in bench.events].count("KeysRotated") == 1


@pytest.mark.parametrize("tags", [{}, {TAG: "test/domain-sales/ApiProduct/orders"}])
async def test_a_secret_of_others_is_never_written(bench: Bench, tags: dict[str, str]) -> None:
    bench.cloud.place(SECRET, tags=tags, properties={"value": "theirs"})
    for _ in range(4):
        await bench.look()
    assert (bench.ready, bench.reason()) == ("False", "SecretNotOurs")
    assert value(bench) == "theirs"


async def test_a_vault_that_is_not_granted_is_not_written_whatever_a_plan_says(bench: Bench) -> None:
    bench.authority = Authority(home=GROUP)
    for _ in range(4):
        await bench.look()
    assert (bench.ready, bench.reason()) == ("False", "NotGranted")
    assert not bench.cloud.has(SECRET)


@pytest.mark.parametrize(
    "forged", ["keyVault/kv-victim/root", "keyVault/../x", "keyVault/kv-finance/theirs", "keyVault/"]
)
async def test_a_forged_status_takes_nothing_back(bench: Bench, forged: str) -> None:
    theirs = f"{VAULT}/secrets/theirs"
    bench.cloud.place(theirs, tags={}, properties={"value": "theirs"})
    await bench.settle()
    bench.status = {**bench.status, "keysExportedTo": [forged]}
    await bench.later()
    assert bench.cloud.body(theirs)["properties"]["value"] == "theirs"
    assert [arm_id for _, arm_id in bench.cloud.writes()] == []


async def test_no_key_is_ever_in_a_status_or_an_event(bench: Bench) -> None:
    await bench.settle()
    bench.clock.seconds += 7200
    await bench.look()
    told = f"{bench.status} {bench.events} {bench.journaled} {bench.memory}"
    assert "primary-" not in told
    assert "secondary-" not in told


def lose_status(bench: Bench) -> None:
    bench.restart()
    bench.status = {"observedGeneration": -1}


async def test_a_key_that_left_the_spec_while_the_status_was_lost_is_taken_back(bench: Bench) -> None:
    await bench.settle()
    theirs = f"{VAULT}/secrets/theirs"
    bench.cloud.place(theirs, properties={"value": "theirs"}, tags={TAG: "test/domain-sales/ApiProduct/orders"})
    lose_status(bench)
    bench.replan(BARE)
    await bench.settle()
    assert value(bench) == "withdrawn"
    assert bench.cloud.body(theirs)["properties"]["value"] == "theirs"


async def test_a_key_of_what_is_deleted_after_its_status_was_lost_is_taken_back(bench: Bench) -> None:
    await bench.settle()
    lose_status(bench)
    bench.plan = None
    bench.change(deletion_policy="Delete")
    bench.deleting = True
    await bench.settle()
    assert value(bench) == "withdrawn"


async def test_a_vault_that_may_not_be_listed_stops_nothing_and_is_told(bench: Bench) -> None:
    await bench.settle()
    lose_status(bench)
    bench.cloud.fail("LIST", VAULT, CloudError("PermissionDenied", "Forbidden", "no", Retry.SLOWLY))
    await bench.settle()
    assert bench.ready == "True"
    assert "keys in kv-finance that may be ours are not looked for: no" in [event.message for event in bench.events]
