"""What goes and what stays when something is left out of the spec, and when the object itself is deleted."""

from dataclasses import replace

import pytest

from loom.engine.ports import Observed, Written
from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, resource
from loom.plan.ownership import TAG, Authority
from loom.plan.resource import Plan, Resource
from support.engine_bench import ACCOUNT, CONTAINER, GROUP, GROUP_R, IDENTITY, IDENTITY_R, OTHERS, PLAN, Bench
from support.memory_cloud import MemoryCloud


def without(*keys: str) -> object:
    return replace(PLAN, resources=tuple(r for r in PLAN.resources if r.key not in keys))


async def test_what_is_declared_no_more_is_deleted() -> None:
    bench = Bench()
    await bench.settle()
    bench.replan(without("identity", "role"))  # type: ignore[arg-type]
    await bench.settle()
    assert not bench.cloud.has(IDENTITY)
    assert IDENTITY.rpartition("/")[2] not in str(bench.status["inventory"])
    assert bench.ready == "True"


async def test_data_left_out_of_the_spec_stays_and_is_listed() -> None:
    bench = Bench()
    await bench.settle()
    bench.replan(without("storage/bronze"))  # type: ignore[arg-type]
    await bench.settle()
    assert bench.cloud.has(CONTAINER)
    assert bench.status["retained"] == ["filesystem/safinance/bronze"]
    assert bench.ready == "True"


async def test_data_that_somebody_deleted_is_told_of_no_more_and_keeps_nothing() -> None:
    bench = Bench()
    await bench.settle()
    bench.replan(without("storage", "storage/bronze", "role"))  # type: ignore[arg-type]
    await bench.settle()
    del bench.cloud.bodies[key(CONTAINER)]
    bench.requested_at = "now"
    await bench.settle()
    assert bench.status["retained"] == ["storage/safinance"]
    assert CONTAINER.rpartition("/")[2] not in str(bench.status["inventory"])


async def test_data_that_was_never_made_is_not_said_to_stay() -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "containers/bronze", CloudError("PolicyDenied", "Denied", "no", Retry.SLOWLY))
    await bench.look()
    assert "bronze" in str(bench.status["inventory"])
    bench.replan(without("storage/bronze"))  # type: ignore[arg-type]
    await bench.settle()
    assert "retained" not in bench.status
    assert "bronze" not in str(bench.status["inventory"])


async def test_data_that_may_not_be_read_is_taken_to_be_there() -> None:
    bench = Bench()
    await bench.settle()
    bench.replan(without("storage/bronze"))  # type: ignore[arg-type]
    for _ in range(9):
        bench.cloud.fail("GET", "containers/bronze", CloudError("PermissionDenied", "403", "no", Retry.SLOWLY))
    await bench.settle()
    assert bench.status["retained"] == ["filesystem/safinance/bronze"]


async def test_what_contains_data_that_stays_stays_as_well() -> None:
    bench = Bench()
    await bench.settle()
    bench.replan(without("storage", "storage/bronze", "role"))  # type: ignore[arg-type]
    bench.wish = replace(bench.wish, delete_data=("storage/safinance",))
    await bench.settle()
    assert bench.cloud.has(ACCOUNT)
    assert bench.status["retained"] == ["filesystem/safinance/bronze", "storage/safinance"]


async def test_data_that_is_named_exactly_goes() -> None:
    bench = Bench()
    await bench.settle()
    bench.replan(without("storage", "storage/bronze", "role"))  # type: ignore[arg-type]
    bench.wish = replace(bench.wish, delete_data=("storage/safinance", "filesystem/safinance/bronze"))
    await bench.settle()
    assert not bench.cloud.has(ACCOUNT)
    assert "retained" not in bench.status


async def test_a_delete_that_is_not_confirmed_stays_in_the_inventory() -> None:
    bench = Bench()
    await bench.settle()
    bench.cloud.long_types.add("Microsoft.ManagedIdentity/userAssignedIdentities")
    bench.replan(without("identity", "role"))  # type: ignore[arg-type]
    await bench.look()
    assert bench.cloud.has(IDENTITY)
    assert "uami-finance" in str(bench.status["inventory"])
    assert bench.reason() == "Progressing"
    bench.restart()
    bench.cloud.finish()
    await bench.settle()
    assert bench.ready == "True"
    assert "uami-finance" not in str(bench.status["inventory"])


