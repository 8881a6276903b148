"""What a provider keeps of a deleted resource: its children come back with it, and its name stays taken meanwhile.

For how long, and who may take it back or purge it, is the provider's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from loom.sim.store import Resource
from loom.sim.world import World

HELD = "held"


def hold(resource: Resource, children: Iterable[Resource]) -> None:
    """Before a delete: what is to come back with the resource."""
    resource.hidden[HELD] = [asdict(child) for child in children]


def keep(world: World, space: str, resource: Resource) -> None:
    """After it: the resource and what was held, under its name in the names of `space`."""
    children = resource.hidden.pop(HELD, [])
    world.names[(space, resource.name.lower())] = resource.key
    world.soft_deleted[resource.key] = {
        "resource": asdict(resource), "children": children, "deletedAt": world.clock.now(), "deletionDate": world.clock.stamp(),
    }  # fmt: skip


def bring_back(world: World, resource: Resource) -> None:
    """A resource that was restored has everything that it had."""
    kept = world.soft_deleted.pop(resource.key, None)
    for child in kept["children"] if kept else ():
        world.store.put(Resource(**child))


def forget(world: World, space: str, resource_id: str) -> None:
    """Nothing is kept of it any more, and its name is free."""
    key = resource_id.lower()
    del world.soft_deleted[key]
    world.names.pop((space, key.rsplit("/", 1)[-1]), None)
