"""The zone's data lake: a storage account without keys or public ways in, and its filesystems."""

from collections.abc import Iterator

from loom.api.zone.storage import LifecycleRule, Redundancy, Storage
from loom.plan.resource import Resource
from loom.plan.values import Ref, Value
from loom.plan.zone.existing import existing
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, Site

KEY = "storage"
_SOFT_DELETE_DAYS = 30


def storage(site: Site) -> Iterator[Resource]:
    """The account, its blob service and filesystems; of an account that exists already, the filesystems only."""
    spec = site.spec.storage
    if spec is None:
        return
    if spec.existing:
        # Without a hierarchical namespace a filesystem is a container, and the apps' paths are no folders.
        yield existing(site, KEY, spec.existing, {"properties": {"isHnsEnabled": True}})
    else:
        yield from _made(site, spec)
    for each in spec.filesystems:
        yield filesystem(site, each.name)


def filesystem(site: Site, name: str) -> Resource:
    """A filesystem of the account."""
    return Resource(
        key=f"filesystem/{name}",
        id=f"{site.storage}/blobServices/default/containers/{name}",
        body={"properties": {"publicAccess": "None"}},
        depends_on=(KEY,),
        condition=SERVICES_READY,
    )


def _made(site: Site, spec: Storage) -> Iterator[Resource]:
    account = _account(site, spec.redundancy or Redundancy.ZRS)
    yield Resource(KEY, site.storage, account, ("group",), SERVICES_READY, on_create=_ON_CREATE)
    retention = {"enabled": True, "days": spec.soft_delete_days or _SOFT_DELETE_DAYS}
    yield Resource(
        key=f"{KEY}/blob-service",
        id=f"{site.storage}/blobServices/default",
        body={"properties": {"deleteRetentionPolicy": retention, "containerDeleteRetentionPolicy": retention}},
        depends_on=(KEY,),
        condition=SERVICES_READY,
        adopts=True,  # Azure makes it with the account
    )
    if spec.lifecycle:
        yield _lifecycle(site, spec.lifecycle)


def _lifecycle(site: Site, rules: tuple[LifecycleRule, ...]) -> Resource:
    return Resource(
        key=f"{KEY}/lifecycle",
        id=f"{site.storage}/managementPolicies/default",
        body={"properties": {"policy": {"rules": [_rule(rule) for rule in rules]}}},
        depends_on=(KEY,),
        condition=SERVICES_READY,
    )


def _rule(rule: LifecycleRule) -> dict[str, Value]:
    days = {"tierToCool": rule.cool_after_days, "tierToCold": rule.cold_after_days, "delete": rule.delete_after_days}
    actions = {name: {"daysAfterModificationGreaterThan": after} for name, after in days.items() if after is not None}
    prefixes = {"prefixMatch": list(rule.prefixes)} if rule.prefixes else {}
    return {
        "name": rule.name,
        "enabled": True,
        "type": "Lifecycle",
        "definition": {"actions": {"baseBlob": actions}, "filters": {"blobTypes": ["blockBlob"], **prefixes}},
    }


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
