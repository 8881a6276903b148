"""The key of the hashes: made once, found again, and explained when it cannot be had."""

from typing import Any

import pytest

from loom.kube.client import ApiError
from loom.kube.hash_key import HashKeyError, digest_of
from loom.kube.key import Resource
from support.api_server import ApiServer

PATH = "/api/v1/namespaces/csa-loom-system/secrets/loom-hash-key"


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


async def test_the_key_is_made_once_and_found_again(server: ApiServer) -> None:
    first = await digest_of(server, "csa-loom-system")
    second = await digest_of(server, "csa-loom-system")
    assert first("a secret") == second("a secret")
    assert server.writes() == [("POST", PATH.rsplit("/", 1)[0])]


async def test_different_secrets_have_different_hashes_that_do_not_show_them(server: ApiServer) -> None:
    digest = await digest_of(server, "csa-loom-system")
    assert digest("one") != digest("two")
    assert "one" not in digest("one")


async def test_another_key_gives_other_hashes(server: ApiServer) -> None:
    first = await digest_of(server, "csa-loom-system")
    del server.objects[PATH]
    second = await digest_of(server, "csa-loom-system")
    assert first("a secret") != second("a secret")


class SlowReader(ApiServer):
    """Reads nothing the first time, as an operator does that started a moment too early."""

    blind = True

    async def get(self, resource: Resource, namespace: str, name: str) -> dict[str, Any] | None:
        if self.blind:
            self.blind = False
            return None
        return await super().get(resource, namespace, name)


async def test_two_operators_that_start_together_share_one_key(server: ApiServer) -> None:
    theirs = await digest_of(server, "csa-loom-system")
    late = SlowReader()
    late.objects = server.objects
    mine = await digest_of(late, "csa-loom-system")
    assert mine("a secret") == theirs("a secret")


async def test_a_missing_namespace_is_named(server: ApiServer) -> None:
    server.refuse["POST", PATH.rsplit("/", 1)[0]] = ApiError(404, "NotFound", 'namespaces "csa-loom-system" not found')
    with pytest.raises(HashKeyError, match="no namespace csa-loom-system"):
        await digest_of(server, "csa-loom-system")


async def test_a_missing_right_is_named(server: ApiServer) -> None:
    server.refuse["GET", PATH] = ApiError(403, "Forbidden", "User cannot get secrets")
    with pytest.raises(HashKeyError, match="may not read and create Secret loom-hash-key"):
        await digest_of(server, "csa-loom-system")
