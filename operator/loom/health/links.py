"""Documents behind links: read over HTTPS from hosts that the configuration allows, at most 4 MB, and kept with their ETag.

A link is written by whoever writes specs: it must lead neither into a network nor to another place. The name is resolved once, judged,
and connected to at exactly that address; a redirect is followed on the same host only; reading stops where a document is too large,
compressed answers are not taken, and the time is limited. What was read last is kept for when the link says nothing.

A container app's address is Azure's word and not the spec's: it is asked at its environment's own address, a private one as well,
whatever the configuration says of hosts.
"""

import asyncio
import ssl
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from loom.config import Settings
from loom.health.addresses import AddressRefused, Inside, NoSuchName, addresses_of
from loom.plan.backends import host_of, host_within
from loom.plan.context import Link
from loom.plan.recent import Recent

LARGEST = 4 * 1024 * 1024  # what API Management imports inline (Azure docs: API Management limits)
_REDIRECTS = 3
_ROOM = 64 * 1024 * 1024  # bytes of packed documents
_LEAST = 1024  # what a link costs that says nothing
_AT_ONCE = 2  # reads of one host
_SPOKEN = ("json", "yaml", "graphql", "text/plain", "octet-stream")


class _Trouble(Exception):
    """Why there is no document; the words follow the address."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a link said last, packed: most documents shrink to a tenth."""

    packed: bytes = b""
    etag: str = ""
    problem: str = ""
    read_at: float = float("-inf")
    xml: bool = False  # what it is expected to be

    def as_link(self) -> Link:
        return Link(zlib.decompress(self.packed).decode() if self.packed else "", self.problem)


_Name = tuple[str, tuple[str, ...], str, bool]  # how a link is asked: see `Links.read`


