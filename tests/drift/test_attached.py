"""A zone on services of others, in the simulated Azure: what strays of ours comes back, and theirs is never written."""

import copy
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from loom.sim.clock import StandingClock
from support.converged import Converged, converged
from support.rehearsal import Rehearsal, rehearsal
from support.samples import sample
from support.simulator import Simulator

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUBSCRIPTION = sample("DataLandingZone")["spec"]["subscriptionId"]
SHARED = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shared"
ACCOUNT = f"{SHARED}/providers/Microsoft.Storage/storageAccounts/sashared"
DOCUMENTS = f"{SHARED}/providers/Microsoft.DocumentDB/databaseAccounts/cosmos-shared"
CACHE = f"{SHARED}/providers/Microsoft.Cache/redisEnterprise/redis-shared"
NAMESPACE = f"{SHARED}/providers/Microsoft.EventHub/namespaces/evhns-shared"
WORKSPACE = f"{SHARED}/providers/Microsoft.Synapse/workspaces/syn-shared"
DATABRICKS = f"{SHARED}/providers/Microsoft.Databricks/workspaces/adb-shared"
BODIES: dict[str, dict[str, Any]] = {
    ACCOUNT: {
        "location": "eastus2",
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "properties": {"isHnsEnabled": True, "networkAcls": {"defaultAction": "Allow"}},
    },
    DOCUMENTS: {
        "location": "eastus2",
        "kind": "GlobalDocumentDB",
        "properties": {"databaseAccountOfferType": "Standard", "locations": [{"locationName": "eastus2"}]},
    },
    CACHE: {"location": "eastus2", "sku": {"name": "Balanced_B1"}, "properties": {"publicNetworkAccess": "Disabled"}},
    f"{CACHE}/databases/default": {"properties": {"accessKeysAuthentication": "Enabled"}},
    NAMESPACE: {
        "location": "eastus2",
        "sku": {"name": "Standard", "capacity": 1},
        "properties": {"kafkaEnabled": True, "disableLocalAuth": False, "publicNetworkAccess": "Enabled"},
    },
    DATABRICKS: {
        "location": "eastus2",
        "sku": {"name": "premium"},
        "properties": {"computeMode": "Serverless", "publicNetworkAccess": "Enabled"},
    },
    WORKSPACE: {
        "location": "eastus2",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "defaultDataLakeStorage": {"accountUrl": "https://theirs.dfs.core.windows.net", "filesystem": "theirs"},
            "publicNetworkAccess": "Enabled",
        },
    },
}


FILLED_IN = ("networkAcls", "locations")
"""What the service adds to when it is asked for."""


def documents(**spec: Any) -> list[dict[str, Any]]:
    """The sample plane, with a grant for what is shared, and the sample zone on services of others."""
    plane, zone = sample("AdminPlane"), sample("DataLandingZone")
    plane["spec"]["grants"][0]["scopes"].append(SHARED)
    zone["spec"]["storage"] = {"existing": {"id": ACCOUNT}, "filesystems": [{"name": "bronze"}]}
    zone["spec"]["eventHubs"] = {"existing": {"id": NAMESPACE}, "hubs": [{"name": "orders"}]}
    zone["spec"]["cosmos"] = {"existing": {"id": DOCUMENTS}}
    zone["spec"]["redis"] = {"existing": {"id": CACHE}}
    zone["spec"]["databricks"] = {"existing": {"id": DATABRICKS}}
    zone["spec"]["synapse"] = {"existing": {"id": WORKSPACE}}
    zone["spec"] |= spec
    return [plane, zone]


def place(azure: Simulator) -> None:
    for arm_id, body in BODIES.items():
        azure.seed(arm_id, copy.deepcopy(body))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made() -> AsyncIterator[Converged]:
    async with converged(documents(), BODIES) as estate:
        yield estate


