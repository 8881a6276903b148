"""Gate 4: Azure's own SDKs, as they come, at their own default api-versions: their pollers complete, their models read the answers.

Nothing of the operator's is used here. The one setting is the SDKs' own `polling_interval`, for operations whose service does not
say when to come back: 30 s of real time unless set.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.apimanagement import ApiManagementClient
from azure.mgmt.appcontainers import ContainerAppsAPIClient
from azure.mgmt.eventhub import EventHubManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.privatedns import PrivateDnsManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient

from support.serving import serving
from support.simulator import Simulator

pytestmark = pytest.mark.sdk
Open = Callable[[type[Any]], Any]
"""Makes a client of a class. Bodies are plain JSON here, which the SDKs take and their types do not know."""

PLACE = {"location": "eastus2"}


@pytest.fixture(scope="module")
def azure() -> Iterator[Simulator]:
    """A simulated Azure in which a minute passes in 50 milliseconds, on a thread of its own: these SDKs wait as they poll."""
    with serving(Simulator(speed=1200)) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def client(azure: Simulator) -> Iterator[Open]:
    """Makes clients that are signed in as an application."""
    credential = ClientSecretCredential(
        azure.tenant_id, azure.client_id, azure.client_secret, **azure.credential_kwargs
    )
    opened: list[Any] = []

    def make(kind: type[Any]) -> Any:
        made = kind(credential, azure.subscription_id, polling_interval=0.02, **azure.client_kwargs)
        opened.append(made)
        return made

    yield make
    for made in opened:
        made.close()


@pytest.fixture
def group(client: Open, request: pytest.FixtureRequest) -> str:
    """The name of a resource group of the test's own."""
    name = f"rg-{request.node.name}"[:80].rstrip("_")
    client(ResourceManagementClient).resource_groups.create_or_update(name, PLACE)
    return name


def test_resources(client: Open, azure: Simulator, group: str) -> None:
    arm = client(ResourceManagementClient)
    account = f"{azure.group_id(group)}/providers/Microsoft.Storage/storageAccounts/saloombyid"
    body = {**PLACE, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}}
    made = arm.resources.begin_create_or_update_by_id(account, body, api_version="2025-06-01").result()
    assert made.properties["provisioningState"] == "Succeeded"
    assert [found.name for found in arm.resources.list_by_resource_group(group)] == ["saloombyid"]
    changed = arm.resources.begin_update_by_id(
        account, {"tags": {"team": "finance"}}, api_version="2025-06-01"
    ).result()
    assert changed.tags == {"team": "finance"}
    arm.resources.begin_delete_by_id(account, api_version="2025-06-01").result()
    assert not arm.resources.check_existence_by_id(account, api_version="2025-06-01")
    arm.resource_groups.begin_delete(group).result()
    assert not arm.resource_groups.check_existence(group)


def test_storage(client: Open, group: str) -> None:
    storage = client(StorageManagementClient)
    parameters = {
        **PLACE,
        "kind": "StorageV2",
        "sku": {"name": "Standard_ZRS"},
        "properties": {"isHnsEnabled": True},
    }
    assert storage.storage_accounts.check_name_availability(
        {"name": "saloomstock", "type": "Microsoft.Storage/storageAccounts"}
    ).name_available
    made = storage.storage_accounts.begin_create(group, "saloomstock", parameters).result()
    assert (made.provisioning_state, made.is_hns_enabled) == ("Succeeded", True)
    storage.blob_containers.create(group, "saloomstock", "bronze", {})
    assert [found.name for found in storage.blob_containers.list(group, "saloomstock")] == ["bronze"]
    assert "saloomstock" in [found.name for found in storage.storage_accounts.list()]
    storage.storage_accounts.delete(group, "saloomstock")
    with pytest.raises(ResourceNotFoundError):
        storage.storage_accounts.get_properties(group, "saloomstock")


