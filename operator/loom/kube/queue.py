"""The work queue: which object is looked at next, and when.

A key is worked on by one worker at a time; what arrives meanwhile sets it aside for another pass. Waiting keys lie in a heap
and hold no worker. A person's change goes before a resync, and namespaces take turns; a worker may be kept for what is urgent. It
knows nothing of what a pass does.
"""

import asyncio
import heapq
import itertools
import random
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Container
from enum import IntEnum

from loom.kube.key import Key

FIRST_RETRY = 1.0
LAST_RETRY = 300.0
# Every so many takes those go first whose kind was taken longest ago, so that a stream of changes starves nobody.
TURN = 8


class Priority(IntEnum):
    """What is urgent: lower goes first."""

    AWAITED = 0  # others stand in line for what it has, or for a turn that is its own now
    PERSON = 1  # somebody changed, created or deleted the object, or asked for a pass
    CHANGE = 2  # something that it depends on changed, or a wait is over
    RESYNC = 3  # nothing happened: drift and health


class _Line:
    """The ready keys of one priority; namespaces take turns."""

    def __init__(self) -> None:
        self._namespaces: OrderedDict[str, deque[Key]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._namespaces)

    def push(self, key: Key) -> None:
        self._namespaces.setdefault(key.namespace, deque()).append(key)

    def pop(self) -> Key | None:
        if not self._namespaces:
            return None
        namespace, keys = self._namespaces.popitem(last=False)
        key = keys.popleft()
        if keys:
            self._namespaces[namespace] = keys
        return key


