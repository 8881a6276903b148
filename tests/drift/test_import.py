"""`loom import`: what it writes for an estate asks for exactly that estate, so that a plan of it changes nothing but the marks."""

import json
from pathlib import Path
from typing import Any

import pytest

from loom.api.changes import forbidden_changes
from loom.api.kinds import KINDS
from loom.api.objects import parse
from loom.cloud.factory import CloudFactory
from loom.engine.preview import Preview
from loom.errors import Refusal
from loom.estate import Imported, Wish, read_estate, written
from loom.kube import connection
from loom.plan.ownership import TAG
from loom.preview import Request, preview_files
from loom.sim.clock import StandingClock
from support.clouds import settings_for
from support.converged import Converged, converged
from support.drifts import ADMINS
from support.rehearsal import rehearsal
from support.samples import bare_zone, sample
from support.simulator import Simulator

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUBSCRIPTION = "30000000-0000-4000-8000-000000000002"
GROUP = "rg-csa-loom-dlz-finance-prod-eastus2"
TENANT = "10000000-0000-4000-8000-000000000001"
FRAME = ("adminPlaneRef", "domain", "environment", "subscriptionId", "location", "owner", "network")
WHOLE = {
    "access", "network", "storage", "eventHubs", "serviceBus", "cosmos", "eventGrid", "keyVault", "redis", "kusto", "apps", "accessPaths",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(connection, "SERVICE_ACCOUNT", tmp_path / "no-service-account")


def forget_marks(azure: Simulator) -> None:
    """Nobody has ever marked anything: the estate is as another tool would have made it."""
    for arm_id in azure.ids():
        body = azure.get(arm_id)
        if body is None or "csaloom-io-owner" not in json.dumps(body):
            continue
        if TAG in (body.get("tags") or {}):
            azure.edit(arm_id, {"tags": {TAG: None}})
        words = str((body.get("properties") or {}).get("description") or "")
        if TAG in words:
            azure.edit(arm_id, {"properties": {"description": words.split(" [")[0]}})


async def imported(azure: Simulator, group: str = GROUP, installation: str = "", **more: str) -> Imported:
    clouds = CloudFactory(settings_for(azure))
    try:
        cloud = clouds.for_terminal("AzureCloud", TENANT)
        found = await read_estate(cloud, f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}")
        return written(found, Wish(SUBSCRIPTION, group, tenant=TENANT, **more), TENANT, installation)
    finally:
        await clouds.aclose()


async def plan_of(azure: Simulator, made: Imported, folder: Path) -> Preview:
    """The preview of the zone that was imported."""
    file = folder / "estate.yaml"
    file.write_text(made.as_yaml())
    settings = settings_for(azure).model_copy(update={"installation": "rehearsal"})
    found = await preview_files(settings, Request([file]))
    assert found.refused == []
    return next(preview for preview in found.previews if preview.kind == "DataLandingZone")


def beside_the_marks(plan: Preview) -> list[tuple[str, str, str]]:
    """What a plan would change that is no mark of ownership."""
    marks = (f"tags.{TAG}", "properties.description")
    fields = ((change, field.path) for change in plan.changes for field in change.fields)
    return [(change.action, change.key, path) for change, path in fields if path not in marks]


async def test_a_plan_of_what_was_imported_changes_nothing_but_the_marks(estate: Converged, tmp_path: Path) -> None:
    forget_marks(estate.azure)
    made = await imported(estate.azure)
    for obj in made.objects:
        assert parse(KINDS[obj["kind"]], obj)
    spec = made.objects[1]["spec"]
    assert set(spec) >= WHOLE
    assert set(spec["accessPaths"]) == {"external", "frontDoor", "applicationGateway", "vpn"}
    theirs = [spec["kusto"]["clusterId"], spec["accessPaths"]["applicationGateway"]["certificate"]["keyVault"]["id"]]
    assert made.objects[0]["spec"]["grants"][0]["scopes"] == theirs
    plan = await plan_of(estate.azure, made, tmp_path)
    assert beside_the_marks(plan) == []
    assert {change.action for change in plan.changes} == {"Update"}
    assert plan.unchanged > 20


async def test_an_estate_with_engines_and_a_bastion_is_imported_with_them(tmp_path: Path) -> None:
    engines: dict[str, Any] = {
        "databricks": {"accessConnector": {}, "browserAuthentication": "Skip"},
        "synapse": {"filesystem": "studio", "sqlAdmins": {"groupId": ADMINS, "name": "SQL administrators"}},
    }
    apps: dict[str, Any] = {"environment": {}, "mirroring": {}}
    zone = bare_zone(
        "network",
        "access",
        storage={},
        eventHubs={},
        keyVault={},
        apps=apps,
        accessPaths={"bastion": {"own": {}}},
        **engines,
    )
    async with converged([sample("AdminPlane"), zone]) as estate:
        forget_marks(estate.azure)
        made = await imported(estate.azure)
        plan = await plan_of(estate.azure, made, tmp_path)
    spec = made.objects[1]["spec"]
    assert {name: spec[name] for name in engines} == engines
    assert spec["accessPaths"]["bastion"] == {"own": {}}
    assert beside_the_marks(plan) == []
    assert {change.action for change in plan.changes} == {"Update"}
    assert [note for note in made.notes if "would take the place of all its grants" not in note] == []


async def test_a_zone_that_is_kept_already_is_written_as_the_object_that_keeps_it(
    estate: Converged, tmp_path: Path
) -> None:
    made = await imported(estate.azure, installation="rehearsal")
    obj = made.objects[1]
    assert obj["metadata"] == {"name": "finance", "namespace": "domain-finance"}
    assert "adoption" not in obj["spec"]
    assert any("kept already, by DataLandingZone domain-finance/finance" in note for note in made.notes)
    before, after = (parse(KINDS["DataLandingZone"], one) for one in (sample("DataLandingZone"), obj))
    assert list(forbidden_changes(before, after)) == []
    plan = await plan_of(estate.azure, made, tmp_path)
    assert plan.changes == ()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"installation": "elsewhere"}, "of installation rehearsal, and the configured one is elsewhere"),
        ({"name": "other"}, "leave --namespace and --name out"),
    ],
    ids=["another installation", "another name"],
)
async def test_nobody_else_gets_a_file_for_what_is_kept_already(
    estate: Converged, more: dict[str, str], says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        await imported(estate.azure, **more)


async def test_an_estate_under_names_of_its_own_is_imported_with_them(tmp_path: Path) -> None:
    names = {
        "resourceGroup": "rg-theirs", "network": "vnet-theirs", "securityGroup": "nsg-theirs", "routeTable": "rt-theirs",
    }  # fmt: skip
    plane, zone = sample("AdminPlane"), sample("DataLandingZone")
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{names['resourceGroup']}"
    plane["spec"]["grants"][0]["scopes"] = [group]
    kept = {name: value for name, value in zone["spec"].items() if name in FRAME}
    zone["spec"] = {**kept, "names": names, "storage": {"name": "theirs", "filesystems": [{"name": "lake"}]}}
    async with Simulator(clock=StandingClock()) as azure, rehearsal(azure, (plane, zone)) as play:
        await play.settle()
        forget_marks(azure)
        rename_endpoint(azure, f"{group}/providers/Microsoft.Network/privateEndpoints/pe-theirs-blob", "theirs-to-blob")
        # Another object than the one that the names in the hub and in the DNS zones are formed of.
        made = await imported(azure, "rg-theirs", name="elsewhere")
        plan = await plan_of(azure, made, tmp_path)
    spec = made.objects[1]["spec"]
    assert spec["names"] == names
    assert (spec["storage"]["name"], made.objects[0]["spec"]["grants"][0]["scopes"]) == ("theirs", [group])
    assert beside_the_marks(plan) == []
    assert {change.action for change in plan.changes} == {"Update"}
    untouched = {"peering/from-hub", "dns-link/blob", "endpoint/storage-blob", "endpoint/storage-blob/dns"}
    assert not untouched & {change.key for change in plan.changes}


def rename_endpoint(azure: Simulator, arm_id: str, name: str) -> None:
    """The same private endpoint, with its registration, under another name."""
    bodies = [azure.get(place) for place in (arm_id, f"{arm_id}/privateDnsZoneGroups/default")]
    azure.delete(arm_id)
    for place, body in zip((name, f"{name}/privateDnsZoneGroups/default"), bodies, strict=True):
        assert body is not None
        kept = {field: value for field, value in body.items() if field in ("location", "tags", "properties")}
        azure.seed(f"{arm_id.rpartition('/')[0]}/{place}", kept)
