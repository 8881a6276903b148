"""Where the zone's apps run: a Container Apps environment, and the names of what runs there, for the networks that may ask.

An internal environment has no public address, and nobody but us answers for its domain: a private DNS zone of that name does, linked
to the zone's network and to the hub's (Azure docs: Networking in Azure Container Apps environment).
"""

from collections.abc import Iterator

from loom.api.zone.network import APPS_SUBNET
from loom.plan.resource import Placed, Resource
from loom.plan.values import Ref
from loom.plan.zone.existing import existing
from loom.plan.zone.site import SERVICES_READY, Site

ENVIRONMENT, DOMAIN = "environment", "apps-domain"

_CLOSED = {"properties": {"publicNetworkAccess": "Disabled"}}  # Front Door links to nothing else

# Whoever is outside the environment is answered by the ingress for its names at any depth.
_RECORDS = ("*", "@", "*.internal")


def environment(site: Site) -> Iterator[Resource]:
    """The Container Apps environment, unless it exists already: internal, in its own delegated subnet, with its domain."""
    if site.spec.apps is None:
        return
    spec = site.spec.apps.environment
    if spec.existing:
        yield existing(site, ENVIRONMENT, spec.existing, _CLOSED if site.is_linked else {})
        return
    redundancy = {} if spec.zone_redundant is None else {"zoneRedundant": spec.zone_redundant}
    yield Resource(
        key=ENVIRONMENT,
        id=site.environment,
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "properties": {
                "vnetConfiguration": {"infrastructureSubnetId": site.subnet(APPS_SUBNET), "internal": True},
                "appLogsConfiguration": {"destination": "azure-monitor"},
                "workloadProfiles": [{"name": "Consumption", "workloadProfileType": "Consumption"}],
                # There is no public way into an internal one; a private link is refused where this says otherwise.
                "publicNetworkAccess": "Disabled",
                **redundancy,
            },
        },
        depends_on=("group", f"subnet/{APPS_SUBNET}"),
        condition=SERVICES_READY,
    )
    yield from _domain(site)


def _domain(site: Site) -> Iterator[Resource]:
    yield Resource(DOMAIN, _named(site), {"location": "global", "tags": dict(site.tags)}, ("group",), SERVICES_READY)
    for record in _RECORDS:
        yield Resource(
            key=f"{DOMAIN}/{record}",
            id=_named(site, f"/A/{record}"),
            body={"properties": {"ttl": 3600, "aRecords": [{"ipv4Address": Ref(ENVIRONMENT, "properties.staticIp")}]}},
            depends_on=(DOMAIN,),
            condition=SERVICES_READY,
        )
    for name, network, after in (("zone", site.network, ("network",)), ("hub", site.plane.hub_network.id, ())):
        yield Resource(
            key=f"{DOMAIN}/link-{name}",
            id=_named(site, f"/virtualNetworkLinks/link-{name}"),
            body={
                "location": "global",
                "tags": dict(site.tags),
                "properties": {"virtualNetwork": {"id": network}, "registrationEnabled": False},
            },
            depends_on=(DOMAIN, *after),
            condition=SERVICES_READY,
        )


def _named(site: Site, inner: str = "") -> Placed:
    domain = Ref(ENVIRONMENT, "properties.defaultDomain")
    return Placed(f"{site.group}/providers/Microsoft.Network/privateDnsZones/", (domain,), inner)
