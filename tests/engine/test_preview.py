"""The preview says what a pass would do, and does none of it."""

from dataclasses import replace
from typing import Any

import pytest

from loom.engine.foreseen import Change, KeyChange, flatten
from loom.engine.lanes import Lanes
from loom.engine.preview import Preview, preview
from loom.engine.snapshots import Snapshots
from loom.engine.work import Ports, Work
from loom.errors import CloudError, Refusal, Retry
from loom.plan.arm_id import resource
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
    OTHERS,
    OWNER,
    PLAN,
    Bench,
    Wish,
)

SERVICE = resource(GROUP, "Microsoft.ApiManagement/service", "apim")
PRODUCT = f"{SERVICE}/products/orders-{OWNER.hash}"
API = f"{SERVICE}/apis/orders-{OWNER.hash}"
PRODUCT_R = Resource(
    "product", PRODUCT, {"properties": {"displayName": "Orders"}}, on_create={"properties": {"state": "notPublished"}}
)
PUBLISHED_R = Resource(
    "published", PRODUCT, {"properties": {"state": "published"}}, depends_on=("product",), mode=Mode.STAGE
)
SHOP = Plan(SERVICE, (PRODUCT_R, PUBLISHED_R))


def api(document: str) -> Plan:
    """An API whose document Azure never shows again."""
    body = {"properties": {"path": "orders", "format": "openapi", "value": document}}
    return Plan(SERVICE, (Resource("api", API, body),))


async def previewed(bench: Bench, *, offline: bool = False, submitted: Plan | None = None) -> Preview:
    """What a preview says of the bench's object as it stands: with its status, without its memory, and without its key."""

    async def no_journal(_status: Any) -> None:
        raise AssertionError("a preview keeps no journal")

    ports = Ports(
        bench.cloud, bench.prober, bench.clock, no_journal, lambda text: text, Snapshots(bench.clock), Lanes()
    )  # fmt: skip
    work = Work(bench.owner, bench.generation, bench.wish, bench.authority, bench.status, plan=bench.plan)
    bench.cloud.forget_requests()
    found = await preview(work, ports, offline=offline, submitted=submitted)
    assert bench.cloud.writes() == []
    return found


async def settled(plan: Plan = PLAN, **settings: Any) -> Bench:
    bench = Bench(plan=plan, **settings)
    await bench.settle()
    assert bench.ready == "True", bench.message()
    return bench


def actions(found: Preview) -> dict[str, str]:
    return {change.key or change.id: change.action for change in found.changes}


def one(found: Preview) -> Change:
    assert len(found.changes) == 1, found.changes
    return found.changes[0]


def fields(change: Change) -> dict[str, tuple[Any, Any]]:
    return {field.path: (field.before, field.after) for field in change.fields}


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


async def test_what_nothing_declares_any_more_goes_and_data_stays() -> None:
    bench = await settled()
    bench.replan(replace(PLAN, resources=(GROUP_R, ACCOUNT_R)))
    found = await previewed(bench)
    gone = {change.id: change.action for change in found.changes}
    assert gone[IDENTITY] == "Delete"
    assert set(gone.values()) == {"Delete"}
    assert CONTAINER not in gone
    assert [kept.name for kept in found.retained] == ["filesystem/safinance/bronze"]
    assert "spec.deleteData" in found.retained[0].message


async def test_data_that_is_named_goes() -> None:
    bench = await settled()
    bench.replan(replace(PLAN, resources=(GROUP_R, ACCOUNT_R, *PLAN.resources[3:])))
    bench.change(delete_data=("filesystem/safinance/bronze",))
    found = await previewed(bench)
    assert (one(found).id, one(found).action, found.retained) == (CONTAINER, "Delete", ())


async def test_what_is_gone_already_is_not_deleted_again_and_what_is_not_ours_is_left_alone() -> None:
    bench = await settled()
    bench.replan(replace(PLAN, resources=(GROUP_R, ACCOUNT_R, CONTAINER_R)))
    bench.cloud.body(IDENTITY)["tags"][TAG] = OTHERS
    for arm_id in [name for name in bench.cloud.bodies if "roleassignments" in name]:
        del bench.cloud.bodies[arm_id]
    found = await previewed(bench)
    assert found.changes == ()
    assert found.warnings == (f"userAssignedIdentities uami-finance carries the mark of {OTHERS} and is left alone",)


async def test_a_group_that_will_not_be_empty_is_told_to_stay_as_the_pass_then_has_it() -> None:
    bench = await settled(Plan(GROUP, (GROUP_R, PLAN.find("identity"))))
    theirs = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/theirs"
    bench.cloud.place(theirs, location="eastus2", properties={})
    bench.replan(Plan(GROUP, ()))
    found = await previewed(bench)
    assert actions(found) == {IDENTITY: "Delete"}
    assert "is not empty (userAssignedIdentities theirs)" in found.retained[0].message
    await bench.settle()
    assert (bench.cloud.has(GROUP), bench.cloud.has(IDENTITY)) == (True, False)


