"""What an API holds after an import (exactly the operations of the document, one schema entity for its components) or a copy."""

from __future__ import annotations

from typing import Any

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
    schema_id = guid("schema", api.key)
    for name, properties in description.operations.items():
        _refer(properties, schema_id)
        operation = ensure(world, f"{api.id}/operations/{name}", OPERATIONS, properties)
        if operation.properties != properties:
            operation.body["properties"] = properties
            operation.etag = world.next_etag()
    for schema in world.store.children(api.id, SCHEMAS):
        remove(world, schema)
    if description.schemas:
        document = {"components": {"schemas": description.schemas}}
        ensure(world, f"{api.id}/schemas/{schema_id}", SCHEMAS, {"contentType": COMPONENTS, "document": document})


def _refer(operation: dict[str, Any], schema_id: str) -> None:
    """Bodies of a named type say in which schema that is."""
    answers = [answer["representations"] for answer in operation["responses"]]
    for one in (one for shown in (operation["request"]["representations"], *answers) for one in shown):
        if "typeName" in one:
            one["schemaId"] = schema_id


def copy_contents(world: World, source: Resource, made: Resource) -> None:
    """A revision begins as its source is: operations, schemas, policies and tags."""
    for inner in world.store.below(source.id):
        if inner.type != f"{APIS}/releases":
            ensure(world, made.id + inner.id[len(source.id) :], inner.type, clone(inner.properties))
