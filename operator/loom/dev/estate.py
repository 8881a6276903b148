"""What must exist in Azure before our objects can: what an AdminPlane names, and what stands behind an ApiProduct's APIs.

Pure: from specs to resources for the simulated Azure. What no spec names is not made.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Json = dict[str, Any]

# Azure docs: "Private endpoint DNS zone values", by cloud, each below `privatelink.`: those of every service that a zone may have.
_ZONES = {
    "AzureCloud": (
        "blob.core.windows.net", "dfs.core.windows.net", "servicebus.windows.net", "documents.azure.com", "vaultcore.azure.net",
        "redis.azure.net", "azuredatabricks.net", "sql.azuresynapse.net", "dev.azuresynapse.net",
    ),
    "AzureUSGovernment": (
        "blob.core.usgovcloudapi.net", "dfs.core.usgovcloudapi.net", "servicebus.usgovcloudapi.net", "documents.azure.us",
        "vaultcore.usgovcloudapi.net", "databricks.azure.us", "sql.azuresynapse.usgovcloudapi.net", "dev.azuresynapse.usgovcloudapi.net",
    ),
    "AzureChinaCloud": (
        "blob.core.chinacloudapi.cn", "dfs.core.chinacloudapi.cn", "servicebus.chinacloudapi.cn", "documents.azure.cn",
        "vaultcore.azure.cn",
    ),
}  # fmt: skip


def subscriptions_of(manifests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every subscription that a plane, a grant or a zone names, once, in order."""
    found: dict[str, None] = {}
    for manifest in manifests:
        spec = manifest.get("spec") or {}
        for subscription in (
            spec.get("subscriptionId"),
            *(named for grant in spec.get("grants") or () for named in grant.get("subscriptions") or ()),
        ):
            if isinstance(subscription, str):
                found[subscription] = None
    return list(found)


def groups_of(manifests: Iterable[Mapping[str, Any]]) -> list[str]:
    """The object ids of the groups of people that zones give access to, once, in order."""
    access = ((manifest.get("spec") or {}).get("access") or {} for manifest in manifests)
    groups = (group for one in access for audience in ("admins", "members") for group in one.get(audience) or ())
    return list(dict.fromkeys(group["groupId"] for group in groups if isinstance(group.get("groupId"), str)))


def behind(manifest: Mapping[str, Any]) -> list[Json]:
    """The resources (`{id, body}`) that must be there before an object can be Ready, and that the object itself does not make."""
    makers: dict[str, Callable[[Mapping[str, Any]], list[Json]]] = {
        "AdminPlane": estate_of,
        "DataLandingZone": attached_by,
        "ApiProduct": called_by,
    }
    maker = makers.get(manifest["kind"])
    return maker(manifest) if maker else []


def estate_of(plane: Mapping[str, Any]) -> list[Json]:
    """The resources (`{id, body}`) that an AdminPlane object names, what others stand on first."""
    spec = plane["spec"]
    location = {"location": spec["location"]}
    group = f"/subscriptions/{spec['subscriptionId']}/resourceGroups/{spec['resourceGroup']}"
    named = [{"id": spec[name]["id"], "body": location | body} for name, body in _BODIES.items() if name in spec]
    return [{"id": group, "body": location}, *named, *_private_dns(spec)]


def attached_by(zone: Mapping[str, Any]) -> list[Json]:
    """What a DataLandingZone object attaches, and the vaults that its certificates are in, as their own teams would have made them."""
    spec, location = zone["spec"], {"location": zone["spec"].get("location")}
    found = [
        {"id": existing["id"], "body": location | body}
        for field, body in _SERVICES.items()
        if (existing := (spec.get(field) or {}).get("existing"))
    ]
    found += [{"id": f"{one['id']}/databases/default", "body": {}} for one in found if "/redisEnterprise/" in one["id"]]
    if cluster := (spec.get("kusto") or {}).get("clusterId"):
        found.append({"id": cluster, "body": location | {"sku": {"name": "Standard_E2ads_v5", "tier": "Standard"}}})
    vaults = dict.fromkeys(vault for vault in _vaults_of_certificates(spec) if not _is_own(spec, vault))
    return [*found, *({"id": vault, "body": location | _SERVICES["keyVault"]} for vault in vaults)]


def _vaults_of_certificates(spec: Mapping[str, Any]) -> Iterator[str]:
    """The ids of the vaults that a zone's ways in read certificates from."""
    paths = spec.get("accessPaths") or {}
    for place in (paths.get("applicationGateway"), *((paths.get("frontDoor") or {}).get("hosts") or ())):
        if certificate := (place or {}).get("certificate"):
            yield certificate["keyVault"]["id"]


