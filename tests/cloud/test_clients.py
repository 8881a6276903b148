"""Types with an SDK of their own: what is sent is what was given, and what comes back is what the service said."""

from typing import Any

import pytest

from loom.api.admin_plane import AdminPlaneSpec
from loom.cloud import api_management, container_apps
from loom.cloud.api_revisions import ApiRevisions
from loom.cloud.arm import ById
from loom.cloud.azure import AzureCloud, kind_of
from loom.cloud.factory import CloudFactory
from loom.errors import CloudError, Retry
from loom.plan.arm_type import Client
from loom.plan.catalog import TYPES
from support.api_server import a_plane
from support.clouds import finished, settings_for
from support.simulator import Simulator

pytestmark = pytest.mark.sdk
PLANE = AdminPlaneSpec.model_validate(a_plane()["spec"])


@pytest.fixture
def service(azure: Simulator) -> str:
    service = f"{azure.group_id('rg')}/providers/Microsoft.ApiManagement/service/apim-loom"
    azure.seed(azure.group_id("rg"), {"location": "eastus2"})
    azure.seed(service, {"location": "eastus2", "sku": {"name": "Developer", "capacity": 1}, "properties": {}})
    return service


@pytest.fixture
def environment(azure: Simulator) -> str:
    environment = f"{azure.group_id('rg')}/providers/Microsoft.App/managedEnvironments/cae"
    azure.seed(azure.group_id("rg"), {"location": "eastus2"})
    azure.seed(environment, {"location": "eastus2", "properties": {}})
    return environment


def an_app(environment: str) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": "mcr.microsoft.com/k8se/quickstart:latest",
        "resources": {"cpu": 0.5, "memory": "1Gi"},
    }
    return {
        "location": "eastus2",
        "properties": {
            "environmentId": environment,
            "configuration": {"ingress": {"external": True, "targetPort": 8083}},
            "template": {"containers": [container], "scale": {"minReplicas": 1, "maxReplicas": 2}},
        },
    }


def test_every_type_of_the_catalog_has_a_client_that_can_carry_it() -> None:
    covered = {Client.CONTAINER_APPS: container_apps.OPERATIONS, Client.API_MANAGEMENT: api_management.OPERATIONS}
    lacking = [t.name for t in TYPES.values() if t.client in covered and t.name.lower() not in covered[t.client]]
    assert lacking == ["Microsoft.ApiManagement/service"]  # only ever read, which by-id does as well


def test_the_sdks_have_the_operations_that_are_named_here() -> None:
    from azure.mgmt.apimanagement.aio import ApiManagementClient
    from azure.mgmt.appcontainers.aio import ContainerAppsAPIClient

    credential: Any = object()
    for client, names in (
        (ApiManagementClient, api_management.OPERATIONS),
        (ContainerAppsAPIClient, container_apps.OPERATIONS),
    ):
        made = client(credential, "44444444-0000-0000-0000-000000000001", "https://localhost")
        assert [name for name in names.values() if not hasattr(made, name)] == []


async def test_apis_go_by_revision_and_what_is_only_read_by_id(cloud: AzureCloud) -> None:
    for child in ("/apis/orders", "/apis/orders;rev=2"):
        arm_id = f"/subscriptions/s/resourceGroups/rg/providers/Microsoft.ApiManagement/service/apim{child}"
        assert isinstance(cloud._carrier(arm_id, kind_of(arm_id)), ApiRevisions)
    revision = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.App/containerApps/app/revisions/app--1"
    assert isinstance(cloud._carrier(revision, kind_of(revision)), ById)
    assert kind_of(revision).api_version == kind_of(revision.rpartition("/revisions")[0]).api_version


async def test_an_environment_and_an_app_are_made_and_read(
    azure: Simulator, cloud: AzureCloud, environment: str
) -> None:
    fresh = f"{environment}-2"
    made = await finished(azure, cloud, await cloud.put(fresh, {"location": "eastus2", "properties": {}}))
    assert made.operation is None
    app = f"{azure.group_id('rg')}/providers/Microsoft.App/containerApps/loom-mirroring"
    written = await cloud.put(app, an_app(environment))
    assert written.operation is not None
    await finished(azure, cloud, written)
    found = await cloud.get(app)
    assert found is not None
    assert found.body["properties"]["template"]["containers"][0]["resources"]["cpu"] == 0.5
    assert found.body["properties"]["latestRevisionName"]
    await finished(azure, cloud, await cloud.delete(app))
    assert await cloud.get(app) is None


async def test_an_app_that_is_not_there_is_none(azure: Simulator, cloud: AzureCloud, environment: str) -> None:
    app = f"{azure.group_id('rg')}/providers/Microsoft.App/containerApps/gone"
    assert await cloud.get(app) is None
    assert (await cloud.delete(app)).operation is None


async def test_revisions_and_replicas_are_read(azure: Simulator, cloud: AzureCloud, environment: str) -> None:
    app = f"{azure.group_id('rg')}/providers/Microsoft.App/containerApps/loom-mirroring"
    await finished(azure, cloud, await cloud.put(app, an_app(environment)))
    azure.advance(600)
    found = await cloud.get(app)
    assert found is not None
    latest = found.body["properties"]["latestRevisionName"]
    revision = await cloud.get(f"{app}/revisions/{latest}")
    assert revision is not None
    assert revision.body["properties"]["provisioningState"] == "Provisioned"
    assert len(await cloud.list(f"{app}/revisions/{latest}/replicas")) == 1


