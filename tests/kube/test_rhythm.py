"""How often an object is looked at, and for how long its long operations are waited for."""

from datetime import timedelta
from types import SimpleNamespace

from loom.config import Settings
from loom.kube.rhythm import Pace


class Day:
    """A clock and a budget that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pressure = 0.0

    def pace(self, **settings: float) -> Pace:
        return Pace(Settings(**settings), lambda: self.pressure, lambda: self.now)  # type: ignore[arg-type]


def test_the_object_names_its_interval_and_the_administrator_the_rest() -> None:
    rhythm = (
        Day()
        .pace(poll_interval=5.0, operation_patience=900.0, slow_tier_factor=3)
        .of(SimpleNamespace(interval=timedelta(minutes=2)))
    )

    assert (rhythm.interval, rhythm.poll, rhythm.patience, rhythm.slow_factor) == (120.0, 5.0, 900.0, 3.0)


def test_a_spec_that_does_not_parse_has_the_default_interval() -> None:
    assert Day().pace().of(None).interval == 600.0


def test_intervals_stretch_step_by_step_while_the_budget_is_scarce_and_come_back() -> None:
    day, seen = Day(), []
    pace = day.pace()
    for pressure in (0.95, 0.95, 0.6, 0.1, 0.1):
        day.now += 130.0
        day.pressure = pressure
        seen.append(pace.of(None).stretch)

    assert seen == [2.0, 4.0, 4.0, 2.0, 1.0]


def test_a_moment_of_scarcity_between_two_steps_changes_nothing() -> None:
    day = Day()
    pace = day.pace()
    day.now, day.pressure = 60.0, 1.0

    assert pace.of(None).stretch == 1.0
