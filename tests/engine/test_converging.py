"""A plan becomes reality: what is created, in which order, with how many requests, and what a pass without a change costs."""

from dataclasses import replace
from typing import Any

import pytest

from loom.engine.inventory import Inventory
from loom.engine.item import CREATE
from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, resource
from loom.plan.resource import Mode, Named, Plan, Resource
from loom.plan.values import Ref
from support.engine_bench import (
    ACCOUNT,
    ACCOUNT_R,
    CONTAINER,
    GROUP,
    GROUP_R,
    IDENTITY,
    IDENTITY_R,
    MINE,
    PLAN,
    ROLE_R,
    Bench,
)

STORAGE = "Microsoft.Storage/storageAccounts"


async def test_everything_declared_is_made_and_the_object_is_ready() -> None:
    bench = Bench()
    await bench.settle()
    assert bench.ready == "True"
    assert bench.cloud.has(CONTAINER)
    assert bench.status["resourceCount"] == 5
    assert bench.status["plan"] == {"create": 0, "update": 0, "delete": 0, "blocked": 0}


async def test_what_depends_on_another_is_written_after_it() -> None:
    bench = Bench()
    await bench.settle()
    order = [arm_id.rpartition("/")[2] for verb, arm_id in bench.cloud.writes()]
    assert order.index("rg-finance") < order.index("safinance") < order.index("bronze")


async def test_below_a_group_that_this_run_made_nothing_is_read_before_it_is_written() -> None:
    bench = Bench()
    await bench.look()
    before_first_list = [verb for verb, arm_id in bench.cloud.requests if verb == "GET" and "/providers/" in arm_id]
    assert before_first_list == []


async def test_a_pass_without_a_change_writes_nothing_and_changes_no_status() -> None:
    bench = Bench()
    await bench.settle()
    before = bench.status
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.status == before


async def test_a_pass_without_a_change_reads_lists_and_leaves_the_slow_tier_alone() -> None:
    bench = Bench()
    await bench.settle()
    await bench.later()
    assert {verb for verb, _ in bench.cloud.requests} == {"LIST"}
    assert not any("roleAssignments" in arm_id for _, arm_id in bench.cloud.requests)


async def test_the_slow_tier_is_read_when_its_turn_comes() -> None:
    bench = Bench()
    await bench.settle()
    for _ in range(7):
        await bench.later()
        if any("roleAssignments" in arm_id for _, arm_id in bench.cloud.requests):
            break
    assert any("roleAssignments" in arm_id for _, arm_id in bench.cloud.requests)


async def test_drift_is_named_by_field_and_mended_without_touching_ready() -> None:
    bench = Bench()
    await bench.settle()
    since = bench.condition("Ready")["lastTransitionTime"]
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    await bench.later()
    assert bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] is False
    assert bench.condition("Ready")["lastTransitionTime"] == since
    assert any(e.reason == "DriftMended" and "allowSharedKeyAccess" in e.message for e in bench.events)


async def test_what_nobody_declared_is_left_as_it_is_even_when_the_resource_is_written() -> None:
    bench = Bench()
    await bench.settle()
    bench.cloud.body(ACCOUNT)["tags"]["team"] = "theirs"
    bench.cloud.body(ACCOUNT)["properties"]["isHnsEnabled"] = True
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    await bench.later()
    assert bench.cloud.body(ACCOUNT)["tags"]["team"] == "theirs"


APP = resource(GROUP, "Microsoft.App/containerApps", "loom-mirroring")
POOLS = resource(GROUP, "Microsoft.App/managedEnvironments", "cae")


async def test_what_others_add_to_a_list_stays_unless_the_list_is_declared_whole() -> None:
    env = [{"name": "A", "value": "1"}]
    app_r = Resource(
        "app", APP, {"properties": {"template": {"containers": [{"name": "main", "env": env}]}}}, ("group",)
    )
    pools_r = Resource("pools", POOLS, {"properties": {"workloadProfiles": [{"name": "Consumption"}]}}, ("group",))
    bench = Bench(plan=Plan(GROUP, (GROUP_R, app_r, pools_r)))
    await bench.settle()
    containers = bench.cloud.body(APP)["properties"]["template"]["containers"]
    containers[0]["env"].append({"name": "B", "value": "theirs"})
    pools = bench.cloud.body(POOLS)
    pools["properties"]["workloadProfiles"].append({"name": "theirs"})
    await bench.later()
    assert [arm_id for _, arm_id in bench.cloud.writes()] == [APP]
    assert bench.cloud.body(APP)["properties"]["template"]["containers"][0]["env"] == env
    assert bench.events[-1].message == "app: properties.template.containers[main].env[B]"
    bench.replan(replace(PLAN, resources=(GROUP_R, app_r, replace(pools_r, body={**pools_r.body, "kind": "x"}))))
    await bench.settle()
    assert [pool["name"] for pool in bench.cloud.body(POOLS)["properties"]["workloadProfiles"]] == [
        "Consumption",
        "theirs",
    ]


