"""One pass: what is written, in which order, when the object is looked at again, and where errors end."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from loom.engine.memory import Memory
from loom.engine.ports import Conflict
from loom.engine.work import Event, Ports, Result, Work
from loom.errors import CloudError, Retry
from loom.kube.absent import AbsentCloud
from loom.kube.client import ApiError
from loom.kube.turns import Crowded
from loom.kube.watch import is_answered
from support.api_server import FINALIZER, a_plane, a_zone, with_condition
from support.office import CALM, PLANE, ZONE, Office, deleted, held


@pytest.fixture
async def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(monkeypatch)


async def test_the_finalizer_is_on_before_the_engine_sees_the_object(office: Office) -> None:
    seen: list[Any] = []

    async def look(work: Work, memory: Memory, ports: Ports) -> Result:
        stored = office.server.read(ZONE)
        assert stored is not None
        seen.append(stored["metadata"]["finalizers"])
        return CALM

    office.engine = look
    office.there_is(a_plane(), a_zone())
    await office.work()
    assert [FINALIZER] in seen


async def test_finalizers_of_others_are_kept(office: Office) -> None:
    zone = a_zone()
    zone["metadata"]["finalizers"] = ["example.com/hold"]
    office.there_is(zone)
    await office.work()
    stored = office.server.read(ZONE)
    assert stored is not None
    assert stored["metadata"]["finalizers"] == ["example.com/hold", FINALIZER]


async def test_nothing_but_finalizer_status_and_events_is_ever_written(office: Office) -> None:
    async def eventful(work: Work, memory: Memory, ports: Ports) -> Result:
        return replace(CALM, events=(Event("Normal", "Ready", "ready"),))

    office.engine = eventful
    office.there_is(a_plane(), a_zone())
    before = {path: obj["spec"] for path, obj in office.server.objects.items()}
    await office.work()
    after = {path: obj["spec"] for path, obj in office.server.objects.items() if "spec" in obj}
    assert after == before
    patches = [body for verb, path, body in office.server.requests if verb == "PATCH" and not path.endswith("/status")]
    assert all(
        set(body) == {"metadata"} and set(body["metadata"]) == {"resourceVersion", "finalizers"} for body in patches
    )


async def test_the_journal_is_in_the_status_before_the_pass_goes_on(office: Office) -> None:
    async def journaling(work: Work, memory: Memory, ports: Ports) -> Result:
        await ports.journal({"inventory": [{"scope": "/g", "ids": ["a"]}]})
        assert office.status()["inventory"] == [{"scope": "/g", "ids": ["a"]}]
        return CALM

    office.engine = journaling
    office.there_is(a_plane(), held(a_zone()))
    await office.work()
    assert "Conflict" not in office.meter.results
    assert office.status() == CALM.status


async def test_our_own_writes_ask_for_no_further_pass(office: Office) -> None:
    office.there_is(a_plane(), a_zone())
    await office.work()
    await office.work(2.0)
    for key in (PLANE, ZONE):
        stored = office.server.read(key)
        assert stored is not None
        office.watch.seen(key, stored)  # the watch tells of what we wrote
    assert await office.work() == []


async def test_the_object_is_looked_at_again_when_the_engine_says(office: Office) -> None:
    office.there_is(a_plane(), a_zone())
    await office.work()
    await office.work(2.0)
    assert await office.work(595.0) == []
    assert ZONE in await office.work(5.0)


async def test_a_spec_that_is_edited_during_the_pass_is_looked_at_again_at_once(office: Office) -> None:
    async def edited(work: Work, memory: Memory, ports: Ports) -> Result:
        office.server.put({**held(a_zone(environment="Test")), "status": office.status()})
        return CALM

    office.there_is(a_plane(), held(a_zone()))
    office.engine = edited
    await office.work()
    assert "Conflict" in office.meter.results
    office.engine = office.calm
    assert ZONE in await office.work(0.5)  # and no event had to tell of the edit
    assert office.works[-1].generation == 2


async def test_a_deletion_ends_with_the_finalizer_gone(office: Office) -> None:
    async def released(work: Work, memory: Memory, ports: Ports) -> Result:
        assert work.deleting
        return Result(work.status, 0.0, release=True)

    office.engine = released
    office.there_is(a_plane(), deleted(a_zone()))
    await office.work()
    assert office.server.read(ZONE) is None


async def test_an_object_that_is_deleted_and_not_ours_any_more_is_left_alone(office: Office) -> None:
    zone = deleted(a_zone())
    zone["metadata"]["finalizers"] = ["example.com/hold"]
    office.there_is(zone)
    await office.work()
    assert [work.owner.kind for work in office.works] == []
    assert office.server.writes() == []


async def test_a_request_is_echoed_as_far_as_status_has_room_for_it(office: Office) -> None:
    zone = a_zone()
    zone["metadata"]["annotations"] = {"csaloom.io/reconcile-requested-at": "x" * 300}
    office.there_is(a_plane(), zone)
    await office.work()
    (asked,) = (work.requested_at for work in office.works if work.owner.kind == "DataLandingZone")
    assert asked == "x" * 128
    answered = {**zone, "status": {"observedGeneration": 1, "lastHandledReconcileAt": asked}}
    assert is_answered({**answered, "metadata": {**zone["metadata"], "generation": 1}})


async def test_a_suspended_plane_suspends_what_it_serves(office: Office) -> None:
    office.there_is(a_plane(suspend=True), a_zone())
    await office.work()
    assert [work.wishes.suspend for work in office.works if work.owner.kind == "DataLandingZone"] == [True]


async def test_without_a_plane_the_cloud_says_so_instead_of_failing_the_pass(office: Office) -> None:
    office.there_is(a_zone())
    await office.work()
    assert isinstance(office.ports[0].cloud, AbsentCloud)
    with pytest.raises(CloudError, match="AdminPlane eastus2 does not exist"):
        await office.ports[0].cloud.get("/subscriptions/x")


async def test_a_credential_that_cannot_be_had_is_the_engines_to_tell(office: Office) -> None:
    office.clouds.error = CloudError("CredentialInvalid", "", "no token file", Retry.SLOWLY)
    office.there_is(a_plane())
    await office.work()
    with pytest.raises(CloudError, match="no token file"):
        await office.ports[0].cloud.list("/subscriptions/x")


async def test_a_person_waits_for_what_is_new_and_nobody_for_what_is_ready(office: Office) -> None:
    office.there_is(a_plane())
    await office.work()
    ready = with_condition(held(a_plane()), "Ready")
    ready["status"]["observedGeneration"] = 1
    office.there_is(ready)
    await office.work()
    assert office.clouds.urgent == [True, False]


async def test_memory_is_kept_between_passes_and_not_for_a_successor(office: Office) -> None:
    office.there_is(held(a_plane()))
    await office.work()
    await office.work(600.0)
    other = held(a_plane())
    other["metadata"]["uid"] = "another"
    office.there_is(other)
    await office.work()
    assert office.memories[0] is office.memories[1]
    assert office.memories[2] is not office.memories[0]


async def test_a_defect_is_logged_with_its_trace_and_told_without_it(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(work: Work, memory: Memory, ports: Ports) -> Result:
        raise ZeroDivisionError("of all things")

    office.engine = broken
    zone = held(a_zone())
    office.there_is({**zone, "status": {"observedGeneration": 1, "inventory": [{"scope": "/g", "ids": ["a"]}]}})
    with caplog.at_level(logging.ERROR):
        await office.work()
    assert "ZeroDivisionError" in caplog.text
    assert (office.condition("Ready")["status"], office.condition("Ready")["reason"]) == ("False", "InternalError")
    assert "of all things" not in office.condition("Ready")["message"]
    assert office.status()["inventory"] == [{"scope": "/g", "ids": ["a"]}]
    assert office.queue.delayed == 1


async def test_a_defect_before_anything_was_looked_at_does_not_claim_that_it_was(office: Office) -> None:
    async def broken(work: Work, memory: Memory, ports: Ports) -> Result:
        raise ZeroDivisionError

    office.engine = broken
    office.there_is(held(a_zone()))
    await office.work()
    assert office.status()["observedGeneration"] == -1
    assert office.condition("Ready")["observedGeneration"] == -1


async def test_an_api_server_that_does_not_answer_is_asked_again_later_and_later(office: Office) -> None:
    async def down(work: Work, memory: Memory, ports: Ports) -> Result:
        raise ApiError(0, "NoAnswer", "the API server does not answer")

    office.engine = down
    office.there_is(held(a_plane()))
    assert len(await office.work()) == 1
    assert len(await office.work(1.0)) == 1
    assert len(await office.work(1.0)) == 0
    assert len(await office.work(1.0)) == 1
    assert set(office.meter.results) == {"ApiError"}


async def test_who_finds_no_room_in_the_line_of_its_namespace_comes_back_later(office: Office) -> None:
    async def crowded(work: Work, memory: Memory, ports: Ports) -> Result:
        raise Crowded("4 of domain-finance wait")

    office.engine = crowded
    office.there_is(held(a_plane()))
    assert len(await office.work()) == 1
    assert len(await office.work()) == 0
    assert len(await office.work(1.0)) == 1
    assert set(office.meter.results) == {"Crowded"}
    assert "conditions" not in office.status(PLANE)


async def test_a_conflict_inside_the_engine_ends_the_pass_and_brings_another(office: Office) -> None:
    async def conflicting(work: Work, memory: Memory, ports: Ports) -> Result:
        raise Conflict("changed")

    office.engine = conflicting
    office.there_is(held(a_plane()))
    await office.work()
    office.engine = office.calm
    assert await office.work(0.5) == [PLANE]
    assert office.meter.results == ["Conflict", "Success"]


async def test_progress_that_is_held_back_is_written_when_its_time_has_come(office: Office) -> None:
    counts = iter(range(100))

    async def progressing(work: Work, memory: Memory, ports: Ports) -> Result:
        return Result({"resourceCount": next(counts)}, 600.0, progress_only=True)

    office.engine = progressing
    office.there_is(held(a_plane()))
    await office.work()
    office.watch.queue.add(PLANE)
    await office.work(10.0)
    assert office.status(PLANE) == {"resourceCount": 0}
    await office.work(20.0)
    assert office.status(PLANE) == {"resourceCount": 2}


async def test_an_object_that_is_gone_is_forgotten(office: Office) -> None:
    office.there_is(held(a_plane()))
    await office.work()
    office.watch.gone(PLANE)
    await office.work()
    assert (office.worker._memories, office.queue.delayed) == ({}, 0)


async def test_who_has_what_others_stand_in_line_for_is_looked_at_before_everything_new(office: Office) -> None:
    async def holding(work: Work, memory: Memory, ports: Ports) -> Result:
        if work.owner.name == ZONE.name:
            ports.lanes.claim("hub", f"{work.owner.mark}#peering")
            ports.lanes.claim("hub", "another#peering")
        return replace(CALM, requeue_after=5.0)

    office.engine = holding
    office.there_is(a_plane(), held(a_zone()))
    await office.work()
    office.now += 5.0
    office.there_is(*(held(a_zone(f"new{number}")) for number in range(3)))
    assert (await office.work())[0] == ZONE


async def test_an_object_that_is_gone_without_a_farewell_gives_back_its_lanes(office: Office) -> None:
    async def holding(work: Work, memory: Memory, ports: Ports) -> Result:
        assert ports.lanes.claim("hub", f"{work.owner.mark}#peering")
        return CALM

    office.engine = holding
    office.there_is(held(a_zone()))
    await office.work()
    office.watch.gone(ZONE)
    await office.work()
    assert office.ports[0].lanes.claim("hub", "another#peering")


@pytest.mark.parametrize("fate", ["made again at once", "let go of by hand", "met by a defect"])
async def test_an_object_that_no_pass_carries_on_gives_back_its_lanes(office: Office, fate: str) -> None:
    async def holding(work: Work, memory: Memory, ports: Ports) -> Result:
        assert ports.lanes.claim("hub", f"{work.owner.mark}#peering")
        return CALM

    async def later(work: Work, memory: Memory, ports: Ports) -> Result:
        if fate == "met by a defect":
            raise ZeroDivisionError
        return CALM

    office.engine = holding
    office.there_is(held(a_zone()))
    await office.work()
    office.engine = later
    after = held(a_zone())
    if fate == "made again at once":
        after["metadata"]["uid"] = "another"
    elif fate == "let go of by hand":
        after = deleted(a_zone())
        after["metadata"]["finalizers"] = ["example.com/hold"]
    office.there_is(after)
    await office.work()
    assert office.ports[0].lanes.claim("hub", "another#peering")


async def test_a_defect_that_cannot_even_be_told_ends_no_worker(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(work: Work, memory: Memory, ports: Ports) -> Result:
        raise ZeroDivisionError

    async def broken_too(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the writer is broken as well")

    office.engine = broken
    office.there_is(held(a_zone()))
    monkeypatch.setattr(office.server, "patch_status", broken_too)
    with caplog.at_level(logging.ERROR):
        assert await office.work() == [ZONE]
    assert "the writer is broken as well" in caplog.text
    assert office.queue.delayed == 1


async def test_a_request_that_was_taken_back_makes_nothing_urgent(office: Office) -> None:
    status = {
        "observedGeneration": 1,
        "lastHandledReconcileAt": "now",
        "conditions": [{"type": "Ready", "status": "True"}],
    }
    office.there_is(a_plane(), {**held(a_zone()), "status": status})
    await office.work()
    assert False in office.clouds.urgent


async def test_only_our_finalizer_is_taken_off_and_nothing_else_written_when_an_object_goes(office: Office) -> None:
    async def released(work: Work, memory: Memory, ports: Ports) -> Result:
        return Result({"observedGeneration": 7}, 0.0, release=True)

    office.engine = released
    zone = deleted(held(a_zone()))
    zone["metadata"]["finalizers"].append("example.com/theirs")
    office.there_is(zone)
    await office.work()
    stored = office.server.read(ZONE)
    assert stored is not None
    assert stored["metadata"]["finalizers"] == ["example.com/theirs"]
    assert stored["status"] == {"observedGeneration": -1}


async def test_an_object_whose_spec_cannot_be_read_may_write_nowhere(office: Office) -> None:
    office.there_is(a_plane(), held(a_zone(subscriptionId="no-guid")))
    await office.work()
    (work,) = (work for work in office.works if work.owner.kind == "DataLandingZone")
    assert work.authority.denied.startswith("the spec does not parse")
