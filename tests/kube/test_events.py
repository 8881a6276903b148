"""Kubernetes events: one for a change, a count for the same words again, and never a failed pass."""

from typing import Any

import pytest

from loom.engine.work import Event
from loom.kube.client import ApiError
from loom.kube.events import EventRecorder
from loom.kube.key import Key
from support.api_server import ApiServer, a_plane, a_zone

ZONE = Key("DataLandingZone", "finance", "finance")
DRIFT = Event("Warning", "DriftFound", "storage differs in tags.a")


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


@pytest.fixture
def recorder(server: ApiServer) -> EventRecorder:
    return EventRecorder(server, lambda: "2026-11-01T00:00:00Z")


def events(server: ApiServer) -> list[dict[str, Any]]:
    return [obj for path, obj in server.objects.items() if "/events/" in path]


async def test_an_event_names_its_object(server: ApiServer, recorder: EventRecorder) -> None:
    obj = server.put(a_zone())
    await recorder.record(ZONE, obj, DRIFT)
    (event,) = events(server)
    assert event["involvedObject"]["uid"] == obj["metadata"]["uid"]
    assert event["involvedObject"]["name"] == "finance"
    assert (event["reason"], event["message"], event["count"]) == ("DriftFound", "storage differs in tags.a", 1)


async def test_the_same_words_again_raise_a_count(server: ApiServer, recorder: EventRecorder) -> None:
    obj = server.put(a_zone())
    for _ in range(3):
        await recorder.record(ZONE, obj, DRIFT)
    (event,) = events(server)
    assert event["count"] == 3


async def test_other_words_are_another_event(server: ApiServer, recorder: EventRecorder) -> None:
    obj = server.put(a_zone())
    await recorder.record(ZONE, obj, DRIFT)
    await recorder.record(ZONE, obj, Event("Normal", "DriftMended", "storage"))
    assert len(events(server)) == 2


async def test_a_restarted_operator_counts_on(server: ApiServer, recorder: EventRecorder) -> None:
    obj = server.put(a_zone())
    await recorder.record(ZONE, obj, DRIFT)
    await EventRecorder(server, lambda: "2026-11-01T01:00:00Z").record(ZONE, obj, DRIFT)
    (event,) = events(server)
    assert (event["count"], event["lastTimestamp"]) == (2, "2026-11-01T01:00:00Z")


async def test_an_event_that_expired_is_made_again(server: ApiServer, recorder: EventRecorder) -> None:
    obj = server.put(a_zone())
    await recorder.record(ZONE, obj, DRIFT)
    for path in [path for path in server.objects if "/events/" in path]:
        del server.objects[path]
    await recorder.record(ZONE, obj, DRIFT)
    assert len(events(server)) == 1


async def test_events_of_cluster_scoped_objects_are_in_namespace_default(
    server: ApiServer, recorder: EventRecorder
) -> None:
    obj = server.put(a_plane())
    await recorder.record(Key("AdminPlane", "", "eastus2"), obj, DRIFT)
    (event,) = events(server)
    assert event["metadata"]["namespace"] == "default"


async def test_an_event_that_is_refused_fails_nothing(server: ApiServer, recorder: EventRecorder) -> None:
    server.refuse["POST", "/api/v1/namespaces/finance/events"] = ApiError(403, "Forbidden", "being terminated")
    await recorder.record(ZONE, server.put(a_zone()), DRIFT)
    assert events(server) == []
