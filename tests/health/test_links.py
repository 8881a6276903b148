"""Documents behind links: real HTTPS to a server on this machine, and every way in which a link is no document."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from loom.config import Settings, Sources
from loom.health.links import LARGEST, Links
from loom.plan.context import Link
from support.serving import https
from support.worlds import DOCUMENT

HOST = "https://docs.azure-api.net"


class Site:
    """A server of documents, good ones and others."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, 0
        self.text = DOCUMENT
        self.came: list[tuple[str, str]] = []
        self.now = 0.0
        self.hangs = asyncio.Event()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.came.append((request.path, request.headers.get("If-None-Match", "")))
        etag = f'"{hash(self.text)}"'
        match request.path:
            case "/openapi.yaml":
                if request.headers.get("If-None-Match") == etag:
                    return web.Response(status=304)
                return web.Response(text=self.text, headers={"ETag": etag})
            case "/moved":
                return web.Response(status=302, headers={"Location": "/openapi.yaml"})
            case "/elsewhere":
                return web.Response(status=301, headers={"Location": "https://evil.azure-api.net/openapi.yaml"})
            case "/unsafe":
                return web.Response(
                    status=302, headers={"Location": f"http://docs.azure-api.net:{self.port}/openapi.yaml"}
                )
            case "/round":
                return web.Response(status=302, headers={"Location": "/round"})
            case "/login":
                return web.Response(text="<html>Sign in</html>", content_type="text/html")
            case "/page":
                return web.Response(text="\n <!DOCTYPE html>", content_type="text/plain")
            case "/image":
                return web.Response(body=b"\x89PNG", content_type="image/png")
            case "/latin":
                return web.Response(body="é".encode("latin-1"), content_type="text/plain")
            case "/bomb":
                return web.Response(body=b"x", headers={"Content-Encoding": "gzip"})
            case "/hangs":
                self.hangs.set()
                await asyncio.Event().wait()
            case "/large":
                return await self._endless(request)
        return web.Response(status=404)

    async def _endless(self, request: web.BaseRequest) -> web.StreamResponse:
        """20 MB, of which nobody should take more than a fifth."""
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        self.sent = 0
        for _ in range(20):
            await answer.write(b" " * 1024 * 1024)
            self.sent += 1
        return answer

    def links(self, **changes: Any) -> Links:
        sources = {"hosts": ("docs.azure-api.net",), "timeout": 5.0, **changes}
        return Links(
            Settings(
                ca_bundle=self.home / "ca.pem",
                connect_to={"*.azure-api.net": f"127.0.0.1:{self.port}"},
                sources=Sources(**sources),
            ),
            lambda: self.now,
        )


@pytest.fixture
async def site(home: Path) -> AsyncIterator[Site]:
    site = Site(home)
    async with https(home, site.answer) as site.port:
        yield site


async def read(links: Links, path: str, older: float = 0.0) -> Link:
    return await links.read(path if path.startswith("http") else f"{HOST}{path}", older)


@pytest.fixture
async def links(site: Site) -> AsyncIterator[Links]:
    links = site.links()
    yield links
    await links.aclose()


@pytest.mark.parametrize("path", ["/openapi.yaml", "/moved"])
async def test_a_document_is_read_and_a_redirect_on_its_host_followed(links: Links, path: str) -> None:
    assert await read(links, path) == Link(DOCUMENT, "")


async def test_what_has_not_changed_is_not_sent_again(site: Site, links: Links) -> None:
    await read(links, "/openapi.yaml")
    site.now = 100.0
    assert (await read(links, "/openapi.yaml", older=600.0)).text == DOCUMENT
    assert len(site.came) == 1
    assert (await read(links, "/openapi.yaml", older=60.0)).text == DOCUMENT
    assert site.came[1][1] != ""
    site.now, site.text = 200.0, "openapi: 3.0.0"
    assert (await read(links, "/openapi.yaml", older=60.0)).text == "openapi: 3.0.0"


async def test_what_was_read_last_serves_while_the_link_says_nothing(site: Site, links: Links) -> None:
    await read(links, "/openapi.yaml")
    site.now, site.port = 100.0, 1
    links._settings.connect_to["*.azure-api.net"] = "127.0.0.1:1"
    assert await read(links, "/openapi.yaml") == Link(DOCUMENT, f"{HOST}/openapi.yaml took no connection, or cut it")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/none", "answered 404 where 200 was expected"),
        ("/login", "answers a page (HTML), such as one to sign in at, and no document"),
        ("/page", "answers a page (HTML or XML), such as one to sign in at, and no document"),
        ("/image", "answers image/png, which is none that a document has"),
        ("/latin", "is no text in UTF-8"),
        ("/bomb", "answers compressed, though it was asked not to"),
        ("/elsewhere", "redirects to https://evil.azure-api.net/openapi.yaml, which is another place"),
        ("/unsafe", "which is another place"),
        ("/round", "redirects again and again"),
        (
            "https://evil.azure-api.net/x",
            "is on a host that the operator's sources.hosts (docs.azure-api.net) does not allow",
        ),
        ("http://docs.azure-api.net/openapi.yaml", "is no https address of a host"),
        ("https://me:secret@docs.azure-api.net/", "is no https address of a host"),
    ],
)
async def test_a_link_that_is_no_document_says_what_it_is(links: Links, path: str, says: str) -> None:
    link = await read(links, path)
    assert link.text == ""
    assert says in link.problem
    assert "secret" not in link.problem


