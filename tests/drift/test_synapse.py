"""A Synapse workspace on the zone's data lake: made, kept closed and without passwords, made again, never deleted by leaving it out."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from loom.plan.arm_id import name_of
from support.converged import ZONE, Converged, converged
from support.drifts import MEMBERS, NO_LOGS, STRICT_NAMES, TAGS, Edit
from support.samples import bare_zone, sample

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROLE = "role/synapse/storage/storage-blob-data-contributor"
EDITS: dict[str, Edit] = {
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
    """A zone with nothing but a network, a data lake and the workspace."""
    admins = {"groupId": MEMBERS, "name": "SQL administrators"}
    zone = bare_zone("network", storage={}, synapse={"sqlAdmins": admins})
    async with converged([sample("AdminPlane"), zone]) as estate:
        yield estate


def platforms_group(estate: Converged) -> str:
    name = estate.body("synapse")["properties"]["managedResourceGroupName"]
    return f"/subscriptions/{sample('DataLandingZone')['spec']['subscriptionId']}/resourceGroups/{name}"


async def test_the_workspace_stands_on_the_zones_lake_in_a_network_of_azures_own(estate: Converged) -> None:
    body = estate.body("synapse")
    lake = body["properties"]["defaultDataLakeStorage"]
    assert (lake["resourceId"], lake["filesystem"]) == (estate.ids["storage"], "synapse")
    assert lake["accountUrl"] == estate.body("storage")["properties"]["primaryEndpoints"]["dfs"].rstrip("/")
    assert body["properties"]["managedVirtualNetwork"] == "default"
    assert estate.body(ROLE)["properties"]["principalId"] == body["identity"]["principalId"]
    told = estate.play.status(estate.name)["endpoints"]["synapse"]
    assert told == f"{body['name']}-ondemand.sql.azuresynapse.net"
    group = estate.azure.get(platforms_group(estate))
    assert group is not None
    assert "csaloom-io-owner" not in (group.get("tags") or {})
    assert platforms_group(estate) not in estate.inventory()
    await estate.is_quiet()


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


async def test_what_somebody_set_of_a_workspace_outlives_a_write(estate: Converged) -> None:
    git = {"type": "WorkspaceGitHubConfiguration", "accountName": "contoso", "repositoryName": "finance"}
    estate.edit("synapse", {"properties": {"workspaceRepositoryConfiguration": git}})
    await estate.is_quiet()
    estate.edit("synapse", {"properties": {"publicNetworkAccess": "Enabled"}})
    await estate.mend()
    properties = estate.body("synapse")["properties"]
    assert (properties["workspaceRepositoryConfiguration"], properties["managedVirtualNetwork"]) == (git, "default")


async def test_a_workspace_that_somebody_deleted_is_made_again_with_its_endpoints_and_its_right(
    estate: Converged,
) -> None:
    estate.delete("synapse")
    mended = await estate.mend()
    assert {"PUT synapse", "PUT synapse/sql-admins"} <= set(mended.writes)
    assert estate.azure.get(platforms_group(estate)) is not None
    await estate.is_quiet()


async def test_a_role_that_somebody_took_away_comes_back(estate: Converged) -> None:
    estate.delete(ROLE)
    mended = await estate.mend()
    assert mended.writes == (f"PUT {ROLE}",)
    await estate.is_quiet()


async def test_administrators_that_leave_the_spec_lose_their_right(estate: Converged) -> None:
    admins = estate.ids["synapse/sql-admins"]
    estate.play.change(ZONE, lambda spec: spec["synapse"].pop("sqlAdmins"))
    await estate.mend()
    assert estate.azure.get(admins) is None
    await estate.is_quiet()


async def test_it_stays_until_it_is_named_and_its_group_goes_with_it(estate: Converged) -> None:
    group, role = platforms_group(estate), estate.ids[ROLE]
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


async def test_its_serverless_sql_is_registered_under_a_name_of_its_own(estate: Converged) -> None:
    name = name_of(estate.ids["synapse"])
    records = [arm_id for arm_id in estate.azure.ids() if "sql.azuresynapse.net/a/" in arm_id.lower()]
    assert sorted(name_of(arm_id) for arm_id in records) == [name, f"{name}-ondemand"]
