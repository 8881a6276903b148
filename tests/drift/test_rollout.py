"""Three zones of one plane take a new version of the apps one after the other, and stop where the first one fails on it."""

from collections.abc import AsyncIterator, Callable
from copy import deepcopy
from typing import Any

import pytest
import pytest_asyncio

from loom.kube.key import Key
from loom.manifests import read_manifests
from loom.sim.clock import StandingClock
from support.converged import PASSES, ZONE
from support.rehearsal import Rehearsal, rehearsal
from support.samples import SAMPLES
from support.simulator import Simulator

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = ("one", "three", "two")  # created in this order
NEW = "0.4.0"


@pytest_asyncio.fixture(loop_scope="session")
async def play() -> AsyncIterator[Rehearsal]:
    samples = read_manifests(SAMPLES)
    (plane,) = (deepcopy(item) for item in samples if item["kind"] == "AdminPlane")
    (zone,) = (item for item in samples if item["kind"] == ZONE)
    plane["spec"]["grants"][0]["maxZones"] = 3
    async with (
        Simulator(clock=StandingClock()) as azure,
        rehearsal(azure, [plane, *(_small(zone, number, name) for number, name in enumerate(NAMES))]) as play,
    ):
        await play.settle()
        yield play


def _small(zone: dict[str, Any], number: int, name: str) -> dict[str, Any]:
    small = deepcopy(zone)
    small["metadata"] |= {"name": name, "creationTimestamp": f"2026-01-0{number + 1}T00:00:00Z"}
    wanted = ("adminPlaneRef", "environment", "subscriptionId", "location", "eventHubs")
    small["spec"] = {field: small["spec"][field] for field in wanted} | {
        "domain": name,
        "network": {"addressSpace": f"10.{100 + number}.0.0/20"},
        "apps": {"environment": {}, "mirroring": {}},
    }
    return small


def released(play: Rehearsal) -> dict[str, str]:
    return {name: play.status(play.key(ZONE, name))["release"]["version"] for name in NAMES}


def message(play: Rehearsal, name: str) -> str:
    return str(play.status(play.key(ZONE, name))["release"].get("message"))


async def rounds(play: Rehearsal, until: Callable[[Rehearsal], bool]) -> list[dict[str, str]]:
    """Passes of all zones, the last created first; what they ran, each state once."""
    zones: list[Key] = [play.key(ZONE, name) for name in reversed(NAMES)]
    seen = [released(play)]
    for _ in range(PASSES):
        results = [await play.look_at(key) for key in zones]
        if seen[-1] != released(play):
            seen.append(released(play))
        if until(play):
            return seen
        play.azure.advance(min(result.requeue_after for result in results))
    raise AssertionError(seen)


def all_have_it(play: Rehearsal) -> bool:
    return set(released(play).values()) == {NEW}


def all_wait(play: Rehearsal) -> bool:
    return all("paused" in message(play, name) for name in ("two", "three"))


async def test_the_zones_take_it_one_after_the_other_and_a_restart_loses_nobodys_turn(play: Rehearsal) -> None:
    play.change("AdminPlane", lambda spec: spec["apps"].update(version=NEW))
    await play.look_at(play.key(ZONE, "two"))
    assert message(play, "two") == "waiting for its turn: domain-finance/one and domain-finance/three first"
    play.memories.clear()
    play.begin_anew()
    seen = await rounds(play, all_have_it)
    assert [sum(version == NEW for version in state.values()) for state in seen] == [0, 1, 2, 3]
    assert [name for state in seen[1:2] for name, version in state.items() if version == NEW] == ["one"]
    assert "next" not in play.status(play.key(ZONE, "two"))["release"]


async def test_where_the_first_zone_fails_on_it_the_others_keep_theirs(play: Rehearsal) -> None:
    (app,) = (
        found for found in play.azure.ids() if "dlz-one-" in found and found.endswith("containerApps/loom-mirroring")
    )
    play.azure.door("POST", "/sim/knobs", {"id": app, "failure": "CrashLoop"})
    play.change("AdminPlane", lambda spec: spec["apps"].update(version=NEW))
    await rounds(play, all_wait)
    assert released(play) == {"one": NEW, "three": "0.3.0", "two": "0.3.0"}
    assert message(play, "two") == f"paused: zone domain-finance/one is unhealthy with {NEW}"

    play.azure.door("POST", "/sim/knobs", {"id": app})
    seen = await rounds(play, all_have_it)
    assert [name for state in seen[1:2] for name, version in state.items() if version == NEW] == ["one", "three"]
