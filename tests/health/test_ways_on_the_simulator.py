"""The ways in of a whole zone on the simulated Azure: from both places that one can look from."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from loom.manifests import read_manifests
from loom.sim.clock import StandingClock
from support.rehearsal import Rehearsal, rehearsal
from support.samples import SAMPLES
from support.simulator import Simulator

pytestmark = pytest.mark.sdk
ZONE = "DataLandingZone"


@asynccontextmanager
async def zone_with(**settings: Any) -> AsyncIterator[Rehearsal]:
    """The sample zone with its ways in, Ready."""
    documents = [obj for obj in read_manifests(SAMPLES) if obj["kind"] in ("AdminPlane", ZONE)]
    next(obj for obj in documents if obj["kind"] == ZONE)["spec"]["accessPaths"] = {"bastion": {}, "external": {}}
    async with Simulator(clock=StandingClock()) as azure, rehearsal(azure, documents, **settings) as play:
        await play.settle()
        yield play


def told(play: Rehearsal) -> tuple[list[tuple[str, str, int | None, str]], tuple[str, str]]:
    status = play.status(play.key(ZONE))
    rows = [
        (row["path"], row["result"], row.get("httpStatus"), row.get("probedFrom", "")) for row in status["reachability"]
    ]
    (condition,) = (c for c in status["conditions"] if c["type"] == "Reachable")
    return rows, (condition["status"], condition["reason"])


async def test_who_runs_where_the_networks_lead_asks_by_http() -> None:
    async with zone_with() as play:
        rows = [("Bastion", "Reachable", 200, "Operator"), ("External", "Reachable", 200, "Operator")]
        assert told(play) == (rows, ("True", "Succeeded"))


async def test_who_runs_elsewhere_goes_by_azures_own_word() -> None:
    async with zone_with(connect_to={}) as play:
        rows = [("Bastion", "Reachable", None, "Arm"), ("External", "Reachable", None, "Arm")]
        assert told(play) == (rows, ("True", "Succeeded"))


async def test_an_app_that_answers_no_more_is_told_with_its_moment_and_well_again_after_that() -> None:
    async with zone_with() as play:
        key, app = play.key(ZONE), next(i for i in play.azure.ids() if i.endswith("/containerApps/loom-console"))
        first = play.status(key)["reachability"][0]["since"]
        for order, result in (({"http": {"status": 503}}, "Unreachable"), ({"http": {"status": 403}}, "Reachable")):
            play.azure.door("POST", "/sim/knobs", {"id": app, **order})
            play.azure.advance(600)
            await play.look_at(key)
            row = play.status(key)["reachability"][0]
            assert row["result"] == result
            assert row["since"] > first
            first = row["since"]


async def test_an_ingress_that_somebody_closes_is_opened_again() -> None:
    async with zone_with() as play:
        key, app = play.key(ZONE), next(i for i in play.azure.ids() if i.endswith("/containerApps/loom-console"))
        play.azure.edit(app, {"properties": {"configuration": {"ingress": {"external": False}}}})
        play.azure.advance(600)
        result = await play.look_at(key)
        await play.settle()
        play.azure.advance(60)
        await play.look_at(key)
        assert "DriftMended" in {event.reason for event in result.events}
        assert told(play)[1] == ("True", "Succeeded")
