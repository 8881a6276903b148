"""What an API holds after an import (exactly the operations of the document, one schema entity for its components) or a copy."""

from __future__ import annotations

from loom.sim.apim.openapi import Description
from loom.sim.apim.places import APIS, OPERATIONS, SCHEMAS, ensure
from loom.sim.arm.finish import remove
from loom.sim.documents import clone
from loom.sim.entra.directory import guid
from loom.sim.store import Resource
from loom.sim.world import World

COMPONENTS = "application/vnd.oai.openapi.components+json"


def put_contents(world: World, api: Resource, description: Description) -> None:
    """Operations of the same name keep their policies; those that the document has no longer go."""
    for known in world.store.children(api.id, OPERATIONS):
        if known.name not in description.operations:
            remove(world, known)
    for name, properties in description.operations.items():
        operation = ensure(world, f"{api.id}/operations/{name}", OPERATIONS, properties)
        if operation.properties != properties:
            operation.body["properties"] = properties
            operation.etag = world.next_etag()
    for schema in world.store.children(api.id, SCHEMAS):
        remove(world, schema)
    if description.schemas:
        document = {"components": {"schemas": description.schemas}}
        name = guid("schema", api.key)
        ensure(world, f"{api.id}/schemas/{name}", SCHEMAS, {"contentType": COMPONENTS, "document": document})


def copy_contents(world: World, source: Resource, made: Resource) -> None:
    """A revision begins as its source is: operations, schemas, policies and tags."""
    for inner in world.store.below(source.id):
        if inner.type != f"{APIS}/releases":
            ensure(world, made.id + inner.id[len(source.id) :], inner.type, clone(inner.properties))
