"""Does an address answer: real HTTPS to a server on this machine, reached as an administrator would have it reached."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from loom.health.addresses import AddressRefused, NoSuchName, addresses_of, forbidden, mapped
from loom.health.asking import Asker
from loom.health.gateway import ask_gateway
from loom.plan.checks import Health
from support.serving import https

HOST = "https://apim-loom.azure-api.net"


class Site:
    """A gateway that answers, moves, fails and hangs, and notes who came."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.came: list[str] = []
        self.callers: list[int] = []  # of each who came, the port at the other end of the connection
        self.port = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.came.append(f"{request.host} {request.path}")
        assert request.transport is not None
        self.callers.append(request.transport.get_extra_info("peername")[1])
        match request.path:
            case "/status":
                return web.Response(status=200)
            case "/moved":
                return web.Response(status=302, headers={"Location": f"{HOST}/status"})
            case "/hangs":
                await asyncio.Event().wait()
        return web.Response(status=404)

    def asker(self, **changes: Any) -> Asker:
        given = {
            "timeout": 5.0,
            "ca_bundle": self.home / "ca.pem",
            "connect_to": {"*.azure-api.net": f"127.0.0.1:{self.port}"},
        }
        return Asker(**{**given, **changes})


@pytest.fixture
async def site(home: Path) -> AsyncIterator[Site]:
    site = Site(home)
    async with https(home, site.answer) as site.port:
        yield site


async def probe(asker: Asker, url: str, expect: tuple[int, ...] = (200,)) -> tuple[Health, str, str]:
    try:
        return await ask_gateway(asker, url, expect)
    finally:
        await asker.aclose()


async def test_a_gateway_that_answers_is_well(site: Site) -> None:
    assert await probe(site.asker(), f"{HOST}/status") == (Health.HEALTHY, "Succeeded", "")
    assert site.came == ["apim-loom.azure-api.net /status"]


async def test_an_answer_that_was_not_expected_is_not_well(site: Site) -> None:
    assert await probe(site.asker(), f"{HOST}/orders", (200, 401)) == (
        Health.UNHEALTHY,
        "Unreachable",
        f"{HOST}/orders answered 404 where 200 or 401 was expected",
    )


async def test_who_asks_the_same_host_in_the_same_moment_uses_the_same_connection(site: Site) -> None:
    asker = site.asker()
    try:
        for host in (HOST, HOST, "https://another.azure-api.net"):
            assert (await asker.ask(f"{host}/status")).status == 200
    finally:
        await asker.aclose()
    first, second, third = site.callers
    assert first == second
    assert third != first  # its certificate was not looked at for that name


async def test_a_redirect_is_an_answer_and_is_not_followed(site: Site) -> None:
    health, _, words = await probe(site.asker(), f"{HOST}/moved")
    assert (health, words) == (Health.UNHEALTHY, f"{HOST}/moved answered 302 where 200 was expected")
    assert len(site.came) == 1


async def test_who_does_not_answer_in_time_is_not_well(site: Site) -> None:
    health, _, words = await probe(site.asker(timeout=0.1), f"{HOST}/hangs")
    assert (health, words) == (Health.UNHEALTHY, f"{HOST}/hangs gave no answer in time")


async def test_a_certificate_that_is_not_trusted_is_not_well(site: Site) -> None:
    health, _, words = await probe(site.asker(ca_bundle=None), f"{HOST}/status")
    assert (health, words.endswith("certificate is not trusted, or not for this name")) == (Health.UNHEALTHY, True)
    assert site.came == []


async def test_a_certificate_for_another_name_is_not_well(site: Site) -> None:
    asker = site.asker(connect_to={"*.example.com": f"127.0.0.1:{site.port}"})
    health, _, words = await probe(asker, "https://gateway.example.com/status")
    assert health is Health.UNHEALTHY
    assert "not for this name" in words


async def test_where_nobody_listens_there_is_no_connection(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    asker = site.asker(connect_to={"*.azure-api.net": f"127.0.0.1:{port}"})
    health, _, words = await probe(asker, f"{HOST}/status")
    assert (health, words) == (Health.UNHEALTHY, f"{HOST}/status: no connection, or it was cut")


async def test_a_name_that_leads_into_a_private_network_is_not_asked(site: Site) -> None:
    health, reason, words = await probe(site.asker(connect_to={}), f"https://localhost:{site.port}/status")
    assert (health, reason) == (Health.UNKNOWN, "NotMeasured")
    assert "private network" in words
    assert site.came == []


async def test_an_address_in_the_place_of_a_name_is_not_asked(site: Site) -> None:
    health, _, words = await probe(site.asker(), f"https://127.0.0.1:{site.port}/status")
    assert (health, "names an address and not a host" in words) == (Health.UNKNOWN, True)
    assert site.came == []


async def test_plain_http_is_not_asked(site: Site) -> None:
    assert (await probe(site.asker(), "http://apim-loom.azure-api.net/status"))[0] is Health.UNKNOWN


async def test_a_query_is_never_shown(site: Site) -> None:
    assert "key" not in (await probe(site.asker(), f"{HOST}/orders?subscription-key=1"))[2]


async def test_a_name_that_does_not_exist_is_not_well() -> None:
    health, _, words = await probe(Asker(), "https://nothing.invalid/status")
    assert (health, words) == (Health.UNHEALTHY, "https://nothing.invalid/status: the name does not resolve")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0",
     "fd00::1", "::ffff:10.0.0.1", "::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254",
     "64:ff9b:1::10.0.0.1", "2002:a00:1::1", "2002:7f00:1::1", "fec0::1", "255.255.255.255", "198.18.0.1", "192.0.0.1", "192.0.0.192",
     "5f00::1"],
)  # fmt: skip
def test_addresses_of_somebodys_own_network_are_forbidden(address: str) -> None:
    assert forbidden(address)


@pytest.mark.parametrize("address", ["20.50.60.70", "2603:1030::1", "8.8.8.8", "64:ff9b::20.50.60.70"])
def test_addresses_of_the_internet_are_not(address: str) -> None:
    assert not forbidden(address)


def test_the_first_pattern_that_matches_says_where_to_connect() -> None:
    connect_to = {"console.azurecontainerapps.io": "a:1", "*.azurecontainerapps.io": "b:2", "x.y": "[::1]:3"}
    assert mapped("Console.AzureContainerApps.io", connect_to) == ("a", 1)
    assert mapped("loom.happy.eastus2.azurecontainerapps.io", connect_to) == ("b", 2)
    assert mapped("x.y", connect_to) == ("::1", 3)
    assert mapped("azurecontainerapps.io", connect_to) is None


async def test_one_forbidden_address_among_many_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def both(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("20.50.60.70", "10.0.0.4")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    with pytest.raises(AddressRefused):
        await addresses_of("rebound.example", 443, {})


async def test_a_name_that_is_resolved_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def once(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("20.50.60.70", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", once)
    assert await addresses_of("gateway.example", 443, {}) == [("20.50.60.70", 443)]
    assert asked == ["gateway.example"]


async def test_a_name_without_addresses_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", none)
    with pytest.raises(NoSuchName):
        await addresses_of("nothing.example", 443, {})


async def test_an_address_that_cannot_be_read_is_told_and_not_raised() -> None:
    health, _, words = await probe(Asker(), "https://[half/status")
    assert (health, "is no https address" in words) == (Health.UNKNOWN, True)
