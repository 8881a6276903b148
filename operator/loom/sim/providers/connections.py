"""Private endpoint connections, as every service that takes them shows them: a child resource and an entry in its own body."""

from __future__ import annotations

from typing import Any

from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
CONNECTIONS = "privateEndpointConnections"


def connections_of(world: World, resource: Resource) -> list[Json]:
    """The connections as the service's own body lists them."""
    found = world.store.children(resource.id, f"{resource.type}/{CONNECTIONS}")
    return [
        {
            "id": item.id,
            "name": item.name,
            "type": item.type,
            "properties": {"provisioningState": item.state, **item.properties},
        }
        for item in found
    ]


def with_connections(world: World, resource: Resource, body: Json) -> Json:
    """The body as services show it that tell of connections only while there are some."""
    found = connections_of(world, resource)
    return {**body, "properties": {**body["properties"], **({"privateEndpointConnections": found} if found else {})}}