def test_network(client: Open, group: str) -> None:
    network = client(NetworkManagementClient)
    rules = network.network_security_groups.begin_create_or_update(group, "nsg", {**PLACE, "properties": {}}).result()
    space = {**PLACE, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    made = network.virtual_networks.begin_create_or_update(group, "vnet", space).result()
    assert made.provisioning_state == "Succeeded"
    inside = {"properties": {"addressPrefix": "10.0.1.0/24", "networkSecurityGroup": {"id": rules.id}}}
    subnet = network.subnets.begin_create_or_update(group, "vnet", "snet", inside).result()
    assert subnet.network_security_group.id == rules.id
    network.subnets.begin_delete(group, "vnet", "snet").result()
    network.virtual_networks.begin_delete(group, "vnet").result()
    network.network_security_groups.begin_delete(group, "nsg").result()
    assert list(network.virtual_networks.list(group)) == []


def test_what_an_application_gateway_sees_behind_it(client: Open, azure: Simulator, group: str) -> None:
    gateway = f"{azure.group_id(group)}/providers/Microsoft.Network/applicationGateways/agw"
    pool = {
        "name": "apps",
        "id": f"{gateway}/pools/apps",
        "properties": {"backendAddresses": [{"ipAddress": "10.9.9.9"}]},
    }
    settings = {"name": "apps", "id": f"{gateway}/settings/apps", "properties": {"hostName": "nobody.example"}}
    parts = {"backendAddressPools": [pool], "backendHttpSettingsCollection": [settings]}
    azure.seed(gateway, {**PLACE, "properties": parts})
    asked = client(NetworkManagementClient).application_gateways.begin_backend_health(group, "agw")
    ((found,),) = (pool.backend_http_settings_collection for pool in asked.result().backend_address_pools)
    assert [(server.address, server.health) for server in found.servers] == [("10.9.9.9", "Unhealthy")]


def test_a_private_endpoint_and_its_names(client: Open, azure: Simulator, group: str) -> None:
    network, dns = client(NetworkManagementClient), client(PrivateDnsManagementClient)
    account = f"{azure.group_id(group)}/providers/Microsoft.Storage/storageAccounts/saloomprivate"
    azure.seed(account, {**PLACE, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}})
    space = {
        **PLACE,
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
            "subnets": [{"name": "snet", "properties": {"addressPrefix": "10.1.0.0/24"}}],
        },
    }
    made = network.virtual_networks.begin_create_or_update(group, "vnet", space).result()
    zone = dns.private_zones.begin_create_or_update(
        group, "privatelink.blob.core.windows.net", {"location": "global"}
    ).result()
    link = {"location": "global", "properties": {"virtualNetwork": {"id": made.id}, "registrationEnabled": False}}
    dns.virtual_network_links.begin_create_or_update(group, zone.name, "hub", link).result()
    connection = {"name": "blob", "properties": {"privateLinkServiceId": account, "groupIds": ["blob"]}}
    body = {
        **PLACE,
        "properties": {"subnet": {"id": made.subnets[0].id}, "privateLinkServiceConnections": [connection]},
    }
    endpoint = network.private_endpoints.begin_create_or_update(group, "pe", body).result()
    assert endpoint.private_link_service_connections[0].private_link_service_connection_state.status == "Approved"
    config = {"properties": {"privateDnsZoneConfigs": [{"name": "blob", "properties": {"privateDnsZoneId": zone.id}}]}}
    network.private_dns_zone_groups.begin_create_or_update(group, "pe", "default", config).result()
    assert "saloomprivate" in [record.name for record in dns.record_sets.list_by_type(group, zone.name, "A")]
    network.private_endpoints.begin_delete(group, "pe").result()
    with pytest.raises(ResourceNotFoundError):
        network.private_endpoints.get(group, "pe")


def test_event_hubs(client: Open, group: str) -> None:
    hubs = client(EventHubManagementClient)
    body = {**PLACE, "sku": {"name": "Standard", "tier": "Standard", "capacity": 1}}
    made = hubs.namespaces.begin_create_or_update(group, "evhns-loom-stock", body).result()
    assert made.provisioning_state == "Succeeded"
    hubs.event_hubs.create_or_update(group, "evhns-loom-stock", "orders", {"properties": {"partitionCount": 4}})
    assert [found.partition_count for found in hubs.event_hubs.list_by_namespace(group, "evhns-loom-stock")] == [4]
    hubs.namespaces.begin_delete(group, "evhns-loom-stock").result()
    with pytest.raises(ResourceNotFoundError):
        hubs.namespaces.get(group, "evhns-loom-stock")


def test_container_apps(client: Open, group: str) -> None:
    apps = client(ContainerAppsAPIClient)
    environment = apps.managed_environments.begin_create_or_update(group, "cae", {**PLACE, "properties": {}}).result()
    ingress = {"external": True, "targetPort": 80}
    template = {"containers": [{"name": "main", "image": "docker.io/library/nginx:1"}], "scale": {"minReplicas": 1}}
    body = {
        **PLACE,
        "properties": {"environmentId": environment.id, "configuration": {"ingress": ingress}, "template": template},
    }
    made = apps.container_apps.begin_create_or_update(group, "web", body).result()
    assert made.properties.provisioning_state == "Succeeded"
    assert [found.name for found in apps.container_apps_revisions.list_revisions(group, "web")] == [
        made.properties.latest_revision_name
    ]
    apps.container_apps.begin_update(group, "web", {**PLACE, "tags": {"team": "finance"}}).result()
    apps.container_apps.begin_delete(group, "web").result()
    apps.managed_environments.begin_delete(group, "cae").result()
    assert list(apps.container_apps.list_by_resource_group(group)) == []


def test_api_management(client: Open, group: str) -> None:
    management = client(ApiManagementClient)
    service = {
        **PLACE,
        "sku": {"name": "Developer", "capacity": 1},
        "publisher_name": "Contoso",
        "publisher_email": "apis@contoso.com",
    }
    made = management.api_management_service.begin_create_or_update(group, "apim-loom-stock", service).result()
    assert made.provisioning_state == "Succeeded"
    api = {"display_name": "Orders", "path": "orders", "protocols": ["https"]}
    made_api = management.api.begin_create_or_update(group, "apim-loom-stock", "orders", api).result()
    assert made_api.path == "orders"
    product = {"display_name": "Orders", "state": "published", "subscription_required": False}
    management.product.create_or_update(group, "apim-loom-stock", "orders", product)
    management.product_api_link.create_or_update(group, "apim-loom-stock", "orders", "orders", {"api_id": made_api.id})
    management.api.begin_delete(group, "apim-loom-stock", "orders", if_match="*").result()
    management.api_management_service.begin_delete(group, "apim-loom-stock").result()
    assert list(management.api_management_service.list_by_resource_group(group)) == []


def test_a_failed_operation_reaches_the_poller_with_its_own_error(client: Open, azure: Simulator, group: str) -> None:
    azure.fault(
        "failLate", method="PUT", type="Microsoft.Network/virtualNetworks", code="OutOfSpace", message="no room"
    )
    network = client(NetworkManagementClient)
    space = {**PLACE, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    with pytest.raises(HttpResponseError, match="no room") as caught:
        network.virtual_networks.begin_create_or_update(group, "vnet", space).result()
    assert caught.value.error is not None
    assert caught.value.error.code == "OutOfSpace"
