from __future__ import annotations

from pathlib import Path

import pytest

from loom.sim.clock import StandingClock
from support.simulator import Simulator


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simulator")


@pytest.fixture
def azure(home: Path) -> Simulator:
    """A simulated cloud whose time stands still, asked by function calls."""
    return Simulator(clock=StandingClock(), home=home)
