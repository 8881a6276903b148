"""The full sample's objects, as the API server keeps them: small enough for it, and for whoever reads them."""

import json

import pytest

from support.converged import Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

LARGEST = 48 * 1024


async def test_every_object_of_the_full_sample_stays_small_with_all_that_its_status_says(estate: Converged) -> None:
    names = estate.play.keys()
    sizes = {f"{name}": len(json.dumps(estate.play.obj(name))) for name in names}
    ways = {row["path"] for row in estate.play.status(estate.name)["reachability"]}
    assert ways == {"Bastion", "External", "FrontDoor", "ApplicationGateway", "Vpn"}
    assert {name: size for name, size in sizes.items() if size >= LARGEST} == {}
