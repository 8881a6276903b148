"""An AdminPlane's spec out of what a zone's group leads to: the hub it is peered with, and what is beside that hub."""

from collections.abc import Iterator
from dataclasses import dataclass

from loom.errors import Refusal
from loom.plan.arm_id import group_of, key, name_of, subscription_of
from loom.plan.estate.found import Found, given
from loom.plan.values import Json, at

_NETWORK = "Microsoft.Network/virtualNetworks"
_SETTINGS = "Microsoft.Insights/diagnosticSettings"


@dataclass(frozen=True, slots=True)
class Told:
    """What Azure does not tell, and a person or the configuration does."""

    cloud: str
    tenant_id: str
    namespace: str
    boundary: str = "Commercial"


def hub_of(found: Found) -> str:
    """The id of the network that the zone's is peered with. Raises `Refusal` where there is none, or more than one."""
    peerings = at(found.one(_NETWORK), "properties.virtualNetworkPeerings") or []
    hubs = {key(str(at(one, "properties.remoteVirtualNetwork.id"))): one for one in peerings}
    if len(hubs) != 1:
        raise Refusal(
            "InvalidSpec",
            f"the network of {name_of(found.group)} is peered with {len(hubs) or 'no'} networks: a zone has exactly one hub, and "
            "nothing else says which admin plane it is of",
        )
    return str(at(next(iter(hubs.values())), "properties.remoteVirtualNetwork.id"))


def plane_spec(found: Found, told: Told) -> dict[str, Json]:
    """The spec, with a grant for the zone's namespace. Raises `Refusal` for what nothing says."""
    hub = hub_of(found)
    group = group_of(hub)
    return given(
        cloud=told.cloud,
        boundary=_boundary(found) or told.boundary,
        tenantId=told.tenant_id,
        location=at(found.get(hub), "location") or at(found.get(found.group), "location"),
        subscriptionId=subscription_of(hub),
        resourceGroup=name_of(group),
        hubNetwork={"id": hub},
        privateDnsZones=_dns(found, hub),
        logAnalytics={"id": _workspace(found)},
        applicationInsights=_beside(found, hub, "Microsoft.Insights/components"),
        containerRegistry=_beside(found, hub, "Microsoft.ContainerRegistry/registries"),
        apiManagement=_beside(found, hub, "Microsoft.ApiManagement/service"),
        grants=[
            {
                "namespaces": {"matchNames": [told.namespace]},
                "subscriptions": [subscription_of(found.group)],
                "locations": [at(found.get(found.group), "location")],
            }
        ],
    )


def _beside(found: Found, hub: str, arm_type: str) -> Json:
    """The one thing of a type in the hub's group; where there are several, a person must say which."""
    there = found.of(arm_type, group_of(hub))
    return {"id": there[0]["id"]} if len(there) == 1 else None


def _workspace(found: Found) -> str:
    ids = (str(at(body, "properties.workspaceId") or "") for body in found.of(_SETTINGS))
    workspace = next((arm_id for arm_id in ids if arm_id), "")
    if not workspace:
        raise Refusal(
            "InvalidSpec",
            f"nothing in {name_of(found.group)} sends diagnostics to a workspace, so nothing says which one the admin plane has",
        )
    return workspace


def _dns(found: Found, hub: str) -> Json:
    """Where the private endpoints are registered; the hub's group where none is."""
    zones = sorted(_zones(found))
    place = group_of(zones[0]) if zones else group_of(hub)
    elsewhere = subscription_of(place) != subscription_of(hub)
    return given(resourceGroup=name_of(place), subscriptionId=subscription_of(place) if elsewhere else None)


def _zones(found: Found) -> Iterator[str]:
    for body in found.of("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        for config in at(body, "properties.privateDnsZoneConfigs") or ():
            if zone := at(config, "properties.privateDnsZoneId"):
                yield str(zone)


def _boundary(found: Found) -> str:
    """The boundary that the apps are told."""
    for body in found.of("Microsoft.App/containerApps"):
        for container in at(body, "properties.template.containers") or ():
            for row in container.get("env") or ():
                if row.get("name") == "CSA_LOOM_BOUNDARY" and row.get("value"):
                    return str(row["value"])
    return ""
