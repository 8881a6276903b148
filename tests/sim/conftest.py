from __future__ import annotations

from pathlib import Path

import pytest

from loom.sim.clock import StandingClock
from support.simulator import Simulator

from .apim_bench import Bench


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simulator")


@pytest.fixture
def azure(home: Path) -> Simulator:
    """A simulated cloud whose time stands still, asked by function calls."""
    return Simulator(clock=StandingClock(), home=home)


@pytest.fixture
def bench(azure: Simulator) -> Bench:
    """An API Management service with one API; modules that need another one have their own."""
    found = Bench(azure)
    found.imported()
    return found


@pytest.fixture
def key(bench: Bench) -> str:
    """The key of a subscription to a product that publishes it."""
    return bench.published()
