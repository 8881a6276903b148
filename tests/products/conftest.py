"""A product of its own in a simulated Azure, without its zone: converged through the real adapters, as often as a test likes."""

from collections.abc import AsyncIterator

import pytest

from loom.sim.clock import StandingClock
from support.shop import Shop, shop_in
from support.simulator import Simulator


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """A product of one API, not converged yet."""
    async with Simulator(clock=StandingClock()) as azure, shop_in(azure) as made:
        yield made
