"""`loom import`: what it writes for an estate asks for exactly that estate, so that a plan of it changes nothing but the marks."""

import json
from pathlib import Path

import pytest

from loom.api.kinds import KINDS
from loom.api.objects import parse
from loom.cloud.factory import CloudFactory
from loom.engine.preview import Preview
from loom.estate import Imported, Wish, read_estate, written
from loom.kube import connection
from loom.plan.ownership import TAG
from loom.preview import Request, preview_files
from support.clouds import settings_for
from support.converged import Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUBSCRIPTION = "30000000-0000-4000-8000-000000000002"
GROUP = "rg-csa-loom-dlz-finance-prod-eastus2"
TENANT = "10000000-0000-4000-8000-000000000001"
WISH = Wish(SUBSCRIPTION, GROUP, tenant=TENANT)


@pytest.fixture(autouse=True)
def _no_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(connection, "SERVICE_ACCOUNT", tmp_path / "no-service-account")


def forget_marks(estate: Converged) -> None:
    """Nobody has ever marked anything: the estate is as another tool would have made it."""
    for arm_id in estate.azure.ids():
        body = estate.azure.get(arm_id)
        if body is None or "csaloom-io-owner" not in json.dumps(body):
            continue
        if TAG in (body.get("tags") or {}):
            estate.azure.edit(arm_id, {"tags": {TAG: None}})
        words = str((body.get("properties") or {}).get("description") or "")
        if TAG in words:
            estate.azure.edit(arm_id, {"properties": {"description": words.split(" [")[0]}})


async def imported(estate: Converged, **more: str) -> Imported:
    clouds = CloudFactory(settings_for(estate.azure))
    try:
        cloud = clouds.for_terminal("AzureCloud", TENANT)
        found = await read_estate(cloud, f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}")
        return written(found, Wish(SUBSCRIPTION, GROUP, tenant=TENANT, **more), TENANT)
    finally:
        await clouds.aclose()


async def plan_of(estate: Converged, made: Imported, folder: Path) -> Preview:
    """The preview of the zone that was imported."""
    file = folder / "estate.yaml"
    file.write_text(made.as_yaml())
    settings = settings_for(estate.azure).model_copy(update={"installation": "rehearsal"})
    found = await preview_files(settings, Request([file]))
    assert found.refused == []
    return next(preview for preview in found.previews if preview.kind == "DataLandingZone")


async def test_a_plan_of_what_was_imported_changes_nothing_but_the_marks(estate: Converged, tmp_path: Path) -> None:
    forget_marks(estate)
    made = await imported(estate)
    for obj in made.objects:
        assert parse(KINDS[obj["kind"]], obj)
    plan = await plan_of(estate, made, tmp_path)
    others = [
        (change.action, change.key, field.path)
        for change in plan.changes
        for field in change.fields or ()
        if field.path not in (f"tags.{TAG}", "properties.description")
    ]
    assert others == []
    assert {change.action for change in plan.changes} == {"Update"}
    assert plan.unchanged > 20
