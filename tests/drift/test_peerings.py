"""Two networks that lost one another: whichever side somebody deleted, both are made anew, and the zone is connected again."""

import pytest

from support.converged import Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIDES = ("peering/to-hub", "peering/from-hub")


def states(estate: Converged) -> list[str]:
    return [estate.body(side)["properties"]["peeringState"] for side in SIDES]


@pytest.mark.parametrize("side", SIDES)
async def test_one_side_deleted_is_told_and_both_are_connected_again(estate: Converged, side: str) -> None:
    (other,) = set(SIDES) - {side}
    estate.delete(side)
    lost = estate.body(other)["properties"]["peeringState"]
    mended = await estate.mend()
    assert lost == "Disconnected"
    assert mended.told("DriftMended") == [f"{other}: properties.peeringState"]
    assert states(estate) == ["Connected", "Connected"]


async def test_both_sides_deleted_are_made_again_without_a_deletion(estate: Converged) -> None:
    for side in SIDES:
        estate.delete(side)
    mended = await estate.mend()
    assert sorted(mended.writes) == ["PUT peering/from-hub", "PUT peering/to-hub"]
    assert states(estate) == ["Connected", "Connected"]


async def test_two_disconnected_sides_are_both_taken_away_first(estate: Converged) -> None:
    for side in SIDES:
        estate.edit(side, {"properties": {"peeringState": "Disconnected"}})
    mended = await estate.mend()
    methods = [write.split()[0] for write in mended.writes]
    assert methods == ["DELETE", "DELETE", "PUT", "PUT"]
    assert states(estate) == ["Connected", "Connected"]


async def test_no_write_is_refused_on_the_way(estate: Converged) -> None:
    estate.delete("peering/from-hub")
    await estate.mend()
    assert [record for record in estate.records("PUT", "DELETE") if record.status >= 400] == []


async def test_what_was_chosen_for_gateways_by_others_is_asked_of_them_again(estate: Converged) -> None:
    estate.edit("peering/from-hub", {"properties": {"allowGatewayTransit": True}})
    estate.edit("peering/from-hub", {"properties": {"allowForwardedTraffic": False}})
    await estate.mend()
    assert estate.body("peering/from-hub")["properties"]["allowGatewayTransit"] is True