async def test_a_group_that_nothing_is_left_in_is_told_to_go() -> None:
    bench = await settled(Plan(GROUP, (GROUP_R, PLAN.find("identity"))))
    bench.replan(Plan(GROUP, ()))
    assert actions(await previewed(bench)) == {GROUP: "Delete", IDENTITY: "Delete"}
    await bench.settle()
    assert not bench.cloud.has(GROUP)


async def test_a_deletion_that_no_grant_covers_is_blocked() -> None:
    bench = await settled()
    bench.replan(replace(PLAN, resources=(GROUP_R, ACCOUNT_R, CONTAINER_R)))
    bench.authority = Authority(home=ACCOUNT)
    blocked = {change.id: change for change in (await previewed(bench)).changes if change.action == "Blocked"}
    assert (blocked[IDENTITY].reason, blocked[IDENTITY].fields) == ("NotGranted", ())


async def test_what_exists_unmarked_is_blocked_until_it_may_be_adopted() -> None:
    bench = await settled()
    del bench.cloud.body(IDENTITY)["tags"][TAG]
    change = one(await previewed(bench))
    assert (change.action, change.reason) == ("Blocked", "AdoptionRequired")
    bench.wish = Wish(adoption="Adopt")
    change = one(await previewed(bench))
    assert (change.action, fields(change)) == ("Update", {f"tags.{TAG}": (None, OWNER.mark)})


async def test_a_change_that_azure_forbids_is_blocked_and_names_the_field() -> None:
    bench = await settled()
    bench.cloud.body(ACCOUNT)["properties"]["isHnsEnabled"] = False
    change = one(await previewed(bench))
    assert (change.action, change.reason) == ("Blocked", "ImmutableInAzure")
    assert fields(change) == {"properties.isHnsEnabled": (False, True)}


async def test_without_a_grant_everything_is_blocked_with_the_denial() -> None:
    found = await previewed(Bench(authority=Authority(denied="no grant is for this namespace")))
    reasons = {(change.action, change.reason, change.message) for change in found.changes if change.id}
    assert reasons == {("Blocked", "NotGranted", "no grant is for this namespace")}


async def test_what_this_object_has_made_under_another_installation_refuses_the_preview() -> None:
    bench = await settled()
    bench.owner = replace(OWNER, installation="elsewhere")
    with pytest.raises(Refusal, match=r"installation test, and this was planned as elsewhere\. Set installation: test"):
        await previewed(bench)


async def test_and_so_does_what_it_made_under_names_that_only_the_other_installation_forms() -> None:
    bench = await settled(SHOP, authority=Authority(home=SERVICE))
    bench.owner = replace(OWNER, installation="elsewhere")
    bench.plan = Plan(SERVICE, (replace(PRODUCT_R, id=f"{SERVICE}/products/orders-{bench.owner.hash}"),))
    with pytest.raises(Refusal, match="Set installation: test"):
        await previewed(bench)


async def test_what_a_namesake_of_another_installation_has_made_is_a_warning() -> None:
    bench = await settled()
    bench.owner, bench.status = replace(OWNER, installation="elsewhere"), {}
    found = await previewed(bench)
    assert found.count("Blocked") > 0
    assert any("If test is the operator that you apply to" in warning for warning in found.warnings)


async def test_what_may_not_be_read_is_told_with_the_reason_and_the_rest_is_compared() -> None:
    bench = await settled()
    bench.cloud.fail(
        "LIST", "storageAccounts", CloudError("Forbidden", "AuthorizationFailed", "no right", Retry.SLOWLY)
    )
    found = await previewed(bench)
    unknown = [change for change in found.changes if change.key == "storage"]
    assert [(change.action, change.reason, change.message) for change in unknown] == [
        ("Unknown", "Forbidden", "no right")
    ]
    assert found.unchanged >= 2


async def test_a_deletion_of_what_may_not_be_read_is_not_known() -> None:
    bench = await settled()
    bench.replan(replace(PLAN, resources=(GROUP_R, ACCOUNT_R, CONTAINER_R)))
    bench.cloud.fail("GET", "uami-finance", CloudError("Forbidden", "AuthorizationFailed", "no right", Retry.SLOWLY))
    unknown = [change for change in (await previewed(bench)).changes if change.action == "Unknown"]
    assert [(change.id, change.message) for change in unknown] == [(IDENTITY, "no right")]


async def test_where_nobody_is_signed_in_there_is_no_plan() -> None:
    bench = await settled()
    bench.cloud.fail("LIST", "storageAccounts", CloudError("CredentialInvalid", "", "sign in", Retry.SLOWLY))
    with pytest.raises(CloudError, match="sign in"):
        await previewed(bench)


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
        lambda _live, _members, referred: "callers would break" if referred else "",
        lambda _members: [schema],
    )
    bench.plan = replace(api("two"), resources=(replace(api("two").resources[0], contents=contents),))
    change = one(await previewed(bench, submitted=api("one")))
    assert (change.action, change.reason) == ("Blocked", "BreakingChange")
    assert change.message.endswith("callers would break")


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
