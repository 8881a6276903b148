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
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


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
# Addresses that hold an IPv4 one, to which a translator on the way leads: the range, and how many bits stand behind it. Mapped and
# compatible (RFC 4291), translated (RFC 2765, RFC 6052), 6to4 (RFC 3056).
_HOLDERS = (("::ffff:0:0/96", 0), ("::/96", 0), ("::ffff:0:0:0/96", 0), ("64:ff9b::/96", 0), ("2002::/16", 80))
_IPV4_INSIDE = tuple((IPv6Network(holder), shift) for holder, shift in _HOLDERS)
# Ranges of somebody's own that Python counts among the internet's: a translator's (RFC 8215), site-local (RFC 3879), segments
# (RFC 9602), and what is kept for protocols (RFC 6890), where a cloud may have its metadata.
_OWN = (IPv6Network("64:ff9b:1::/48"), IPv6Network("fec0::/10"), IPv6Network("5f00::/16"), IPv4Network("192.0.0.0/24"))


def forbidden(address: str, inside: Inside = NOWHERE) -> bool:
    """Is the address one that lies within somebody's own network, or nowhere, and not one that this probe is for?"""
    shown = ip_address(address.partition("%")[0])
    ip = _meant(shown)
    if _is_here(shown) or _is_here(ip):
        return True
    is_own = any(ip.version == network.version and ip in network for network in _OWN)
    return not ((ip.is_global and not is_own) or inside.holds(ip))


def _is_here(ip: IPv4Address | IPv6Address) -> bool:
    """Is it the machine that asks, its own link, its host, or nobody's in particular? Nothing opens a door to these."""
    return ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip == _PLATFORM


def _meant(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Where a connection to the address ends."""
    for network, shift in _IPV4_INSIDE:
        if ip.version == 6 and ip in network:
            return IPv4Address(int(ip) >> shift & 0xFFFFFFFF)
    return ip


def alone(text: str) -> tuple[str, ...]:
    """The text where it is one address, nothing where it is a range or no address: what Azure reports opens one door and no more."""
    try:
        ip_address(text)
    except ValueError:
        return ()
    return (text,)


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
