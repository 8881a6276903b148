"""The ways in of a whole zone on the simulated Azure: from both places that one can look from."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from loom.health.prober import ProberFactory
from loom.kube.watch import is_true
from loom.manifests import read_manifests
from loom.sim.clock import StandingClock
from support.clouds import settings_for
from support.rehearsal import Rehearsal, rehearsal
from support.samples import SAMPLES
from support.simulator import Simulator

pytestmark = pytest.mark.sdk
ZONE = "DataLandingZone"


@asynccontextmanager
async def zone_with(*ways: str, **settings: Any) -> AsyncIterator[Rehearsal]:
    """The sample zone with these ways in (none: those through private networks), Ready."""
    documents = [obj for obj in read_manifests(SAMPLES) if obj["kind"] in ("AdminPlane", ZONE)]
    spec = next(obj for obj in documents if obj["kind"] == ZONE)["spec"]
    spec["accessPaths"] = {way: spec["accessPaths"][way] for way in ways or ("bastion", "external")}
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


async def test_a_gateway_behind_which_nothing_answers_says_so_a_look_later() -> None:
    async with zone_with("applicationGateway") as play:
        key, app = play.key(ZONE), next(i for i in play.azure.ids() if i.endswith("/containerApps/loom-console"))
        play.azure.door("POST", "/sim/knobs", {"id": app, "http": {"status": 503}})
        play.azure.advance(600)
        results = [await play.look_at(key)]
        while "behind it" not in play.status(key)["reachability"][0]["message"]:
            assert len(results) < 5, play.status(key)["reachability"]
            play.azure.advance(results[-1].requeue_after)
            results.append(await play.look_at(key))
        message = play.status(key)["reachability"][0]["message"]
        assert message.startswith(
            "https://loom.contoso.com answered 503; application-gateway says of what is behind it: 10.100."
        )
        assert message.endswith("is Unhealthy (The backend answered with status code 503)")
        posts = [record for record in play.azure.world.records.last if record.method == "POST"]
        assert [record.path.rpartition("/")[2] for record in posts] == ["backendhealth"]
        assert [record.path for record in play.azure.world.records.last if record.early] == []


async def test_an_operator_without_the_internet_says_what_azure_shows_and_not_that_it_works() -> None:
    async with zone_with("frontDoor", "applicationGateway") as play:
        nowhere = dict.fromkeys(("*.azurefd.net", "loom.contoso.com"), "127.0.0.1:9")
        play.probers = ProberFactory(settings_for(play.azure, connect_to=nowhere), play.azure.clock.now)
        result = await play.look_at(play.key(ZONE))
        play.azure.advance(600)
        for _ in range(3):
            result = await play.look_at(play.key(ZONE))
            play.azure.advance(result.requeue_after)
        rows = [("FrontDoor", "Unknown", None, "Arm"), ("ApplicationGateway", "Unknown", None, "Arm")]
        assert told(play) == (rows, ("Unknown", "NotMeasured"))
        words = {row["message"].partition("; ")[2] for row in play.status(play.key(ZONE))["reachability"]}
        assert words == {"Azure shows nothing wrong with it, which does not prove that it works"}
        assert is_true(play.obj(play.key(ZONE)), "Ready")  # it was reached before
        await play.probers.aclose()
