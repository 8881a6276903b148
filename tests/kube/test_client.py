"""The client of the API server: what becomes of a login that fails, at the start and later."""

from dataclasses import dataclass, field

import kopf
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from loom.kube.client import ApiError, KubeClient
from loom.kube.connection import ConnectionFailure
from loom.kube.key import NAMESPACE


@dataclass
class Logins:
    """Gives out logins to a server, until there are none."""

    server: str
    broken: Exception | None = None
    given: list[str] = field(default_factory=list)

    def __call__(self) -> kopf.ConnectionInfo:
        if self.broken:
            raise self.broken
        self.given.append(self.server)
        return kopf.ConnectionInfo(server=self.server, token=f"token{len(self.given)}")


async def _answer(request: web.Request) -> web.Response:
    """Every token but the first is good."""
    if request.headers["Authorization"] == "Bearer token1":
        return web.json_response({"kind": "Status", "reason": "Unauthorized", "message": "expired"}, status=401)
    return web.json_response({"metadata": {"name": "finance"}})


@pytest.fixture
async def server():  # type: ignore[no-untyped-def]
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", _answer)
    async with TestServer(app) as running:
        yield running


async def test_an_expired_token_is_renewed_once(server: TestServer) -> None:
    logins = Logins(str(server.make_url("/")))
    async with KubeClient(logins) as client:
        assert await client.get(NAMESPACE, "", "finance") == {"metadata": {"name": "finance"}}
    assert len(logins.given) == 2


@pytest.mark.parametrize(
    "cause", [ConnectionFailure("The credential plugin failed."), FileNotFoundError("token"), ValueError("no PEM")]
)
async def test_a_renewal_that_fails_is_an_error_of_this_call_and_the_next_one_tries_again(
    server: TestServer, cause: Exception
) -> None:
    logins = Logins(str(server.make_url("/")))
    async with KubeClient(logins) as client:
        await client.get(NAMESPACE, "", "finance")
        logins.given.clear()
        client._access, logins.broken = None, cause
        with pytest.raises(ApiError) as caught:
            await client.get(NAMESPACE, "", "finance")
        assert (caught.value.status, caught.value.reason) == (0, "NoLogin")
        logins.broken = None
        assert await client.get(NAMESPACE, "", "finance") is not None


async def test_a_first_login_that_fails_says_itself_what_is_missing(server: TestServer) -> None:
    async with KubeClient(Logins(str(server.make_url("/")), ConnectionFailure("There is no kubeconfig."))) as client:
        with pytest.raises(ConnectionFailure, match="no kubeconfig"):
            await client.get(NAMESPACE, "", "finance")
