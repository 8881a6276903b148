"""Where a probe may connect to: names are resolved once, judged, and connected to at exactly the addresses that were judged.

A host name comes out of Azure's answers, and its owner decides what it resolves to; a probe must not be led into the operator's own
network (loopback, link-local, private). The administrator's `connectTo` maps names to another place, as curl's option of that
name, and what it maps is allowed: it is how a private cloud or a simulator is reached.
"""

import asyncio
import socket
from collections.abc import Mapping
from fnmatch import fnmatchcase
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult


class AddressRefused(Exception):
    """The name leads to an address that no probe may connect to."""


class NoSuchName(Exception):
    """The name resolves to nothing."""


def forbidden(address: str) -> bool:
    """Is the address one that lies within somebody's own network, or nowhere?"""
    ip = ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return not ip.is_global or ip.is_multicast


def mapped(host: str, connect_to: Mapping[str, str]) -> tuple[str, int] | None:
    """The place that `connectTo` gives for a host, None where it says nothing. The first pattern that matches counts."""
    for pattern, target in connect_to.items():
        if fnmatchcase(host.lower(), pattern.lower()):
            name, _, port = target.rpartition(":")
            return name.strip("[]"), int(port)
    return None


class JudgedResolver(AbstractResolver):
    """aiohttp's resolver, with judgement. What it returns is what is connected to: nobody resolves the name a second time."""

    def __init__(self, connect_to: Mapping[str, str]) -> None:
        self._connect_to = connect_to

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises AddressRefused or NoSuchName."""
        target = mapped(host, self._connect_to)
        place, number = target or (host, port)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(place, number, type=socket.SOCK_STREAM, family=family)
        except socket.gaierror:
            raise NoSuchName(place) from None
        addresses = [(kind, proto, str(where[0]), int(where[1])) for kind, _, proto, _, where in found]
        if target is None and any(forbidden(address) for _, _, address, _ in addresses):
            raise AddressRefused(host)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST)
            for kind, proto, address, port in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""
