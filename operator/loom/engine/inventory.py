"""The inventory: every resource that an object owns or is about to, kept in `status.inventory`, complete and never cut.

Status is a cache: an id in it is a reason to look, never a right to delete. Written as scopes with ids relative to them, so
that the fullest zone stays small.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loom.plan.arm_id import RESOURCE_GROUP, group_of, is_plain, key, names_of, type_of
from loom.plan.arm_type import ArmType
from loom.plan.catalog import arm_type
from loom.plan.values import Json

CROWD = 5  # so many in and on one resource, or in one collection, are written relative to it
_PROVIDERS = "/providers/"


@dataclass(slots=True)
class Inventory:
    """Ids by their comparable form, in the spelling in which they were planned."""

    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, status: Mapping[str, Json]) -> "Inventory":
        """The inventory of a status; whatever in it is not an id is skipped, as a status may hold anything."""
        found = cls()
        scopes: Any = status.get("inventory") or []
        for row in scopes if isinstance(scopes, list) else []:
            scope = str(row.get("scope", "")) if isinstance(row, Mapping) else ""
            if not scope.startswith("/subscriptions/"):
                continue
            for relative in row.get("ids") or []:
                arm_id = _absolute(scope, str(relative))
                if is_plain(arm_id):
                    found.add(arm_id)
        return found

    def write(self) -> list[Json]:
        """The rows for status, in a stable order."""
        scopes: dict[str, tuple[str, list[str]]] = {}
        crowds = Counter(
            key(place) for arm_id in self.ids.values() for place in {_outermost(arm_id), _collection(arm_id)}
        )
        for arm_id in self.ids.values():
            scope = group_of(arm_id) or arm_id.partition(_PROVIDERS)[0]
            for place in (_outermost(arm_id), _collection(arm_id)):
                if crowds[key(place)] >= CROWD and key(arm_id) != key(place):
                    scope = place
            _, ids = scopes.setdefault(key(scope), (scope, []))
            ids.append(arm_id[len(scope) :].removeprefix(_PROVIDERS))
        return [{"scope": scope, "ids": sorted(ids, key=str.lower)} for _, (scope, ids) in sorted(scopes.items())]

    def add(self, arm_id: str) -> None:
        """Take an id in; a second spelling of the same id changes nothing."""
        self.ids.setdefault(key(arm_id), arm_id)

    def remove(self, arm_id: str) -> None:
        """Let an id go: its resource was seen to be gone, or is no longer ours."""
        self.ids.pop(key(arm_id), None)

    def has_all(self, ids: Iterable[str]) -> bool:
        """Does it hold every one of these?"""
        return all(key(arm_id) in self.ids for arm_id in ids)

    def below(self, arm_id: str) -> list[str]:
        """What it holds below an id."""
        prefix = key(arm_id) + "/"
        return [spelled for comparable, spelled in self.ids.items() if comparable.startswith(prefix)]

    def __contains__(self, arm_id: str) -> bool:
        return key(arm_id) in self.ids


def _outermost(arm_id: str) -> str:
    """The resource directly in a group that this one lies in or on, or is; the id itself where there is no such."""
    scope, found, rest = arm_id.partition(_PROVIDERS)
    return f"{scope}{found}{'/'.join(rest.split('/')[:3])}"


def _collection(arm_id: str) -> str:
    """What the id is in, as the accounts of a group or the containers of an account: the id without its name."""
    return arm_id.rpartition("/")[0]


def _absolute(scope: str, relative: str) -> str:
    if not relative or relative.startswith("/"):
        return f"{scope}{relative}"
    return f"{scope}{_PROVIDERS}{relative}"


def known_type(arm_id: str) -> ArmType:
    """The row of a resource's type. What only another version of the operator knew is kept, and never deleted by this one."""
    try:
        return arm_type(arm_id)
    except KeyError:
        unknown = type_of(arm_id)
        return ArmType(unknown, "", unknown, protected="this version of the operator does not know it", deletable=False)


def data_name(kind: ArmType, arm_id: str) -> str:
    """The name by which `deleteData` lets a protected resource go, as `status.retained` prints it: `storage/saloomfinance1a2b3c4d`."""
    return "/".join([kind.label, *(name for name in names_of(arm_id) if name != "default")])


def short(arm_id: str) -> str:
    """An id for a sentence: the type's last word and the names."""
    if type_of(arm_id) == RESOURCE_GROUP:
        return f"resource group {names_of(arm_id)[-1]}"
    return f"{type_of(arm_id).rpartition('/')[2]} {'/'.join(names_of(arm_id))}"
