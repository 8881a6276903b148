"""When an object is looked at again: what has just begun soon, what lasts less and less often, and never later than its interval."""

from dataclasses import replace

import pytest

from loom.plan.checks import AppCheck, Finding, Health
from loom.plan.resource import Plan
from support.engine_bench import ACCOUNT, GROUP, GROUP_R, IDENTITY_R, MINE, PLAN, Bench

CHECKED = replace(PLAN, checks=(AppCheck("storage", condition="ServicesReady"),))
INTERVAL, POLL = 600.0, 15.0


def found(health: Health) -> dict[str, Finding]:
    return {"storage": Finding("storage", "ServicesReady", health, "Degraded", "some of its replicas are not ready")}


async def pauses(bench: Bench, looks: int) -> list[float]:
    """The time to each next look, each taken when it was due."""
    seen = []
    for _ in range(looks):
        seen.append((await bench.look()).requeue_after)
        bench.clock.seconds += seen[-1]
    return seen


@pytest.mark.parametrize("health", [Health.UNKNOWN, Health.PENDING, Health.UNHEALTHY])
@pytest.mark.parametrize("was_ready", [True, False])
async def test_what_is_not_well_is_looked_at_soon_and_then_less_and_less_often(health: Health, was_ready: bool) -> None:
    bench = Bench(plan=CHECKED)
    if was_ready:
        await bench.settle()
    bench.prober.findings = found(health)
    seen = await pauses(bench, 14)
    if not was_ready:
        seen = seen[1:]  # written, and being read back
    assert seen[0] == pytest.approx(POLL, abs=0.1)
    assert all(later <= INTERVAL + 30 for later in seen)
    lasting = seen[:9]
    assert lasting == sorted(lasting)
    assert lasting[-1] > 8 * POLL
    assert sum(pause < 60 for pause in seen) <= 8


async def test_what_gets_well_is_looked_at_in_the_usual_time_again() -> None:
    bench = Bench(plan=CHECKED)
    bench.prober.findings = found(Health.PENDING)
    await pauses(bench, 6)
    assert bench.ready == "False"
    bench.prober.findings = {}
    await bench.look()
    assert bench.ready == "True"
    bench.prober.findings = found(Health.UNHEALTHY)
    assert (await bench.later()).requeue_after == pytest.approx(POLL, abs=0.1)


async def test_an_operation_that_no_process_remembers_and_that_never_ends_is_told_as_stuck() -> None:
    bench = Bench(plan=Plan(GROUP, (GROUP_R, IDENTITY_R)))
    bench.cloud.place(GROUP, location="eastus2", tags=MINE)
    made = GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/uami-finance"
    bench.cloud.place(made, location="eastus2", tags=MINE, properties={"provisioningState": "Creating"})
    await bench.look()
    assert bench.reason() == "Progressing"
    bench.clock.seconds += 3 * 3600 + 60
    assert (await pauses(bench, 3))[-1] > 10 * POLL
    assert (bench.reason(), bench.reason("Stalled")) == ("OperationStuck", "OperationStuck")
    assert bench.message() == (
        "identity: userAssignedIdentities uami-finance has been creating for longer than any such operation takes"
    )
    bench.cloud.body(made)["properties"]["provisioningState"] = "Succeeded"
    await bench.later()
    await bench.settle()
    assert bench.ready == "True"


async def test_two_operations_one_after_the_other_are_not_one_that_never_ends() -> None:
    bench = Bench()
    await bench.settle()
    for _ in range(2):
        bench.cloud.body(ACCOUNT)["properties"]["provisioningState"] = "Updating"
        bench.clock.seconds += 2 * 3600
        await bench.look()
        assert bench.reason() == "Progressing"
        bench.cloud.body(ACCOUNT)["properties"]["provisioningState"] = "Succeeded"
        await bench.later()
    assert bench.ready == "True"
