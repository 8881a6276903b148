"""Lets requests to Azure go one by one, so that no budget is ever overdrawn: who waits, who is next.

Every request passes here. Within a (principal, subscription, kind of operation) what others stand in line for goes first, then a
person's change, then a drift check, and none of them waits for ever; what several wait for goes with the most urgent of them. Namespaces
take turns, so that nobody's thousand zones hold up another's one. A provider that is exhausted holds up only its own requests. Nothing is
lost when a waiting request is cancelled. It decides on order and time only, never on whether.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from loom.cloud.answer import asked_wait
from loom.cloud.ask import Ask, Caller
from loom.cloud.budgets import ARM, PROVIDERS, Budget, Limit, Size
from loom.cloud.line import AWAITED, DRIFT, PERSON, Handle, Line, Waiter
from loom.cloud.meter import Meter, NoMeter

_NOT_A_BUDGET = "RetryableErrorDueToAnotherOperation"  # a 429 that speaks of one resource that is busy
_PAUSE = 10.0  # seconds after a 429 that names no time
MOMENT = 3.0  # seconds that any request may have to wait


class Time(Protocol):
    """Time as the limiter needs it: an event loop's, or a test's own."""

    def time(self) -> float: ...

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Handle: ...


class Limiter:
    """All budgets of all principals. `share` is the part of each that may be used, `scale` how much faster the cloud's time runs.

    `is_awaited` says whether others stand in line for what an owner is about to write.
    """

    def __init__(
        self,
        share: float = 0.5,
        scale: float = 1.0,
        meter: Meter | None = None,
        time: Time | None = None,
        is_awaited: Callable[[str], bool] = lambda _owner: False,
    ) -> None:
        self._share, self._scale = share, scale
        self._meter = meter or NoMeter()
        self._is_awaited = is_awaited
        self._time_given = time
        self._lines: dict[tuple[str, str, str], Line] = {}
        self._providers: dict[tuple[str, str, str], Budget] = {}
        self._drawn: dict[tuple[str, str, str, bool, bool], tuple[Budget, ...]] = {}
        self._in_line: dict[asyncio.Future[None], tuple[Ask, float]] = {}  # since when each waits
        self._joined: dict[tuple[str, str], list[Caller]] = {}  # who waits for what is asked there, by its place

    @property
    def _time(self) -> Time:
        return self._time_given or asyncio.get_running_loop()

    async def admit(self, ask: Ask) -> None:
        """Returns when the request may be sent. Each admission owes one `settle`."""
        line = self._line(ask)
        waiter = Waiter(ask, (line.budget, *self._provider_budgets(ask)), asyncio.get_running_loop().create_future())
        line.stand(waiter, min(map(self._rank, self._askers(ask))))
        asked = self._time.time()
        self._in_line[waiter.future] = (ask, asked)
        self._dispatch(line)
        try:
            await waiter.future
        except asyncio.CancelledError:
            if waiter.future.done() and not waiter.future.cancelled():
                # Its turn came in the same moment: the next one has it.
                for budget in waiter.budgets:
                    budget.give_back()
                self._dispatch(line)
            raise
        finally:
            del self._in_line[waiter.future]
        self._meter.waited(self._time.time() - asked)

    def hurry(self, owner: str) -> None:
        """What waits here on an owner's behalf goes first: others stand in line for the turn that has come to it."""
        for line in self._lines.values():
            line.move_up(AWAITED, lambda ask: any(caller.owner == owner for caller in self._askers(ask)))

    @contextmanager
    def waiting(self, caller: Caller, path: str) -> Iterator[None]:
        """While it is held, what others read at that path as the same principal goes as soon as a request of the caller's would."""
        read = Ask.of(caller, "GET", path)
        joined = self._joined.setdefault(read.place, [])
        joined.append(caller)
        self._line(read).move_up(self._rank(caller), lambda ask: ask.place == read.place)
        try:
            yield
        finally:
            joined.remove(caller)
            if not joined:
                del self._joined[read.place]

    def settle(self, ask: Ask, status: int = 0, headers: Mapping[str, str] | None = None, code: str = "") -> None:
        """Tells how an admitted request ended: the service's own counts and pauses correct ours."""
        now = self._time.time()
        line, providers = self._line(ask), self._provider_budgets(ask)
        for budget in (line.budget, *providers):
            budget.ended()
        for header, value in (headers or {}).items():
            name = header.lower()
            if name.startswith("x-ms-ratelimit-remaining-") and value.isdigit():
                for budget in providers if name.endswith("resource-requests") else (line.budget,):
                    budget.remaining(int(value), now)
        if status == 429 and code != _NOT_A_BUDGET:
            self._meter.throttled(code)
            wait = asked_wait(headers or {})
            until = now + (_PAUSE / self._scale if wait is None else wait)
            for budget in (line.budget,) if code.lower().startswith(("subscription", "tenant")) else providers:
                budget.pause(until)

    def pressure(self) -> float:
        """How much of the scarcest budget is being used, 0 to 1: the sign for intervals to stretch."""
        now = self._time.time()
        budgets = [*(line.budget for line in self._lines.values()), *self._providers.values()]
        return max((budget.pressure(now) for budget in budgets), default=0.0)

    def parked(self, moment: float = MOMENT) -> set[str]:
        """The owners for whom a request has been waiting for longer than a moment: what works on them has nothing to do."""
        before = self._time.time() - moment
        waiting = (ask for ask, since in self._in_line.values() if since < before)
        return {caller.owner for ask in waiting for caller in self._askers(ask)} - {""}

    def _askers(self, ask: Ask) -> tuple[Caller, ...]:
        """All who wait for the answer."""
        return (ask.caller, *self._joined.get(ask.place, ()))

    def _rank(self, caller: Caller) -> int:
        return AWAITED if self._is_awaited(caller.owner) else PERSON if caller.urgent else DRIFT

    def _line(self, ask: Ask) -> Line:
        name = (ask.caller.principal, ask.subscription, ask.operation)
        line = self._lines.get(name)
        if line is None:
            line = self._lines[name] = Line(Budget(ARM[ask.operation], self._share, self._scale))
        return line

    def _provider_budgets(self, ask: Ask) -> tuple[Budget, ...]:
        """The provider's own budgets that the request draws on; the first is there for every provider, so that it can be paused."""
        name = (ask.subscription, ask.provider, ask.operation, ask.lists, ask.top)
        found = self._drawn.get(name)
        if found is None:
            numbers = (number for number, limit in enumerate(PROVIDERS) if draws(ask, limit))
            found = self._drawn[name] = (
                self._shared((ask.subscription, ask.provider, ask.operation), None),
                *(self._shared((ask.subscription, str(number), ""), PROVIDERS[number].size) for number in numbers),
            )
        return found

    def _shared(self, name: tuple[str, str, str], size: Size | None) -> Budget:
        if name not in self._providers:
            self._providers[name] = Budget(size, self._share, self._scale)
        return self._providers[name]

    def _dispatch(self, line: Line) -> None:
        """Lets go whoever may go now, and comes back when the next one may."""
        now = self._time.time()
        while True:
            wait = line.budget.wait(now)
            waiter, blocked = (None, wait) if wait > 0 else line.next(now)
            if waiter is None:
                break
            for budget in waiter.budgets:
                budget.take(now)
            waiter.future.set_result(None)
        if line and blocked < float("inf"):
            self._wake(line, now + blocked)

    def _wake(self, line: Line, due: float) -> None:
        if line.timer is not None:
            if line.due <= due:
                return
            line.timer.cancel()

        def ring() -> None:
            line.timer = None
            self._dispatch(line)

        line.due = due
        line.timer = self._time.call_later(max(0.001, due - self._time.time()), ring)


def draws(ask: Ask, limit: Limit) -> bool:
    """Does the request draw on that budget?"""
    if ask.provider != limit.provider or ask.operation not in limit.operations:
        return False
    return (ask.lists or not limit.lists) and (ask.top or not limit.top)
