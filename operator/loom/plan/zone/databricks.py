"""The zone's Databricks workspace: in two subnets of the zone's network, without public addresses or public ways in.

Beside it an access connector, where one is asked for: the identity by which Unity Catalog reaches the zone's data lake.

Azure makes a second resource group for it, which is the platform's: it must not exist before, and nothing in it is anybody else's.
"""

from collections.abc import Iterator

from loom.api.zone.existing import PrivateEndpoint
from loom.api.zone.network import DATABRICKS_CONTAINER_SUBNET, DATABRICKS_HOST_SUBNET
from loom.plan import arm_id
from loom.plan.resource import Resource
from loom.plan.roles import STORAGE_BLOB_DATA_CONTRIBUTOR, assignment
from loom.plan.values import Ref, Text, Value
from loom.plan.zone.existing import SIGN_IN, existing
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, Site
from loom.plan.zone.storage import KEY as STORAGE

KEY = "databricks"
CONNECTOR = f"{KEY}/access-connector"
INTERFACE = "databricks_ui_api"


def databricks(site: Site) -> Iterator[Resource]:
    """The workspace, which is only read where it exists already, and its access connector."""
    spec = site.spec.databricks
    if spec is None:
        return
    yield existing(site, KEY, spec.existing, {}) if spec.existing else _made(site)
    if spec.access_connector:
        yield from _connector(site)


def _made(site: Site) -> Resource:
    group = arm_id.resource_group(site.spec.subscription_id, site.names.databricks_group)
    return Resource(
        key=KEY,
        id=site.databricks,
        body=_workspace(site),
        depends_on=("group", f"subnet/{DATABRICKS_HOST_SUBNET}", f"subnet/{DATABRICKS_CONTAINER_SUBNET}"),
        condition=SERVICES_READY,
        on_create={"properties": {"managedResourceGroupId": group}},
    )


def _connector(site: Site) -> Iterator[Resource]:
    yield Resource(
        key=CONNECTOR,
        id=site.id("Microsoft.Databricks/accessConnectors", site.names.access_connector),
        body={"location": site.location, "tags": dict(site.tags), "identity": {"type": "SystemAssigned"}},
        depends_on=("group",),
        condition=SERVICES_READY,
    )
    why = f"Unity Catalog of zone {site.spec.domain} reaches its data lake"
    yield assignment(
        f"role/{CONNECTOR}/{STORAGE}/{STORAGE_BLOB_DATA_CONTRIBUTOR.slug}", site.storage, STORAGE_BLOB_DATA_CONTRIBUTOR, CONNECTOR,
        why, (STORAGE,), SERVICES_READY, principal="identity.principalId",
    )  # fmt: skip


def _workspace(site: Site) -> dict[str, Value]:
    return {
        "location": site.location,
        "tags": dict(site.tags),
        "sku": {"name": "premium"},  # what private endpoints ask for
        "properties": {
            "computeMode": "Hybrid",
            "publicNetworkAccess": "Disabled",
            "requiredNsgRules": "NoAzureDatabricksRules",  # the control plane comes by the private endpoint
            "parameters": {
                "customVirtualNetworkId": {"value": site.network},
                "customPublicSubnetName": {"value": DATABRICKS_HOST_SUBNET},
                "customPrivateSubnetName": {"value": DATABRICKS_CONTAINER_SUBNET},
                "enableNoPublicIp": {"value": True},
            },
        },
    }


def _group_ids(site: Site) -> tuple[str, ...]:
    spec = site.spec.databricks
    signs_in = spec is not None and spec.browser_authentication is PrivateEndpoint.MAKE
    return (INTERFACE, SIGN_IN) if signs_in else (INTERFACE,)


DATABRICKS = Service(
    field="databricks",
    key=KEY,
    target=lambda site: site.databricks,
    resources=databricks,
    group_ids=_group_ids,
    address=lambda _: Text("https://{}", (Ref(KEY, "properties.workspaceUrl"),)),
)