def _is_own(spec: Mapping[str, Any], arm_id: str) -> bool:
    """Is it in the zone's own group, where the zone makes what there is?"""
    group = (spec.get("names") or {}).get("resourceGroup") or f"rg-csa-loom-dlz-{spec.get('domain')}-"
    return f"/resourcegroups/{group}".lower() in arm_id.lower()


def called_by(product: Mapping[str, Any]) -> list[Json]:
    """The resources that the backends and sources of an ApiProduct object name, as their own teams would have made them."""
    spec = product["spec"]
    sources = [revision["source"] for api in spec.get("apis", ()) for revision in api["revisions"]]
    found: list[Json] = []
    for caller in (*spec.get("backends", ()), *sources):
        if function := caller.get("functionApp"):
            found += _functions(function["id"])
            if vault := ((function.get("key") or {}).get("keyVault") or {}).get("id"):
                found.append({"id": vault, "body": {"location": "eastus2"} | _SERVICES["keyVault"]})
        if account := (caller.get("model") or {}).get("azureOpenAi"):
            body = {"location": "eastus2", "kind": "OpenAI", "sku": {"name": "S0"}}
            subdomain = {"customSubDomainName": account["id"].rpartition("/")[2]}
            found.append({"id": account["id"], "body": {**body, "properties": subdomain}})
    return found


def _functions(site: str) -> Iterator[Json]:
    """A Function App that starts jobs and tells of them, to whoever shows a key."""
    yield {"id": site, "body": {"location": "eastus2", "kind": "functionapp"}}
    for name, method, route in (("startJob", "post", "jobs"), ("getJob", "get", "jobs/{jobId}")):
        trigger = {
            "type": "httpTrigger",
            "direction": "in",
            "authLevel": "function",
            "methods": [method],
            "route": route,
        }
        config = {"bindings": [{**trigger, "name": "req"}, {"type": "http", "direction": "out", "name": "$return"}]}
        yield {"id": f"{site}/functions/{name}", "body": {"properties": {"config": config}}}


def _private_dns(spec: Mapping[str, Any]) -> Iterator[Json]:
    """The privatelink zones, each linked to the hub."""
    place = spec["privateDnsZones"]
    subscription = place.get("subscriptionId", spec["subscriptionId"])
    zones = f"/subscriptions/{subscription}/resourceGroups/{place['resourceGroup']}/providers/Microsoft.Network/privateDnsZones"
    link = {"virtualNetwork": {"id": spec["hubNetwork"]["id"]}, "registrationEnabled": False}
    for name in (f"privatelink.{suffix}" for suffix in _ZONES[spec["cloud"]]):
        yield {"id": f"{zones}/{name}", "body": {"location": "global", "properties": {}}}
        yield {
            "id": f"{zones}/{name}/virtualNetworkLinks/hub",
            "body": {"location": "global", "properties": link},
        }


# The least that a zone asks of a service that it attaches.
_SERVICES: dict[str, Json] = {
    "storage": {
        "kind": "StorageV2",
        "sku": {"name": "Standard_ZRS"},
        "properties": {"isHnsEnabled": True, "networkAcls": {"defaultAction": "Deny"}},
    },
    "eventHubs": {"sku": {"name": "Standard", "capacity": 1}, "properties": {"kafkaEnabled": True}},
    "serviceBus": {"sku": {"name": "Premium", "capacity": 1}},
    "cosmos": {
        "kind": "GlobalDocumentDB",
        "properties": {"databaseAccountOfferType": "Standard", "locations": [{"locationName": "eastus2"}]},
    },
    "redis": {"sku": {"name": "Balanced_B0"}, "properties": {"publicNetworkAccess": "Disabled"}},
    "keyVault": {"properties": {"enableRbacAuthorization": True, "publicNetworkAccess": "Disabled"}},
}

_BODIES: dict[str, Json] = {
    "hubNetwork": {"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": []}},
    "logAnalytics": {"properties": {"sku": {"name": "PerGB2018"}, "retentionInDays": 30}},
    "applicationInsights": {"kind": "web", "properties": {"Application_Type": "web"}},
    "containerRegistry": {"sku": {"name": "Premium"}, "properties": {"adminUserEnabled": False}},
    "apiManagement": {
        "sku": {"name": "Developer", "capacity": 1},
        "identity": {"type": "SystemAssigned"},
        "properties": {"publisherName": "Contoso", "publisherEmail": "apis@contoso.com"},
    },
}
