"""The requests that wait for one budget of ARM, and whose turn it is: by rank, then namespace by namespace, then who came first.

Every so often the rank that went longest ago goes first: an object that somebody edits all the time would else keep the drift checks of
all others in the subscription waiting for ever.

A request that a provider's own budget holds up lets others pass. Who may go, and when, is `loom.cloud.limiter`'s to say.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from loom.cloud.ask import Ask
from loom.cloud.budgets import Budget

AWAITED, PERSON, DRIFT = range(3)
"""Ranks: others stand in line for what it leads to; a person waits for it; nobody does."""

TURN = 8  # so many in a row may go before others of less urgent ranks


class Handle(Protocol):
    """A call that was put off."""

    def cancel(self) -> None: ...


@dataclass(slots=True)
class Waiter:
    """A request, the budgets that it draws on, and what is done when it may go."""

    ask: Ask
    budgets: tuple[Budget, ...]
    future: "asyncio.Future[None]"


# Namespace -> (provider, lists, top) -> first come.
_Turns = OrderedDict[str, OrderedDict[tuple[str, bool, bool], deque[Waiter]]]


@dataclass(slots=True)
class Line:
    """The waiting requests of one budget, by rank, and when somebody looks at them again."""

    budget: Budget
    timer: Handle | None = None
    due: float = float("inf")
    _ranks: tuple[_Turns, _Turns, _Turns] = field(default_factory=lambda: (OrderedDict(), OrderedDict(), OrderedDict()))
    _in_a_row: int = 0  # that went before others of less urgent ranks
    _went: int = 0
    _last: list[int] = field(default_factory=lambda: [0, 0, 0])  # of each rank: how many had gone when one of it went

    def __bool__(self) -> bool:
        """Does anybody wait?"""
        return any(self._ranks)

    def stand(self, waiter: Waiter, rank: int) -> None:
        """Stand in line, last of that rank."""
        ask = waiter.ask
        queues = self._ranks[rank].setdefault(ask.caller.namespace, OrderedDict())
        queues.setdefault((ask.provider, ask.lists, ask.top), deque()).append(waiter)

    def move_up(self, rank: int, is_meant: Callable[[Ask], bool]) -> None:
        """Those that are meant, and stand further behind, stand in line with that rank from now on."""
        for turns in self._ranks[rank + 1 :]:
            queues = [queue for of_namespace in turns.values() for queue in of_namespace.values()]
            for queue, waiter in [(q, w) for q in queues for w in q if is_meant(w.ask)]:
                queue.remove(waiter)
                self.stand(waiter, rank)

    def next(self, now: float) -> tuple[Waiter | None, float]:
        """Whose turn it is, taken out of the line; else None and the seconds until somebody's turn may come."""
        soonest = float("inf")
        for rank in self._order():
            waiter, wait = _next_of(self._ranks[rank], now)
            if waiter is not None:
                self._in_a_row = self._in_a_row + 1 if any(self._ranks[rank + 1 :]) else 0
                self._went += 1
                self._last[rank] = self._went
                return waiter, 0.0
            soonest = min(soonest, wait)
        return None, soonest

    def _order(self) -> list[int]:
        """The ranks, those first that may go first now."""
        ranks = list(range(len(self._ranks)))
        if self._in_a_row >= TURN:
            ranks.sort(key=lambda rank: (self._last[rank], -rank))
        return ranks


def _next_of(turns: _Turns, now: float) -> tuple[Waiter | None, float]:
    """The next one of a rank, taken out of the line; else None and the seconds until somebody's turn may come."""
    soonest = float("inf")
    for namespace in list(turns):
        queues = turns[namespace]
        for name in list(queues):
            queue = queues[name]
            while queue and queue[0].future.done():  # cancelled while it waited
                queue.popleft()
            if not queue:
                del queues[name]
                continue
            wait = max((budget.wait(now) for budget in queue[0].budgets), default=0.0)
            if wait <= 0:
                waiter = queue.popleft()
                queues.move_to_end(name)
                turns.move_to_end(namespace)
                return waiter, 0.0
            soonest = min(soonest, wait)
        if not queues:
            del turns[namespace]
    return None, soonest
