"""The preview of what nothing declares any more: what goes, what stays, and what nobody can tell."""

from dataclasses import replace

from loom.errors import CloudError, Retry
from loom.plan.ownership import TAG, Authority
from loom.plan.resource import Plan
from support.engine_bench import (
    ACCOUNT,
    ACCOUNT_R,
    CONTAINER,
    CONTAINER_R,
    GROUP,
    GROUP_R,
    IDENTITY,
    OTHERS,
    PLAN,
)
from support.previewing import actions, one, previewed, settled


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


async def test_a_deletion_of_what_may_not_be_read_is_not_known() -> None:
    bench = await settled()
    bench.replan(replace(PLAN, resources=(GROUP_R, ACCOUNT_R, CONTAINER_R)))
    bench.cloud.fail("GET", "uami-finance", CloudError("Forbidden", "AuthorizationFailed", "no right", Retry.SLOWLY))
    unknown = [change for change in (await previewed(bench)).changes if change.action == "Unknown"]
    assert [(change.id, change.message) for change in unknown] == [(IDENTITY, "no right")]
