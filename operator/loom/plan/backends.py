"""Addresses that calls may be sent to: which hosts a backend may name, whoever grants them.

A gateway stands inside a network and has an identity: an address of the machine itself, of a private network or of a control plane
would lend both to whoever may write a spec.
"""

from ipaddress import AddressValueError, IPv4Address
from urllib.parse import urlsplit

from loom.plan.clouds import SUFFIXES

_AZURE_PLATFORM = IPv4Address("168.63.129.16")  # DNS, health probes and the host agent of every virtual machine
_CONTROL_PLANES = (
    *(host for suffixes in SUFFIXES.values() for host in (*suffixes.management, suffixes.vaults)),
    "management.azure-api.net",  # with the service's name before it: its own control plane
    "scm.azure-api.net",
    "login.windows.net",
    "sts.windows.net",
    "graph.windows.net",
)
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".svc", ".home.arpa", ".lan")


def host_of(url: str) -> str:
    """The host of an address, in lower case and without a dot at its end."""
    return (urlsplit(url).hostname or "").rstrip(".").lower()


def host_within(host: str, pattern: str) -> bool:
    """Does a host fit `backend.example.com` (that one) or `*.example.com` (every host below)?"""
    wanted = pattern.rstrip(".").lower()
    return host.endswith(wanted[1:]) if wanted.startswith("*.") else host == wanted


def refused(url: str) -> str:
    """Why no backend may be at this address, in words; "" when it may."""
    host = host_of(url)
    if urlsplit(url).scheme != "https":
        return "it is not https"
    if "." not in host or host.endswith(_LOCAL_ENDINGS):
        return f"{host or 'it'} is a name that only one network knows"
    if _looks_like_a_number(host):
        return _refused_address(host)
    if any(host == control or host.endswith(f".{control}") for control in _CONTROL_PLANES):
        return f"{host} is a control plane"
    return ""


def _looks_like_a_number(host: str) -> bool:
    """Browsers and HTTP libraries read 0x7f.1 and 2130706433 as addresses (WHATWG URL: "ends in a number")."""
    last = host.rpartition(".")[2]
    return last.isdigit() or last.startswith("0x")


def _refused_address(host: str) -> str:
    try:
        address = IPv4Address(host)
    except AddressValueError:
        return f"{host} is no plain IPv4 address"
    if not address.is_global or address.is_multicast or address == _AZURE_PLATFORM:
        return f"{host} is an address of the machine, of a private network or of the platform"
    return ""
