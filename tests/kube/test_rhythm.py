"""The pace: what the object asks for, stretched in slow steps while requests are scarce."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from loom.config import Settings
from loom.kube.rhythm import Pace

SPEC = SimpleNamespace(interval=timedelta(minutes=10))


class World:
    pressure = 0.0
    time = 0.0

    def __init__(self) -> None:
        self.pace = Pace(Settings(slow_tier_factor=3, poll_interval=7), lambda: self.pressure, lambda: self.time)

    def stretch_after(self, seconds: float, pressure: float) -> float:
        self.time += seconds
        self.pressure = pressure
        return self.pace.of(SPEC).stretch


@pytest.fixture
def world() -> World:
    return World()


def test_the_interval_is_the_objects_and_the_rest_is_the_configurations(world: World) -> None:
    rhythm = world.pace.of(SPEC)
    assert (rhythm.interval, rhythm.slow_factor, rhythm.poll, rhythm.stretch) == (600.0, 3.0, 7.0, 1.0)


def test_a_spec_that_does_not_parse_has_the_default_interval(world: World) -> None:
    assert world.pace.of(None).interval == 600.0


def test_scarce_requests_stretch_the_interval_in_steps(world: World) -> None:
    assert [world.stretch_after(120, 0.95) for _ in range(4)] == [2.0, 4.0, 4.0, 4.0]


def test_a_short_burst_does_not_show(world: World) -> None:
    assert world.stretch_after(120, 0.95) == 2.0
    assert world.stretch_after(10, 0.1) == 2.0


def test_what_is_neither_scarce_nor_ample_changes_nothing(world: World) -> None:
    world.stretch_after(120, 0.95)
    assert [world.stretch_after(120, 0.7) for _ in range(3)] == [2.0, 2.0, 2.0]


def test_ample_requests_let_the_interval_come_back(world: World) -> None:
    world.stretch_after(120, 0.95)
    assert world.stretch_after(120, 0.1) == 1.0
