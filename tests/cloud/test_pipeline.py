"""The way out on a connection that turns out dead: every request that reaches Azure has passed the budgets and is counted."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from azure.core.credentials import AccessToken

from loom.cloud.ask import Caller
from loom.cloud.failures import as_cloud_errors
from loom.cloud.limiter import Limiter
from loom.cloud.meter import NoMeter
from loom.cloud.pipeline import Passage, build, transport
from loom.cloud.principal import Principal
from loom.errors import CloudError, Retry
from loom.sim.certificates import ensure
from support.serving import https

GROUP = "/subscriptions/44444444-0000-0000-0000-000000000001/resourceGroups/rg"
OPERATION = (
    "/subscriptions/44444444-0000-0000-0000-000000000001/providers/Microsoft.App/locations/x/operationStatuses/1"
)


class Credential:
    """A token that nobody checks."""

    async def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken("token", 2**40)


class Counting(NoMeter):
    """Counts what passes the budgets."""

    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()

    def request(self, verb: str, kind: str, outcome: str, seconds: float) -> None:
        self.passed[outcome] += 1


class Service:
    """Answers, and closes the connections of the next `dead` requests instead, after they have come in."""

    def __init__(self) -> None:
        self.dead = 0
        self.came: list[str] = []

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.came.append(request.method)
        if self.dead:
            self.dead -= 1
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({})


class Way:
    """A principal with its service, a connection between them kept open."""

    def __init__(self, principal: Principal, service: Service, meter: Counting) -> None:
        self.principal, self.service, self.meter = principal, service, meter

    async def send(self, path: str, method: str = "GET") -> int:
        async with as_cloud_errors(self.principal, path):
            return (await self.principal.send(Caller("one", ""), path, {}, method)).status


@pytest.fixture
async def way(tmp_path: Path) -> AsyncIterator[Way]:
    service, meter, credential = Service(), Counting(), Credential()
    async with https(tmp_path, service.answer) as port:
        wire = transport(ensure(tmp_path).ca_file, 10.0)
        url = f"https://localhost:{port}"
        pipeline = build(credential, url, Passage(Limiter(1.0, 1.0, meter), meter, 10.0), wire)
        made = Way(Principal("one", "", "", url, credential, pipeline), service, meter)
        assert await made.send(GROUP) == 200
        service.came.clear()
        meter.passed.clear()
        yield made
        await wire.session.close()


async def test_a_read_on_a_dead_connection_is_sent_again_and_counts_twice(way: Way) -> None:
    way.service.dead = 1
    assert await way.send(GROUP) == 200
    assert (way.service.came, way.meter.passed) == (["GET", "GET"], {"NoAnswer": 1, "200": 1})


async def test_a_read_is_sent_again_once(way: Way) -> None:
    way.service.dead = 5
    with pytest.raises(CloudError) as caught:
        await way.send(GROUP)
    assert (caught.value.reason, caught.value.retry) == ("CloudUnavailable", Retry.NOW)
    assert (way.service.came, way.meter.passed) == (["GET", "GET"], {"NoAnswer": 2})


@pytest.mark.parametrize(("method", "path"), [("PUT", GROUP), ("DELETE", GROUP), ("GET", OPERATION)])
async def test_a_write_and_a_look_at_an_operation_are_the_engines_to_repeat(way: Way, method: str, path: str) -> None:
    way.service.dead = 1
    with pytest.raises(CloudError) as caught:
        await way.send(path, method)
    assert caught.value.retry is Retry.NOW
    assert (way.service.came, way.meter.passed) == ([method], {"NoAnswer": 1})