class Links:
    """Reads links, a few of one host at a time, so that a slow one holds up its own only. Must be closed within the loop that used it."""

    def __init__(self, settings: Settings, now: Callable[[], float]) -> None:
        self._settings, self._now = settings, now
        self._kept: Recent[_Name, _Kept] = Recent(_ROOM)
        # Of the hosts that are read now.
        self._gates: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._session: aiohttp.ClientSession | None = None

    async def read(self, url: str, older: float, ranges: tuple[str, ...] = (), at: str = "", xml: bool = False) -> Link:
        """What a link says, read anew when it was last read more than `older` seconds ago. Never raises.

        `ranges`: private addresses that it may lead to, beside those of the configuration. Who may go elsewhere sees nothing of it.
        `at`: the address, as Azure reports it, of the Container Apps environment that answers for the host, and the only one asked.
        `xml`: the document is XML; others that begin with a tag are pages.
        """
        name = (url, ranges, at, xml)
        if (known := self._fresh(name, older)) is not None:
            return known.as_link()
        async with self._gate(_host(url)):
            known = self._fresh(name, older)  # somebody else has perhaps read it meanwhile
            if known is None:
                inside = Inside((at,), at) if at else Inside((*self._settings.sources.networks, *ranges))
                known = await self._again(url, self._kept.get(name) or _Kept(xml=xml), inside)
                self._kept.put(name, known, len(known.packed) + _LEAST)
            return known.as_link()

    def _fresh(self, name: _Name, older: float) -> _Kept | None:
        kept = self._kept.get(name)
        return kept if kept is not None and self._now() - kept.read_at <= older else None

    def _gate(self, host: str) -> asyncio.Semaphore:
        return self._gates.setdefault(host, asyncio.Semaphore(_AT_ONCE))

    async def aclose(self) -> None:
        """Closes what is open."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _again(self, url: str, kept: _Kept, inside: Inside) -> _Kept:
        try:
            place = URL(url)
        except ValueError:  # as one with a port above 65535
            return replace(kept, problem=f"{url.partition('?')[0]} is no address", read_at=self._now())
        try:
            self._check(place, inside)
            async with asyncio.timeout(self._settings.sources.timeout):
                kept = await self._follow(place, kept, inside)
            return replace(kept, problem="", read_at=self._now())
        except _Trouble as trouble:
            words = str(trouble)
        except AddressRefused:
            words = (
                "leads into a private network; a cluster administrator can allow it by egress in the grants of AdminPlane, or "
                "for everybody in the operator's sources.networks"
            )
        except NoSuchName:
            words = "has a name that does not resolve"
        except aiohttp.ClientSSLError:
            words = "has a certificate that is not trusted, or not for this name"
        except TimeoutError:
            words = "gave no whole document in time"
        except (aiohttp.ClientError, OSError, ValueError):
            words = "took no connection, or cut it"
        return replace(kept, problem=f"{_shown(place)} {words}", read_at=self._now())

    def _check(self, url: URL, inside: Inside) -> None:
        if url.scheme != "https" or not url.host or url.user or url.password:
            raise _Trouble("is no https address of a host")
        allowed = self._settings.sources.hosts
        if not inside.at and not any(host_within(url.host.rstrip(".").lower(), pattern) for pattern in allowed):
            raise _Trouble(
                f"is on a host that the operator's sources.hosts ({', '.join(allowed) or 'none'}) does not allow; a cluster "
                "administrator can add it"
            )

    async def _follow(self, url: URL, kept: _Kept, inside: Inside) -> _Kept:
        for _ in range(_REDIRECTS):
            answer = await self._ask(url, kept, inside)
            if isinstance(answer, _Kept):
                return answer
            if answer.origin() != url.origin():
                raise _Trouble(
                    f"redirects to {_shown(answer)}, which is another place; name that one, if it is to be trusted"
                )
            url = answer
        raise _Trouble("redirects again and again")

    async def _ask(self, url: URL, kept: _Kept, inside: Inside) -> _Kept | URL:
        """The document, or where it is said to be. The name stays in the request and in the certificate's check."""
        host = str(url.host)
        place, port = (await addresses_of(host, url.port or 443, self._settings.connect_to, inside))[0]
        headers = {"Host": str(url.host_port_subcomponent), "Accept-Encoding": "identity"}
        if kept.etag and kept.packed:
            headers["If-None-Match"] = kept.etag
        at = url.with_host(place).with_port(port)
        async with self._client().get(at, headers=headers, server_hostname=host, allow_redirects=False) as answer:
            if answer.status == 304 and kept.packed:
                return kept
            if 300 <= answer.status < 400 and (target := answer.headers.get("Location")):
                return url.join(URL(target))
            if answer.status != 200:
                raise _Trouble(f"answered {answer.status} where 200 was expected")
            _check_kind(answer.headers, kept.xml)
            packed = zlib.compress(await _text(answer, kept.xml), 1)
            return _Kept(packed, answer.headers.get("ETag", ""), xml=kept.xml)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            bundle = self._settings.ca_bundle
            context = ssl.create_default_context(cafile=str(bundle) if bundle else None)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context, force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "csa-loom-operator-sources"},
                auto_decompress=False,
            )
        return self._session


def _host(url: str) -> str:
    try:
        return host_of(url)
    except ValueError:
        return ""


def _check_kind(headers: Mapping[str, str], xml: bool) -> None:
    """What a document may be called: servers of files call it plain text, or bytes."""
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _Trouble("answers compressed, though it was asked not to")
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if "html" in kind:
        raise _Trouble("answers a page (HTML), such as one to sign in at, and no document")
    if kind and not any(word in kind for word in (*_SPOKEN, *(("xml",) if xml else ()))):
        raise _Trouble(f"answers {kind[:60]}, which is none that a document has")


async def _text(answer: aiohttp.ClientResponse, xml: bool) -> bytes:
    found = bytearray()
    async for chunk in answer.content.iter_chunked(65536):
        found += chunk
        if len(found) > LARGEST:
            raise _Trouble("is larger than 4 MB, the most that API Management imports; split the API")
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _Trouble("is no text in UTF-8") from None
    start = text.lstrip()[:200].lower()
    if "<html" in start or "<!doctype html" in start if xml else start.startswith("<"):
        raise _Trouble("answers a page (HTML or XML), such as one to sign in at, and no document")
    return text.encode()


def _shown(url: URL) -> str:
    """The address without what may be secret in it."""
    return f"{url.scheme}://{url.host or ''}{f':{url.explicit_port}' if url.explicit_port else ''}{url.raw_path}"[:300]