async def test_a_deleted_resource_is_made_again() -> None:
    bench = Bench()
    await bench.settle()
    del bench.cloud.bodies[key(CONTAINER)]
    bench.memory.last_slow = float("-inf")
    await bench.later()
    assert bench.cloud.has(CONTAINER)


async def test_a_long_operation_is_not_waited_for() -> None:
    bench = Bench()
    bench.cloud.long_types.add(STORAGE)
    result = await bench.look()
    assert 14.9 < result.requeue_after <= 15.0
    assert bench.reason("Reconciling") == "Progressing"
    assert not bench.cloud.has(CONTAINER)


async def test_no_poll_comes_before_the_moment_that_the_service_named() -> None:
    bench = Bench()
    bench.cloud.long_types.add(STORAGE)
    await bench.look()
    bench.clock.seconds += 5
    await bench.look()
    assert not any(verb == "POLL" for verb, _ in bench.cloud.requests)


async def test_after_a_restart_in_the_middle_nothing_is_created_twice() -> None:
    bench = Bench()
    bench.cloud.long_types.add(STORAGE)
    await bench.look()
    bench.restart()
    bench.cloud.forget_requests()
    result = await bench.look()
    assert bench.cloud.writes() == []
    assert 14.9 < result.requeue_after <= 15.0
    bench.cloud.finish()
    await bench.settle()
    assert bench.ready == "True"


async def test_an_operation_that_fails_late_is_told_in_the_services_own_words() -> None:
    bench = Bench()
    bench.cloud.long_types.add(STORAGE)
    bench.cloud.late[key(ACCOUNT)] = CloudError(
        "QuotaExceeded", "MaxAccounts", "250 accounts is the most", Retry.SLOWLY
    )
    result = await bench.look()
    bench.clock.seconds += result.requeue_after
    bench.cloud.finish()
    await bench.look()
    assert bench.reason() == "QuotaExceeded"
    assert "250 accounts is the most" in bench.message()
    assert bench.condition("Stalled")


async def test_an_operation_that_fails_late_again_and_again_is_begun_less_and_less_often() -> None:
    bench = Bench()
    bench.cloud.long_types.add(STORAGE)
    pauses = []
    for _ in range(3):
        bench.cloud.late[key(ACCOUNT)] = CloudError("QuotaExceeded", "MaxAccounts", "no more", Retry.SLOWLY)
        result = await bench.look()
        bench.clock.seconds += result.requeue_after
        bench.cloud.finish()
        result = await bench.look()
        pauses.append(round(result.requeue_after))
        bench.clock.seconds += result.requeue_after
    assert pauses == [30, 60, 120]


async def test_what_a_terse_operation_made_is_read_for_its_values_and_not_made_again() -> None:
    bench = Bench()
    bench.cloud.terse = True
    bench.cloud.long_types.add("Microsoft.ManagedIdentity/userAssignedIdentities")
    await bench.settle()
    assert bench.ready == "True"
    assert [arm_id for verb, arm_id in bench.cloud.writes()].count(IDENTITY) == 1


async def test_an_operation_that_never_ends_is_reported_and_still_asked() -> None:
    bench = Bench()
    bench.cloud.long_types.add(STORAGE)
    await bench.look()
    bench.clock.seconds += 4 * 3600
    await bench.look()
    assert bench.reason() == "OperationStuck"
    assert bench.condition("Stalled")["reason"] == "OperationStuck"
    bench.cloud.finish()
    bench.clock.seconds += 60
    await bench.settle()
    assert bench.ready == "True"


async def test_a_failed_resource_stops_only_what_depends_on_it() -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "storageAccounts/safinance", CloudError("PolicyDenied", "Denied", "not here", Retry.SLOWLY))
    await bench.look()
    assert bench.cloud.has(bench.plan.find("identity").id)  # type: ignore[union-attr, arg-type]
    assert not bench.cloud.has(CONTAINER)
    assert bench.reason() == "PolicyDenied"


async def test_a_failure_is_tried_again_after_its_pause_and_not_before() -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "storageAccounts/safinance", CloudError("PolicyDenied", "Denied", "not here", Retry.SLOWLY))
    result = await bench.look()
    bench.cloud.forget_requests()
    bench.clock.seconds += 1
    await bench.look()
    assert ("PUT", ACCOUNT) not in bench.cloud.requests
    bench.clock.seconds += result.requeue_after
    await bench.settle()
    assert bench.ready == "True"


