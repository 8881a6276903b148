"""The small samples, each alone with the sample plane: a zone with storage only, and apps on services that stand already."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from loom.manifests import read_manifests
from support.converged import ZONE, Converged, converged
from support.samples import ALL_SAMPLES, sample

from .conftest import TYPES

pytestmark = pytest.mark.asyncio(loop_scope="module")


def attached(estate: Converged) -> list[str]:
    """The ids of what the zone attaches."""
    spec = estate.play.obj(estate.name)["spec"]
    return [spec[name]["existing"]["id"] for name in ("eventHubs", "cosmos", "keyVault")]


@asynccontextmanager
async def estate_of(folder: str) -> AsyncIterator[Converged]:
    """The sample of a folder, Ready on the sample plane."""
    zone = next(obj for obj in read_manifests(ALL_SAMPLES / folder) if obj["kind"] == ZONE)
    types = TYPES if (TYPES / "index.json").is_file() else None
    async with converged([sample("AdminPlane"), zone], types=types) as estate:
        await estate.meet()
        yield estate


async def test_a_zone_with_storage_only_has_addresses_of_the_planes_and_runs_nothing() -> None:
    async with estate_of("storage-only") as estate:
        assert estate.body("network")["properties"]["addressSpace"]["addressPrefixes"] == ["10.104.0.0/20"]
        assert [name for name in estate.ids if name.startswith(("app/", "environment", "event-hubs"))] == []
        status = estate.play.status(estate.name)
        assert [row for name in ("apps", "wiring", "reachability") for row in status.get(name) or ()] == []
        await estate.is_quiet()


async def test_apps_on_services_that_stand_already_work_and_the_services_are_never_written() -> None:
    async with estate_of("existing-services") as estate:
        status = estate.play.status(estate.name)
        assert {row["name"]: row["health"] for row in status["apps"]} == {
            "loom-console": "Healthy", "loom-mirroring": "Healthy",
        }  # fmt: skip
        assert {row["path"]: row["result"] for row in status["reachability"]} == {
            "Bastion": "Reachable", "External": "Reachable",
        }  # fmt: skip
        bodies = [estate.azure.get(arm_id) for arm_id in attached(estate)]
        assert ["csaloom-io-owner" in str(body.get("tags")) for body in bodies if body] == [False] * 3
        await estate.is_quiet()
