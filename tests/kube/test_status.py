"""The status writer: only what changed, only over what was read, progress at most once in a while."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from loom.engine.ports import Conflict
from loom.kube.client import ApiError
from loom.kube.key import Key
from loom.kube.status import StatusWriter
from support.api_server import ApiServer, a_zone

ZONE = Key("DataLandingZone", "finance", "finance")
PATH = "/apis/csaloom.io/v1alpha1/namespaces/finance/datalandingzones/finance/status"


class FakeClock:
    time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def writer(server: ApiServer, clock: FakeClock) -> StatusWriter:
    return StatusWriter(server, 30.0, clock)


async def test_a_status_is_written_as_a_whole(server: ApiServer, writer: StatusWriter) -> None:
    obj = server.put({**a_zone(), "status": {"observedGeneration": 1, "retained": ["storage/a"]}})
    written, held_back = await writer.write(ZONE, obj, {"observedGeneration": 2})
    assert held_back == 0
    stored = server.read(ZONE)
    assert stored is not None
    assert stored["status"] == {"observedGeneration": 2}
    assert written["metadata"]["resourceVersion"] == stored["metadata"]["resourceVersion"]


async def test_the_same_status_is_not_written(server: ApiServer, writer: StatusWriter) -> None:
    obj = server.put({**a_zone(), "status": {"observedGeneration": 1}})
    await writer.write(ZONE, obj, {"observedGeneration": 1})
    assert server.writes() == []


async def test_nothing_but_the_status_is_touched(server: ApiServer, writer: StatusWriter) -> None:
    obj = server.put(a_zone())
    await writer.write(ZONE, obj, {"observedGeneration": 1})
    assert server.writes() == [("PATCH", PATH)]
    stored = server.read(ZONE)
    assert stored is not None
    assert stored["spec"] == obj["spec"]


async def test_a_write_over_something_newer_is_a_conflict_and_changes_nothing(
    server: ApiServer, writer: StatusWriter
) -> None:
    obj = server.put(a_zone())
    server.put(a_zone(environment="Test"))
    with pytest.raises(Conflict):
        await writer.write(ZONE, obj, {"observedGeneration": 1})
    stored = server.read(ZONE)
    assert stored is not None
    assert stored["status"] == {"observedGeneration": -1}


async def test_an_object_that_is_gone_is_a_conflict(server: ApiServer, writer: StatusWriter) -> None:
    obj = server.put(a_zone())
    server.objects.clear()
    with pytest.raises(Conflict):
        await writer.write(ZONE, obj, {"observedGeneration": 1})


async def test_other_refusals_stay_what_they_are(server: ApiServer, writer: StatusWriter) -> None:
    obj = server.put(a_zone())
    server.refuse["PATCH", PATH] = ApiError(403, "Forbidden", "no")
    with pytest.raises(ApiError, match="403"):
        await writer.write(ZONE, obj, {"observedGeneration": 1})


async def test_progress_is_held_back_for_the_rest_of_its_interval(
    server: ApiServer, writer: StatusWriter, clock: FakeClock
) -> None:
    obj: Mapping[str, Any] = server.put(a_zone())
    obj, _ = await writer.write(ZONE, obj, {"resourceCount": 1}, progress_only=True)
    clock.time += 10
    same, held_back = await writer.write(ZONE, obj, {"resourceCount": 2}, progress_only=True)
    assert (same, held_back) == (obj, 20.0)
    clock.time += 20
    _, held_back = await writer.write(ZONE, obj, {"resourceCount": 3}, progress_only=True)
    assert held_back == 0
    assert len(server.writes()) == 2


async def test_what_is_more_than_progress_is_written_at_once(server: ApiServer, writer: StatusWriter) -> None:
    obj: Mapping[str, Any] = server.put(a_zone())
    obj, _ = await writer.write(ZONE, obj, {"resourceCount": 1}, progress_only=True)
    await writer.write(ZONE, obj, {"observedGeneration": 1})
    assert len(server.writes()) == 2


class PruningServer(ApiServer):
    """An API server whose CRD does not know status.novelty."""

    async def patch_status(self, resource, namespace, name, operations):  # type: ignore[no-untyped-def]
        for operation in operations:
            if operation["path"] == "/status":
                operation["value"] = {k: v for k, v in operation["value"].items() if k != "novelty"}
        return await super().patch_status(resource, namespace, name, operations)


async def test_a_field_that_the_crd_does_not_know_is_said_once_and_not_written_over_and_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = PruningServer()
    writer = StatusWriter(server, 30.0)
    obj: Mapping[str, Any] = server.put(a_zone())
    status = {"observedGeneration": 1, "novelty": True}
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            obj, _ = await writer.write(ZONE, dict(obj), dict(status))
    assert len(server.writes()) == 1
    assert [record for record in caplog.records if "status.novelty" in record.getMessage()] == caplog.records[:1]


async def test_a_cut_status_is_written_again_once_somebody_emptied_it() -> None:
    server = PruningServer()
    writer = StatusWriter(server, 30.0)
    await writer.write(ZONE, server.put(a_zone()), {"observedGeneration": 1, "novelty": True})
    emptied = server.put({**a_zone(), "status": {}})
    await writer.write(ZONE, emptied, {"observedGeneration": 1, "novelty": True})
    assert len(server.writes()) == 2
