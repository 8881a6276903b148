"""Address ranges of networks: whether they are written well, lie where they must, and leave each other alone."""

from __future__ import annotations

import ipaddress
from typing import Any

from loom.sim.errors import bad_request

Json = dict[str, Any]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def prefixes(properties: Json) -> list[str]:
    """The address space of a virtual network."""
    return list((properties.get("addressSpace") or {}).get("addressPrefixes") or [])


def subnet_prefixes(properties: Json) -> list[str]:
    """The ranges of a subnet, in whichever of its two fields they are."""
    one = properties.get("addressPrefix")
    return [one] if one else list(properties.get("addressPrefixes") or [])


def network(text: str, where: str) -> Network:
    """Read a range. Raises 400 `InvalidCIDRNotation`."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        message = f"The address prefix {text} in {where} is not correctly formatted, or its host bits are set."
        raise bad_request("InvalidCIDRNotation", message) from None


def overlap(one: Network, other: Network) -> bool:
    """Whether two ranges share an address."""
    if isinstance(one, ipaddress.IPv4Network):
        return isinstance(other, ipaddress.IPv4Network) and one.overlaps(other)
    return isinstance(other, ipaddress.IPv6Network) and one.overlaps(other)


def _contains(space: Network, inner: Network) -> bool:
    return overlap(space, inner) and space.prefixlen <= inner.prefixlen


def check_in_space(name: str, properties: Json, spaces: list[Network]) -> None:
    """A subnet lies in its network. Raises 400 `NetcfgInvalidSubnet`."""
    for text in subnet_prefixes(properties):
        if not any(_contains(space, network(text, "subnet")) for space in spaces):
            message = f"Subnet '{name}' is not valid because its IP address range is outside the IP address range of virtual network."
            raise bad_request("NetcfgInvalidSubnet", message)


def check_disjoint(named: list[tuple[str, str]]) -> None:
    """No two subnets overlap. Raises 400 `NetcfgSubnetRangesOverlap`."""
    seen: list[tuple[str, Network]] = []
    for name, text in named:
        mine = network(text, "subnet")
        for other, taken in seen:
            if other.lower() != name.lower() and overlap(taken, mine):
                message = f"Subnet '{name}' is not valid because its IP address range overlaps with that of an existing subnet '{other}'."
                raise bad_request("NetcfgSubnetRangesOverlap", message)
        seen.append((name, mine))
