"""Ids inside one API Management service, and the types of what lies there. Decides nothing about what exists."""

from __future__ import annotations

from collections.abc import Mapping

from loom.sim.store import Resource
from loom.sim.world import World

NAMESPACE = "Microsoft.ApiManagement"
SERVICE = f"{NAMESPACE}/service"
APIS = f"{SERVICE}/apis"
OPERATIONS = f"{APIS}/operations"
SCHEMAS = f"{APIS}/schemas"
BACKENDS = f"{SERVICE}/backends"
GROUPS = f"{SERVICE}/groups"
NAMED_VALUES = f"{SERVICE}/namedValues"
PRODUCTS = f"{SERVICE}/products"
SUBSCRIPTIONS = f"{SERVICE}/subscriptions"
VERSION_SETS = f"{SERVICE}/apiVersionSets"
SPACE = "apim"
_SEGMENTS = 9  # "", subscriptions, s, resourceGroups, g, providers, namespace, service, name


def service_of(resource_id: str) -> str:
    """The id of the service that an id lies in."""
    return "/".join(resource_id.split("/")[:_SEGMENTS])


def api_of(resource_id: str) -> str:
    """The id of the API that an id lies in or is; the empty string when it is about none."""
    parts = resource_id.split("/")
    inside = len(parts) > _SEGMENTS + 1 and parts[_SEGMENTS].lower() == "apis"
    return "/".join(parts[: _SEGMENTS + 2]) if inside else ""


def full_id(service: str, reference: str) -> str:
    """The ARM id behind a reference, which may be written from the service on, as `/apis/orders`."""
    if reference.lower().startswith("/subscriptions/") and "/providers/" in reference.lower():
        return reference
    return f"{service}/{reference.strip('/')}"


def root_of(api_id: str) -> str:
    """The id of an API without its revision: `apis/orders;rev=2` belongs to `apis/orders`."""
    return api_id.split(";rev=", 1)[0]


def ensure(world: World, resource_id: str, kind: str, properties: Mapping[str, object]) -> Resource:
    """What the service makes by itself, unless it is there already."""
    found = world.store.get(resource_id)
    if found is None:
        found = Resource(
            resource_id, kind, {"properties": dict(properties)}, etag=world.next_etag(), created=world.clock.now()
        )
        world.store.put(found)
    return found