async def test_drift_whose_mending_fails_is_still_told_as_drift() -> None:
    bench = Bench()
    await bench.settle()
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    bench.cloud.fail("PUT", "safinance", CloudError("Locked", "ScopeLocked", "a lock forbids it", Retry.SLOWLY))
    await bench.later()
    assert bench.reason("InSync") == "DriftFound"
    assert bench.message("InSync") == "storage: properties.allowSharedKeyAccess"
    assert bench.reason("Stalled") == "Locked"


async def test_a_new_wish_is_tried_at_once_whatever_failed_before() -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "storageAccounts/safinance", CloudError("InvalidRequest", "Bad", "no", Retry.PERSON))
    await bench.look()
    better = replace(ACCOUNT_R, body={**ACCOUNT_R.body, "sku": {"name": "Standard_ZRS"}})
    bench.replan(replace(PLAN, resources=tuple(better if r.key == "storage" else r for r in PLAN.resources)))
    await bench.settle()
    assert bench.ready == "True"


async def test_a_write_that_failed_late_is_tried_again_as_soon_as_somebody_asks() -> None:
    bench = Bench()
    await bench.settle()
    bench.cloud.long_types.add(STORAGE)
    better = replace(ACCOUNT_R, body={**ACCOUNT_R.body, "sku": {"name": "Standard_ZRS"}})
    bench.replan(replace(PLAN, resources=tuple(better if r.key == "storage" else r for r in PLAN.resources)))
    for _ in range(2):
        bench.clock.seconds += 300.0
        await bench.look()
        bench.clock.seconds += 60.0
        bench.cloud.late[key(ACCOUNT)] = CloudError("OperationFailed", "Refused", "not yet", Retry.SLOWLY)
        bench.cloud.finish()
        await bench.look()
        assert bench.reason() == "OperationFailed"
    bench.requested_at = "now"
    await bench.settle()
    assert (bench.ready, bench.reason()) == ("True", "Succeeded")


async def test_a_field_that_the_service_changes_back_is_not_written_over_and_over() -> None:
    bench = Bench(plan=Plan(GROUP, (GROUP_R, ACCOUNT_R), conditions=("ServicesReady",)))

    def stubborn(arm_id: str, body: dict[str, object]) -> None:
        if arm_id == ACCOUNT:
            body["properties"]["allowSharedKeyAccess"] = True  # type: ignore[index]

    bench.cloud.fill = stubborn
    await bench.look()
    assert bench.reason() == "NotHonored"
    assert "allowSharedKeyAccess" in bench.message()
    await bench.later()
    assert bench.cloud.writes() == []


async def test_intended_ids_stand_in_the_inventory_before_the_first_write() -> None:
    bench = Bench()
    await bench.look()
    assert bench.journaled
    first = bench.journaled[0]["inventory"]
    assert {"scope": GROUP, "ids": sorted(first[0]["ids"], key=str.lower)} == first[0]
    assert f"{GROUP}/providers/Microsoft.Storage/storageAccounts/safinance" in Inventory.read(bench.journaled[0])


async def test_names_that_one_answer_gives_stand_in_the_inventory_after_one_write() -> None:
    name = Named(
        f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/", (Ref("identity", "properties.principalId"),)
    )
    early = replace(ROLE_R, key="early", id=name, depends_on=("group",))
    bench = Bench(plan=replace(PLAN, resources=(*PLAN.resources, early)))
    bench.cloud.long_types.add(STORAGE)  # the role on the account waits for it, the one on the group does not
    await bench.look()
    bench.cloud.finish()
    await bench.settle()
    roles = [str(status["inventory"]).count("roleAssignments") for status in bench.journaled]
    assert roles == [0, 2]


async def test_a_provisioning_state_that_failed_is_written_again() -> None:
    bench = Bench(plan=Plan(GROUP, (GROUP_R, IDENTITY_R), conditions=("ServicesReady",)))
    await bench.settle()
    bench.cloud.body(IDENTITY_R.id)["properties"]["provisioningState"] = "Failed"  # type: ignore[arg-type]
    await bench.later()
    assert [verb for verb, _ in bench.cloud.writes()] == ["PUT"]
    assert bench.ready == "True"


async def test_a_write_that_fails_late_again_and_again_is_tried_again_after_each_pause() -> None:
    bench = Bench()
    bench.cloud.long_types.add(STORAGE)
    refusal = CloudError(
        "OperationFailed", "ImagePullUnauthorized", "the right to pull does not work yet", Retry.SLOWLY
    )

    def made_and_failed(arm_id: str, body: dict[str, Any]) -> None:
        if arm_id == ACCOUNT:
            body["properties"]["provisioningState"] = "Failed"

    bench.cloud.fill = made_and_failed
    for _ in range(12):
        bench.cloud.late[key(ACCOUNT)] = refusal
        result = await bench.look()
        bench.clock.seconds += result.requeue_after
        bench.cloud.finish()
    assert bench.reason() in ("OperationFailed", "Progressing")
    assert [arm_id for verb, arm_id in bench.cloud.writes()].count(ACCOUNT) >= 4