async def test_a_resource_group_with_anything_in_it_is_not_deleted() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete", delete_data=("storage/safinance", "filesystem/safinance/bronze"))
    await bench.settle()
    somebodys = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/theirs"
    bench.cloud.place(somebodys, location="eastus2", properties={})
    bench.deleting = True
    result = await bench.settle()
    assert result.release
    assert bench.cloud.has(GROUP)
    assert bench.cloud.has(somebodys)
    assert not bench.cloud.has(ACCOUNT)


async def test_deleting_with_delete_takes_everything_but_the_data() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    await bench.settle()
    bench.deleting = True
    result = await bench.settle()
    assert result.release
    assert not bench.cloud.has(IDENTITY)
    assert bench.cloud.has(ACCOUNT)
    assert bench.cloud.has(GROUP)
    assert any(e.reason == "Detached" and "storage/safinance" in e.message for e in bench.events)


async def test_a_deletion_that_never_ends_is_named() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    await bench.settle()
    bench.cloud.long_types.add("Microsoft.ManagedIdentity/userAssignedIdentities")
    bench.deleting = True
    await bench.look()
    bench.clock.seconds += 11000
    await bench.look()
    assert bench.reason("Stalled") == "DeletionBlocked"
    assert bench.message("Stalled") == "the deletion of userAssignedIdentities uami-finance does not end"


async def test_deleting_with_detach_writes_nothing_and_lists_what_stays() -> None:
    bench = Bench()
    await bench.settle()
    bench.deleting = True
    bench.cloud.forget_requests()
    result = await bench.look()
    assert result.release
    assert bench.cloud.requests == []
    assert any("storage/safinance" in e.message for e in bench.events)


async def test_deleting_a_suspended_object_writes_nothing() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    await bench.settle()
    bench.change(suspend=True)
    bench.deleting = True
    bench.cloud.forget_requests()
    result = await bench.look()
    assert result.release
    assert bench.cloud.writes() == []


async def test_deletion_needs_no_spec_only_inventory_marks_and_authority() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    await bench.settle()
    bench.restart()
    bench.plan = None
    bench.deleting = True
    result = await bench.settle()
    assert result.release
    assert not bench.cloud.has(IDENTITY)


async def test_an_object_that_created_nothing_goes_away_at_once() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    bench.status = {"observedGeneration": 1, "plan": {"create": 0, "update": 0, "delete": 0, "blocked": 5}}
    bench.deleting = True
    result = await bench.look()
    assert result.release
    assert bench.cloud.requests == []


async def test_an_object_that_created_nothing_goes_away_even_where_nothing_may_be_read() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    bench.cloud.fail("MARKED", "", CloudError("PermissionDenied", "AuthorizationFailed", "no", Retry.SLOWLY))
    bench.deleting = True
    result = await bench.look()
    assert result.release


async def test_a_deletion_is_not_finished_without_the_grant_that_covers_it() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    await bench.settle()
    bench.authority = Authority(denied="the grant was withdrawn")
    bench.deleting = True
    result = await bench.look()
    assert not result.release
    assert bench.cloud.has(IDENTITY)
    assert bench.reason() == "DeletionBlocked"


async def test_an_object_in_use_waits_and_names_its_users() -> None:
    bench = Bench(in_use="ApiProduct domain-finance/orders still uses it")
    await bench.settle()
    bench.deleting = True
    result = await bench.look()
    assert not result.release
    assert "domain-finance/orders" in bench.message()


async def test_a_delete_that_fails_is_told_and_tried_again() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    await bench.settle()
    bench.cloud.fail("DELETE", "uami-finance", CloudError("Locked", "ScopeLocked", "a lock forbids it", Retry.SLOWLY))
    bench.deleting = True
    result = await bench.look()
    assert not result.release
    assert "a lock forbids it" in bench.message()
    bench.clock.seconds += result.requeue_after
    result = await bench.settle()
    assert result.release


