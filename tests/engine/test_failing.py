"""What fails: it stops what depends on it and nothing else, it is told, and it is tried again after its pause."""

from dataclasses import replace

import pytest

from loom.engine.item import CREATE
from loom.errors import CloudError, Retry
from loom.plan.resource import Plan
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
    Bench,
)

STORAGE = "Microsoft.Storage/storageAccounts"


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


async def test_a_cloud_that_does_not_answer_leaves_a_ready_object_ready_and_says_that_health_is_unknown() -> None:
    bench = Bench()
    await bench.settle()
    bench.cloud.fail("LIST", "resourceGroups", CloudError("CloudUnavailable", "503", "no answer", Retry.NOW))
    await bench.later()
    assert bench.ready == "True"
    assert bench.condition("Healthy")["status"] == "Unknown"
    assert CREATE not in bench.status["plan"]


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
