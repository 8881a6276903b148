"""What the end of a long operation means for the resource it was about."""

from __future__ import annotations

from loom.sim.ids import RESOURCES
from loom.sim.operations import Operation
from loom.sim.store import Resource
from loom.sim.world import World

GROUPS = f"{RESOURCES}/resourceGroups"


def settle(world: World) -> None:
    """Let every operation end whose time has come."""
    for operation in world.operations.due(world.clock.now()):
        finish(world, operation)


def finish(world: World, operation: Operation) -> None:
    """End one operation, well or badly."""
    operation.ended = world.clock.stamp()
    resource = world.store.get(operation.target)
    if operation.failure:
        operation.status, operation.error = "Failed", operation.failure
        if resource is not None and resource.operation == operation.id:
            resource.state, resource.operation = "Failed", ""
        return
    operation.status = "Succeeded"
    if resource is None or resource.operation != operation.id:
        return
    resource.operation = ""
    if operation.verb == "delete":
        remove(world, resource)
    else:
        complete(world, resource)


def complete(world: World, resource: Resource) -> None:
    """A write has succeeded."""
    resource.state = "Succeeded"
    kind = world.catalog.kind(resource.type)
    if kind is not None:
        kind.behavior.settled(world, resource)


def remove(world: World, resource: Resource) -> None:
    """Take a resource away with all that is in it and on it."""
    for item in [*world.store.below(resource.id), resource]:
        if world.store.get(item.id) is None:
            continue
        running = world.operations.get(item.operation) if item.operation else None
        if running is not None and running.running:
            running.status, running.ended = "Canceled", world.clock.stamp()
        world.store.remove(item.id)
        kind = world.catalog.kind(item.type)
        if kind is None:
            continue
        if kind.unique and world.names.get((kind.unique, item.name.lower())) == item.key:
            del world.names[(kind.unique, item.name.lower())]
        kind.behavior.deleted(world, item)
