"""What the adapters' tests share: a simulated Azure whose clock stands, and a cloud on it."""

from collections.abc import AsyncIterator

import pytest

from loom.cloud.azure import AzureCloud
from loom.sim.clock import StandingClock
from support.clouds import cloud_on
from support.simulator import Simulator


@pytest.fixture
async def azure() -> AsyncIterator[Simulator]:
    async with Simulator(clock=StandingClock()) as simulator:
        yield simulator


@pytest.fixture
async def cloud(azure: Simulator) -> AsyncIterator[AzureCloud]:
    async with cloud_on(azure) as adapter:
        yield adapter
