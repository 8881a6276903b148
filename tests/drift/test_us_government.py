"""The sample of a zone in US Government, in a simulated Azure that plays that cloud by its regions."""

import pytest

from loom.manifests import read_manifests
from loom.sim.clock import StandingClock
from support.rehearsal import rehearsal
from support.samples import ALL_SAMPLES
from support.simulator import Simulator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLE = ALL_SAMPLES / "us-government"


async def test_the_zone_becomes_ready_with_hosts_of_its_own_cloud() -> None:
    documents = read_manifests(SAMPLE)
    next(obj for obj in documents if obj["kind"] == "DataLandingZone")["spec"] |= {"databricks": {}, "synapse": {}}
    async with Simulator(clock=StandingClock()) as azure, rehearsal(azure, documents) as play:
        await play.settle()
        status = play.status(play.key("DataLandingZone"))
        endpoints = status["endpoints"]
        assert endpoints["storage"].endswith(".dfs.core.usgovcloudapi.net/")
        assert endpoints["eventHubs"].endswith(".servicebus.usgovcloudapi.net:9093")
        assert endpoints["keyVault"].endswith(".vault.usgovcloudapi.net/")
        assert endpoints["databricks"].endswith(".databricks.azure.us")
        assert endpoints["synapse"].endswith("-ondemand.sql.azuresynapse.usgovcloudapi.net")
        assert endpoints["apps"].endswith(".azurecontainerapps.us")
        assert not any(word in str(endpoints) for word in ("windows.net", "azure.net", ".azurecontainerapps.io"))
        records = [arm_id.rpartition("/privateDnsZones/")[2] for arm_id in azure.ids() if "/A/" in arm_id]
        zones = {name.partition("/")[0] for name in records if name.startswith("privatelink.")}
        assert zones == {
            "privatelink.blob.core.usgovcloudapi.net",
            "privatelink.dfs.core.usgovcloudapi.net",
            "privatelink.servicebus.usgovcloudapi.net",
            "privatelink.vaultcore.usgovcloudapi.net",
            "privatelink.databricks.azure.us",
            "privatelink.sql.azuresynapse.usgovcloudapi.net",
            "privatelink.dev.azuresynapse.usgovcloudapi.net",
        }
        app = next(item for item in azure.ids() if item.endswith("/containerApps/loom-mirroring"))
        shown = azure.get(app)
        assert shown is not None
        (container,) = shown["properties"]["template"]["containers"]
        assert container["image"].startswith("acrloomgov.azurecr.us/")
