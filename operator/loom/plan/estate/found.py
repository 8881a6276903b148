"""What was read of an estate: bodies by id. It finds things in them and decides nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loom.plan.arm_id import group_of, is_within, key, parent_of, type_of
from loom.plan.ownership import TAG
from loom.plan.values import Json, at

ROLE_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"


@dataclass(frozen=True, slots=True)
class Found:
    """All that was read. `group` is the id of the zone's resource group; `bodies` are by comparable id, each with its `id`."""

    group: str
    bodies: Mapping[str, Json]

    def get(self, arm_id: str) -> Json:
        """The body of a resource; {} for what was not read."""
        return self.bodies.get(key(arm_id), {})

    def of(self, arm_type: str, within: str = "") -> list[Json]:
        """Every resource of a type in the zone's group (or `within` something else), by id."""
        place = within or self.group
        found = (body for body in self.bodies.values() if type_of(body["id"]).lower() == arm_type.lower())
        return sorted((body for body in found if is_within(body["id"], place)), key=lambda body: key(body["id"]))

    def anywhere(self, arm_type: str) -> list[Json]:
        """Every resource of a type that was read, in the zone's group or beside it, by id."""
        return self.of(arm_type, "/subscriptions")

    def one(self, arm_type: str) -> Json:
        """The first resource of a type in the zone's group; {} where there is none."""
        return next(iter(self.of(arm_type)), {})

    def top_level(self) -> Iterator[Json]:
        """What lies directly in the zone's group."""
        for body in self.bodies.values():
            inside = key(group_of(body["id"])) == key(self.group) == key(parent_of(body["id"]))
            if inside and type_of(body["id"]) != ROLE_ASSIGNMENTS:  # they extend the group, and are not in it
                yield body


def tags_of(body: Json) -> dict[str, str]:
    """The tags of a resource, less our own mark."""
    return {name: str(value) for name, value in (at(body, "tags") or {}).items() if name.lower() != TAG}


def given(**fields: Json) -> dict[str, Json]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], ())}
