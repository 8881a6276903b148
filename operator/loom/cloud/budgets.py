"""The budgets that Azure gives, and how much of each is left by our own count: buckets that refill, and windows.

Sizes: Azure docs "Understand how Azure Resource Manager throttles requests", "Scalability and performance targets for the storage
resource provider", "Networking limits"; those of apps and event hubs from the remaining counts in recorded traffic. It decides how
long until a request may go, and never which one goes: that is `loom.cloud.limiter`.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

READS, WRITES, DELETES = "reads", "writes", "deletes"
_LOAD_SECONDS = 60.0  # how far back the measured load looks
_LOW = 2  # a remaining count at or below this means: leave the provider alone for a moment


@dataclass(frozen=True, slots=True)
class Size:
    """A budget as the service states it: a bucket of `tokens` refilled by `per_second`, or `tokens` in any `window` of seconds."""

    tokens: float
    per_second: float = 0.0
    window: float = 0.0


ARM: Mapping[str, Size] = {READS: Size(250, 25), WRITES: Size(200, 10), DELETES: Size(200, 10)}


@dataclass(frozen=True, slots=True)
class Limit:
    """A provider's own budget: which operations draw on it. `lists`: lists only; `top`: top-level resources only."""

    provider: str
    operations: frozenset[str]
    size: Size
    lists: bool = False
    top: bool = False


PROVIDERS: tuple[Limit, ...] = (
    Limit("microsoft.storage", frozenset({READS}), Size(800, window=300)),
    Limit("microsoft.storage", frozenset({READS}), Size(100, window=300), lists=True),
    Limit("microsoft.storage", frozenset({WRITES, DELETES}), Size(1200, window=3600)),
    Limit("microsoft.network", frozenset({WRITES, DELETES}), Size(1000, window=300)),
    # Recorded: their top-level PUTs answer with a count of their own, their children's with the subscription's.
    Limit("microsoft.app", frozenset({WRITES}), Size(800, window=300), top=True),
    Limit("microsoft.eventhub", frozenset({WRITES}), Size(50, window=60), top=True),
)


@dataclass(slots=True)
class Budget:
    """What is left of one budget. `size` None: unlimited until the service complains. `scale` is how much faster time runs there."""

    size: Size | None
    share: float = 1.0
    scale: float = 1.0
    in_flight: int = 0
    paused_until: float = -math.inf
    _level: float = field(init=False, default=0.0)
    _stamp: float = field(init=False, default=-math.inf)
    _taken: deque[float] = field(init=False, default_factory=deque)
    _load: float = field(init=False, default=0.0)
    _load_stamp: float = field(init=False, default=0.0)

    @property
    def capacity(self) -> float:
        """How many requests may go at once, at least one."""
        return max(1.0, self.size.tokens * self.share) if self.size else math.inf

    def wait(self, now: float) -> float:
        """Seconds until one more request may go, 0 for now."""
        pause = self.paused_until - now
        if self.size is None:
            return max(0.0, pause)
        if self.size.window:
            short = self._wait_of_window(now)
        else:
            self._refill(now)
            short = (1.0 - self._level) / self._rate() if self._level < 1.0 else 0.0
        return max(0.0, pause, short)

    def take(self, now: float) -> None:
        """One request goes."""
        self.in_flight += 1
        if self.size is None:
            return
        if self.size.window:
            self._taken.append(now)
        else:
            self._refill(now)
            self._level -= 1.0
        self._load = self._decayed(now) + 1.0
        self._load_stamp = now

    def give_back(self) -> None:
        """A request that was let go was never sent."""
        self.in_flight -= 1
        if self.size and self.size.window:
            if self._taken:
                self._taken.pop()
        elif self.size:
            self._level = min(self.capacity, self._level + 1.0)

    def ended(self) -> None:
        """A request was answered, or given up."""
        self.in_flight -= 1

    def pause(self, until: float) -> None:
        """Nothing goes before `until`: the service said so."""
        self.paused_until = max(self.paused_until, until)

    def remaining(self, count: int, now: float) -> None:
        """The service says how many are left, others' use included; what is still under way is not in its count yet."""
        if self.size and not self.size.window:
            self._refill(now)
            self._level = min(self._level, max(0.0, float(count - self.in_flight)))
        elif count - self.in_flight <= _LOW:
            self.pause(now + 1.0 / self.scale)

    def pressure(self, now: float) -> float:
        """The share of the allowed rate that is being used, 0 to 1; 1 while paused."""
        if now < self.paused_until:
            return 1.0
        if self.size is None:
            return 0.0
        return min(1.0, self._decayed(now) / (self._memory() * self._rate()))

    def _rate(self) -> float:
        if self.size is None:
            return math.inf
        per_second = self.capacity / self.size.window if self.size.window else self.size.per_second * self.share
        return per_second * self.scale

    def _memory(self) -> float:
        return _LOAD_SECONDS / self.scale

    def _decayed(self, now: float) -> float:
        return self._load * math.exp((self._load_stamp - now) / self._memory()) if self._load else 0.0

    def _refill(self, now: float) -> None:
        passed = now - self._stamp
        self._level = self.capacity if math.isinf(passed) else min(self.capacity, self._level + passed * self._rate())
        self._stamp = now

    def _wait_of_window(self, now: float) -> float:
        length = (self.size.window if self.size else 0.0) / self.scale
        while self._taken and self._taken[0] <= now - length:
            self._taken.popleft()
        return self._taken[0] + length - now if len(self._taken) >= int(self.capacity) else 0.0
