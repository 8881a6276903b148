"""Rivals: which products an ApiProduct meets in its API Management service, and who is none of them."""

from typing import Any

import pytest

from loom.kube.gather import Gatherer
from loom.kube.key import Key, key_of
from loom.kube.queue import WorkQueue
from loom.kube.watch import Watch
from loom.plan.context import Claim, Rival
from support.api_server import ApiServer, a_plane, a_product, a_zone, with_condition

Object = dict[str, Any]
SERVICE = a_plane()["spec"]["apiManagement"]["id"]
PATH, TITLE = Claim.path("finance/orders"), Claim.title("Orders")


def granting(*namespaces: str, name: str = "eastus2", paths: str = "finance/") -> Object:
    rule = {"services": [SERVICE], "pathPrefixes": [paths], "backendHosts": ["orders.example.com"]}
    who = {"namespaces": {"matchNames": list(namespaces)}, "subscriptions": [], "locations": [], "apiManagement": rule}
    plane = a_plane(grants=[who])
    plane["metadata"]["name"] = name
    return plane


def of(product: Object, **metadata: Any) -> Object:
    return {**product, "metadata": {**product["metadata"], **metadata}}


def made(product: Object) -> Object:
    return {**product, "status": {"inventory": [{"scope": SERVICE, "ids": ["products/a"]}]}}


class World:
    """Two namespaces with a zone each and a grant for both; `orders` of finance is the one that is looked at."""

    def __init__(self, *objects: Object, plane: Object | None = None) -> None:
        self.server, self.watch = ApiServer(), Watch(WorkQueue(), jitter=lambda: 0.0)
        for namespace in ("finance", "sales"):
            self.watch.namespace_seen(namespace, {})
        for obj in (plane or granting("finance", "sales"), a_zone(), a_zone(namespace="sales"), *objects):
            self.watch.seen(key_of(obj), self.server.put(obj))

    async def rivals(self, product: Object | None = None) -> list[Rival]:
        obj = self.server.put(product or a_product())
        self.watch.seen(key_of(obj), obj)
        found = await Gatherer(self.server, self.watch, "prod").gather(key_of(obj), obj)
        return [rival for rival in found.context.rivals if rival.claims]


async def test_a_product_that_wants_the_same_of_the_same_service_is_a_rival() -> None:
    older = of(a_product("sold", "sales"), creationTimestamp="2026-01-01T00:00:00Z")
    (rival,) = await World(older).rivals()
    assert (rival.namespace, rival.name, rival.created) == ("sales", "sold", "2026-01-01T00:00:00Z")
    assert rival.claims == {PATH, TITLE}
    assert not rival.made


async def test_only_what_both_want_is_between_them() -> None:
    (rival,) = await World(a_product("other", displayName="Sold")).rivals()
    assert rival.claims == {PATH}


async def test_a_product_of_another_service_is_none() -> None:
    assert await World(a_product("other", service={"id": SERVICE + "-2"})).rivals() == []


async def test_a_product_under_another_plane_with_the_same_service_is_one() -> None:
    zone = a_zone("far", "sales", adminPlaneRef={"name": "westus"})
    other = a_product("sold", "sales", landingZoneRef={"name": "far"})
    found = await World(granting("sales", name="westus"), zone, other).rivals()
    assert [rival.name for rival in found] == ["sold"]


async def test_who_has_no_grant_takes_no_place_from_anybody() -> None:
    squatter = a_product("squatter", "sales")
    assert await World(squatter, plane=granting("finance")).rivals() == []
    (rival,) = await World(made(squatter), plane=granting("finance")).rivals()
    assert rival.made  # the grant was withdrawn, and what was made of it stands


async def test_who_has_no_grant_learns_of_nobody() -> None:
    assert await World(made(a_product("sold", "sales")), plane=granting("sales")).rivals() == []


async def test_a_path_beyond_the_grant_takes_no_place_though_the_name_does() -> None:
    (rival,) = await World(a_product("other"), plane=granting("finance", paths="finance/orders/v9")).rivals()
    assert rival.claims == {TITLE}


@pytest.mark.parametrize("spec", [{"suspend": True}, {"policy": "Observe"}])
async def test_who_makes_nothing_takes_no_place(spec: dict[str, Any]) -> None:
    assert await World(a_product("other", **spec)).rivals() == []
    assert len(await World(made(a_product("other", **spec))).rivals()) == 1


async def test_who_is_going_and_has_made_nothing_takes_no_place() -> None:
    going = of(a_product("other"), deletionTimestamp="2026-01-01T00:00:00Z", finalizers=["csaloom.io/finalizer"])
    assert await World(going).rivals() == []
    assert len(await World(made(going)).rivals()) == 1


async def test_what_has_converged_as_it_is_written_has_no_rivals_and_is_one() -> None:
    settled = with_condition(a_product("other"), "Converged")
    settled["status"]["observedGeneration"] = 1
    (rival,) = await World(settled).rivals()
    assert rival.settled
    mine = with_condition(a_product(), "Converged")
    mine["status"]["observedGeneration"] = 1
    assert await World(settled).rivals(mine) == []
    mine["status"]["observedGeneration"] = 0
    assert len(await World(settled).rivals(mine)) == 1


async def test_a_product_that_does_not_parse_is_none() -> None:
    assert await World(a_product("other", backends=[])).rivals() == []


async def woken(world: World) -> set[Key]:
    queue, keys = world.watch.queue, set()
    queue.tick()
    while queue.depth:
        key = await queue.take()
        assert key is not None
        keys.add(key)
        queue.done(key)
    return keys


async def test_whoever_wants_what_another_lets_go_looks_again() -> None:
    world = World(a_product(), a_product("other"), a_product("third", displayName="Third", apis=[]))
    await woken(world)
    moved = world.server.put(a_product("other", displayName="Other"))
    world.watch.seen(key_of(moved), moved)
    assert await woken(world) == {Key("ApiProduct", "finance", "orders"), key_of(moved)}
    world.watch.gone(key_of(moved))
    assert Key("ApiProduct", "finance", "orders") in await woken(world)  # they had the path in common still
    assert world.watch.claims.rivals(Key("ApiProduct", "finance", "orders")) == {}
