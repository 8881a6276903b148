"""A Databricks workspace in the zone's network and a Synapse workspace on its lake: made, kept closed, made again, and never deleted by
leaving them out. The service keeps a resource group for each, which is not the zone's."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from loom.plan.arm_id import name_of
from support.converged import ZONE, Converged, converged
from support.drifts import MEMBERS, NO_LOGS, STRICT_NAMES, TAGS, Edit
from support.samples import bare_zone, sample

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONNECTORS_ROLE = "role/databricks/access-connector/storage/storage-blob-data-contributor"
SYNAPSE_ROLE = "role/synapse/storage/storage-blob-data-contributor"
FOOTING = ("subnet/snet-databricks-host", "subnet/snet-databricks-container", "nsg/databricks")
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
    "synapse": ({"properties": {"publicNetworkAccess": "Enabled"}}, {"properties.publicNetworkAccess"}),
    "synapse/sign-in": (
        {"properties": {"azureADOnlyAuthentication": False}},
        {"properties.azureADOnlyAuthentication"},
    ),
    "synapse/sql-admins": (
        {"properties": {"login": "me", "sid": "60000000-0000-4000-8000-00000000000f"}},
        {"properties.login", "properties.sid"},
    ),
    "filesystem/synapse": ({"properties": {"publicAccess": "Blob"}}, {"properties.publicAccess"}),
    "endpoint/synapse-Sql": TAGS,
    "endpoint/synapse-SqlOnDemand": TAGS,
    "endpoint/synapse-Dev": TAGS,
    "dns-link/synapse/Sql": STRICT_NAMES,
    "dns-link/synapse/Dev": STRICT_NAMES,
    "diagnostics/synapse": NO_LOGS,
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made() -> AsyncIterator[Converged]:
    """A zone with nothing but a network, a data lake, and both workspaces with all that they can have."""
    admins = {"groupId": MEMBERS, "name": "SQL administrators"}
    engines = {"databricks": {"accessConnector": {}}, "synapse": {"sqlAdmins": admins}}
    async with converged([sample("AdminPlane"), bare_zone("network", storage={}, **engines)]) as estate:
        yield estate


def platforms_group(estate: Converged, workspace: str) -> str:
    """The id of the resource group that the service keeps for a workspace."""
    properties = estate.body(workspace)["properties"]
    if workspace == "databricks":
        return str(properties["managedResourceGroupId"])
    subscription = sample("DataLandingZone")["spec"]["subscriptionId"]
    return f"/subscriptions/{subscription}/resourceGroups/{properties['managedResourceGroupName']}"


both = pytest.mark.parametrize("workspace", ["databricks", "synapse"])


@both
async def test_its_group_is_the_platforms(estate: Converged, workspace: str) -> None:
    group = estate.azure.get(platforms_group(estate, workspace))
    assert group is not None
    assert "csaloom-io-owner" not in (group.get("tags") or {})
    assert platforms_group(estate, workspace) not in estate.inventory()
    await estate.is_quiet()


async def test_databricks_stands_in_the_zones_network(estate: Converged) -> None:
    body = estate.body("databricks")["properties"]
    assert body["parameters"]["customVirtualNetworkId"]["value"] == estate.ids["network"]
    assert body["parameters"]["enableNoPublicIp"]["value"] is True
    assert estate.play.status(estate.name)["endpoints"]["databricks"] == f"https://{body['workspaceUrl']}"


async def test_synapse_stands_on_the_zones_lake_in_a_network_of_azures_own(estate: Converged) -> None:
    body = estate.body("synapse")
    lake = body["properties"]["defaultDataLakeStorage"]
    assert (lake["resourceId"], lake["filesystem"]) == (estate.ids["storage"], "synapse")
    assert lake["accountUrl"] == estate.body("storage")["properties"]["primaryEndpoints"]["dfs"].rstrip("/")
    assert body["properties"]["managedVirtualNetwork"] == "default"
    assert estate.body(SYNAPSE_ROLE)["properties"]["principalId"] == body["identity"]["principalId"]
    told = estate.play.status(estate.name)["endpoints"]["synapse"]
    assert told == f"{body['name']}-ondemand.sql.azuresynapse.net"


async def test_no_password_is_sent_and_none_is_taken(estate: Converged) -> None:
    assert estate.body("synapse/sign-in")["properties"]["azureADOnlyAuthentication"] is True
    estate.delete("synapse")
    await estate.mend()
    (made,) = [r for r in estate.records("PUT") if r.path.lower() == estate.ids["synapse"].lower()]
    assert made.status in (200, 201)
    assert "sqlAdministratorLoginPassword" not in str(estate.body("synapse"))
    assert estate.body("synapse/sign-in")["properties"]["azureADOnlyAuthentication"] is True


@pytest.mark.parametrize("name", EDITS)
async def test_what_somebody_changed_is_named_and_brought_back(estate: Converged, name: str) -> None:
    patch, fields = EDITS[name]
    estate.edit(name, patch)
    mended = await estate.mend()
    (told,) = mended.told("DriftMended")
    assert set(told.partition(": ")[2].split(", ")) == fields
    assert mended.writes == (f"PUT {name}",)
    await estate.is_quiet()


SETTINGS = {
    "databricks": ("defaultCatalog", {"initialType": "UnityCatalog", "initialName": "finance"}),
    "synapse": (
        "workspaceRepositoryConfiguration",
        {"type": "WorkspaceGitHubConfiguration", "accountName": "contoso", "repositoryName": "finance"},
    ),
}


@both
async def test_what_somebody_set_of_a_workspace_outlives_a_write(estate: Converged, workspace: str) -> None:
    name, value = SETTINGS[workspace]
    estate.edit(workspace, {"properties": {name: value}})
    await estate.is_quiet()
    estate.edit(workspace, {"properties": {"publicNetworkAccess": "Enabled"}})
    await estate.mend()
    properties = estate.body(workspace)["properties"]
    assert properties[name] == value
    assert properties.get("managedVirtualNetwork", "default") == "default"


@both
async def test_one_that_somebody_deleted_is_made_again_with_its_group(estate: Converged, workspace: str) -> None:
    estate.delete(workspace)
    mended = await estate.mend()
    assert f"PUT {workspace}" in mended.writes
    assert workspace != "synapse" or "PUT synapse/sql-admins" in mended.writes
    assert estate.azure.get(platforms_group(estate, workspace)) is not None
    await estate.is_quiet()


async def test_the_connector_may_read_and_write_the_zones_lake(estate: Converged) -> None:
    role, connector = estate.body(CONNECTORS_ROLE)["properties"], estate.body("databricks/access-connector")
    assert role["principalId"] == connector["identity"]["principalId"]
    assert role["scope"].lower() == estate.ids["storage"].lower()
    assert role["roleDefinitionId"].endswith("ba92f5b4-2d11-453d-a403-e96b0029c9fe")
    assert "diagnostics/databricks/access-connector" not in estate.ids


async def test_a_connector_and_its_right_that_somebody_deleted_are_made_again(estate: Converged) -> None:
    estate.delete("databricks/access-connector")
    estate.delete(CONNECTORS_ROLE)
    mended = await estate.mend()
    assert mended.writes == ("PUT databricks/access-connector", f"PUT {CONNECTORS_ROLE}")
    await estate.is_quiet()


async def test_a_connector_that_is_asked_for_no_more_goes_with_its_right(estate: Converged) -> None:
    connector, role = estate.ids["databricks/access-connector"], estate.ids[CONNECTORS_ROLE]
    estate.play.change(ZONE, lambda spec: spec["databricks"].pop("accessConnector"))
    await estate.mend()
    assert [arm_id for arm_id in (connector, role) if estate.azure.get(arm_id)] == []
    await estate.is_quiet()


async def test_a_role_that_somebody_took_away_comes_back(estate: Converged) -> None:
    estate.delete(SYNAPSE_ROLE)
    mended = await estate.mend()
    assert mended.writes == (f"PUT {SYNAPSE_ROLE}",)
    await estate.is_quiet()


async def test_administrators_that_leave_the_spec_lose_their_right(estate: Converged) -> None:
    admins = estate.ids["synapse/sql-admins"]
    estate.play.change(ZONE, lambda spec: spec["synapse"].pop("sqlAdmins"))
    await estate.mend()
    assert estate.azure.get(admins) is None
    await estate.is_quiet()


async def test_databricks_stays_until_it_is_named_and_with_it_what_it_stands_in(estate: Converged) -> None:
    footing = [estate.ids[name] for name in FOOTING]
    things = [estate.ids["databricks"], platforms_group(estate, "databricks"), *footing]
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


async def test_synapse_stays_until_it_is_named_and_its_group_goes_with_it(estate: Converged) -> None:
    group, role = platforms_group(estate, "synapse"), estate.ids[SYNAPSE_ROLE]
    estate.play.change(ZONE, lambda spec: spec.pop("synapse"))
    await estate.mend()
    retained = estate.play.status(estate.name)["retained"]
    name = f"synapse/{name_of(estate.ids['synapse'])}"
    assert retained == [f"filesystem/{name_of(estate.ids['storage'])}/synapse", name]
    assert estate.azure.get(role) is None
    assert estate.azure.get(estate.ids["endpoint/synapse-Dev"]) is None
    estate.play.change(ZONE, lambda spec: spec.update(deleteData=[name]))
    await estate.mend()
    assert [arm_id for arm_id in (estate.ids["synapse"], group) if estate.azure.get(arm_id)] == []
    assert estate.azure.get(estate.ids["filesystem/synapse"]) is not None


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


async def test_synapses_serverless_sql_is_registered_under_a_name_of_its_own(estate: Converged) -> None:
    name = name_of(estate.ids["synapse"])
    records = [arm_id for arm_id in estate.azure.ids() if "sql.azuresynapse.net/a/" in arm_id.lower()]
    assert sorted(name_of(arm_id) for arm_id in records) == [name, f"{name}-ondemand"]
