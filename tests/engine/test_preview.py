"""The preview says what a pass would do, and does none of it."""

from dataclasses import replace

import pytest

from loom.engine.foreseen import KeyChange, flatten
from loom.plan.keys import KeyExport, Place
from loom.plan.ownership import TAG, Authority
from loom.plan.resource import Contents, Mode, Plan, Resource
from loom.plan.values import Ref, Secret, at
from support.engine_bench import (
    ACCOUNT,
    ACCOUNT_R,
    CONTAINER,
    CONTAINER_R,
    GROUP,
    GROUP_R,
    IDENTITY,
    OWNER,
    PLAN,
    Bench,
    Wish,
)
from support.previewing import PRODUCT, SERVICE, SHOP, actions, fields, one, previewed, settled

API = f"{SERVICE}/apis/orders-{OWNER.hash}"


def api(document: str) -> Plan:
    """An API whose document Azure never shows again."""
    body = {"properties": {"path": "orders", "format": "openapi", "value": document}}
    return Plan(SERVICE, (Resource("api", API, body),))


async def test_what_is_not_there_is_created_in_the_planners_order_with_everything_that_it_declares() -> None:
    found = await previewed(Bench(plan=replace(PLAN, resources=(GROUP_R, *PLAN.resources[3:], ACCOUNT_R, CONTAINER_R))))
    assert list(actions(found)) == ["group", "identity", "role", "storage", "storage/bronze"]
    assert set(actions(found).values()) == {"Create"}
    account = next(change for change in found.changes if change.key == "storage")
    assert fields(account)["properties.isHnsEnabled"] == (None, True)
    assert fields(account)["tags"] == (None, {TAG: OWNER.mark})
    assert found.unchanged == 0


async def test_what_is_known_only_later_says_so_the_name_of_a_role_assignment_included() -> None:
    found = await previewed(Bench())
    role = next(change for change in found.changes if change.key == "role")
    assert (role.id, fields(role)["properties.principalId"]) == ("", (None, "(known after apply)"))


async def test_a_converged_object_has_no_changes() -> None:
    found = await previewed(await settled())
    assert (found.changes, found.unchanged, found.warnings) == ((), len(PLAN.resources), ())


async def test_drift_is_an_update_of_exactly_the_fields_that_differ() -> None:
    bench = await settled()
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    change = one(await previewed(bench))
    assert (change.action, change.id) == ("Update", ACCOUNT)
    assert fields(change) == {"properties.allowSharedKeyAccess": (True, False)}


async def test_secrets_are_hidden_wherever_they_stand() -> None:
    keyed = Resource("storage", ACCOUNT, {"properties": {"password": Secret("hunter2"), "user": "loom"}})
    bench = Bench(plan=Plan(GROUP, (GROUP_R, keyed)))
    made = await previewed(bench)
    bench.cloud.place(ACCOUNT, tags={TAG: OWNER.mark}, properties={"password": "older", "user": "loom"})
    changed = await previewed(bench)
    assert "hunter2" not in repr((made, changed))
    assert "older" not in repr(changed)
    assert fields(changed.changes[-1]) == {"properties.password": ("(hidden)", "(hidden)")}


async def test_what_is_being_made_is_told_and_not_compared() -> None:
    bench = await settled()
    bench.cloud.body(ACCOUNT)["properties"]["provisioningState"] = "Updating"
    found = await previewed(bench)
    assert found.changes == ()
    assert found.warnings == ("storageAccounts safinance is updating; it is not compared before that has ended",)


async def test_a_later_write_to_what_is_created_is_told_with_the_creation() -> None:
    found = await previewed(Bench(plan=SHOP, authority=Authority(home=SERVICE)))
    change = one(found)
    assert (change.key, change.action) == ("product", "Create")
    assert fields(change)["properties.state"] == (None, "published")


async def test_a_later_write_counts_once_beside_another_change_and_alone() -> None:
    bench = await settled(SHOP, authority=Authority(home=SERVICE))
    bench.cloud.body(PRODUCT)["properties"]["state"] = "notPublished"
    alone = one(await previewed(bench))
    bench.cloud.body(PRODUCT)["properties"]["displayName"] = "Something else"
    both = one(await previewed(bench))
    assert (alone.key, list(fields(alone))) == ("published", ["properties.state"])
    assert (both.key, list(fields(both))) == ("product", ["properties.displayName", "properties.state"])


async def test_what_azure_never_shows_is_compared_with_what_was_declared_when_it_was_sent() -> None:
    bench = await settled(api("one\ntwo"), authority=Authority(home=SERVICE))
    assert bench.status["submitted"]
    same = await previewed(bench, submitted=api("one\ntwo"))
    bench.plan = api("one\n2")
    other = await previewed(bench, submitted=api("one\ntwo"))
    assert (same.changes, same.warnings) == ((), ())
    assert fields(one(other)) == {"properties.value": ("one\ntwo", "one\n2")}


