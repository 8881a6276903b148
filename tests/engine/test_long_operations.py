"""Long operations: nobody waits for one, nobody asks too early, a restart forgets none, and one that fails at its end is begun again."""

from dataclasses import replace
from typing import Any

from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, resource
from loom.plan.resource import Plan, Resource
from support.engine_bench import (
    ACCOUNT,
    ACCOUNT_R,
    CONTAINER,
    GROUP,
    GROUP_R,
    IDENTITY,
    IDENTITY_R,
    PLAN,
    Bench,
)

STORAGE = "Microsoft.Storage/storageAccounts"


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


async def test_a_namespace_that_failed_is_written_again_whatever_its_second_state_still_says() -> None:
    arm_id = resource(GROUP, "Microsoft.EventHub/namespaces", "evhns")
    bench = Bench(plan=Plan(GROUP, (GROUP_R, Resource("event-hubs", arm_id, {"location": "eastus2"}, ("group",)))))
    await bench.settle()
    bench.cloud.body(arm_id)["properties"] |= {"provisioningState": "Failed", "status": "Creating"}
    await bench.later()
    assert bench.cloud.writes() == [("PUT", arm_id)]
