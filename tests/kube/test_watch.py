"""What an event means: who gets a pass, how urgently, and what is no news."""

from typing import Any

import pytest

from loom.kube.key import Key
from loom.kube.queue import WorkQueue
from loom.kube.watch import Watch
from support.api_server import FINALIZER, ApiServer, a_plane, a_product, a_zone, with_condition

PLANE = Key("AdminPlane", "", "eastus2")
ZONE = Key("DataLandingZone", "finance", "finance")
PRODUCT = Key("ApiProduct", "finance", "orders")


class FakeClock:
    time = 0.0

    def __call__(self) -> float:
        return self.time


class World:
    """A watch over a queue with a clock of its own, told of what an API server in memory holds."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.queue = WorkQueue(self.clock)
        self.watch = Watch(self.queue, jitter=lambda: 1.0)
        self.server = ApiServer()

    def see(self, obj: dict[str, Any], *, listed: bool = False) -> None:
        stored = self.server.put(obj)
        self.watch.seen(
            Key(obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]), stored, listed=listed
        )

    async def passes(self, seconds: float = 120.0) -> list[Key]:
        """Every key that gets a pass within some time, in order; each pass does nothing."""
        self.clock.time += seconds
        self.queue.tick()
        keys = []
        while self.queue.depth:
            key = await self.queue.take()
            assert key is not None
            keys.append(key)
            self.queue.done(key)
        return keys


@pytest.fixture
async def world() -> World:
    return World()


async def settled(world: World, *objects: dict[str, Any]) -> None:
    for obj in objects:
        world.see(obj)
    await world.passes()


async def test_a_new_object_gets_a_pass(world: World) -> None:
    world.see(a_plane())
    assert await world.passes() == [PLANE]


async def test_the_echo_of_our_own_write_asks_for_no_pass(world: World) -> None:
    await settled(world, a_plane())
    written = world.server.put({**a_plane(), "status": {"observedGeneration": 1}})
    world.watch.cache.update(PLANE, written)
    world.watch.seen(PLANE, written)
    assert await world.passes() == []


async def test_a_status_that_somebody_emptied_asks_for_a_pass(world: World) -> None:
    await settled(world, {**a_zone(), "status": {"observedGeneration": 1}})
    world.see({**a_zone(), "status": {}})
    assert ZONE in await world.passes()


async def test_a_persons_change_is_served_before_what_was_there_at_the_start(world: World) -> None:
    for name in ("a", "b", "c"):
        world.see({**a_zone(name), "status": {"observedGeneration": 1}}, listed=True)
    world.see(a_zone("new"))
    assert (await world.passes())[0].name == "new"


async def test_a_request_for_a_pass_is_a_persons_change(world: World) -> None:
    asked = {**a_zone("asked"), "status": {"observedGeneration": 1}}
    asked["metadata"]["annotations"] = {"csaloom.io/reconcile-requested-at": "now"}
    for name in ("a", "b"):
        world.see({**a_zone(name), "status": {"observedGeneration": 1}}, listed=True)
    world.see(asked)
    assert (await world.passes())[0].name == "asked"


async def test_a_planes_change_gives_its_zones_and_their_products_a_pass(world: World) -> None:
    await settled(world, a_plane(), a_zone(), a_product())
    world.see(a_plane(tags={"team": "data"}))
    assert set(await world.passes()) == {PLANE, ZONE, PRODUCT}


async def test_a_zone_that_converges_gives_its_products_a_pass(world: World) -> None:
    await settled(world, a_plane(), a_zone(), a_product())
    written = world.server.put(with_condition(a_zone(), "Converged"))
    world.watch.cache.update(ZONE, written)
    world.watch.note(ZONE, written)  # as the worker does after its own write
    assert await world.passes() == [PRODUCT]


async def test_a_zones_progress_wakes_nobody(world: World) -> None:
    await settled(world, a_plane(), a_zone(), a_product())
    written = world.server.put({**a_zone(), "status": {"resourceCount": 12}})
    world.watch.cache.update(ZONE, written)
    world.watch.note(ZONE, written)
    assert await world.passes() == []


async def test_dependents_do_not_all_come_at_once(world: World) -> None:
    zones = [a_zone(f"zone-{number}") for number in range(200)]
    await settled(world, a_plane(), *zones)
    world.see(a_plane(tags={"team": "data"}))
    assert await world.passes(seconds=0) == [PLANE]
    assert len(await world.passes(seconds=4)) == 200


async def test_labels_of_a_namespace_give_what_is_in_it_a_pass(world: World) -> None:
    world.watch.namespace_seen("finance", {"team": "a"})
    await settled(world, a_plane(), a_zone(), a_product())
    world.watch.namespace_seen("finance", {"team": "b"})
    assert set(await world.passes()) == {ZONE, PRODUCT}
    world.watch.namespace_seen("finance", {"team": "b"})
    assert await world.passes() == []


async def test_a_document_that_changed_gives_its_product_a_pass(world: World) -> None:
    await settled(world, a_plane(), a_zone(), a_product())
    world.watch.document_seen(Key("ConfigMap", "finance", "orders"), "17")
    assert await world.passes() == [PRODUCT]


async def test_a_plane_counts_again_when_a_zone_comes_and_when_it_goes(world: World) -> None:
    await settled(world, a_plane())
    world.see(a_zone())
    assert set(await world.passes()) == {ZONE, PLANE}
    world.watch.gone(ZONE)
    assert set(await world.passes()) == {ZONE, PLANE}
    assert world.watch.zones_of("eastus2") == ()


async def test_a_zone_that_is_being_deleted_looks_again_when_its_last_product_goes(world: World) -> None:
    zone = a_zone()
    zone["metadata"] |= {"deletionTimestamp": "2026-11-01T00:00:00Z", "finalizers": [FINALIZER]}
    await settled(world, zone, a_product())
    world.watch.gone(PRODUCT)
    assert ZONE in await world.passes()


async def test_a_zone_has_its_neighbors_but_not_itself(world: World) -> None:
    world.watch.namespace_seen("finance", {"team": "a"})
    await settled(world, a_zone("one", network={"addressSpace": "10.1.0.0/20"}), a_zone("two"))
    (neighbor,) = world.watch.zones_of("eastus2", but=Key("DataLandingZone", "finance", "two"))
    assert (neighbor.name, neighbor.address_space, neighbor.namespace_labels) == ("one", "10.1.0.0/20", {"team": "a"})


async def test_a_neighbor_that_has_made_something_says_so(world: World) -> None:
    made = a_zone("one")
    made["status"] = {"inventory": [{"scope": "/subscriptions/s/resourceGroups/g", "ids": [""]}]}
    await settled(world, made, a_zone("two"))
    assert {zone.name: zone.made for zone in world.watch.zones_of("eastus2")} == {"one": True, "two": False}


async def test_neighbors_carry_their_namespaces_labels_of_today(world: World) -> None:
    await settled(world, a_zone())
    world.watch.namespace_seen("finance", {"team": "b"})
    (neighbor,) = world.watch.zones_of("eastus2")
    assert neighbor.namespace_labels == {"team": "b"}


async def test_a_deletion_told_late_does_not_take_the_successor_away(world: World) -> None:
    await settled(world, a_zone())
    world.watch.gone(ZONE, uid="of an earlier object")
    assert ZONE in world.watch.cache


def _running(name: str, version: str, **conditions: str) -> dict[str, Any]:
    zone = a_zone(name)
    rows = [{"type": kind, "status": status} for kind, status in conditions.items()]
    zone["status"] = {"release": {"version": version}, "conditions": rows}
    return zone


async def test_whoever_waits_for_its_turn_looks_again_when_another_zone_got_ready_and_nobody_else_does(
    world: World,
) -> None:
    waiting = _running("two", "1.0", Ready="True")
    waiting["status"]["release"] |= {"next": "2.0", "message": "waiting for its turn: finance/one first"}
    await settled(world, _running("one", "2.0", Ready="False"), waiting, _running("three", "1.0", Ready="True"))
    world.watch.note(Key("DataLandingZone", "finance", "one"), world.server.put(_running("one", "2.0", Ready="True")))
    assert await world.passes() == [Key("DataLandingZone", "finance", "two")]


async def test_a_zone_that_goes_wakes_whoever_waits_for_it(world: World) -> None:
    waiting = _running("two", "1.0", Ready="True")
    waiting["status"]["release"] |= {"next": "2.0", "message": "waiting for its turn: finance/one first"}
    await settled(world, _running("one", "1.0"), waiting)
    world.watch.gone(Key("DataLandingZone", "finance", "one"))
    assert Key("DataLandingZone", "finance", "two") in await world.passes()


async def test_a_neighbor_shows_which_version_it_runs_and_how(world: World) -> None:
    broken = _running("one", "2.0")
    broken["status"]["conditions"] = [{"type": "Ready", "status": "False", "reason": "Unhealthy"}]
    await settled(world, broken)
    (neighbor,) = world.watch.zones_of("eastus2")
    assert (neighbor.release, neighbor.ready, neighbor.unhealthy, neighbor.moves) == ("2.0", False, True, True)
    world.see(a_zone("one", suspend=True))
    (neighbor,) = world.watch.zones_of("eastus2")
    assert not neighbor.moves