async def test_what_is_to_be_xml_may_begin_with_a_tag_and_is_no_page(site: Site, links: Links) -> None:
    site.text = "<definitions/>"
    assert (await links.read(f"{HOST}/openapi.yaml", 0.0, xml=True)).text == "<definitions/>"
    assert "and no document" in (await links.read(f"{HOST}/openapi.yaml", 0.0)).problem
    assert "answers a page" in (await links.read(f"{HOST}/page", 0.0, xml=True)).problem


async def test_reading_stops_where_a_document_is_too_large(site: Site, links: Links) -> None:
    assert "is larger than 4 MB" in (await read(links, "/large")).problem
    assert site.sent < 20
    assert LARGEST == 4 * 1024 * 1024


async def test_a_link_that_is_slow_is_left(site: Site) -> None:
    links = site.links(timeout=0.2)
    assert (await read(links, "/hangs")).problem == f"{HOST}/hangs gave no whole document in time"
    await links.aclose()


@pytest.mark.parametrize(
    ("networks", "says"),
    [
        ((), "leads into a private network"),
        (("10.0.0.0/8",), "leads into a private network"),
        (("127.0.0.0/8",), "private"),
    ],
)
async def test_no_name_leads_into_the_operators_own_network(site: Site, networks: tuple[str, ...], says: str) -> None:
    links = Links(Settings(sources=Sources(hosts=("localhost",), networks=networks)), lambda: 0.0)
    assert says in (await links.read(f"https://localhost:{site.port}/openapi.yaml", 0.0)).problem
    assert site.came == []
    await links.aclose()


def resolving(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Every name leads to this address, as its owner likes."""

    async def answer(host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)


async def refused(address: str, monkeypatch: pytest.MonkeyPatch, *ranges: str) -> bool:
    """Is a link that leads to the address refused as private, with these ranges granted?"""
    resolving(monkeypatch, address)
    links = Links(Settings(sources=Sources(hosts=("docs.corp.example",), timeout=0.05)), lambda: 0.0)
    problem = (await links.read("https://docs.corp.example/openapi.yaml", 0.0, ranges)).problem
    await links.aclose()
    return "leads into a private network" in problem


async def test_a_private_address_is_read_from_where_a_grant_allows_it_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await refused("10.20.0.9", monkeypatch)
    assert await refused("10.20.0.9", monkeypatch, "10.21.0.0/16")
    assert not await refused("10.20.0.9", monkeypatch, "10.20.0.0/16")


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "168.63.129.16"])
async def test_no_grant_leads_a_link_to_the_operators_own_machine(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    assert await refused(address, monkeypatch, "0.0.0.0/0", f"{address}/32")


async def test_what_one_namespace_may_read_is_not_shown_to_another(site: Site) -> None:
    links = site.links()
    assert (await links.read(f"{HOST}/openapi.yaml", 60.0, ("10.0.0.0/8",))).text
    await links.read(f"{HOST}/openapi.yaml", 60.0)
    assert len(site.came) == 2
    await links.aclose()


async def test_a_container_app_is_asked_at_its_environments_own_address_whatever_hosts_are_listed(site: Site) -> None:
    links = site.links(hosts=())
    assert (await links.read(f"{HOST}/openapi.yaml", 0.0, at="10.100.2.4")).text == DOCUMENT
    assert "sources.hosts (none)" in (await links.read(f"{HOST}/openapi.yaml", 600.0)).problem
    await links.aclose()


@pytest.mark.parametrize("environment", ["127.0.0.1", "169.254.169.254", "168.63.129.16"])
async def test_no_environment_stands_in_the_operators_own_machine(environment: str) -> None:
    links = Links(Settings(), lambda: 0.0)
    said = await links.read("https://app.region.azurecontainerapps.io/openapi.json", 0.0, at=environment)
    assert "leads into a private network" in said.problem
    await links.aclose()


async def test_nothing_is_read_where_the_configuration_allows_no_host() -> None:
    links = Links(Settings(), lambda: 0.0)
    assert "sources.hosts (none)" in (await links.read(f"{HOST}/openapi.yaml", 0.0)).problem


async def test_an_address_that_is_none_is_told() -> None:
    links = Links(Settings(), lambda: 0.0)
    assert (await links.read("https://docs.example:99999/openapi.yaml?key=x", 0.0)).problem == (
        "https://docs.example:99999/openapi.yaml is no address"
    )


async def test_a_slow_host_holds_up_nobody_elses_documents(site: Site) -> None:
    links = site.links(hosts=("*.azure-api.net",), timeout=60.0)
    slow = [asyncio.create_task(links.read(f"https://slow.azure-api.net/hangs?{number}", 0)) for number in range(8)]
    await site.hangs.wait()
    async with asyncio.timeout(20):
        assert (await links.read(f"{HOST}/openapi.yaml", 0)).text == DOCUMENT
    assert not any(task.done() for task in slow)
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    await links.aclose()


async def test_two_of_one_host_are_read_at_once_and_hosts_that_nobody_reads_are_forgotten(site: Site) -> None:
    links = site.links(hosts=("*.azure-api.net",), timeout=60.0)
    slow = [asyncio.create_task(links.read(f"https://slow.azure-api.net/hangs?{number}", 0)) for number in range(8)]
    await site.hangs.wait()
    for number in range(5):
        assert (await links.read(f"https://host-{number}.azure-api.net/openapi.yaml", 0)).text == DOCUMENT
    assert list(links._gates) == ["slow.azure-api.net"]
    assert [path for path, _ in site.came].count("/hangs") <= 2
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    await links.aclose()
