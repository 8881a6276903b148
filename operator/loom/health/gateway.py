"""Does an address answer? One HTTPS GET with a time limit, verified certificates, and no redirects followed.

Only a host that Azure reported is asked: its name stands in a reference to a resource's body, never in the spec.
"""

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from loom.api.conditions import Reason
from loom.health.addresses import AddressRefused, JudgedResolver, NoSuchName, forbidden
from loom.plan.checks import GatewayCheck, Health
from loom.plan.values import Ref, Text


class Gateways:
    """Asks gateways, at most `parallel` at once, each within `timeout` seconds. Must be closed within the loop that used it."""

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

    async def probe(self, url: str, expect: tuple[int, ...]) -> tuple[Health, Reason, str]:
        """Health, reason and words. Never raises."""
        parts = urlsplit(url)
        shown = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if parts.scheme != "https" or not parts.hostname:
            return Health.UNKNOWN, Reason.NOT_MEASURED, f"{shown} is no https address"
        if _is_address(parts.hostname):
            return Health.UNKNOWN, Reason.NOT_MEASURED, f"{shown} names an address and not a host"
        async with self._gate:
            return await self._ask(url, shown, expect)

    async def _ask(self, url: str, shown: str, expect: tuple[int, ...]) -> tuple[Health, Reason, str]:
        try:
            async with self._client().get(url, allow_redirects=False) as answer:
                status = answer.status
        except AddressRefused:
            return (
                Health.UNKNOWN,
                Reason.NOT_MEASURED,
                f"{shown} leads into a private network, where the operator does not probe",
            )
        except NoSuchName:
            return _unreachable(f"{shown}: the name does not resolve")
        except aiohttp.ClientSSLError:
            return _unreachable(f"{shown}: the connection's certificate is not trusted, or not for this name")
        except TimeoutError:
            return _unreachable(f"{shown} gave no answer in time")
        except (aiohttp.ClientError, OSError, ValueError):
            return _unreachable(f"{shown}: no connection, or it was cut")
        if status in expect:
            return Health.HEALTHY, Reason.SUCCEEDED, ""
        wanted = " or ".join(map(str, expect))
        return _unreachable(f"{shown} answered {status} where {wanted} was expected")

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            context = ssl.create_default_context(cafile=str(self._ca_bundle) if self._ca_bundle else None)
            connector = aiohttp.TCPConnector(
                resolver=JudgedResolver(self._connect_to), use_dns_cache=False, ssl=context, force_close=True
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "csa-loom-operator-probe"},
            )
        return self._session

    async def aclose(self) -> None:
        """Closes what is open."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def is_reported(check: GatewayCheck) -> bool:
    """Does the host of the address come out of a resource's body, whole?"""
    match check.url:
        case Ref():
            return True
        case Text(template, parts):
            return (
                bool(parts)
                and isinstance(parts[0], Ref)
                and template.removeprefix("https://").startswith(("{}", "{0}"))
            )
        case _:
            return False


def _unreachable(words: str) -> tuple[Health, Reason, str]:
    return Health.UNHEALTHY, Reason.UNREACHABLE, words


def _is_address(host: str) -> bool:
    try:
        forbidden(host)
    except ValueError:
        return False
    return True
