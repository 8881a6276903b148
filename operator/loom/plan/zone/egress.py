"""The way out of the zone's network: a route table that sends what has no nearer way to the hub's firewall."""

from collections.abc import Iterator

from loom.plan.resource import Absent, Resource
from loom.plan.values import Value
from loom.plan.zone.layout import room_of
from loom.plan.zone.site import NETWORK_READY, Site

ROUTES = "route-table"
_PATH = "properties.routeTable"


def egress(site: Site) -> Iterator[Resource]:
    """The route table, where the spec gives a next hop."""
    hop = next_hop(site)
    if hop is None:
        return
    route = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": hop}
    yield Resource(
        key=ROUTES,
        id=route_table(site),
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "properties": {"routes": [{"name": "default-to-hub-firewall", "properties": route}]},
        },
        depends_on=("group",),
        condition=NETWORK_READY,
    )


def next_hop(site: Site) -> str | None:
    """The address of the firewall, None where the zone's traffic goes as Azure routes it."""
    network = site.spec.network
    return network.egress.next_hop if network and network.egress else None


def route_table(site: Site) -> str:
    """The id of the zone's route table, whether it has one or not."""
    return site.id("Microsoft.Network/routeTables", site.names.route_table)


def attached(site: Site, subnet: str) -> dict[str, Value]:
    """What a subnet says of its route table: ours where it takes one and there is one, else nothing."""
    if next_hop(site) is None or not room_of(subnet).routed:
        return {}
    return {"routeTable": {"id": route_table(site)}}


def detached(site: Site, subnet: str) -> tuple[Absent, ...]:
    """A route table that was ours must be let go of before it can be deleted; one that others attached stays."""
    return () if attached(site, subnet) else (Absent(_PATH, route_table(site)),)