async def test_who_asks_for_a_look_does_not_wait_for_the_pause_after_a_failure() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    await bench.settle()
    bench.cloud.fail("DELETE", "uami-finance", CloudError("Locked", "ScopeLocked", "a lock forbids it", Retry.SLOWLY))
    bench.deleting = True
    await bench.look()
    await bench.look()
    assert bench.cloud.has(IDENTITY)
    bench.requested_at = "now"
    assert (await bench.look()).release
    assert not bench.cloud.has(IDENTITY)


async def test_a_change_that_azure_forbids_is_blocked_and_nothing_is_replaced() -> None:
    bench = Bench()
    await bench.settle()
    moved = tuple(
        replace(r, body={**r.body, "location": "westus"}) if r.key == "storage" else r for r in PLAN.resources
    )
    bench.replan(replace(PLAN, resources=moved))
    await bench.settle(passes=2)
    assert bench.reason() == "ImmutableInAzure"
    assert bench.cloud.body(ACCOUNT)["location"] == "eastus2"
    assert key(ACCOUNT) not in {key(arm_id) for verb, arm_id in bench.cloud.requests if verb == "DELETE"}


class Hiding(MemoryCloud):
    """A service that shows nothing of what it makes before that is done, as API Management with an import."""

    async def get(self, arm_id: str) -> Observed | None:
        found = await super().get(arm_id)
        return None if key(arm_id) in self.pending else found


async def test_what_is_still_being_made_and_not_to_be_seen_yet_is_deleted_after_that() -> None:
    bench = Bench(plan=Plan(GROUP, (GROUP_R, IDENTITY_R), conditions=("ServicesReady",)), cloud=Hiding())
    bench.cloud.long_types.add("Microsoft.ManagedIdentity/userAssignedIdentities")
    bench.change(deletion_policy="Delete")
    await bench.look()
    bench.deleting = True
    assert not (await bench.look()).release
    assert (await bench.settle()).release
    assert not bench.cloud.has(IDENTITY)
    assert not bench.cloud.has(GROUP)


@pytest.mark.parametrize("policy", ["Plan", "Observe"])
async def test_deleting_an_object_that_only_looks_writes_nothing_and_says_what_stays(policy: str) -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    await bench.settle()
    bench.change(policy=policy)
    bench.deleting = True
    bench.cloud.forget_requests()
    result = await bench.look()
    assert result.release
    assert bench.cloud.requests == []
    assert any(e.reason == "Detached" and "uami-finance" in e.message for e in bench.events)


async def test_what_changes_hands_between_the_last_look_and_the_delete_stays() -> None:
    bench = Bench()
    await bench.settle()
    bench.replan(without("identity", "role"))  # type: ignore[arg-type]
    bench.clock.seconds += 600
    delete = bench.cloud.delete

    async def turn_and_delete(arm_id: str, etag: str = "") -> Written:
        if key(arm_id) == key(IDENTITY):
            bench.cloud.body(IDENTITY)["tags"] = {TAG: OTHERS}
        return await delete(arm_id, etag)

    bench.cloud.delete = turn_and_delete  # type: ignore[method-assign]
    await bench.look()
    assert bench.cloud.has(IDENTITY)


async def test_what_uses_others_is_gone_before_them() -> None:
    environment = resource(GROUP, "Microsoft.App/managedEnvironments", "cae-finance")
    environment_r = Resource("environment", environment, {"location": "eastus2"}, ("group",))
    bench = Bench(plan=Plan(GROUP, (GROUP_R, IDENTITY_R, environment_r)))
    await bench.settle()
    bench.cloud.long_types.add("Microsoft.App/managedEnvironments")
    bench.replan(Plan(GROUP, (GROUP_R,)))
    await bench.later()
    assert bench.cloud.writes() == [("DELETE", environment)]
    await bench.settle()
    assert not bench.cloud.has(IDENTITY)
