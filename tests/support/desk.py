"""A desk where many ask the limiter for their turn, and time that passes only when a test says so."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count

from loom.cloud.ask import Ask, Caller
from loom.cloud.limiter import Limiter

SUBSCRIPTION = "/subscriptions/44444444-0000-0000-0000-000000000001"
ACCOUNTS = f"{SUBSCRIPTION}/providers/Microsoft.Storage/storageAccounts"


class Call:
    """A call that was put off."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class StandingTime:
    """Time that passes only when a test says so, and then fires what is due in order."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._calls: list[tuple[float, int, Call]] = []
        self._number = count()

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> Call:
        call = Call(callback)
        heapq.heappush(self._calls, (self.now + delay, next(self._number), call))
        return call

    async def pass_by(self, seconds: float) -> None:
        end = self.now + seconds
        while self._calls and self._calls[0][0] <= end:
            self.now, _, call = heapq.heappop(self._calls)
            if call.callback:
                call.callback()
            await settle_tasks()
        self.now = end
        await settle_tasks()


async def settle_tasks() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Desk:
    """Asks the limiter on behalf of many, and notes the order in which they went."""

    def __init__(self, share: float = 1.0, scale: float = 1.0) -> None:
        self.time = StandingTime()
        self.awaited: set[str] = set()
        self.limiter = Limiter(share, scale, time=self.time, is_awaited=self.awaited.__contains__)
        self.went: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    def ask(
        self, name: str = "", method: str = "GET", path: str = f"{SUBSCRIPTION}/resourceGroups/rg", **who: object
    ) -> Ask:
        caller = Caller(
            str(who.get("principal", "me")),
            str(who.get("namespace", "ns")),
            bool(who.get("urgent", False)),
            owner=str(who.get("owner", "")),
        )
        ask = Ask.of(caller, method, path)

        async def go() -> None:
            await self.limiter.admit(ask)
            self.went.append(name or f"{caller.namespace}")

        self.tasks.append(asyncio.get_running_loop().create_task(go()))
        return ask

    async def drain(
        self, budget: str = "GET", path: str = f"{SUBSCRIPTION}/resourceGroups/rg", limit: int = 250
    ) -> None:
        for _ in range(limit):
            self.ask("before", budget, path)
        await settle_tasks()
        assert len(self.went) == limit
        self.went.clear()
