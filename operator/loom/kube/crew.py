"""The crew: how many objects are worked on at once. It hands out keys of the queue and knows nothing of what a pass does.

A pass that waits for a request budget keeps its place in the line for that budget, and does nothing. So it does not count as work: or one
subscription whose budget is used up would keep the objects of all others waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable

from loom.kube.key import Key
from loom.kube.queue import Priority, WorkQueue

_KEPT_FREE = 4  # places for what others stand in line for, whatever else goes on: its turn would pass
_AT_MOST = 3  # times as many passes as may be at work: each that waits has its plan in memory
_LOOK = 1.0  # seconds until those that wait are counted again


class Crew:
    """Has `work` done on keys, `hands` at once beside those that are parked.

    `parked`: how many objects wait for a request budget now. `work` must raise nothing.
    """

    def __init__(
        self,
        queue: WorkQueue,
        work: Callable[[Key], Awaitable[None]],
        hands: int,
        parked: Callable[[], int] = lambda: 0,
    ) -> None:
        self._queue = queue
        self._work = work
        self._hands = hands
        self._parked = parked

    async def run(self) -> None:
        """Returns when the queue is closed and each pass has ended."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hand_out(group, Priority.RESYNC, self._hands), name="crew")
            group.create_task(self._hand_out(group, Priority.AWAITED, _KEPT_FREE), name="kept free")

    async def _hand_out(self, group: asyncio.TaskGroup, least: Priority, hands: int) -> None:
        """Have keys that are as urgent as `least` worked on while there is room."""
        passes: set[asyncio.Task[None]] = set()
        while True:
            while not self._has_room(len(passes), hands):
                await asyncio.wait(passes, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
                passes = {each for each in passes if not each.done()}
            key = await self._queue.take(least)
            if key is None:
                return
            passes.add(group.create_task(self._pass(key), name=str(key)))

    def _has_room(self, busy: int, hands: int) -> bool:
        return busy < hands or busy < min(hands + self._parked(), hands * _AT_MOST)

    async def _pass(self, key: Key) -> None:
        try:
            await self._work(key)
        finally:
            self._queue.done(key)
