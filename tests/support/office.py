"""A worker at its desk, without an API server or an Azure: what it is given, what it writes, and the engine as the test wants it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from loom.config import Settings
from loom.engine.lanes import Lanes
from loom.engine.memory import Memory
from loom.engine.snapshots import Snapshots
from loom.engine.work import Ports, Result, Work
from loom.errors import CloudError
from loom.kube import worker as module
from loom.kube.clock import SystemClock
from loom.kube.events import EventRecorder
from loom.kube.gather import Gatherer
from loom.kube.key import Key
from loom.kube.queue import WorkQueue
from loom.kube.rhythm import Pace
from loom.kube.secrets import Account
from loom.kube.status import StatusWriter
from loom.kube.watch import Watch
from loom.kube.worker import Desk, Worker
from loom.kube.world import World
from support.api_server import FINALIZER, ApiServer

ZONE = Key("DataLandingZone", "finance", "finance")
PLANE = Key("AdminPlane", "", "eastus2")
CLOUD = object()
CALM = Result({"observedGeneration": 1}, 600.0)

Reconcile = Callable[[Work, Memory, Ports], Awaitable[Result]]


class Clouds:
    """Gives out one cloud, or an error; remembers who was urgent."""

    def __init__(self) -> None:
        self.error: CloudError | None = None
        self.cloud: Any = CLOUD
        self.urgent: list[bool] = []

    def for_object(self, plane: Any, namespace: str, urgent: bool, cascade: bool = False, owner: str = "") -> Any:
        self.urgent.append(urgent)
        if self.error:
            raise self.error
        return self.cloud


class Probers:
    """Nobody probes here."""

    def for_object(self, cloud: Any) -> Any:
        return None


class Meter:
    def __init__(self) -> None:
        self.results: list[str] = []

    def passed(self, kind: str, result: str, seconds: float) -> None:
        self.results.append(result)


class Office:
    """A worker with everything in memory, and an engine that does what the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.server = ApiServer()
        self.now = 1000.0
        self.queue = WorkQueue(lambda: self.now, jitter=lambda: 0.0)
        self.watch = Watch(self.queue, jitter=lambda: 0.0)
        self.watch.namespace_seen("finance", {})
        self.clouds, self.meter = Clouds(), Meter()
        self.works: list[Work] = []
        self.ports: list[Ports] = []
        self.memories: list[Memory] = []
        self.engine: Reconcile = self.calm
        monkeypatch.setattr(module, "reconcile", self._reconcile)
        clock = SystemClock()
        desk = Desk(
            client=self.server,
            account=Account("csa-loom-system"),
            watch=self.watch,
            gatherer=Gatherer(self.server, self.watch, "prod"),
            status=StatusWriter(self.server, 30.0, lambda: self.now),
            events=EventRecorder(self.server, clock.today),
            pace=Pace(Settings(), lambda: 0.0, lambda: self.now),
        )
        world = World(self.clouds, Probers(), clock, str.upper, Snapshots(clock), Lanes())
        self.worker = Worker(desk, world, self.meter)

    async def calm(self, work: Work, memory: Memory, ports: Ports) -> Result:
        return CALM

    async def _reconcile(self, work: Work, memory: Memory, ports: Ports) -> Result:
        self.works.append(work)
        self.ports.append(ports)
        self.memories.append(memory)
        return await self.engine(work, memory, ports)

    def there_is(self, *objects: dict[str, Any]) -> None:
        for obj in objects:
            stored = self.server.put(obj)
            self.watch.seen(Key(obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]), stored)

    async def work(self, seconds: float = 0.0) -> list[Key]:
        """Let time pass, then work until nothing is ready."""
        self.now += seconds
        self.queue.tick()
        keys = []
        while self.queue.depth:
            key = await self.queue.take()
            assert key is not None
            keys.append(key)
            await self.worker.work_on(key)
            self.queue.done(key)
        return keys

    def status(self, key: Key = ZONE) -> dict[str, Any]:
        stored = self.server.read(key)
        assert stored is not None
        return dict(stored["status"])

    def condition(self, name: str) -> dict[str, Any]:
        return next(dict(c) for c in self.status()["conditions"] if c["type"] == name)


def held(obj: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {**obj, "metadata": {**obj["metadata"], "finalizers": [FINALIZER], **metadata}}


def deleted(obj: dict[str, Any]) -> dict[str, Any]:
    return held(obj, deletionTimestamp="2026-11-01T00:00:00Z")
