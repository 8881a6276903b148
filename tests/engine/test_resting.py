"""While Azure is at work on what an object has begun, only that is looked at: no plan, no list, no status, until something else is due."""

import pytest

from loom.engine.lookout import Lookout, Rest
from loom.engine.work import Result
from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, resource
from loom.plan.resource import Plan, Resource
from support.engine_bench import ACCOUNT, GROUP, GROUP_R, MINE, Bench

STORAGE = "Microsoft.Storage/storageAccounts"
NETWORK = resource(GROUP, "Microsoft.Network/virtualNetworks", "vnet")


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.cloud.long_types.add(STORAGE)
    return bench


def rest_after(bench: Bench, result: Result) -> Rest:
    return Rest(Lookout(bench.cloud, bench.clock, bench.lanes, 15.0), result.rests_until)


async def test_an_operation_that_goes_on_costs_its_poll_and_nothing_else(bench: Bench) -> None:
    rest = rest_after(bench, await bench.look())
    bench.cloud.forget_requests()
    bench.clock.seconds += 15
    assert await rest.goes_on(bench.memory) == pytest.approx(15, abs=0.1)
    assert bench.cloud.requests == [("POLL", ACCOUNT)]


async def test_no_look_comes_before_the_moment_that_the_service_named(bench: Bench) -> None:
    rest = rest_after(bench, await bench.look())
    bench.cloud.forget_requests()
    bench.clock.seconds += 5
    assert await rest.goes_on(bench.memory) == pytest.approx(10, abs=0.1)
    assert bench.cloud.requests == []


async def test_an_operation_that_ends_ends_the_rest_and_the_pass_takes_it_up_without_another_poll(bench: Bench) -> None:
    rest = rest_after(bench, await bench.look())
    bench.clock.seconds += 15
    bench.cloud.finish()
    assert await rest.goes_on(bench.memory) is None
    await bench.settle()
    polls = [arm_id for verb, arm_id in bench.cloud.requests if verb == "POLL"]
    assert (bench.ready, polls) == ("True", [ACCOUNT])


async def test_an_operation_that_fails_while_the_object_rests_is_told_by_the_pass_that_follows(bench: Bench) -> None:
    bench.cloud.late[key(ACCOUNT)] = CloudError("QuotaExceeded", "MaxAccounts", "no more", Retry.SLOWLY)
    rest = rest_after(bench, await bench.look())
    bench.clock.seconds += 15
    bench.cloud.finish()
    assert await rest.goes_on(bench.memory) is None
    await bench.look()
    assert bench.reason() == "QuotaExceeded"


async def test_a_status_that_cannot_be_read_is_asked_for_later(bench: Bench) -> None:
    rest = rest_after(bench, await bench.look())
    bench.clock.seconds += 15
    bench.cloud.fail("POLL", "", CloudError("Throttled", "429", "too many", Retry.NOW, retry_after=40.0))
    await rest.goes_on(bench.memory)
    assert [round(each.due - bench.clock.now()) for each in bench.memory.running.values()] == [40]


async def test_a_lane_is_given_back_in_the_moment_in_which_the_operation_is_seen_to_have_ended() -> None:
    network = Resource("network", NETWORK, {"location": "eastus2"}, ("group",))
    bench = Bench(plan=Plan(GROUP, (GROUP_R, network)))
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    bench.cloud.long_types.add("Microsoft.Network/virtualNetworks")
    rest = rest_after(bench, await bench.look())
    assert not bench.lanes.claim(key(NETWORK), "another#peering")
    bench.clock.seconds += 15
    bench.cloud.finish()
    await rest.goes_on(bench.memory)
    assert bench.lanes.claim(key(NETWORK), "another#peering")


async def test_a_rest_lasts_no_longer_than_what_was_read_may_be_old(bench: Bench) -> None:
    result = await bench.look()
    assert result.rests_until - bench.clock.now() == pytest.approx(30, abs=0.1)
    bench.clock.seconds += 31
    assert await rest_after(bench, result).goes_on(bench.memory) is None


async def test_a_rest_ends_when_what_failed_is_to_be_tried_again(bench: Bench) -> None:
    bench.cloud.fail("PUT", "uami", CloudError("ProgressingWithRetry", "Conflict", "in a moment", Retry.NOW))
    result = await bench.look()
    assert result.rests_until - bench.clock.now() == pytest.approx(2, abs=0.1)


async def test_where_nothing_is_under_way_there_is_no_rest() -> None:
    bench = Bench()
    assert (await bench.settle()).rests_until == 0.0


async def test_an_operation_that_takes_longer_than_any_does_is_told_in_time(bench: Bench) -> None:
    await bench.look()
    bench.clock.seconds += 3 * 3600 - 10
    result = await bench.look()
    assert result.rests_until - bench.clock.now() == pytest.approx(10, abs=0.1)
