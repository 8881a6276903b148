"""Where a probe may connect to: names are resolved once, judged, and connected to at exactly the addresses that were judged.

A host name comes out of Azure's answers, and its owner decides what it resolves to; a probe must not be led into the operator's own
network (loopback, link-local, private). Two things open a door there: the administrator's `connectTo`, which maps names to another
place as curl's option of that name (it is how a private cloud or a simulator is reached), and the addresses that a way in is known to
have (`Inside`), never loopback or link-local ones.
"""

import asyncio
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network


class AddressRefused(Exception):
    """The name leads to an address that no probe may connect to."""


class NoSuchName(Exception):
    """The name resolves to nothing."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Private ranges that one probe may connect to: a single address, as the environment's own, or an administrator's range.

    `at` is the only address to connect to, whatever the name resolves to elsewhere: that of a gateway, as Azure reports it.
    """

    ranges: tuple[str, ...] = ()
    at: str = ""

    def holds(self, address: IPv4Address | IPv6Address) -> bool:
        """Is the address one of these? What is no range is none."""
        return any(network.version == address.version and address in network for network in _networks(self.ranges))


NOWHERE = Inside()
# A public number that leads to the host of the machine that asks (Azure docs: What is IP address 168.63.129.16).
_PLATFORM = ip_address("168.63.129.16")


def forbidden(address: str, inside: Inside = NOWHERE) -> bool:
    """Is the address one that lies within somebody's own network, or nowhere, and not one that this probe is for?"""
    ip = ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip == _PLATFORM:
        return True
    return not (ip.is_global or inside.holds(ip))


def mapped(host: str, connect_to: Mapping[str, str]) -> tuple[str, int] | None:
    """The place that `connectTo` gives for a host, None where it says nothing. The first pattern that matches counts."""
    for pattern, target in connect_to.items():
        if fnmatchcase(host.lower(), pattern.lower()):
            name, _, port = target.rpartition(":")
            return name.strip("[]"), int(port)
    return None


async def addresses_of(
    host: str, port: int, connect_to: Mapping[str, str], inside: Inside = NOWHERE
) -> list[tuple[str, int]]:
    """The addresses and ports that a host may be connected to at. Raises AddressRefused or NoSuchName.

    One address that is forbidden refuses the name: its owner would choose which of them is taken. `inside.at` stands for what the name
    would resolve to.
    """
    target = mapped(host, connect_to)
    place, number = target or (inside.at or host, port)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(place, number, type=socket.SOCK_STREAM)
    except socket.gaierror:
        raise NoSuchName(place) from None
    addresses = [(str(where[0]), int(where[1])) for _, _, _, _, where in found]
    if target is None and any(forbidden(address, inside) for address, _ in addresses):
        raise AddressRefused(host)
    return list(dict.fromkeys(addresses))


def _networks(ranges: Iterable[str]) -> Iterable[IPv4Network]:
    for text in ranges:
        try:
            yield ip_network(text)  # type: ignore[misc]  # of either family; `holds` compares the versions
        except ValueError:
            continue
