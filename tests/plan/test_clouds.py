"""The clouds: hosts and DNS zones as their tables say, and what a cloud lacks is refused by field and cloud."""

from dataclasses import fields

import pytest

from loom.api.admin_plane import Cloud
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.errors import Refusal
from loom.plan.clouds import ABSENT, SUFFIXES, private_zones
from support.oracles import ROOT
from support.plans import plan_of
from support.worlds import Obj, plane_object, rich_zone, world, zone_object

# Azure docs: "Azure Private Endpoint private DNS zone values" (2026), written down a second time.
DNS_ZONES = {
    "AzureCloud": {
        "blob": "privatelink.blob.core.windows.net",
        "dfs": "privatelink.dfs.core.windows.net",
        "namespace": "privatelink.servicebus.windows.net",
        "Sql": "privatelink.documents.azure.com",
        "vault": "privatelink.vaultcore.azure.net",
        "redisEnterprise": "privatelink.redis.azure.net",
        "databricks_ui_api": "privatelink.azuredatabricks.net",
        "browser_authentication": "privatelink.azuredatabricks.net",
        "synapse/Sql": "privatelink.sql.azuresynapse.net",
        "synapse/SqlOnDemand": "privatelink.sql.azuresynapse.net",
        "synapse/Dev": "privatelink.dev.azuresynapse.net",
    },
    "AzureUSGovernment": {
        "blob": "privatelink.blob.core.usgovcloudapi.net",
        "dfs": "privatelink.dfs.core.usgovcloudapi.net",
        "namespace": "privatelink.servicebus.usgovcloudapi.net",
        "Sql": "privatelink.documents.azure.us",
        "vault": "privatelink.vaultcore.usgovcloudapi.net",
        "databricks_ui_api": "privatelink.databricks.azure.us",
        "browser_authentication": "privatelink.databricks.azure.us",
        "synapse/Sql": "privatelink.sql.azuresynapse.usgovcloudapi.net",
        "synapse/SqlOnDemand": "privatelink.sql.azuresynapse.usgovcloudapi.net",
        "synapse/Dev": "privatelink.dev.azuresynapse.usgovcloudapi.net",
    },
    "AzureChinaCloud": {
        "blob": "privatelink.blob.core.chinacloudapi.cn",
        "dfs": "privatelink.dfs.core.chinacloudapi.cn",
        "namespace": "privatelink.servicebus.chinacloudapi.cn",
        "Sql": "privatelink.documents.azure.cn",
        "vault": "privatelink.vaultcore.azure.cn",
    },
}
ASKED: dict[str, Obj] = {
    "redis": {"redis": {}},
    "databricks": {"databricks": {}},
    "synapse": {"synapse": {}},
    "accessPaths.frontDoor": {"accessPaths": {"frontDoor": {}}},
}


@pytest.mark.parametrize("cloud", Cloud)
def test_the_dns_zones_of_a_cloud_are_those_that_azure_lists(cloud: Cloud) -> None:
    found = private_zones(cloud)
    assert {group_id: found[group_id] for group_id in DNS_ZONES[cloud]} == DNS_ZONES[cloud]


def test_every_cloud_has_its_row_in_every_table() -> None:
    assert set(SUFFIXES) == set(ABSENT) == set(Cloud)


@pytest.mark.parametrize("cloud", [Cloud.AZURE_US_GOVERNMENT, Cloud.AZURE_CHINA_CLOUD])
def test_no_cloud_uses_a_host_of_another(cloud: Cloud) -> None:
    public, own = SUFFIXES[Cloud.AZURE_CLOUD], SUFFIXES[cloud]
    assert [
        f.name for f in fields(own) if getattr(own, f.name) and getattr(own, f.name) == getattr(public, f.name)
    ] == []


@pytest.mark.parametrize(("cloud", "field"), [(cloud, row.field) for cloud, rows in ABSENT.items() for row in rows])
def test_what_a_cloud_lacks_is_refused_with_the_field_and_the_cloud(cloud: Cloud, field: str) -> None:
    obj = zone_object(**ASKED[field])
    with pytest.raises(Refusal) as caught:
        plan_of(obj, world(obj, plane_object(cloud=str(cloud))))
    assert caught.value.reason == "NotAvailable"
    assert f"spec.{field}" in caught.value.message
    assert str(cloud) in caught.value.message


def test_what_is_said_to_be_absent_is_a_field_of_the_spec() -> None:
    known = {name for rows in ABSENT.values() for name in (row.field.partition(".")[0] for row in rows)}
    assert known <= {info.alias or name for name, info in DataLandingZoneSpec.model_fields.items()} | {"accessPaths"}


@pytest.mark.parametrize("cloud", [Cloud.AZURE_US_GOVERNMENT, Cloud.AZURE_CHINA_CLOUD])
def test_a_zone_elsewhere_names_no_host_of_the_public_cloud(cloud: Cloud) -> None:
    obj = rich_zone(**dict.fromkeys(row.field for row in ABSENT[cloud] if "." not in row.field))
    plan = plan_of(obj, world(obj, plane_object(cloud=str(cloud))))
    said = str([(r.id, r.body, r.on_create) for r in plan.resources]) + str(plan.facts)
    hosts = (
        "windows.net",
        "azure.net",
        "azuresynapse.net",
        "documents.azure.com",
        "azurecr.io",
        "azurecontainerapps.io",
        "microsoftonline.com",
    )
    assert [host for host in hosts if host in said] == []


def test_the_page_about_clouds_says_what_the_tables_say() -> None:
    page = (ROOT / "docs" / "clouds.md").read_text()
    said = ("blob", "dfs", "event_hubs", "cosmos", "vaults", "redis", "databricks", "synapse", "registry", "apps")
    hosts = [getattr(suffixes, name) for suffixes in SUFFIXES.values() for name in said]
    assert [host for host in hosts if host and f"`{host}`" not in page] == []
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    assert {line.split("`")[1] for line in lines} == {row.field for rows in ABSENT.values() for row in rows}
