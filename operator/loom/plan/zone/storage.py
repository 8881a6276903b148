"""The zone's data lake: a storage account without keys or public ways in, and its filesystems."""

from collections.abc import Iterator

from loom.api.zone.storage import Redundancy
from loom.plan.resource import Resource
from loom.plan.values import Ref, Value
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, Site

KEY = "storage"


def storage(site: Site) -> Iterator[Resource]:
    """The account, its blob service and filesystems."""
    spec = site.spec.storage
    if spec is None:
        return
    yield Resource(KEY, site.storage, _account(site, spec.redundancy), ("group",), SERVICES_READY, on_create=_ON_CREATE)
    retention = {"enabled": True, "days": spec.soft_delete_days}
    yield Resource(
        key=f"{KEY}/blob-service",
        id=f"{site.storage}/blobServices/default",
        body={"properties": {"deleteRetentionPolicy": retention, "containerDeleteRetentionPolicy": retention}},
        depends_on=(KEY,),
        condition=SERVICES_READY,
        adopts=True,  # Azure makes it with the account
    )
    for filesystem in spec.filesystems:
        yield Resource(
            key=f"filesystem/{filesystem.name}",
            id=f"{site.storage}/blobServices/default/containers/{filesystem.name}",
            body={"properties": {"publicAccess": "None"}},
            depends_on=(KEY,),
            condition=SERVICES_READY,
        )


# Infrastructure encryption can be asked for at creation only (Azure docs: Enable infrastructure encryption).
_ON_CREATE: dict[str, Value] = {
    "properties": {
        "encryption": {
            "keySource": "Microsoft.Storage",
            "requireInfrastructureEncryption": True,
            "services": {"blob": {"enabled": True}, "file": {"enabled": True}},
        }
    }
}


def _account(site: Site, redundancy: Redundancy) -> dict[str, Value]:
    return {
        "location": site.location,
        "tags": dict(site.tags),
        "kind": "StorageV2",
        "sku": {"name": f"Standard_{redundancy}"},
        "properties": {
            "isHnsEnabled": True,
            "minimumTlsVersion": "TLS1_2",
            "supportsHttpsTrafficOnly": True,
            "allowBlobPublicAccess": False,
            "allowSharedKeyAccess": False,
            "allowCrossTenantReplication": False,
            "defaultToOAuthAuthentication": True,
            "publicNetworkAccess": "Disabled",
            "networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"},
        },
    }


STORAGE = Service(
    field="storage",
    key=KEY,
    target=lambda site: site.storage,
    resources=storage,
    group_ids=lambda _: ("blob", "dfs"),
    address=lambda _: Ref(KEY, "properties.primaryEndpoints.dfs"),
)
