"""Broken zones, each as somebody meets it who knows nothing: read the app's row, find its reason on the page, do what it says."""

from pathlib import Path
from typing import Any

import pytest

from support.converged import PASSES, ZONE, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = (Path(__file__).parents[2] / "docs" / "my-app-is-not-healthy.md").read_text()
REGISTRY = (
    "/subscriptions/30000000-0000-4000-8000-000000000001/resourceGroups/rg-csa-loom-admin-eastus2"
    "/providers/Microsoft.ContainerRegistry/registries/acrother"
)


def the_page_says(reason: str) -> str:
    """The paragraph of a reason, on one line."""
    _, found, rest = PAGE.partition(f"### {reason}\n")
    assert found, f"the page has no paragraph {reason}"
    return " ".join(rest.partition("\n##")[0].split())


def row(estate: Converged, app: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in estate.play.status(estate.name)["apps"] if row["name"] == app)
    return found


async def row_once_told(estate: Converged, app: str, reason: str) -> dict[str, Any]:
    """The app's row of `status.apps` as soon as it has a reason that is more than progress."""
    result = await estate.look()
    for _ in range(2 * PASSES):
        if row(estate, app).get("reason") == reason:
            return row(estate, app)
        estate.azure.advance(result.requeue_after)
        result = await estate.play.look_at(estate.name)
    raise AssertionError((row(estate, app), estate.conditions()))


async def is_well_again(estate: Converged, app: str) -> None:
    await estate.mend()
    assert row(estate, app)["health"] == "Healthy"
    assert estate.conditions()["AppsHealthy"]["status"] == "True"


async def test_a_value_that_is_missing(estate: Converged) -> None:
    estate.play.change(ZONE, lambda spec: spec["apps"]["mcp"].pop("audience"))
    found = await row_once_told(estate, "loom-mcp", "WaitingForSettings")
    assert (found["health"], "spec.apps.mcp.audience" in found["message"]) == ("Unhealthy", True)
    assert "The message names the field of the zone's spec to add" in the_page_says(found["reason"])
    wired = estate.conditions()["BackingServicesWired"]
    assert (wired["status"], wired["reason"]) == ("False", "MissingBackingService")
    assert "loom-mcp needs apps.mcp.audience for MCP_AUDIENCE: add spec.apps.mcp.audience" in wired["message"]
    assert row(estate, "loom-mirroring")["health"] == "Healthy"

    estate.play.change(ZONE, lambda spec: spec["apps"]["mcp"].update(audience="api://loom-mcp"))
    await is_well_again(estate, "loom-mcp")


async def test_a_service_that_is_missing(estate: Converged) -> None:
    before: dict[str, Any] = {}
    estate.play.change(ZONE, lambda spec: before.update(eventHubs=spec.pop("eventHubs")))
    found = await row_once_told(estate, "loom-mirroring", "WaitingForSettings")
    assert found["message"] == "does not run: it needs spec.eventHubs"

    estate.play.change(ZONE, lambda spec: spec.update(before))
    await is_well_again(estate, "loom-mirroring")


async def test_an_image_that_nobody_pushed(estate: Converged) -> None:
    estate.azure.settings(missing_images=[":0[.]4[.]0$"])
    image = "acrloom.azurecr.io/loom/loom-mirroring"
    estate.play.change(ZONE, lambda spec: spec["apps"].update(mirroring={"image": f"{image}:0.4.0"}))
    found = await row_once_told(estate, "loom-mirroring", "ImageNotFound")
    assert f"{image}:0.4.0" in found["message"]
    assert estate.conditions()["AppsHealthy"]["reason"] == "ImageNotFound"
    assert "`spec.apps.<app>.image`" in the_page_says(found["reason"])

    estate.play.change(ZONE, lambda spec: spec["apps"].update(mirroring={"image": f"{image}:0.3.0"}))
    await is_well_again(estate, "loom-mirroring")


async def test_an_image_of_a_registry_that_does_not_know_us(estate: Converged) -> None:
    estate.azure.seed(REGISTRY, {"location": "eastus2", "sku": {"name": "Premium"}, "properties": {}})
    estate.play.change("AdminPlane", lambda spec: spec["grants"][0].update(registries=["acrother"]))
    estate.play.change(ZONE, lambda spec: spec["apps"].update(mirroring={"image": "acrother.azurecr.io/theirs:1"}))
    found = await row_once_told(estate, "loom-mirroring", "ImagePullDenied")
    assert "acrother.azurecr.io/theirs:1" in found["message"]
    assert "such an image must be one that everybody may pull" in the_page_says(found["reason"])

    estate.play.change(ZONE, lambda spec: spec["apps"].update(mirroring={}))
    await is_well_again(estate, "loom-mirroring")


async def test_an_app_that_ends_again_and_again(estate: Converged) -> None:
    app = estate.ids["app/loom-mirroring"]
    estate.azure.door("POST", "/sim/knobs", {"id": app, "failure": "CrashLoop"})
    found = await row_once_told(estate, "loom-mirroring", "CrashLoop")
    assert "the app's own log says what is" in the_page_says(found["reason"])
    assert found["image"].endswith(":0.3.0")

    estate.azure.door("POST", "/sim/knobs", {"id": app})  # the other version does not crash
    image = "acrloom.azurecr.io/loom/loom-mirroring:0.3.1"
    estate.play.change(ZONE, lambda spec: spec["apps"].update(mirroring={"image": image}))
    await is_well_again(estate, "loom-mirroring")
    assert row(estate, "loom-mirroring")["image"] == image


async def test_an_app_that_somebody_stopped(estate: Converged) -> None:
    app = estate.ids["app/loom-mirroring"]
    estate.azure.call("POST", f"{app}/stop?api-version=2026-01-01")
    found = await row_once_told(estate, "loom-mirroring", "Idle")
    assert found["message"] == "it has been stopped; start it"
    assert "`az containerapp start`" in the_page_says(found["reason"])

    estate.azure.call("POST", f"{app}/start?api-version=2026-01-01")
    await is_well_again(estate, "loom-mirroring")
