"""The zone's network: security groups, route table, network, subnets, both peerings, and the links to the plane's private DNS zones.

The links are necessary: private endpoints register in the plane's zones, and a network that a zone is not linked to resolves the
public address instead, where every service of ours is closed. They fall back to public DNS for names that the zone does not hold, or
foreign accounts with private endpoints of their own would vanish (Azure docs: Fallback to internet for private DNS zones).
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.api.zone.network import APPS_SUBNET, Network
from loom.errors import Refusal
from loom.plan.checks import LinkCheck
from loom.plan.resource import Resource
from loom.plan.values import Value
from loom.plan.zone.egress import ROUTES, attached, detached, egress
from loom.plan.zone.layout import layout, room_of
from loom.plan.zone.security import security_group, security_groups
from loom.plan.zone.site import NETWORK_READY, Site

# Container Apps keeps these for itself (Azure docs: Networking in Azure Container Apps environments).
_RESERVED = tuple(IPv4Network(cidr) for cidr in (
    "169.254.0.0/16", "172.30.0.0/15", "192.0.2.0/24", "100.100.0.0/17", "100.100.128.0/19", "100.100.160.0/19", "100.100.192.0/19",
))  # fmt: skip


def check_reserved(spec: DataLandingZoneSpec) -> None:
    """Refuse a subnet for apps among the addresses that the platform keeps for itself."""
    cidr = layout(spec).get(APPS_SUBNET)
    ours = IPv4Network(cidr) if cidr else None
    taken = next((reserved for reserved in _RESERVED if ours and reserved.overlaps(ours)), None)
    if taken:
        raise Refusal(
            "InvalidSpec",
            f"spec.network: {APPS_SUBNET} ({cidr}) overlaps {taken}, which Container Apps keeps for itself; take other addresses",
        )


def network(site: Site, endpoint_groups: Iterable[str]) -> Iterator[Resource]:
    """Everything of the network but private endpoints; the zone must see the private DNS zones of `endpoint_groups`."""
    spec = site.spec.network
    if spec is None:
        return
    yield from security_groups(site)
    yield from egress(site)
    yield Resource("network", site.network, _top(site, _network(spec)), ("group",), NETWORK_READY)
    for name, cidr in layout(site.spec).items():
        yield _subnet(site, name, cidr)
    yield from _peerings(site)
    for group_id in endpoint_groups:
        yield _dns_link(site, group_id)


def link_checks(site: Site) -> Iterator[LinkCheck]:
    """Both peerings must be connected: one alone stays Initiated, and one that lost the other is Disconnected for ever."""
    if site.spec.network is not None:
        for key in ("peering/to-hub", "peering/from-hub"):
            yield LinkCheck(key, "properties.peeringState", "Connected", NETWORK_READY)


def _top(site: Site, properties: Mapping[str, Value]) -> dict[str, Value]:
    return {"location": site.location, "tags": dict(site.tags), **({"properties": properties} if properties else {})}


def _network(spec: Network) -> dict[str, Value]:
    properties: dict[str, Value] = {"addressSpace": {"addressPrefixes": [spec.address_space]}}
    if spec.dns_servers is not None:
        properties["dhcpOptions"] = {"dnsServers": list(spec.dns_servers)}
    return properties


def _subnet(site: Site, name: str, cidr: str) -> Resource:
    room = room_of(name)
    needs, properties = ["network"], {"addressPrefix": cidr, **attached(site, name)}
    if room.security:
        properties["networkSecurityGroup"] = {"id": security_group(site, room.security)}
        needs.append(room.security)
    if "routeTable" in properties:
        needs.append(ROUTES)
    if room.delegation:
        properties["delegations"] = [{"name": room.delegation, "properties": {"serviceName": room.delegation}}]
    return Resource(
        key=f"subnet/{name}",
        id=site.subnet(name),
        body={"properties": properties},
        depends_on=tuple(needs),
        condition=NETWORK_READY,
        absent=detached(site, name),
    )


def _peerings(site: Site) -> Iterator[Resource]:
    ours = site.id("Microsoft.Network/virtualNetworks/virtualNetworkPeerings", site.names.network, "peer-to-admin-hub")
    # Forwarded traffic both ways: the hub's firewall stands between.
    paths = site.spec.access_paths
    own_gateway = paths is not None and paths.vpn is not None  # a network uses the hub's gateway or one of its own
    open_ways = {"allowVirtualNetworkAccess": True, "allowForwardedTraffic": True}
    ours_alone = {"useRemoteGateways": False} if own_gateway else {}
    yield Resource(
        "peering/to-hub", ours, {"properties": {"remoteVirtualNetwork": {"id": site.plane.hub_network.id}, **open_ways, **ours_alone}},
        ("network",), NETWORK_READY,
    )  # fmt: skip
    yield Resource(
        "peering/from-hub", site.hub_peering, {"properties": {"remoteVirtualNetwork": {"id": site.network}, **open_ways}},
        ("network",), NETWORK_READY,
    )  # fmt: skip


def _dns_link(site: Site, group_id: str) -> Resource:
    return Resource(
        key=f"dns-link/{group_id}",
        id=site.dns_link(group_id),
        body={
            "location": "global",
            "tags": dict(site.tags),
            "properties": {
                "virtualNetwork": {"id": site.network},
                "registrationEnabled": False,
                "resolutionPolicy": "NxDomainRedirect",
            },
        },
        depends_on=("network",),
        condition=NETWORK_READY,
    )
