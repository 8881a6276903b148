"""One pass over one object: gather, reconcile, write, and say when to look again. What a pass decides is the engine's business.

This is the one place where a defect of the operator ends: as a line in the log with its traceback, and as `InternalError` in the
status without it.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from loom.engine.lookout import Lookout, Rest
from loom.engine.memory import Memory
from loom.engine.ports import Conflict
from loom.engine.reconcile import reconcile
from loom.engine.work import Ports, Result
from loom.kube import finalizer
from loom.kube.client import ApiError, KubeClient
from loom.kube.compose import work_of
from loom.kube.defect import with_defect
from loom.kube.events import EventRecorder
from loom.kube.gather import Gathered, Gatherer
from loom.kube.key import Key
from loom.kube.queue import Priority
from loom.kube.relist import read_now
from loom.kube.rhythm import Pace
from loom.kube.secrets import Account, SecretKeeper
from loom.kube.status import StatusWriter
from loom.kube.turns import Crowded
from loom.kube.usage import users_of
from loom.kube.watch import Watch, is_true
from loom.kube.world import World, cloud_of
from loom.kube.writing import Writing

logger = logging.getLogger(__name__)

_AFTER_CONFLICT = 0.5


class Meter(Protocol):
    """Counts passes (`loom.metrics`)."""

    def passed(self, kind: str, result: str, seconds: float) -> None:
        """A pass ended with `Success`, `Conflict`, `Crowded`, `ApiError` or `InternalError`; `Looked` was a look at operations alone."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker writes with."""

    client: KubeClient
    watch: Watch
    gatherer: Gatherer
    status: StatusWriter
    events: EventRecorder
    pace: Pace
    account: Account  # the operator's own, for what it asks people to allow


