"""Which subnets a zone's network has, and where: by purpose, each at a place of its own, so that a feature that comes later moves nothing.

A purpose is a row of `ROOMS`: what needs the subnet, and what Azure asks of it (sizes, delegations, which subnets take neither
security group nor route table). Sources: Azure docs, the networking page of each service. It decides addresses and nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.api.zone.network import (
    APPLICATION_GATEWAY_SUBNET,
    APPS_SUBNET,
    BASTION_SUBNET,
    DATABRICKS_CONTAINER_SUBNET,
    DATABRICKS_HOST_SUBNET,
    ENDPOINTS_SUBNET,
    GATEWAY_SUBNET,
    Network,
)
from loom.errors import Refusal


@dataclass(frozen=True, slots=True)
class Room:
    """A subnet for one purpose. It begins `first` addresses after the network's own first one, and is a /`prefix`.

    `smallest` is the longest prefix that its users can live with, where the addresses are given. `needed_by` is the field of the
    spec that turns it on, unless that attaches what stands elsewhere; "" = every zone has it where nothing is given. `security` is the
    plan's key of its security group, "" where Azure wants none. `routed`: the egress route may be on it.
    """

    name: str
    first: int
    prefix: int
    smallest: int
    needed_by: str = ""
    delegation: str = ""
    security: str = "nsg"
    routed: bool = True


_DATABRICKS = "Microsoft.Databricks/workspaces"

ROOMS = (
    Room(APPS_SUBNET, 0, 23, 27, delegation="Microsoft.App/environments"),
    Room(ENDPOINTS_SUBNET, 512, 24, 28),
    # A route to a firewall cuts a gateway, an Application Gateway and a Bastion off from their own control planes.
    Room(GATEWAY_SUBNET, 768, 27, 29, "accessPaths.vpn", security="", routed=False),
    Room(BASTION_SUBNET, 832, 26, 26, "accessPaths.bastion.own", security="nsg/bastion", routed=False),
    Room(
        APPLICATION_GATEWAY_SUBNET, 1024, 24, 26,
        "accessPaths.applicationGateway", security="nsg/application-gateway", routed=False,
    ),
    Room(DATABRICKS_HOST_SUBNET, 1280, 24, 26, "databricks", _DATABRICKS, "nsg/databricks"),
    Room(DATABRICKS_CONTAINER_SUBNET, 1536, 24, 26, "databricks", _DATABRICKS, "nsg/databricks"),
)  # fmt: skip
"""Every purpose that a subnet may have. A row's place never changes, and no two rows share an address."""

_BY_NAME = {room.name.lower(): room for room in ROOMS}


def room_of(name: str) -> Room:
    """What is known of a subnet by its name. One that is nobody's is a plain subnet."""
    return _BY_NAME.get(name.lower()) or Room(name, 0, 0, 32)


def layout(spec: DataLandingZoneSpec) -> dict[str, str]:
    """The subnets and their addresses, as given or laid out; none without a network. Raises `Refusal` where one finds no room."""
    if spec.network is None:
        return {}
    if spec.network.subnets is not None:
        given = {subnet.name: subnet.cidr for subnet in spec.network.subnets}
        for room in _needed(spec):
            _check_given(room, given)
        return given
    return {room.name: _place(room, spec.network) for room in ROOMS if not room.needed_by or _is_on(room, spec)}


def _needed(spec: DataLandingZoneSpec) -> Iterator[Room]:
    """The rooms that features cannot do without; what apps and endpoints need, the schema says itself."""
    return (room for room in ROOMS if room.needed_by and _is_on(room, spec))


def _is_on(room: Room, spec: DataLandingZoneSpec) -> bool:
    return spec.value_at(room.needed_by) is not None and not spec.attached(room.needed_by)


def _place(room: Room, network: Network) -> str:
    space = IPv4Network(str(network.address_space))
    end = room.first + 2 ** (32 - room.prefix)
    if end > space.num_addresses:
        least = 32 - (end - 1).bit_length()
        what = f"spec.{room.needed_by} needs" if room.needed_by else "there must be"
        raise Refusal(
            "InvalidSpec",
            f"spec.network.addressSpace {space} is too small: {what} a subnet {room.name} (/{room.prefix}), which is laid out within a "
            f"/{least} or larger; give spec.network.subnets yourself, or make another zone with more addresses",
        )
    return str(IPv4Network((int(space.network_address) + room.first, room.prefix)))


def _check_given(room: Room, given: dict[str, str]) -> None:
    found = next((cidr for name, cidr in given.items() if name.lower() == room.name.lower()), None)
    if found is None or IPv4Network(found).prefixlen > room.smallest:
        lacks = f"has no {room.name}" if found is None else f"has only {found} for {room.name}"
        raise Refusal(
            "InvalidSpec",
            f"spec.network.subnets {lacks}: spec.{room.needed_by} needs one of at least /{room.smallest}; add it, or leave "
            "spec.network.subnets out to have them laid out",
        )
