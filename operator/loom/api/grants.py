"""Who may ask an AdminPlane for what: the grants, and the pools of addresses that they bound.

What a grant decides about a request is `loom.plan.grants`' business.
"""

from ipaddress import IPv4Network
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.addresses import as_network, is_whole
from loom.api.schema import (
    ArmScope,
    Bool,
    Cidr,
    Guid,
    Int,
    Labels,
    Location,
    Model,
    Rule,
    arm_id,
    distinct,
    listed,
)


class AddressPool(Model):
    """Addresses that zones are given ranges of."""

    rules: ClassVar = (
        Rule(
            field="cidr",
            cel=is_whole("self.cidr"),
            message="cidr is an IPv4 range that begins at its own first address, such as 10.100.0.0/14",
            holds=lambda p: as_network(p.cidr) is not None,
        ),
        Rule(
            field="zonePrefixLength",
            cel="!isCIDR(self.cidr) || cidr(self.cidr).prefixLength() <= self.zonePrefixLength",
            message="a zone's range is a part of the pool: zonePrefixLength is not smaller than the prefix of cidr",
            holds=lambda p: IPv4Network(p.cidr).prefixlen <= p.zone_prefix_length,
        ),
    )

    cidr: Cidr
    """The pool, in CIDR notation, such as 10.100.0.0/14."""
    zone_prefix_length: Annotated[Int, Field(ge=8, le=22)]
    """How large each zone's range is: 20 gives each of them a /20. At most 22: a zone's subnets need a /22."""


class GrantedNamespaces(Model):
    """The namespaces that a grant is for. Who may label namespaces can take a grant that goes by labels."""

    rules: ClassVar = (
        Rule(
            cel="has(self.matchNames) || has(self.matchLabels)",
            message="name the namespaces: give matchNames, matchLabels, or both; a grant to everybody does not exist",
            holds=lambda n: bool(n.match_names or n.match_labels),
        ),
    )

    match_names: (
        Annotated[tuple[Annotated[str, Field(max_length=63)], ...], distinct(at_most=100, at_least=1)] | None
    ) = None
    """The namespaces' names. With matchLabels beside it, a namespace must be in the list and carry the labels too."""
    match_labels: Labels | None = None
    """Labels that a namespace must carry, all of them. With matchNames beside it, both must hold."""


HostPattern = Annotated[str, Field(pattern=r"^([*][.])?[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*$", max_length=253)]


class Egress(Model):
    """Private addresses at which some hosts may be asked whether they answer."""

    rules: ClassVar = (
        Rule(
            field="cidrs",
            cel=f"self.cidrs.all(c, {is_whole('c')})",
            message="each of cidrs is an IPv4 range that begins at its own first address, such as 10.20.0.0/16",
            holds=lambda e: all(as_network(cidr) for cidr in e.cidrs),
        ),
    )

    hosts: Annotated[tuple[HostPattern, ...], distinct(at_most=20, at_least=1)]
    """The hosts; *.example.com is every host below example.com."""
    cidrs: Annotated[tuple[Cidr, ...], distinct(at_most=20, at_least=1)]
    """Ranges in CIDR notation that these hosts may resolve to. The operator's own machine (127.0.0.0/8) and link-local addresses
    (169.254.0.0/16, the machine's metadata among them) are never asked, whatever range holds them."""


class ApiManagementGrant(Model):
    """What ApiProducts of the namespaces may do in API Management."""

    services: Annotated[
        tuple[Annotated[str, arm_id("Microsoft.ApiManagement/service")], ...], distinct(at_most=20, at_least=1)
    ]
    """ARM ids of the services that they may publish in; the plane's own is not implied."""
    path_prefixes: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9._~/-]+$", max_length=200)], ...],
        distinct(at_most=50, at_least=1),
    ]
    """How the paths of their APIs must begin, such as finance/."""
    backend_hosts: Annotated[tuple[HostPattern, ...], distinct(at_most=100)] = ()
    """Hosts that their backends may be at; *.example.com is every host below example.com. Omitted: none."""
    audiences: Annotated[
        tuple[Annotated[str, Field(pattern="^api://[A-Za-z0-9._/-]+$", max_length=200)], ...], distinct(at_most=50)
    ] = ()
    """Application id URIs, such as api://orders, for which their Function Apps may be shown a token of the service's identity. That
    identity is everybody's in the service: name only apps that these namespaces may call. Omitted: none."""
    raw_policies: Bool = False
    """True: their policies may hold `xml`, elements of a closed list as text. No grant allows code, named values, calls to elsewhere, or
    anything that belongs to another owner."""


class Grant(Model):
    """What some namespaces may ask of this plane. Each grant is judged by itself: one of them must cover all of a request."""

    rules: ClassVar = (
        Rule(
            field="addressPools",
            cel=f"!has(self.addressPools) || self.addressPools.all(c, {is_whole('c')})",
            message="each of addressPools is an IPv4 range that begins at its own first address, such as 10.100.0.0/14",
            holds=lambda g: all(as_network(pool) for pool in g.address_pools or ()),
        ),
    )

    namespaces: GrantedNamespaces
    """Whom the grant is for."""
    subscriptions: Annotated[tuple[Guid, ...], distinct(at_most=200)] = ()
    """Azure subscriptions that zones may be made in. Omitted: none."""
    locations: Annotated[tuple[Location, ...], distinct(at_most=60)] = ()
    """Azure locations that zones may be made in. Omitted: none."""
    max_zones: Annotated[Int, Field(ge=0, le=500)] | None = None
    """How many zones all the grant's namespaces together may have. The oldest have the places.
    Omitted: no limit but the 500 peerings of the hub's network."""
    address_pools: Annotated[tuple[Cidr, ...], distinct(at_most=20, at_least=1)] | None = None
    """Ranges in CIDR notation that the zones' addresses must lie in, whether they are allotted or given. Omitted: those that are
    allotted lie anywhere in the plane's addressPools, those that are given anywhere."""
    egress: Annotated[tuple[Egress, ...], listed(at_most=10)] = ()
    """Private addresses that the operator may connect to for these namespaces: to see whether a way into a zone or a gateway
    answers, and to read API documents behind links. Omitted: none but what Azure reports as the zone's own."""
    scopes: Annotated[tuple[ArmScope, ...], distinct(at_most=100)] = ()
    """ARM scopes outside the zones' own resource groups where zones may attach services, and where the operator may adopt resources and
    assign roles. Omitted: none."""
    registries: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)], ...],
        distinct(at_most=50),
    ] = ()
    """Registries that whole images of apps may name beside the plane's own: an Azure Container Registry by its name, such as
    acrloom, any other by its host. Omitted: the plane's own alone."""
    key_vaults: Annotated[tuple[Annotated[str, arm_id("Microsoft.KeyVault/vaults")], ...], distinct(at_most=50)] = ()
    """ARM ids of Key Vaults whose secrets their objects may name. Omitted: none."""
    api_management: ApiManagementGrant | None = None
    """What ApiProducts may do. Omitted: nothing."""