async def test_an_emptied_status_costs_no_write_and_is_built_again() -> None:
    bench = Bench()
    await bench.settle()
    inventory = bench.status["inventory"]
    bench.status = {"observedGeneration": -1}
    bench.restart()
    bench.cloud.forget_requests()
    await bench.look()
    assert bench.cloud.writes() == []
    assert bench.status["inventory"] == inventory
    assert bench.ready == "True"


async def test_a_cloud_that_does_not_answer_leaves_a_ready_object_ready_and_says_that_health_is_unknown() -> None:
    bench = Bench()
    await bench.settle()
    bench.cloud.fail("LIST", "resourceGroups", CloudError("CloudUnavailable", "503", "no answer", Retry.NOW))
    await bench.later()
    assert bench.ready == "True"
    assert bench.condition("Healthy")["status"] == "Unknown"
    assert CREATE not in bench.status["plan"]


async def test_a_request_to_look_reads_everything_anew_and_is_echoed() -> None:
    bench = Bench()
    await bench.settle()
    bench.requested_at = "2026-01-01T00:00:00Z"
    bench.cloud.forget_requests()
    await bench.look()
    assert bench.status["lastHandledReconcileAt"] == "2026-01-01T00:00:00Z"
    assert any("roleAssignments" in arm_id for _, arm_id in bench.cloud.requests)


async def test_what_was_made_though_the_answer_failed_is_looked_at_in_the_usual_time() -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "safinance", CloudError("CloudUnavailable", "", "no answer", Retry.NOW))
    result = await bench.look()
    bench.cloud.place(ACCOUNT, tags={**MINE}, properties={"provisioningState": "Creating"})
    bench.clock.seconds += result.requeue_after
    bench.cloud.forget_requests()
    result = await bench.look()
    assert ("PUT", ACCOUNT) not in bench.cloud.writes()
    assert result.requeue_after == pytest.approx(15.0)
    bench.clock.seconds += result.requeue_after
    result = await bench.look()
    assert result.requeue_after == pytest.approx(15.0)


async def test_a_failure_that_has_passed_does_not_hurry_what_takes_its_time() -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "uami-finance", CloudError("CloudUnavailable", "", "no answer", Retry.NOW))
    result = await bench.look()
    bench.cloud.place(
        IDENTITY, **{**IDENTITY_R.body, "tags": {**MINE}, "properties": {"principalId": "p", "clientId": "c"}}
    )
    bench.cloud.long_types.add(STORAGE)
    bench.cloud.body(ACCOUNT)["properties"]["provisioningState"] = "Updating"
    bench.clock.seconds += result.requeue_after
    result = await bench.look()
    assert result.requeue_after > 1.0


async def test_while_a_write_fails_again_and_again_the_rest_is_read_anew() -> None:
    bench = Bench()
    busy = CloudError("ProgressingWithRetry", "AnotherOperationInProgress", "busy", Retry.NOW)
    for _ in range(6):
        bench.cloud.fail("PUT", "uami-finance", busy)
    result = await bench.look()
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    for _ in range(4):
        bench.clock.seconds += result.requeue_after
        result = await bench.look()
    assert bench.reason() == "ProgressingWithRetry"
    assert bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] is False


async def test_a_write_that_fails_once_costs_no_further_look_at_the_rest() -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "uami-finance", CloudError("Throttled", "429", "slow down", Retry.NOW))
    result = await bench.look()
    bench.cloud.forget_requests()
    bench.clock.seconds += result.requeue_after
    bench.cloud.long_types.add("Microsoft.ManagedIdentity/userAssignedIdentities")
    await bench.look()
    assert not any(verb == "LIST" for verb, _ in bench.cloud.requests)


async def test_a_later_stage_is_not_looked_at_before_everything_else_holds() -> None:
    opened = Resource("opened", ACCOUNT, {"kind": "x"}, ("storage", "identity"), mode=Mode.STAGE)
    bench = Bench(plan=Plan(GROUP, (GROUP_R, ACCOUNT_R, IDENTITY_R, opened)))
    bench.cloud.long_types.add("Microsoft.ManagedIdentity/userAssignedIdentities")
    await bench.look()
    bench.cloud.forget_requests()
    bench.clock.seconds += 16.0
    await bench.look()
    assert bench.condition("Converged")["status"] == "False"
    assert [verb for verb, arm_id in bench.cloud.requests if verb != "POLL"] == []
