"""How long the engine waits until it looks again: no haste, no storm, and no number that grows without end."""

from dataclasses import replace

import pytest

from loom.errors import CloudError, Retry
from loom.plan.outcome import Outcome
from loom.plan.ownership import Authority
from loom.plan.resource import Plan
from support.engine_bench import Bench

LOCKED = CloudError("Locked", "ScopeLocked", "a lock forbids it", Retry.SLOWLY)
SILENT = CloudError("CloudUnavailable", "503", "no answer", Retry.NOW)


@pytest.mark.parametrize("error", [LOCKED, SILENT], ids=["a lock", "a cloud that does not answer"])
async def test_the_pause_stays_in_bounds_however_often_it_failed(error: CloudError) -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "uami-finance", error)
    result = await bench.look()
    bench.so_far.failures["identity"].count = 5000
    bench.cloud.fail("PUT", "uami-finance", error)
    bench.clock.seconds += 300
    result = await bench.look()
    assert bench.so_far.failures["identity"].count == 5001
    assert 0 < result.requeue_after <= 300


async def test_an_outage_of_weeks_is_waited_for() -> None:
    bench = Bench()
    bench.cloud.fail("LIST", "", SILENT)
    await bench.look()
    bench.so_far.failures["*"].count = 5000
    bench.cloud.fail("LIST", "", SILENT)
    assert 0 < (await bench.look()).requeue_after <= 60


async def test_a_failure_whose_object_may_not_write_any_more_hurries_nobody() -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "uami-finance", LOCKED)
    await bench.look()
    bench.change(policy="Observe")
    bench.clock.seconds += 600
    assert (await bench.look()).requeue_after > 1.0


async def test_a_failure_that_now_waits_for_another_resource_hurries_nobody() -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "bronze", replace_retry(LOCKED, Retry.NOW))
    await bench.look()
    del bench.cloud.bodies[next(name for name in bench.cloud.bodies if name.endswith("safinance"))]
    bench.so_far.settled.clear()
    bench.cloud.fail("PUT", "safinance", LOCKED)
    bench.clock.seconds += 40
    assert (await bench.look()).requeue_after > 1.0


async def test_a_deletion_that_only_a_person_can_move_is_looked_at_once_an_interval() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    await bench.settle()
    bench.authority = Authority(denied="the grant was withdrawn")
    bench.deleting = True
    assert (await bench.look()).requeue_after > 60


def replace_retry(error: CloudError, retry: Retry) -> CloudError:
    return replace(error, retry=retry)


async def test_a_pause_that_ends_while_a_pass_is_looking_is_not_forgotten() -> None:
    bench = Bench()
    bench.cloud.fail("PUT", "safinance", SILENT)
    first = await bench.look()
    assert bench.reason() == "CloudUnavailable"

    def take_a_second(_plan: Plan, _outcome: Outcome) -> dict[str, object]:
        bench.clock.seconds += 1.0
        return {}

    bench.report = take_a_second
    bench.clock.seconds += first.requeue_after - 0.5  # something else asked for a pass
    bench.cloud.forget_requests()
    second = await bench.look()
    assert bench.cloud.writes() == []
    assert second.requeue_after < 1.0
