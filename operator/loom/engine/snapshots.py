"""Bulk reads shared by all objects in a scope: a list is fetched once and serves everyone who can live with its age.

Bodies are kept only as long as somebody may still share them, whether anybody looks by then or not: between passes they are the most
of what there would be in memory. A reader says the moment that a list must not be older than, so nobody decides on what was read
before their own write, and who joins a reading waits for it no longer than for one of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from loom.engine.ports import Clock, Cloud, Observed
from loom.plan.arm_id import key

PAGE = 100  # what a list of Azure shows at once, about; a longer one costs more than one read


@dataclass(slots=True)
class _Shared:
    started: float
    task: "asyncio.Task[Mapping[str, Observed]]" = field(repr=False)


class Snapshots:
    """Lists and single reads by (principal, collection). Errors are not kept: the next reader tries again."""

    def __init__(self, clock: Clock, keep: float = 30.0, keep_one: float = 600.0) -> None:
        self._clock = clock
        self._keep = {"list": keep, "get": keep_one}  # seconds after which nobody shares what was read any more
        self._shared: dict[tuple[str, str], _Shared] = {}
        self._long: set[tuple[str, str]] = set()

    async def list(self, cloud: Cloud, collection: str, since: float) -> Mapping[str, Observed]:
        """All resources of a collection by comparable id, read later than `since` (monotonic seconds)."""
        name = (cloud.principal, f"list {key(collection)}")

        async def read() -> Mapping[str, Observed]:
            found = {key(item.id): item for item in await cloud.list(collection)}
            (self._long.add if len(found) > PAGE else self._long.discard)(name)
            return found

        return await self._share(cloud, name, since, read)

    def is_long(self, cloud: Cloud, collection: str) -> bool:
        """Did the collection have more than a page when it was last listed?"""
        return (cloud.principal, f"list {key(collection)}") in self._long

    async def one(self, cloud: Cloud, arm_id: str, since: float) -> Observed | None:
        """A single resource that many objects refer to, read later than `since`."""

        async def read() -> Mapping[str, Observed]:
            found = await cloud.get(arm_id)
            return {key(arm_id): found} if found else {}

        found = await self._share(cloud, (cloud.principal, f"get {key(arm_id)}"), since, read)
        return found.get(key(arm_id))

    async def _share(
        self, cloud: Cloud, name: tuple[str, str], since: float, read: Callable[[], Awaitable[Mapping[str, Observed]]]
    ) -> Mapping[str, Observed]:
        shared = self._shared.get(name)
        what, _, place = name[1].partition(" ")
        if shared is None or shared.started <= since or _failed(shared.task):
            shared = self._shared[name] = _Shared(self._clock.now(), asyncio.ensure_future(_run(read)))
            # By its moment, not by itself: a timer that holds it would keep what was read anew since.
            asyncio.get_running_loop().call_later(self._keep[what], self._let_go, name, shared.started)
        if shared.task.done():
            return shared.task.result()
        with cloud.waits_for(place):  # it may be read on behalf of somebody who has time
            # One reader that is cancelled must not take the others' list away.
            return await asyncio.shield(shared.task)

    def outdate(self, cloud: Cloud) -> None:
        """Nobody shares any more what this principal has read until now; who waits for it still gets it."""
        for name in [name for name in self._shared if name[0] == cloud.principal]:
            del self._shared[name]

    def _let_go(self, name: tuple[str, str], started: float) -> None:
        shared = self._shared.get(name)
        if shared is not None and shared.started == started:
            del self._shared[name]


async def _run(read: Callable[[], Awaitable[Mapping[str, Observed]]]) -> Mapping[str, Observed]:
    return await read()


def _failed(task: "asyncio.Task[Mapping[str, Observed]]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
