"""Turns: one at a time does what takes seconds, and namespaces come one after the other, however many of one wait.

Whoever waits keeps a worker, so only a few of a namespace may: the others come back later.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_ROOM = 4  # of one namespace that may wait at a time, of 20 workers by default


class Crowded(Exception):
    """As many of the namespace wait as may: whoever asks comes back later."""


class Turns:
    """A lock whose next holder is of another namespace than the last, if one waits. Of one event loop."""

    def __init__(self) -> None:
        self._is_taken = False
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, namespace: str) -> AsyncIterator[None]:
        """Hold the lock. Raises Crowded."""
        if self._is_taken:
            await self._wait(namespace)
        self._is_taken = True
        try:
            yield
        finally:
            self._call_next()

    async def _wait(self, namespace: str) -> None:
        line = self._lines.setdefault(namespace, deque())
        if len(line) >= _ROOM:
            raise Crowded(f"{len(line)} of {namespace} wait")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was called already, and goes before it has begun
                self._call_next()
            raise

    def _call_next(self) -> None:
        while self._lines:
            namespace, line = self._lines.popitem(last=False)
            turn = line.popleft()
            if line:
                self._lines[namespace] = line
            if not turn.cancelled():
                turn.set_result(None)
                return
        self._is_taken = False
