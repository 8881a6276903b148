"""A Databricks workspace in the zone's network: made, kept closed, made again, and never deleted by leaving it out."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from loom.plan.arm_id import name_of
from support.converged import ZONE, Converged, converged
from support.drifts import NO_LOGS, STRICT_NAMES, TAGS, Edit
from support.samples import bare_zone, sample

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROLE = "role/databricks/access-connector/storage/storage-blob-data-contributor"
EDITS: dict[str, Edit] = {
    "databricks": (
        {"properties": {"publicNetworkAccess": "Enabled", "requiredNsgRules": "AllRules"}},
        {"properties.publicNetworkAccess", "properties.requiredNsgRules"},
    ),
    "databricks/access-connector": TAGS,
    "nsg/databricks": TAGS,
    "subnet/snet-databricks-host": (
        {"properties": {"delegations": []}},
        {"properties.delegations[Microsoft.Databricks/workspaces]"},
    ),
    "endpoint/databricks-databricks_ui_api": TAGS,
    "endpoint/databricks-browser_authentication": TAGS,
    "dns-link/databricks_ui_api": STRICT_NAMES,
    "diagnostics/databricks": NO_LOGS,
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made() -> AsyncIterator[Converged]:
    """A zone with nothing but a network, a data lake, the workspace and its connector."""
    zone = bare_zone("network", storage={}, databricks={"accessConnector": {}})
    async with converged([sample("AdminPlane"), zone]) as estate:
        yield estate


def platforms_group(estate: Converged) -> str:
    return str(estate.body("databricks")["properties"]["managedResourceGroupId"])


async def test_the_workspace_stands_in_the_zones_network_and_its_group_is_the_platforms(estate: Converged) -> None:
    body = estate.body("databricks")["properties"]
    assert body["parameters"]["customVirtualNetworkId"]["value"] == estate.ids["network"]
    assert body["parameters"]["enableNoPublicIp"]["value"] is True
    assert estate.play.status(estate.name)["endpoints"]["databricks"] == f"https://{body['workspaceUrl']}"
    group = estate.azure.get(platforms_group(estate))
    assert group is not None
    assert "csaloom-io-owner" not in (group.get("tags") or {})
    assert platforms_group(estate) not in estate.inventory()
    await estate.is_quiet()


@pytest.mark.parametrize("name", EDITS)
async def test_what_somebody_changed_is_named_and_brought_back(estate: Converged, name: str) -> None:
    patch, fields = EDITS[name]
    estate.edit(name, patch)
    mended = await estate.mend()
    (told,) = mended.told("DriftMended")
    assert set(told.partition(": ")[2].split(", ")) == fields
    assert mended.writes == (f"PUT {name}",)
    await estate.is_quiet()


async def test_what_somebody_set_of_a_workspace_outlives_a_write(estate: Converged) -> None:
    catalog = {"initialType": "UnityCatalog", "initialName": "finance"}
    estate.edit("databricks", {"properties": {"defaultCatalog": catalog}})
    await estate.is_quiet()
    estate.edit("databricks", {"properties": {"publicNetworkAccess": "Enabled"}})
    await estate.mend()
    assert estate.body("databricks")["properties"]["defaultCatalog"] == catalog


async def test_a_workspace_that_somebody_deleted_is_made_again_with_its_endpoints(estate: Converged) -> None:
    estate.delete("databricks")
    mended = await estate.mend()
    assert "PUT databricks" in mended.writes
    assert estate.azure.get(platforms_group(estate)) is not None
    await estate.is_quiet()


async def test_the_connector_may_read_and_write_the_zones_lake(estate: Converged) -> None:
    role, connector = estate.body(ROLE)["properties"], estate.body("databricks/access-connector")
    assert role["principalId"] == connector["identity"]["principalId"]
    assert role["scope"].lower() == estate.ids["storage"].lower()
    assert role["roleDefinitionId"].endswith("ba92f5b4-2d11-453d-a403-e96b0029c9fe")
    assert "diagnostics/databricks/access-connector" not in estate.ids


async def test_a_connector_and_its_right_that_somebody_deleted_are_made_again(estate: Converged) -> None:
    estate.delete("databricks/access-connector")
    estate.delete(ROLE)
    mended = await estate.mend()
    assert mended.writes == ("PUT databricks/access-connector", f"PUT {ROLE}")
    await estate.is_quiet()


async def test_a_connector_that_is_asked_for_no_more_goes_with_its_right(estate: Converged) -> None:
    connector, role = estate.ids["databricks/access-connector"], estate.ids[ROLE]
    estate.play.change(ZONE, lambda spec: spec["databricks"].pop("accessConnector"))
    await estate.mend()
    assert [arm_id for arm_id in (connector, role) if estate.azure.get(arm_id)] == []
    await estate.is_quiet()


FOOTING = ("subnet/snet-databricks-host", "subnet/snet-databricks-container", "nsg/databricks")


async def test_it_stays_until_it_is_named_and_with_it_what_it_stands_in(estate: Converged) -> None:
    footing = [estate.ids[name] for name in FOOTING]
    things = [estate.ids["databricks"], platforms_group(estate), *footing]
    estate.play.change(ZONE, lambda spec: spec.pop("databricks"))
    mended = await estate.mend()
    assert not {arm_id.lower() for arm_id in footing} & {record.path.lower() for record in estate.records("DELETE")}
    assert "DELETE endpoint/databricks-databricks_ui_api" in mended.writes
    (retained,) = estate.play.status(estate.name)["retained"]
    assert retained == f"databricks/{name_of(estate.ids['databricks'])}"
    rows = {row["id"]: row for row in estate.play.status(estate.name)["resources"]}
    assert [(rows[arm_id]["state"], rows[arm_id]["reason"]) for arm_id in footing] == [("Retained", "Retained")] * 3
    assert "stands in it" in rows[footing[0]]["message"]
    await estate.is_quiet()
    estate.play.change(ZONE, lambda spec: spec.update(deleteData=[retained]))
    await estate.mend()
    assert [arm_id for arm_id in things if estate.azure.get(arm_id)] == []


async def test_a_zone_that_goes_leaves_what_its_workspace_stands_in(estate: Converged) -> None:
    footing = [estate.ids[name] for name in FOOTING]
    estate.play.change(ZONE, lambda spec: spec.update(deletionPolicy="Delete"))
    await estate.play.delete(ZONE)
    assert [arm_id for arm_id in footing if estate.azure.get(arm_id) is None] == []
    assert estate.azure.get(estate.ids["endpoint/databricks-databricks_ui_api"]) is None


async def test_what_a_workspace_stood_in_goes_once_somebody_has_deleted_that(estate: Converged) -> None:
    footing = [estate.ids[name] for name in FOOTING]
    estate.play.change(ZONE, lambda spec: spec.pop("databricks"))
    await estate.mend()
    estate.delete("databricks")
    await estate.mend()
    assert [arm_id for arm_id in footing if estate.azure.get(arm_id)] == []


async def test_an_address_for_signing_in_that_another_zone_has_is_not_taken_from_it(estate: Converged) -> None:
    endpoint = estate.ids["endpoint/databricks-browser_authentication"]
    address = next(arm_id for arm_id in estate.azure.ids() if arm_id.lower().endswith("/a/eastus2.pl-auth"))
    estate.delete("endpoint/databricks-browser_authentication")
    others = {"properties": {"metadata": {"creator": "created by private endpoint pe-theirs"}, "aRecords": []}}
    estate.azure.seed(address, others)
    await estate.look()
    assert estate.azure.get(endpoint) is None
    row = estate.conditions()["NetworkReady"]
    assert (row["reason"], "browserAuthentication: Skip" in row["message"]) == ("PlaceTaken", True)
    estate.play.change(ZONE, lambda spec: spec.update(databricks={"browserAuthentication": "Skip"}))
    await estate.mend()
    assert estate.azure.get(address) is not None
