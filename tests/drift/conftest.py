"""One converged estate for all tests of this folder: seconds to make, milliseconds to put back."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from loom.manifests import read_manifests
from support.converged import PRODUCT, Converged, converged
from support.oracles import ROOT
from support.samples import SAMPLES

TYPES = Path(os.environ.get("LOOM_AZURE_TYPES") or ROOT.parent / "shared" / "azure-types")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def made() -> AsyncIterator[Converged]:
    """The samples, converged; bodies are checked against Azure's type tables where the machine has them."""
    types = TYPES if (TYPES / "index.json").is_file() else None
    async with converged(read_manifests(SAMPLES), types=types) as estate:
        yield estate


@pytest_asyncio.fixture(loop_scope="session")
async def estate(made: Converged) -> Converged:
    """The estate, which a module may have made of its own, with the zone as the object that is spoken of."""
    await made.begin()
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def shop(made: Converged) -> Converged:
    """The estate with the API product as the object that is spoken of."""
    await made.begin(PRODUCT)
    return made
