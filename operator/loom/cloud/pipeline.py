"""The one way out to Azure Resource Manager: every request of every SDK client passes this pipeline, and so the budgets.

It is azure-core's own pipeline with azure-mgmt-core's own authentication. What is left out is left out on purpose: retries and
waiting (the engine requeues), redirects (a token goes to the configured host only), and the policy that registers resource
providers by itself and then polls every ten seconds without an end (azure-mgmt-core 1.6.0). One thing is tried again: a read on a
connection that turned out dead, as kept ones do.
"""

import asyncio
import ssl
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.request import getproxies_environment

import aiohttp
from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline import AsyncPipeline, PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy, HeadersPolicy, RequestIdPolicy, UserAgentPolicy
from azure.core.pipeline.transport import AioHttpTransport
from azure.mgmt.core.policies import AsyncARMChallengeAuthenticationPolicy

from loom import __version__
from loom.cloud.answer import answer_of
from loom.cloud.ask import Ask, Caller
from loom.cloud.errors import error_of
from loom.cloud.limiter import Limiter
from loom.cloud.meter import Meter
from loom.plan.arm_id import type_of

APPLICATION = f"csa-loom-operator/{__version__}"
CALLER = "loom_caller"  # the per-request option that says on whose behalf
_CONNECTIONS = 24  # 240 answers a second at 0.1 s each; Python's TLS buffers alone take a quarter of a megabyte for each (measured)


def transport(ca_bundle: Path | None, timeout: float) -> AioHttpTransport:
    """One connection pool for all clients and credentials; `timeout` is for each read, in seconds. Needs a running event loop.

    The session carries the TLS context: given as `connection_verify`, azure-core would build a context for every request, and
    aiohttp keeps a pool for each context, so no connection would ever be used twice.
    """
    context = ssl.create_default_context(cafile=str(ca_bundle) if ca_bundle else None)
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=context, limit=_CONNECTIONS),
        cookie_jar=aiohttp.DummyCookieJar(),
        # Without a proxy it would only look for a netrc file at every request.
        trust_env=bool(getproxies_environment()),
        middlewares=(_once,),
    )
    return AioHttpTransport(session=session, session_owner=False, connection_timeout=timeout, read_timeout=timeout)


class DeadConnection(aiohttp.ClientError):
    """The connection ended before an answer came: nobody knows whether the request has arrived."""


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp would send what is idempotent once more by itself, below the budgets and without a count: it does not know this error."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise  # there was no connection, and aiohttp does not try that again
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise DeadConnection(*error.args) from error


class Passage(AsyncHTTPPolicy[Any, Any]):
    """Waits for the request's turn, limits its time, reads the answer whole, and counts it."""

    def __init__(self, limiter: Limiter, meter: Meter, timeout: float) -> None:
        super().__init__()
        self._limiter, self._meter, self._timeout = limiter, meter, timeout

    async def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Sends the request when it may go. Raises TimeoutError when no whole answer came in time."""
        caller: Caller = request.context.options.pop(CALLER)
        method, path = (
            request.http_request.method,
            request.http_request.url.split("://", 1)[-1].partition("/")[2].split("?")[0],
        )
        ask = Ask.of(caller, method, path)
        try:
            return await self._send_once(request, ask, path)
        except ServiceRequestError as error:
            # What a write has brought about is read first; an operation is asked again when it is due.
            is_read = method in ("GET", "HEAD") and kind_of(path) != "operations"
            if not (is_read and isinstance(error.inner_exception, DeadConnection)):
                raise
        return await self._send_once(request, ask, path)

    async def _send_once(self, request: PipelineRequest[Any], ask: Ask, path: str) -> PipelineResponse[Any, Any]:
        method, streamed = request.http_request.method, bool(request.context.options.get("stream"))
        await self._limiter.admit(ask)
        started, status, headers, code = perf_counter(), 0, None, ""
        try:
            async with asyncio.timeout(self._timeout):
                response = await self.next.send(request)
                # A streamed answer that nobody else reads, or that holds an error. The others are the SDK's to read: azure-core
                # takes a second read of an empty body for a mistake.
                if streamed and (method == "GET" or response.http_response.status_code >= 400):
                    await response.http_response.read()
            status, headers = response.http_response.status_code, response.http_response.headers
            if status == 429:
                code = str(error_of(answer_of(response).body).get("code") or "")
            return response
        finally:
            self._limiter.settle(ask, status, headers, code)
            self._meter.request(method, kind_of(path), str(status or "NoAnswer"), perf_counter() - started)


def kind_of(path: str) -> str:
    """The ARM type that a request is about, for metrics: a list counts as its type, a poll as `operations`."""
    if "/locations/" in path.lower() or "operationresults" in path.lower():
        return "operations"
    tail = path.rpartition("providers/")[2]
    return type_of(f"/{path}") if "providers/" not in path or tail.count("/") % 2 == 0 else type_of(f"/{path}/x")


def build(credential: Any, audience: str, passage: Passage, wire: AioHttpTransport) -> AsyncPipeline[Any, Any]:
    """The pipeline of one identity in one cloud."""
    policies: list[Any] = [
        RequestIdPolicy(),
        HeadersPolicy(),
        UserAgentPolicy(user_agent=APPLICATION),
        passage,
        AsyncARMChallengeAuthenticationPolicy(credential, f"{audience.rstrip('/')}/.default"),
    ]
    return AsyncPipeline(wire, policies=policies)
