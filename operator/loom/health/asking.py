"""One HTTPS GET: verified certificates, a time limit, no redirect followed, no cookie kept, and only where a probe may connect to.

A name is resolved once and connected to at the addresses that were judged (`loom.health.addresses`). Who asks the same host at the same
address within a few seconds uses the same connection, as the products of a gateway do in one moment. What the answer means is the
caller's to say.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from loom.health.addresses import NOWHERE, AddressRefused, Inside, NoSuchName, addresses_of
from loom.plan.recent import Recent

_OPEN = 5.0  # seconds for which a connection is kept; whoever asks again at the next interval makes another
MOST_HEARD = 20_000  # hosts; the one that has not answered for longest is forgotten first


class Trouble(StrEnum):
    """Why there is no answer, in words that follow the address."""

    NOT_HTTPS = " is no https address"
    NO_HOST = " names an address and not a host"
    PRIVATE = " leads into a private network, where the operator asks only what a grant's egress allows"
    NO_NAME = ": the name does not resolve"
    UNTRUSTED = ": the connection's certificate is not trusted, or not for this name"
    LATE = " gave no answer in time"
    CUT = ": no connection, or it was cut"


NOT_ASKED = frozenset({Trouble.NOT_HTTPS, Trouble.NO_HOST, Trouble.PRIVATE})


@dataclass(frozen=True, slots=True)
class Answer:
    """The status that came, or 0 and why none did. `shown` is the address without its query, for a message."""

    shown: str
    status: int = 0
    trouble: Trouble | None = None

    @property
    def words(self) -> str:
        """What came, as a sentence without an end."""
        return f"{self.shown}{self.trouble}" if self.trouble else f"{self.shown} answered {self.status}"


class Asker:
    """Asks at most `parallel` addresses at once, each within `timeout` seconds. Must be closed within the loop that used it."""

    def __init__(
        self,
        timeout: float = 5.0,
        parallel: int = 20,
        ca_bundle: Path | None = None,
        connect_to: Mapping[str, str] | None = None,
    ) -> None:
        self._timeout, self._ca_bundle, self._connect_to = timeout, ca_bundle, dict(connect_to or {})
        self._gate = asyncio.Semaphore(parallel)
        self._session: aiohttp.ClientSession | None = None
        self._heard: Recent[str, bool] = Recent(MOST_HEARD)

    def has_heard(self, url: str) -> bool:
        """Has the host of an address ever answered here? Then there is a way to it, and its silence is its own."""
        return (urlsplit(url).hostname or "") in self._heard

    async def ask(self, url: str, inside: Inside = NOWHERE, headers: Mapping[str, str] | None = None) -> Answer:
        """What an address answers. Never raises."""
        try:
            parts = urlsplit(url)
        except ValueError:  # as one with half an IPv6 address
            return Answer(url.partition("?")[0], trouble=Trouble.NOT_HTTPS)
        shown = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if parts.scheme != "https" or not parts.hostname:
            return Answer(shown, trouble=Trouble.NOT_HTTPS)
        if _is_address(parts.hostname):
            return Answer(shown, trouble=Trouble.NO_HOST)
        async with self._gate:
            try:
                async with asyncio.timeout(self._timeout):
                    status = await self._status(URL(url), inside, headers or {})
                self._heard.put(parts.hostname, True)
                return Answer(shown, status)
            except AddressRefused:
                return Answer(shown, trouble=Trouble.PRIVATE)
            except NoSuchName:
                return Answer(shown, trouble=Trouble.NO_NAME)
            except aiohttp.ClientSSLError:
                return Answer(shown, trouble=Trouble.UNTRUSTED)
            except TimeoutError:
                return Answer(shown, trouble=Trouble.LATE)
            except (aiohttp.ClientError, OSError, ValueError):
                return Answer(shown, trouble=Trouble.CUT)

    async def _status(self, url: URL, inside: Inside, headers: Mapping[str, str]) -> int:
        """The status from the first of the host's addresses that takes the connection."""
        host = str(url.host)
        *others, last = await addresses_of(host, url.port or 443, self._connect_to, inside)
        for place in others:
            try:
                return await self._get(url, place, headers)
            except aiohttp.ClientSSLError:
                raise
            except aiohttp.ClientConnectorError:
                continue
        return await self._get(url, last, headers)

    async def _get(self, url: URL, place: tuple[str, int], more: Mapping[str, str]) -> int:
        """The name stays in the request and in the certificate's check; only the address is connected to."""
        at = url.with_host(place[0]).with_port(place[1])
        headers = {**more, "Host": str(url.host_port_subcomponent)}
        async with self._client().get(
            at, headers=headers, server_hostname=str(url.host), allow_redirects=False
        ) as answer:
            return answer.status

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            context = ssl.create_default_context(cafile=str(self._ca_bundle) if self._ca_bundle else None)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context, keepalive_timeout=_OPEN),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "csa-loom-operator-probe"},
            )
        return self._session

    async def aclose(self) -> None:
        """Closes what is open."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
