"""Simulated time. Decides what "now" is and how fast it passes; knows nothing of what waits for it.

Every duration in the simulator is counted in simulated seconds. At speed 60 a minute of Azure's time passes in a second of
ours, so operations, `Retry-After` and the refill of request budgets all shrink alike.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Where the simulator takes its time from."""

    speed: float

    def now(self) -> float:
        """Simulated seconds since the simulated cloud began."""

    def stamp(self) -> str:
        """The moment as Azure writes it: ISO 8601, UTC, seven digits of a second."""

    def advance(self, seconds: float) -> None:
        """Let simulated seconds pass at once."""


class RunningClock:
    """Time that passes by itself, `speed` times as fast as ours. `start` continues a saved cloud."""

    def __init__(self, speed: float = 1.0, start: float = 0.0) -> None:
        if speed <= 0:
            raise ValueError(f"the speed of time must be above 0, not {speed}")
        self.speed = speed
        self._origin = time.monotonic()
        self._skipped = start

    def now(self) -> float:
        return self._skipped + (time.monotonic() - self._origin) * self.speed

    def stamp(self) -> str:
        return _iso(datetime.now(UTC))

    def advance(self, seconds: float) -> None:
        self._skipped += seconds


class StandingClock:
    """Time that passes only when a test says so."""

    def __init__(self, start: float = 0.0) -> None:
        self.speed = 1.0
        self._now = start

    def now(self) -> float:
        return self._now

    def stamp(self) -> str:
        return _iso(EPOCH + timedelta(seconds=self._now))

    def advance(self, seconds: float) -> None:
        self._now += seconds


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
