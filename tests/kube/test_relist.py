"""Listing: everything is known before the first pass, and what no event told of is found."""

from typing import Any

import pytest

from loom.kube.key import Key, Resource
from loom.kube.queue import WorkQueue
from loom.kube.relist import list_all, reconcile_lists
from loom.kube.watch import Watch
from support.api_server import ApiServer, a_plane, a_product, a_zone

PLANE = Key("AdminPlane", "", "eastus2")
ZONE = Key("DataLandingZone", "finance", "finance")


@pytest.fixture
async def watch() -> Watch:
    return Watch(WorkQueue())


@pytest.fixture
def server() -> ApiServer:
    server = ApiServer()
    server.put_plain("/api/v1/namespaces/finance", {"metadata": {"name": "finance", "labels": {"team": "a"}}})
    for obj in (a_plane(), a_zone(), a_product()):
        server.put(obj)
    return server


async def test_everything_is_known_after_the_first_list(server: ApiServer, watch: Watch) -> None:
    await list_all(server, watch)
    assert len(watch.cache) == 3
    assert watch.labels_of("finance") == {"team": "a"}
    assert [zone.name for zone in watch.zones_of("eastus2")] == ["finance"]
    listed = watch.cache.get(ZONE)
    assert listed is not None
    assert (listed["kind"], listed["apiVersion"]) == ("DataLandingZone", "csaloom.io/v1alpha1")


async def test_a_list_that_finds_nothing_new_asks_for_no_pass(server: ApiServer, watch: Watch) -> None:
    await list_all(server, watch)
    depth = watch.queue.depth
    assert await reconcile_lists(server, watch) == 0
    assert watch.queue.depth == depth


async def test_an_object_that_vanished_unseen_is_dropped(server: ApiServer, watch: Watch) -> None:
    await list_all(server, watch)
    del server.objects["/apis/csaloom.io/v1alpha1/namespaces/finance/datalandingzones/finance"]
    assert await reconcile_lists(server, watch) == 1
    assert ZONE not in watch.cache


async def test_an_object_that_appeared_unseen_is_taken_in(server: ApiServer, watch: Watch) -> None:
    await list_all(server, watch)
    server.put(a_zone("second"))
    await reconcile_lists(server, watch)
    assert Key("DataLandingZone", "finance", "second") in watch.cache


async def test_an_object_that_changed_unseen_is_taken_in(server: ApiServer, watch: Watch) -> None:
    await list_all(server, watch)
    server.put(a_zone(environment="Test"))
    await reconcile_lists(server, watch)
    known = watch.cache.get(ZONE)
    assert known is not None
    assert known["spec"]["environment"] == "Test"


async def test_an_object_that_came_back_while_it_was_read_is_not_dropped(server: ApiServer, watch: Watch) -> None:
    await list_all(server, watch)
    del server.objects["/apis/csaloom.io/v1alpha1/namespaces/finance/datalandingzones/finance"]
    read = server.get

    async def read_slowly(resource: Resource, namespace: str, name: str) -> dict[str, Any] | None:
        found = await read(resource, namespace, name)
        watch.seen(ZONE, server.put(a_zone(environment="Test")))  # an event overtakes the answer
        return found

    server.get = read_slowly  # type: ignore[method-assign]
    await reconcile_lists(server, watch)
    known = watch.cache.get(ZONE)
    assert known is not None
    assert known["spec"]["environment"] == "Test"