class Worker:
    """Works on objects, one pass at a time each; what it remembers of them lies here."""

    def __init__(self, desk: Desk, world: World, meter: Meter) -> None:
        self._desk = desk
        self._world = world
        self._meter = meter
        self._memories: dict[Key, tuple[str, Memory]] = {}
        self._rests: dict[Key, Rest] = {}  # of those for which nothing is to be done now but to look at operations

    async def work_on(self, key: Key) -> None:
        """A pass, and what becomes of its errors: none is raised."""
        queue, began, result = self._desk.watch.queue, time.monotonic(), "Success"
        try:
            if await self._looks_out(key):
                result = "Looked"
            else:
                await self.look_at(key)
            queue.succeeded(key)
        except Conflict:
            result = "Conflict"
            queue.add_after(key, _AFTER_CONFLICT, Priority.CHANGE)
            await self._read_again(key)
        except Crowded:
            result = "Crowded"
            queue.add_failed(key)
        except ApiError as error:
            result = "ApiError"
            delay = queue.add_failed(key)
            logger.warning("%s: %s; looking again in %.0f s", key, error, delay)
        except Exception:
            result = "InternalError"
            logger.exception("%s: a defect of the operator ended the pass", key)
            queue.add_failed(key)
            # It looks at nothing now, an operation that is over included: nobody else must wait for that.
            self._world.lanes.forget(self._desk.gatherer.owner(key).mark)
            await self._admit_defect(key)
        self._meter.passed(key.kind, result, time.monotonic() - began)

    async def _looks_out(self, key: Key) -> bool:
        """Was a look at the operations of an object all that there is to do now?"""
        queue, obj = self._desk.watch.queue, self._desk.watch.cache.get(key)
        rest, is_news = self._rests.pop(key, None), queue.heard(key)
        if obj is None or rest is None or is_news:
            return False
        delay = await rest.goes_on(self._memory(key, obj))
        if delay is None:
            return False
        self._rests[key] = rest
        queue.add_after(key, delay, self._priority(key, obj), is_news=False)
        return True

    async def look_at(self, key: Key) -> None:
        """One pass. Raises Conflict and ApiError, and whatever a defect raises."""
        watch = self._desk.watch
        obj = watch.cache.get(key)  # it may have been changed while its operations were asked
        if obj is None:
            self._forget(key)
            watch.queue.forget(key)
            return
        deleting, held = bool(obj["metadata"].get("deletionTimestamp")), finalizer.is_held(obj)
        if self._is_successor(key, obj) or (deleting and not held):
            self._forget(key)
        if deleting and not held:
            return  # it is in other hands now
        writing = self._writing(key, obj)
        if not held:
            await writing.hold()
        found = await self._desk.gatherer.gather(key, obj)
        in_use = await users_of(self._desk.client, watch, key, found.spec) if deleting else ""
        work = work_of(key, obj, found, self._desk.pace.of(found.spec), in_use)
        ports = self._ports(key, obj, found, writing)
        result = await reconcile(work, self._memory(key, obj), ports)
        held_back = await self._conclude(key, writing, result)
        if until := min(result.rests_until, ports.clock.now() + held_back if held_back else result.rests_until):
            lookout = Lookout(ports.cloud, ports.clock, ports.lanes, work.rhythm.poll)
            self._rests[key] = Rest(lookout, until)

    async def _conclude(self, key: Key, writing: Writing, result: Result) -> float:
        """Write what a pass came to; for how many seconds its status is held back."""
        held_back = 0.0
        if not result.release:
            held_back = await writing.write(result.status, progress_only=result.progress_only)
        for event in result.events:
            await self._desk.events.record(key, writing.obj, event)
        if result.release:
            await writing.release()
            return 0.0
        delay = min(result.requeue_after, held_back) if held_back else result.requeue_after
        self._desk.watch.queue.add_after(key, delay, self._priority(key, writing.obj), is_news=False)
        return held_back

    def _priority(self, key: Key, obj: Mapping[str, Any]) -> Priority:
        """How urgent the next pass is: hundreds of new objects must not keep one that all of them wait for."""
        if self._world.lanes.presses(self._desk.gatherer.owner(key).mark):
            return Priority.AWAITED
        return Priority.RESYNC if is_true(obj, "Ready") else Priority.CHANGE

    def _writing(self, key: Key, obj: Mapping[str, Any]) -> Writing:
        return Writing(self._desk.client, self._desk.watch, self._desk.status, key, obj)

    def _ports(self, key: Key, obj: Mapping[str, Any], found: Gathered, writing: Writing) -> Ports:
        return self._world.ports(cloud_of(self._world.clouds, key, obj, found), writing.journal, self._keeper(key, obj))

    def _keeper(self, key: Key, obj: Mapping[str, Any]) -> SecretKeeper | None:
        if not key.namespace:
            return None  # what lives in no namespace has none to keep Secrets in
        owner, account = self._desk.gatherer.owner(key), self._desk.account
        return SecretKeeper(self._desk.client, owner, key, obj["metadata"]["uid"], account)

    def _memory(self, key: Key, obj: Mapping[str, Any]) -> Memory:
        return self._memories.setdefault(key, (obj["metadata"]["uid"], Memory()))[1]

    def _is_successor(self, key: Key, obj: Mapping[str, Any]) -> bool:
        """Was another object of this name worked on before, which was gone too soon for a pass to see that?"""
        known = self._memories.get(key)
        return known is not None and known[0] != obj["metadata"]["uid"]

    def _forget(self, key: Key) -> None:
        """Whatever is remembered of an object that is gone, or not ours any more."""
        self._memories.pop(key, None)
        self._rests.pop(key, None)
        # Its finalizer may have been taken off by force: nobody else would ever give back what it holds.
        self._world.lanes.forget(self._desk.gatherer.owner(key).mark)
        self._desk.status.forget(key)
        self._desk.gatherer.forget(key)

    async def _read_again(self, key: Key) -> None:
        """What we knew was old: do not leave it to the watch alone to tell us better."""
        try:
            obj = await read_now(self._desk.client, self._desk.watch, key)
        except ApiError as error:
            logger.debug("%s: could not be read again: %s", key, error)
            return
        # No pass before its time: somebody may be writing all the while.
        if obj is not None and self._desk.watch.cache.put(key, obj):
            self._desk.watch.note(key, obj)

    async def _admit_defect(self, key: Key) -> None:
        """Say in the status that the operator failed, if even that is possible. Never raises."""
        obj = self._desk.watch.cache.get(key)
        if obj is None:
            return
        try:
            await self._writing(key, obj).write(with_defect(obj.get("status") or {}, self._world.clock.today()))
        except (Conflict, ApiError) as error:
            logger.debug("%s: InternalError could not be written: %s", key, error)
        except Exception:
            logger.exception("%s: InternalError could not be written", key)
