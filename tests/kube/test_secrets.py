"""Secrets for keys: made once, changed when keys change, and nobody else's ever touched."""

import base64
from typing import Any

import pytest

from loom.engine.ports import Kept
from loom.errors import CloudError, Retry
from loom.kube.client import ApiError
from loom.kube.key import Key
from loom.kube.secrets import OWNER_LABEL, Account, SecretKeeper
from loom.plan.keys import KeyNotes, Phase, Place
from loom.plan.ownership import Owner
from support.api_server import ApiServer

PATH = "/api/v1/namespaces/finance/secrets/partner-keys"
PLACE = Place("partner-keys")
KEYS = {"key": "one", "primaryKey": "one", "secondaryKey": "two"}
OWNER = Owner("test", "finance", "ApiProduct", "orders")
NOTES = KeyNotes("2026-06-01T12:00:00Z", Phase.OVERLAP, "2026-06-02T12:00:00Z", "june")


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


def keeper_on(server: ApiServer, owner: Owner = OWNER) -> SecretKeeper:
    key = Key("ApiProduct", "finance", owner.name)
    return SecretKeeper(server, owner, key, "uid-of-orders", Account("csa-loom-system"))


def data_of(server: ApiServer) -> dict[str, str]:
    return {name: base64.b64decode(value).decode() for name, value in server.objects[PATH]["data"].items()}


async def refused(awaitable: Any) -> CloudError:
    with pytest.raises(CloudError) as caught:
        await awaitable
    return caught.value


async def test_what_was_written_is_read_back(server: ApiServer) -> None:
    keeper = keeper_on(server)
    assert await keeper.read(PLACE) is None
    await keeper.write(PLACE, KEYS, Kept("digest", NOTES))
    assert await keeper.read(PLACE) == Kept("digest", NOTES)
    assert data_of(server) == KEYS


async def test_a_secret_goes_with_its_object_and_says_whose_it_is(server: ApiServer) -> None:
    await keeper_on(server).write(PLACE, KEYS, Kept("digest", NOTES))
    metadata = server.objects[PATH]["metadata"]
    assert metadata["labels"][OWNER_LABEL] == OWNER.hash
    assert (
        metadata["ownerReferences"][0] | {"kind": "ApiProduct", "uid": "uid-of-orders"}
        == (metadata["ownerReferences"][0])
    )


async def test_other_keys_replace_what_was_there(server: ApiServer) -> None:
    keeper = keeper_on(server)
    await keeper.write(PLACE, {**KEYS, "old": "entry"}, Kept("digest", NOTES))
    later = KeyNotes("2026-07-01T12:00:00Z")
    await keeper.write(PLACE, KEYS, Kept("other", later))
    assert data_of(server) == KEYS
    assert await keeper.read(PLACE) == Kept("other", later)


async def test_a_secret_that_a_person_made_is_neither_written_nor_deleted(server: ApiServer) -> None:
    server.put_plain(PATH, {"metadata": {"name": "partner-keys"}, "data": {"password": "eA=="}})
    keeper = keeper_on(server)
    for attempt in (keeper.read(PLACE), keeper.write(PLACE, KEYS, Kept("digest", NOTES))):
        assert (await refused(attempt)).reason == "SecretNotOurs"
    await keeper.remove(PLACE)
    assert server.objects[PATH]["data"] == {"password": "eA=="}


async def test_a_secret_of_another_object_is_not_ours(server: ApiServer) -> None:
    await keeper_on(server, Owner("test", "finance", "ApiProduct", "other")).write(PLACE, KEYS, Kept("digest", NOTES))
    assert (await refused(keeper_on(server).read(PLACE))).reason == "SecretNotOurs"


async def test_a_secret_of_ours_is_removed_once(server: ApiServer) -> None:
    keeper = keeper_on(server)
    await keeper.write(PLACE, KEYS, Kept("digest", NOTES))
    await keeper.remove(PLACE)
    await keeper.remove(PLACE)
    assert PATH not in server.objects


async def test_a_namespace_that_allows_nothing_is_told_the_command(server: ApiServer) -> None:
    server.refuse["GET", PATH] = ApiError(403, "Forbidden", "no")
    error = await refused(keeper_on(server).read(PLACE))
    assert error.reason == "SecretForbidden"
    assert "--clusterrole=loom-secrets --serviceaccount=csa-loom-system:loom-operator -n finance" in error.message


async def test_a_secret_whose_entries_were_emptied_is_not_taken_for_whole(server: ApiServer) -> None:
    keeper = keeper_on(server)
    await keeper.write(PLACE, KEYS, Kept("digest", NOTES))
    del server.objects[PATH]["data"]
    found = await keeper.read(PLACE)
    assert found is not None
    assert found.digest == ""


async def test_notes_that_somebody_took_away_are_none(server: ApiServer) -> None:
    keeper = keeper_on(server)
    await keeper.write(PLACE, KEYS, Kept("digest", NOTES))
    server.objects[PATH]["metadata"]["annotations"] = {}
    found = await keeper.read(PLACE)
    assert found is not None
    assert found.notes is None


async def test_a_race_is_tried_again(server: ApiServer) -> None:
    server.refuse["POST", PATH.rsplit("/", 1)[0]] = ApiError(409, "AlreadyExists", "there")
    error = await refused(keeper_on(server).write(PLACE, KEYS, Kept("digest", NOTES)))
    assert error.reason == "ProgressingWithRetry"


async def test_an_api_server_that_does_not_answer_is_asked_again(server: ApiServer) -> None:
    server.refuse["GET", PATH] = ApiError(503, "ServiceUnavailable", "etcd has no leader")
    error = await refused(keeper_on(server).read(PLACE))
    assert (error.reason, error.retry) == ("ProgressingWithRetry", Retry.NOW)


async def test_a_secret_that_changes_hands_before_the_write_is_not_written_over(server: ApiServer) -> None:
    keeper = keeper_on(server)
    await keeper.write(PLACE, KEYS, Kept("digest", NOTES))
    merge = server.merge

    async def merge_late(*where: Any) -> dict[str, Any]:
        server.put_plain(PATH, {"metadata": {"name": "partner-keys"}, "data": {"password": "eA=="}})
        return await merge(*where)

    server.merge = merge_late  # type: ignore[method-assign, assignment]
    error = await refused(keeper.write(PLACE, KEYS, Kept("other", NOTES)))
    assert (error.reason, error.retry) == ("ProgressingWithRetry", Retry.NOW)
    assert server.objects[PATH]["data"] == {"password": "eA=="}