async def test_a_backend_keeps_keys_that_the_sdk_does_not_know(
    azure: Simulator, cloud: AzureCloud, service: str
) -> None:
    body = {"properties": {"protocol": "http", "url": "https://orders.example", "loomUnknownKey": {"kept": True}}}
    written = await cloud.put(f"{service}/backends/orders", body)
    assert written.operation is None
    stored = azure.get(f"{service}/backends/orders") or {}
    assert stored["properties"]["loomUnknownKey"] == {"kept": True}
    found = await cloud.get(f"{service}/backends/orders")
    assert found is not None
    assert found.body["properties"]["loomUnknownKey"] == {"kept": True}
    assert found.etag


async def test_a_delete_sends_the_version_that_the_service_demands(
    azure: Simulator, cloud: AzureCloud, service: str
) -> None:
    backend = f"{service}/backends/orders"
    await cloud.put(backend, {"properties": {"protocol": "http", "url": "https://orders.example"}})
    await cloud.delete(backend)
    assert await cloud.get(backend) is None


async def test_a_product_is_made_linked_and_taken_away(azure: Simulator, cloud: AzureCloud, service: str) -> None:
    product = f"{service}/products/orders"
    await cloud.put(
        product, {"properties": {"displayName": "Orders", "state": "notPublished", "subscriptionRequired": True}}
    )
    azure.seed(f"{service}/groups/developers", {"properties": {"displayName": "Developers"}})
    link = f"{product}/groupLinks/developers"
    await cloud.put(link, {"properties": {"groupId": f"{service}/groups/developers"}})
    assert await cloud.get(link) is not None
    await cloud.delete(link)
    assert await cloud.get(link) is None
    found = await cloud.list(f"{service}/products")
    assert "orders" in [item.id.rpartition("/")[2] for item in found]


async def test_a_product_goes_with_the_subscription_that_the_service_made_itself(
    azure: Simulator, cloud: AzureCloud, service: str
) -> None:
    product = f"{service}/products/orders"
    await cloud.put(
        product, {"properties": {"displayName": "Orders", "state": "notPublished", "subscriptionRequired": True}}
    )
    assert len(await cloud.list(f"{product}/subscriptions")) == 1
    await cloud.delete(product)
    assert await cloud.get(product) is None


async def test_a_product_stays_while_a_person_is_subscribed(azure: Simulator, cloud: AzureCloud, service: str) -> None:
    product = f"{service}/products/orders"
    await cloud.put(
        product, {"properties": {"displayName": "Orders", "state": "notPublished", "subscriptionRequired": True}}
    )
    azure.seed(
        f"{service}/subscriptions/partner",
        {"properties": {"displayName": "Partner A", "scope": product, "state": "active"}},
    )
    with pytest.raises(CloudError) as caught:
        await cloud.delete(product)
    assert (caught.value.reason, caught.value.retry) == ("DeletionBlocked", Retry.SLOWLY)
    assert "1 existing subscriptions (Partner A)" in caught.value.message
    assert "deleteSubscriptions: true" in caught.value.message
    assert await cloud.get(product) is not None


async def test_a_product_goes_with_its_subscriptions_where_its_spec_says_so(azure: Simulator, service: str) -> None:
    product, partner = f"{service}/products/orders", f"{service}/subscriptions/partner"
    factory = CloudFactory(settings_for(azure))
    plane = PLANE.model_copy(update={"tenant_id": azure.tenant_id})
    cloud = factory.for_object(plane, "team", urgent=True, cascade=True)
    await cloud.put(product, {"properties": {"displayName": "Orders", "state": "notPublished"}})
    azure.seed(partner, {"properties": {"displayName": "Partner A", "scope": product, "state": "active"}})
    await cloud.delete(product)
    assert (await cloud.get(product), await cloud.get(partner)) == (None, None)
    await factory.aclose()


async def test_who_cannot_see_subscriptions_does_not_take_them_along(
    azure: Simulator, cloud: AzureCloud, service: str
) -> None:
    product = f"{service}/products/orders"
    await cloud.put(product, {"properties": {"displayName": "Orders", "state": "notPublished"}})
    azure.fault("error", method="GET", path=f"{product}/subscriptions", status=500)
    with pytest.raises(CloudError) as caught:
        await cloud.delete(product)
    assert caught.value.retry is Retry.NOW
    assert await cloud.get(product) is not None


async def test_a_policy_is_read_back_as_it_was_written(azure: Simulator, cloud: AzureCloud, service: str) -> None:
    product = f"{service}/products/orders"
    await cloud.put(product, {"properties": {"displayName": "Orders", "state": "notPublished"}})
    xml = '<policies><inbound><base /><quota calls="100" renewal-period="60" /></inbound><backend><base /></backend>'
    xml += "<outbound><base /></outbound><on-error><base /></on-error></policies>"
    await cloud.put(f"{product}/policies/policy", {"properties": {"format": "rawxml", "value": xml}})
    found = await cloud.get(f"{product}/policies/policy")
    assert found is not None
    assert "&lt;" not in found.body["properties"]["value"]
    assert "quota" in found.body["properties"]["value"]


async def test_an_import_is_a_long_operation_that_is_followed(
    azure: Simulator, cloud: AzureCloud, service: str
) -> None:
    document = '{"openapi": "3.0.1", "info": {"title": "Orders", "version": "1"}, "paths": {"/orders": {"get": {"operationId": "list", '
    document += '"responses": {"200": {"description": "ok"}}}}}}'
    body = {
        "properties": {
            "displayName": "Orders",
            "path": "finance/orders",
            "protocols": ["https"],
            "format": "openapi",
            "value": document,
        }
    }
    written = await finished(azure, cloud, await cloud.put(f"{service}/apis/orders", body))
    assert written.operation is None
    found = await cloud.get(f"{service}/apis/orders")
    assert found is not None
    assert found.body["properties"]["path"] == "finance/orders"
