"""The table of ARM types: one row for each type that is planned, in a module for each provider.

A new type is a row here; nothing else in the engine knows a type by name. A row decides no body and no name.
"""

from collections.abc import Mapping
from types import MappingProxyType

from loom.plan.arm_id import type_of
from loom.plan.arm_type import ArmType, Listing, Marking
from loom.plan.catalog import (
    api_management,
    backends,
    cdn,
    container_apps,
    data,
    engines,
    event_grid,
    foundation,
    gateways,
    key_vault,
    network,
    stores,
)

TYPES: Mapping[str, ArmType] = MappingProxyType(
    {
        row.name.lower(): row
        for module in (
            foundation,
            network,
            data,
            stores,
            engines,
            key_vault,
            event_grid,
            container_apps,
            cdn,
            gateways,
            api_management,
            backends,
        )
        for row in module.TYPES
    }
)
"""All rows, by type in lower case."""

_SHOWN_IN_LISTS = (Marking.NAME, Marking.FIELD)


def arm_type(type_or_id: str) -> ArmType:
    """The row of a type, or of a resource's type. Raises KeyError for a type that is in no row."""
    name = type_of(type_or_id) if type_or_id.startswith("/") else type_or_id
    return TYPES[name.lower()]


def data_within(container: ArmType) -> tuple[ArmType, ...]:
    """The types that hold data and stand inside a resource of this type."""
    return tuple(row for row in TYPES.values() if row.protected and row.name.startswith(f"{container.name}/"))


def listed_within(container: ArmType) -> tuple[ArmType, ...]:
    """The types directly inside a resource of this type whose lists show, by name or by a field, which of them are whose."""
    inside = (row for row in TYPES.values() if row.name.rpartition("/")[0] == container.name)
    return tuple(row for row in inside if row.marking in _SHOWN_IN_LISTS and row.listing is Listing.PARENT)


def links_within(container: ArmType) -> tuple[ArmType, ...]:
    """The types of links in what a resource of this type contains: each only says what leads where, and by its name who made it."""
    inside = (row for row in TYPES.values() if row.name.rpartition("/")[0].rpartition("/")[0] == container.name)
    return tuple(row for row in inside if row.same and row.marking is Marking.NAME and row.listing is Listing.PARENT)


def collection_of(arm_id: str, container: ArmType, inner: ArmType) -> str:
    """The list of everything of an inner type in a resource; what stands between is called `default`."""
    return f"{arm_id}/{inner.name.removeprefix(f'{container.name}/').replace('/', '/default/')}"
