"""How often things are looked at: the interval that the object asks for, stretched while Azure's request budget is scarce.

The stretch moves in whole steps and slowly, because `status.effectiveInterval` shows it and a status must not flap.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from loom.api.meta import DEFAULT_INTERVAL
from loom.config import Settings
from loom.engine.work import Rhythm

_STEPS = (1.0, 2.0, 4.0)
_SCARCE, _AMPLE = 0.9, 0.4
_PAUSE = 120.0  # seconds between two steps


class Pace:
    """Turns an object's interval into its rhythm. `pressure`: how much of the scarcest budget is in use, 0 to 1."""

    def __init__(self, settings: Settings, pressure: Callable[[], float], clock: Callable[[], float]) -> None:
        self._slow_factor = float(settings.slow_tier_factor)
        self._poll = settings.poll_interval
        self._patience = settings.operation_patience
        self._pressure = pressure
        self._clock = clock
        self._step = 0
        self._moved = clock()

    def of(self, spec: Any) -> Rhythm:
        """The rhythm of an object; a spec that does not parse has the default."""
        interval: timedelta = getattr(spec, "interval", DEFAULT_INTERVAL)
        seconds = interval.total_seconds()
        return Rhythm(
            interval=seconds,
            slow_factor=self._slow_factor,
            poll=self._poll,
            stretch=self._stretch(),
            patience=self._patience,
        )

    def _stretch(self) -> float:
        if self._clock() - self._moved >= _PAUSE:
            pressure = self._pressure()
            wanted = self._step + (pressure > _SCARCE) - (pressure < _AMPLE)
            step = min(max(wanted, 0), len(_STEPS) - 1)
            if step != self._step:
                self._step, self._moved = step, self._clock()
        return _STEPS[self._step]