async def test_a_document_that_would_break_callers_is_blocked_by_what_its_operations_refer_to() -> None:
    bench = await settled(api("one"), authority=Authority(home=SERVICE))
    operation, schema = f"{API}/operations/list", f"{API}/schemas/orders"
    bench.cloud.place(operation, properties={"method": "GET"})
    bench.cloud.place(schema, properties={"document": "what callers know"})
    contents = Contents(
        f"{API}/operations",
        frozenset({"GET"}),
        lambda member: str(at(member, "properties.method")),
        lambda _live, _members, referred: f"callers would break in {1 + len(referred)} places",
        lambda _members: [schema],
    )
    bench.plan = replace(api("two"), resources=(replace(api("two").resources[0], contents=contents),))
    change = one(await previewed(bench, submitted=api("one")))
    assert (change.action, change.reason) == ("Blocked", "BreakingChange")
    assert change.message.endswith("callers would break in 2 places")


async def test_what_cannot_be_compared_is_a_warning_and_no_change() -> None:
    bench = await settled(api("one"), authority=Authority(home=SERVICE))
    found = await previewed(bench)
    assert found.changes == ()
    assert len(found.warnings) == 1
    assert "properties.value cannot be compared" in found.warnings[0]


async def test_what_was_made_by_an_object_without_a_status_is_found_by_its_mark_and_not_made_again() -> None:
    bench = await settled()
    bench.status = {}
    bench.replan(replace(PLAN, resources=PLAN.resources[:3]))
    found = await previewed(bench)
    assert actions(found) == {IDENTITY: "Delete"}


async def test_a_suspended_object_is_not_looked_at() -> None:
    bench = Bench(wish=Wish(suspend=True))
    found = await previewed(bench)
    assert (found.changes, bench.cloud.requests) == ((), [])
    assert found.note.startswith("suspended")


async def test_under_observe_nothing_is_compared_and_what_is_missing_is_told() -> None:
    bench = await settled()
    bench.wish = Wish(policy="Observe")
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    del bench.cloud.bodies[CONTAINER.lower()]
    found = await previewed(bench)
    assert found.changes == ()
    assert found.note.startswith("policy Observe")
    assert found.warnings == ("containers safinance/default/bronze does not exist",)


async def test_under_plan_the_changes_are_shown_and_that_they_wait_for_approval() -> None:
    found = await previewed(Bench(wish=Wish(policy="Plan")))
    assert found.count("Create") == len(PLAN.resources)
    assert "approvedPlan" in found.note


async def test_offline_what_exists_in_azure_is_taken_as_given_and_online_it_is_missed() -> None:
    hub = Resource("hub", f"{GROUP}/providers/Microsoft.Network/virtualNetworks/hub", mode=Mode.EXISTING)
    bench = Bench(plan=Plan(GROUP, (GROUP_R, hub)))
    offline, online = await previewed(bench, offline=True), await previewed(bench)
    assert actions(offline) == {"group": "Create"}
    assert actions(online) == {"group": "Create", "hub": "Blocked"}
    assert online.changes[1].reason == "ReferenceNotFound"


def test_the_leaves_of_a_body_have_paths_and_tags_are_one() -> None:
    body = {
        "tags": {"a": "1", "b": "2"},
        "list": ["x", "y"],
        "env": [{"name": "A", "value": Ref("x", "y")}, {"name": "B", "value": Secret("s")}],
        "logs": [{"enabled": True}],
        "none": None,
    }
    assert dict(flatten(body)) == {
        "tags": {"a": "1", "b": "2"},
        "list": ["x", "y"],
        "env[A].value": "(known after apply)",
        "env[B].value": "(hidden)",
        "logs[0].enabled": True,
    }


EXPORTS = (
    KeyExport("northwind", "product", Place("northwind-keys")),
    KeyExport("fabrikam", "product", Place("fab", "kvX")),
)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ([], [("Create", "secret/northwind-keys", "northwind"), ("Create", "keyVault/kvX/fab", "fabrikam")]),
        (["secret/northwind-keys", "keyVault/KVX/Fab"], []),
        (
            ["secret/old", "keyVault/kvX/fab"],
            [("Create", "secret/northwind-keys", "northwind"), ("Delete", "secret/old", "")],
        ),
    ],
    ids=["nothing is handed out", "all of it is, a vault knows no case", "another place was said before"],
)
async def test_keys_that_would_be_handed_out_and_taken_back_are_foreseen(
    before: list[str], expected: list[tuple[str, str, str]]
) -> None:
    bench = Bench(plan=replace(SHOP, exports=EXPORTS))
    await bench.settle()
    bench.status["keysExportedTo"] = before
    assert (await previewed(bench)).keys == tuple(KeyChange(*one) for one in expected)


async def test_who_writes_nothing_hands_out_no_keys() -> None:
    bench = Bench(plan=replace(SHOP, exports=EXPORTS), wish=Wish(policy="Plan"))
    assert (await previewed(bench)).keys == ()
