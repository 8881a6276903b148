"""The full sample as a whole: its objects are small enough for the API server and for people, and another tag makes none of it unwell."""

import json

import pytest

from support.converged import PASSES, ZONE, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

LARGEST = 48 * 1024
WELL = ("Healthy", "NetworkReady", "ServicesReady", "BackingServicesWired", "AppsHealthy", "Reachable")


async def test_every_object_of_the_full_sample_stays_small_with_all_that_its_status_says(estate: Converged) -> None:
    names = estate.play.keys()
    sizes = {f"{name}": len(json.dumps(estate.play.obj(name))) for name in names}
    ways = {row["path"] for row in estate.play.status(estate.name)["reachability"]}
    assert ways == {"Bastion", "External", "FrontDoor", "ApplicationGateway", "Vpn"}
    assert {name: size for name, size in sizes.items() if size >= LARGEST} == {}


async def test_another_tag_leaves_the_zone_as_well_as_it_was_until_every_gateway_has_it(estate: Converged) -> None:
    estate.play.change(ZONE, lambda spec: spec.update(costCenter="CC-1"))
    result, passes = await estate.look(), 0
    while estate.conditions()["Ready"]["status"] != "True":
        assert estate.conditions()["Ready"]["message"].startswith(("being changed: ", "written, and being read back"))
        told = {name: row["status"] for name, row in estate.conditions().items()}
        assert {told.get(name) for name in WELL} == {"True"}, told
        assert {row["result"] for row in estate.play.status(estate.name)["reachability"]} == {"Reachable"}
        passes += 1
        assert passes < PASSES
        estate.azure.advance(result.requeue_after)
        result = await estate.play.look_at(estate.name)
    assert passes > 5  # a VPN gateway takes its time