class WorkQueue:
    """Keys that want a pass. Every method must be called from the event loop's thread; only `take` waits."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        on_take: Callable[[float], None] = lambda _waited: None,
    ) -> None:
        self._clock = clock
        self._jitter = jitter
        self._on_take = on_take  # is told how long each taken key was ready
        self._lines = {priority: _Line() for priority in Priority}
        self._ready: dict[Key, tuple[Priority, float]] = {}  # with the moment since when
        self._dirty: dict[Key, Priority] = {}  # in flight, and wanted again
        self._in_flight: dict[Key, float] = {}
        self._due: dict[Key, tuple[float, Priority]] = {}
        self._heap: list[tuple[float, int, Key]] = []
        self._news: set[Key] = set()  # of which something was heard, since somebody asked last
        self._failures: dict[Key, int] = {}
        self._waiters: list[tuple[Priority, asyncio.Future[None]]] = []  # with the least urgent that each takes
        self._order = itertools.count()
        self._takes = 0
        self._taken_at = clock()
        self._last_take = dict.fromkeys(Priority, 0)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = float("inf")
        self._closed = False

    def add(self, key: Key, priority: Priority = Priority.CHANGE) -> None:
        """Something happened: look at the key as soon as a worker is free; at once again if it is in flight."""
        self._news.add(key)
        self._make_ready(key, priority)

    def _make_ready(self, key: Key, priority: Priority) -> None:
        if key in self._in_flight:
            self._dirty[key] = min(priority, self._dirty.get(key, priority))
            return
        self._due.pop(key, None)
        known = self._ready.get(key)
        if known and known[0] <= priority:
            return
        self._ready[key] = (priority, known[1] if known else self._clock())
        self._lines[priority].push(key)
        self._wake(priority)

    def add_after(self, key: Key, delay: float, priority: Priority = Priority.RESYNC, *, is_news: bool = True) -> None:
        """Look at the key in `delay` seconds, or earlier if it is already to be looked at earlier; as urgently as either asks.

        `is_news`: something happened, and it is not only time to look again.
        """
        if is_news:
            self._news.add(key)
        if delay <= 0:
            self._make_ready(key, priority)
            return
        if key in self._ready:
            return
        due = self._clock() + delay
        known, before = self._due.get(key, (float("inf"), priority))
        self._due[key] = (min(known, due), min(before, priority))
        if known <= due:
            return
        heapq.heappush(self._heap, (due, next(self._order), key))
        self._set_timer()

    def hurry(self, key: Key) -> None:
        """Others wait for it: whenever its time comes it goes first, which makes its time no earlier and is no news."""
        if key in self._due:
            self._due[key] = (self._due[key][0], Priority.AWAITED)
        elif key in self._ready or key in self._dirty:
            self._make_ready(key, Priority.AWAITED)

    def add_failed(self, key: Key) -> float:
        """Look at the key again after a delay that doubles with each failure in a row; it is returned."""
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        delay = min(FIRST_RETRY * 2.0 ** min(failures - 1, 16), LAST_RETRY) * (1 + self._jitter() * 0.25)
        self.add_after(key, delay, Priority.CHANGE)
        return delay

    def succeeded(self, key: Key) -> None:
        """The next failure is the first in a row again."""
        self._failures.pop(key, None)

    def heard(self, key: Key) -> bool:
        """Did anything happen to the key since this was asked last, beside its time having come?"""
        is_news = key in self._news
        self._news.discard(key)
        return is_news

    def forget(self, key: Key) -> None:
        """The object is gone: nothing is due any more. A pass in flight ends by itself."""
        self._news.discard(key)
        for memory in (self._due, self._failures, self._dirty, self._ready):
            memory.pop(key, None)

    async def take(self, least: Priority = Priority.RESYNC) -> Key | None:
        """The next key that is as urgent as `least`, now in flight until `done`. None once the queue is closed."""
        while not self._closed:
            self.tick()
            key = self._next(least)
            if key is not None:
                self._in_flight[key] = self._clock()
                self._due.pop(key, None)
                if self._lines[Priority.AWAITED]:
                    self._wake(Priority.AWAITED)  # whom its arrival woke may be this one, and has taken something else
                return key
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((least, waiter))
            await waiter
        return None

    def done(self, key: Key) -> None:
        """The pass is over."""
        del self._in_flight[key]
        priority = self._dirty.pop(key, None)
        if priority is not None:
            self._make_ready(key, priority)

    def tick(self) -> None:
        """Make ready what has become due. The timer calls it; a test with a clock of its own may too."""
        now = self._clock()
        while self._heap and self._heap[0][0] <= now:
            due, _, key = heapq.heappop(self._heap)
            if self._due.get(key, (None,))[0] != due:
                continue  # overtaken by another entry, or forgotten
            self._make_ready(key, self._due.pop(key)[1])
        self._set_timer()

    def close(self) -> None:
        """Hand out nothing more: workers end after the pass that they are in."""
        self._closed = True
        if self._timer:
            self._timer.cancel()
        while self._waiters:
            self._wake(Priority.AWAITED)

    @property
    def depth(self) -> int:
        """How many keys wait for a worker."""
        return len(self._ready)

    @property
    def delayed(self) -> int:
        """How many keys wait for their time."""
        return len(self._due)

    @property
    def in_flight(self) -> int:
        """How many keys are being worked on."""
        return len(self._in_flight)

    def longest_wait(self) -> float:
        """For how many seconds the longest waiting ready key has waited."""
        return max((self._clock() - since for _, since in self._ready.values()), default=0.0)

    def longest_pass(self, but: Container[Key] = ()) -> float:
        """For how many seconds the longest running pass has run, those `but` left aside."""
        return max((self._clock() - since for key, since in self._in_flight.items() if key not in but), default=0.0)

    def stands_still(self) -> float:
        """For how many seconds keys have been ready of which nobody took any."""
        return min(self.longest_wait(), self._clock() - self._taken_at)

    def _next(self, least: Priority) -> Key | None:
        self._takes += least is Priority.RESYNC  # who takes nothing else must not take the turn of the least urgent
        order = list(Priority)
        if self._takes % TURN == 0:
            order.sort(key=lambda priority: (self._last_take[priority], -priority))
        for priority in (each for each in order if each <= least):
            while (key := self._lines[priority].pop()) is not None:
                if self._ready.get(key, (None,))[0] == priority:  # else: forgotten, or moved to a more urgent line
                    _, since = self._ready.pop(key)
                    self._last_take[priority], self._taken_at = self._takes, self._clock()
                    self._on_take(self._clock() - since)
                    return key
        return None

    def _wake(self, priority: Priority) -> None:
        """Wake the first waiter who takes what is so urgent."""
        self._waiters = [(least, waiter) for least, waiter in self._waiters if not waiter.done()]
        for place, (least, waiter) in enumerate(self._waiters):
            if priority <= least:
                del self._waiters[place]
                waiter.set_result(None)
                return

    def _set_timer(self) -> None:
        """One timer for the earliest key, whoever waits: a timer per worker would wake them all."""
        if not self._heap or self._closed:
            return
        due = self._heap[0][0]
        if due >= self._timer_due and self._timer and not self._timer.cancelled() and self._timer_due > self._clock():
            return
        if self._timer:
            self._timer.cancel()
        self._timer_due = due
        self._timer = asyncio.get_running_loop().call_later(max(0.0, due - self._clock()), self.tick)