async def test_a_zone_on_services_of_others_is_quiet_and_theirs_were_never_written(estate: Converged) -> None:
    await estate.is_quiet()
    for arm_id, body in BODIES.items():
        now = estate.azure.get(arm_id)
        assert now is not None
        assert "csaloom-io-owner" not in (now.get("tags") or {})
        assert {name: now["properties"][name] for name in body["properties"] if name not in FILLED_IN} == {
            name: value for name, value in body["properties"].items() if name not in FILLED_IN
        }


@pytest.mark.parametrize(
    "name",
    [
        "endpoint/storage-blob",
        "endpoint/event-hubs-namespace",
        "endpoint/synapse-SqlOnDemand",
        "endpoint/databricks-databricks_ui_api",
        "filesystem/bronze",
        "hub/orders",
        "hub/loom-mirroring-configs",
    ],
)
async def test_what_somebody_deleted_of_ours_is_made_again(estate: Converged, name: str) -> None:
    estate.delete(name)
    mended = await estate.mend()
    assert f"PUT {name}" in mended.writes
    assert estate.azure.get(estate.ids[name]) is not None
    await estate.is_quiet()


async def test_a_removed_role_is_given_again(estate: Converged) -> None:
    (name,) = (key for key in estate.ids if key.startswith("role/loom-mirroring") and "event" in key.lower())
    for role in (name, "role/synapse/storage/storage-blob-data-contributor"):
        estate.delete(role)
        mended = await estate.mend()
        assert mended.writes == (f"PUT {role}",)


async def test_a_changed_hub_of_ours_comes_back(estate: Converged) -> None:
    estate.edit("hub/orders", {"properties": {"retentionDescription": {"retentionTimeInHours": 1}}})
    mended = await estate.mend()
    assert mended.told("DriftMended") == ["hub/orders: properties.retentionDescription.retentionTimeInHours"]


async def test_a_mark_that_was_wiped_off_is_not_written_over(estate: Converged) -> None:
    estate.edit("hub/orders", {"properties": {"userMetadata": None}})
    await estate.look()
    assert estate.conditions()["ServicesReady"]["reason"] == "AdoptionRequired"
    assert estate.writes() == []


async def test_what_others_wrote_beside_our_mark_stays(estate: Converged) -> None:
    patch = {"publicAccess": "Blob", "metadata": {"steward": "anna"}}
    estate.edit("filesystem/bronze", {"properties": patch})
    await estate.mend()
    after = estate.body("filesystem/bronze")["properties"]
    assert (after["publicAccess"], after["metadata"]["steward"]) == ("None", "anna")
    assert "csaloom_io_owner" in after["metadata"]


async def test_settings_of_an_attached_service_are_its_owners_business(estate: Converged) -> None:
    estate.azure.edit(ACCOUNT, {"properties": {"publicNetworkAccess": "Enabled", "allowSharedKeyAccess": True}})
    await estate.look()
    await estate.is_quiet()


async def test_an_endpoint_of_the_planes_keeps_its_address_and_the_zone_may_use_it() -> None:
    async with Simulator(clock=StandingClock()) as azure, rehearsal(azure, documents()) as play:
        place(azure)
        address = _of_the_plane(play)
        azure.seed(
            address, {"properties": {"metadata": {"creator": "created by private endpoint pe-plane"}, "ttl": 10}}
        )
        zone = play.key("DataLandingZone")
        for _ in range(30):
            result = await play.look_at(zone)
            azure.advance(result.requeue_after)
        rows = {row["type"]: row for row in play.status(zone)["conditions"]}
        assert rows["NetworkReady"]["reason"] == "PlaceTaken"
        play.change("DataLandingZone", lambda spec: spec["storage"]["existing"].update(privateEndpoint="Skip"))
        await play.settle()
        assert azure.get(address) is not None


def _of_the_plane(play: Rehearsal) -> str:
    spec = play.obj(play.key("AdminPlane"))["spec"]
    group = f"/subscriptions/{spec['subscriptionId']}/resourceGroups/{spec['privateDnsZones']['resourceGroup']}"
    return f"{group}/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net/A/sashared"
