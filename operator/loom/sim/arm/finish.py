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
    resource = world.store.get(operation.target)
    mine = resource if resource is not None and resource.operation == operation.id else None
    if mine is not None and operation.verb == "put" and not operation.failure:
        kind = world.catalog.kind(mine.type)
        verdict = kind.behavior.verdict(world, mine, operation) if kind else None
        if isinstance(verdict, float):
            world.operations.prolong(operation, world.clock.now() + verdict * world.settings.duration_factor)
            return
        operation.failure = verdict or {}
    operation.ended = world.clock.stamp()
    operation.status, operation.error = ("Failed", operation.failure) if operation.failure else ("Succeeded", {})
    if mine is not None:
        _conclude(world, operation, mine)


def _conclude(world: World, operation: Operation, resource: Resource) -> None:
    resource.operation = ""
    kind = world.catalog.kind(resource.type)
    if operation.failure:
        resource.state = "Failed"
        if kind is not None and operation.verb == "put":
            kind.behavior.failed(world, resource)
    elif operation.verb == "delete":
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
