"""Putting resources into the simulated cloud, changing them, and taking them away, as if a person had done it in the portal."""

from __future__ import annotations

from typing import Any

from loom.sim import build
from loom.sim.arm.change import Change
from loom.sim.arm.finish import complete, remove
from loom.sim.arm.show import show
from loom.sim.arm.writes import ENVELOPE, store
from loom.sim.documents import clone, merge_patch
from loom.sim.errors import ArmError
from loom.sim.ids import RESOURCES, group_id_of, parse, subscription_of
from loom.sim.store import Resource
from loom.sim.wire import Request
from loom.sim.world import World

Json = dict[str, Any]


def place(world: World, resource_id: str, body: Json) -> Json:
    """Make a resource at once, Succeeded, with its subscription, group and parents; no rule of ARM is asked."""
    target = parse(resource_id)
    kind = world.catalog.kind(target.type_key) if target and target.is_instance else None
    if target is None or kind is None:
        raise ArmError(400, "UnknownType", f"The simulator has no type for '{resource_id}'.")
    _ensure_above(world, resource_id)
    sent = {key: value for key, value in clone(body).items() if key not in ENVELOPE}
    change = Change(world, kind, target, sent, world.store.get(target.id), world.operator, kind.versions[0])
    resource = store(change)
    if kind.name.endswith("/roleAssignments"):
        resource.hidden["effective"] = world.clock.now()
    complete(world, resource)
    return show(world, resource)


def edit(world: World, resource_id: str, patch: Json) -> Json:
    """Change an existing resource behind ARM's back: a JSON merge patch of what a GET shows, nothing added or checked."""
    resource = _existing(world, resource_id)
    patch = {key: value for key, value in clone(patch).items() if key not in ENVELOPE}
    state = (patch.get("properties") or {}).pop("provisioningState", None)
    resource.body = merge_patch(resource.body, patch)
    if "full" in resource.hidden:
        resource.hidden["full"] = merge_patch(resource.hidden["full"], patch)
    resource.state = str(state or resource.state)
    resource.etag = world.next_etag()
    resource.hidden.pop("sent", None)
    world.store.put(resource)
    return show(world, resource)


def take_away(world: World, resource_id: str) -> None:
    """Remove a resource at once, with all that is in it."""
    remove(world, _existing(world, resource_id))


def _existing(world: World, resource_id: str) -> Resource:
    resource = world.store.get(world.catalog.meant(world, Request("GET", resource_id)).path)
    if resource is None:
        raise ArmError(404, "ResourceNotFound", f"The simulated cloud has no '{resource_id}'.")
    return resource


def _ensure_above(world: World, resource_id: str) -> None:
    subscription = subscription_of(resource_id)
    if subscription:
        build.add_subscription(world, subscription)
    group = group_id_of(resource_id)
    if group and world.store.get(group) is None and group.lower() != resource_id.lower():
        made = Resource(
            group, f"{RESOURCES}/resourceGroups", {"location": "eastus2", "properties": {}}, created=world.clock.now()
        )
        world.store.put(made)
    target = parse(resource_id)
    if target is not None and len(target.types) > 1 and world.store.get(target.parent) is None:
        place(world, target.parent, {"location": "eastus2"})
