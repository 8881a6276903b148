"""The network of a DataLandingZone: addresses and subnets, and what must hold between them.

Which subnet is laid out where, when none is given, is decided in `loom.plan`.
"""

import ipaddress
import itertools
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.addresses import as_network, is_whole, lies_in
from loom.api.schema import OWNED_WHOLE, Cidr, Ipv4, Model, Rule, distinct, immutable, named

APPS_SUBNET = "snet-container-apps"
ENDPOINTS_SUBNET = "snet-private-endpoints"
APPLICATION_GATEWAY_SUBNET = "snet-application-gateway"
DATABRICKS_HOST_SUBNET, DATABRICKS_CONTAINER_SUBNET = "snet-databricks-host", "snet-databricks-container"
GATEWAY_SUBNET, BASTION_SUBNET = "GatewaySubnet", "AzureBastionSubnet"  # Azure looks for them by these names


class Subnet(Model):
    """A part of the zone's network."""

    model_config = OWNED_WHOLE

    name: Annotated[str, Field(pattern="^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$", max_length=80)]
    """The subnet's name. Apps live in snet-container-apps, private endpoints in snet-private-endpoints, an Application Gateway in
    snet-application-gateway, Databricks in snet-databricks-host and snet-databricks-container, a VPN gateway in GatewaySubnet, a
    Bastion of the zone's own in AzureBastionSubnet; any other is made and left empty."""
    cidr: Cidr
    """Its addresses, within the network's, in CIDR notation."""


def _is_ip(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


class Egress(Model):
    """Where the network's traffic goes that has no nearer way."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            field="nextHop",
            cel="isIP(self.nextHop)",
            message="nextHop is an IPv4 address, such as 10.0.1.4",
            holds=lambda e: _is_ip(e.next_hop),
        ),
    )

    next_hop: Ipv4
    """The private IPv4 address of the hub's firewall. Every subnet gets the route but those of an Application Gateway, a VPN
    gateway and a Bastion, which would lose their own control planes."""


def _is_canonical(network: "Network") -> bool:
    return all(as_network(subnet.cidr) for subnet in network.subnets or ())


def _are_inside(network: "Network") -> bool:
    if network.address_space is None:
        return True
    space = ipaddress.IPv4Network(network.address_space)
    return all(ipaddress.IPv4Network(subnet.cidr).subnet_of(space) for subnet in network.subnets or ())


def _size(cidr: str) -> int:
    return ipaddress.IPv4Network(cidr).prefixlen


def _are_apart(network: "Network") -> bool:
    ranges = sorted(ipaddress.IPv4Network(subnet.cidr) for subnet in network.subnets or ())
    return not any(a.overlaps(b) for a, b in itertools.pairwise(ranges))


class Network(Model):
    """The zone's virtual network, peered with the plane's hub."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            field="addressSpace",
            cel=f"!has(self.addressSpace) || ({is_whole('self.addressSpace')})",
            message="addressSpace is an IPv4 range that begins at its own first address, such as 10.100.0.0/20",
            holds=lambda n: n.address_space is None or as_network(n.address_space) is not None,
        ),
        Rule(
            field="subnets",
            cel="has(self.addressSpace) || !has(self.subnets)",
            message="subnets are given within addresses that are given: add addressSpace, or leave subnets out to have them laid out",
            holds=lambda n: n.address_space is not None or n.subnets is None,
        ),
        Rule(
            field="subnets",
            cel=f"!has(self.subnets) || self.subnets.all(s, {is_whole('s.cidr')})",
            message="each subnet's cidr is an IPv4 range that begins at its own first address, such as 10.100.0.0/23",
            holds=_is_canonical,
        ),
        Rule(
            field="subnets",
            cel="!has(self.subnets) || !has(self.addressSpace) || !isCIDR(self.addressSpace) || "
            f"self.subnets.all(s, !isCIDR(s.cidr) || {lies_in('s.cidr', 'self.addressSpace')})",
            message="each subnet lies within addressSpace",
            holds=_are_inside,
        ),
        Rule(
            field="subnets",
            cel="!has(self.subnets) || self.subnets.all(a, !isCIDR(a.cidr) || self.subnets.all(b, "
            f"a.name == b.name || !isCIDR(b.cidr) || !{lies_in('b.cidr', 'a.cidr')}))",
            message="subnets overlap; give each of them addresses of its own",
            holds=_are_apart,
        ),
        Rule(
            field="addressSpace",
            cel="!has(self.addressSpace) || !isCIDR(self.addressSpace) || (cidr(self.addressSpace).prefixLength() >= 8 && "
            "cidr(self.addressSpace).prefixLength() <= (has(self.subnets) ? 29 : 22))",
            message="addressSpace is between /8 and /22 where the subnets are laid out for you, and down to /29 where you "
            "give them",
            holds=lambda n: n.address_space is None or 8 <= _size(n.address_space) <= (29 if n.subnets else 22),
        ),
        Rule(
            field="dnsServers",
            cel="!has(self.dnsServers) || self.dnsServers.all(s, isIP(s))",
            message="each of dnsServers is an IPv4 address, such as 10.0.0.4",
            holds=lambda n: all(_is_ip(server) for server in n.dns_servers or ()),
        ),
        immutable("addressSpace", "make another zone with the other addresses and move to it"),
    )

    address_space: Cidr | None = None
    """The network's IPv4 addresses in CIDR notation, at least a /22 where the subnets are laid out. They must overlap
    neither the hub nor any network peered with it. Omitted: a range of the admin plane's addressPools is allotted to the zone, and
    stays its own; the plane's status.allocations has it."""
    subnets: Annotated[tuple[Subnet, ...], named(at_most=20, at_least=1)] | None = None
    """The subnets. Omitted: laid out, each at a place of its own, so that a feature that comes later moves none: a /23
    snet-container-apps and a /24 snet-private-endpoints, and only where their feature is on GatewaySubnet /27, AzureBastionSubnet
    /26, snet-application-gateway /24, and two /24 for Databricks."""
    egress: Egress | None = None
    """Where traffic goes that has no nearer way. Omitted: as Azure routes it; a route table that was made here goes."""
    dns_servers: Annotated[tuple[Ipv4, ...], distinct(at_most=20)] | None = None
    """The DNS servers that the network's machines ask, which must resolve the plane's private DNS zones. []: Azure's own.
    Omitted: those that are set stay, which for a new network are Azure's own."""
