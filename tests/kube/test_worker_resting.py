"""An object of which nothing but a long operation goes on: it is looked at without a pass, until something happens to it."""

from dataclasses import replace

import pytest

from loom.engine.memory import Memory, Running
from loom.engine.ports import Operation, Written
from loom.engine.work import Ports, Result, Work
from support.api_server import a_plane, a_zone
from support.memory_cloud import MemoryCloud
from support.office import ZONE, Office, held


@pytest.fixture
async def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(monkeypatch)


async def begun(work: Work, memory: Memory, ports: Ports) -> Result:
    """A pass that leaves nothing to do but to look at one operation, every five seconds."""
    memory.running["hub"] = Running(Operation("/hub", "PUT"), 0.0, "", 0.0, "holder")
    return Result({}, 5.0, rests_until=ports.clock.now() + 1000.0)


@pytest.fixture
def resting(office: Office) -> Office:
    """A zone and its plane, each with an operation under way."""
    office.clouds.cloud = MemoryCloud(pending={"/hub": lambda: None}, wait=5.0)
    office.there_is(a_plane(), held(a_zone()))
    office.engine = begun
    return office


async def test_while_nothing_but_an_operation_is_under_way_there_is_no_pass(resting: Office) -> None:
    await resting.work()
    await resting.work(1.0)  # the plane has counted its zones
    passes = len(resting.works)
    assert ZONE in await resting.work(5.0)
    assert (len(resting.works), resting.clouds.cloud.requests[-1]) == (passes, ("POLL", "/hub"))
    assert resting.meter.results.count("Success") == passes
    assert resting.meter.results[-1] == "Looked"


async def test_an_operation_that_has_ended_brings_a_pass_at_once(resting: Office) -> None:
    await resting.work()
    resting.clouds.cloud.finish()
    await resting.work(5.0)
    assert resting.works[-1].owner.name == ZONE.name


async def test_what_changes_while_an_operation_is_asked_for_its_end_is_known_to_the_pass_that_follows(
    resting: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await resting.work()
    await resting.work(1.0)
    cloud, passes = resting.clouds.cloud, len(resting.works)
    poll = cloud.poll

    async def suspended_meanwhile(operation: Operation) -> Written:
        if ZONE in resting.queue._in_flight:
            resting.there_is(held(a_zone(suspend=True)))
        written: Written = await poll(operation)
        return written

    monkeypatch.setattr(cloud, "poll", suspended_meanwhile)
    cloud.finish()
    await resting.work(5.0)
    assert [work.wishes.suspend for work in resting.works[passes:] if work.owner.name == ZONE.name] == [True, True]


async def test_whatever_happens_to_an_object_brings_a_pass(resting: Office) -> None:
    await resting.work()
    await resting.work(1.0)
    passes = len(resting.works)
    resting.watch.queue.add_after(ZONE, 60.0)  # as for a plane that has changed: the look at the operation comes before
    await resting.work(5.0)
    assert len(resting.works) == passes + 1


async def test_progress_that_is_held_back_is_written_though_an_operation_goes_on(resting: Office) -> None:
    counts = iter(range(100))

    async def progressing(work: Work, memory: Memory, ports: Ports) -> Result:
        return replace(await begun(work, memory, ports), status={"resourceCount": next(counts)}, progress_only=True)

    resting.engine = progressing
    await resting.work()
    resting.watch.queue.add(ZONE)
    await resting.work(10.0)
    assert resting.worker._rests[ZONE].until - resting.ports[-1].clock.now() == pytest.approx(20.0, abs=5.0)
