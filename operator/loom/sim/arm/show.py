"""What a read shows of a resource: its envelope, its state, and nothing secret."""

from __future__ import annotations

from typing import Any

from loom.sim.kinds import Kind
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]


def shown_id(kind: Kind, resource_id: str) -> str:
    """The id as the service spells it: some change the case of a segment."""
    for segment, spelled in kind.id_segments.items():
        resource_id = resource_id.replace(f"/{segment}/", f"/{spelled}/")
    return resource_id


def show(world: World, resource: Resource) -> Json:
    """The body of a GET, and an element of a list of this type."""
    kind = world.catalog.kind(resource.type)
    if kind is None:
        return {"id": resource.id, "name": resource.name, "type": resource.type, **resource.body}
    envelope: Json = {
        "id": shown_id(kind, resource.id),
        "name": resource.name,
        "type": kind.shown_type or kind.name,
        **resource.body,
    }
    if kind.etag == "body":
        envelope["etag"] = quoted_etag(kind, resource)
    if kind.stateful:
        envelope["properties"] = {"provisioningState": resource.state, **resource.properties}
    return kind.behavior.shown(world, resource, envelope)


def show_brief(world: World, resource: Resource) -> Json:
    """An element of the generic list of resources, which has no `properties`."""
    kept = ("location", "tags", "sku", "kind", "identity", "managedBy", "zones", "systemData")
    kind = world.catalog.kind(resource.type)
    shown = shown_id(kind, resource.id) if kind else resource.id
    brief = {"id": shown, "name": resource.name, "type": resource.type}
    return {**brief, **{key: resource.body[key] for key in kept if resource.body.get(key) is not None}}


def quoted_etag(kind: Kind, resource: Resource) -> str:
    """The ETag as the service writes it: weak in network bodies, strong in API Management's headers."""
    if not kind.etag:
        return ""
    return f'W/"{resource.etag}"' if kind.etag == "body" else f'"{resource.etag}"'
