"""The inventory: every resource that an object owns or is about to, kept in `status.inventory`, complete and never cut.

Status is a cache: an id in it is a reason to look, never a right to delete. Written as scopes with ids relative to them, those of one
type in one word with braces, so that the fullest zone stays small.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from loom.api.braces import fold, unfold
from loom.plan.arm_id import RESOURCE_GROUP, group_of, is_plain, key, names_of, type_of
from loom.plan.arm_type import ArmType
from loom.plan.catalog import arm_type
from loom.plan.values import Json

MOST = 20_000  # ids; more than any object has, and than a status has room for
_REFUSED = 10  # words that are none: each may have taken long to be found out, and whoever forges one forges thousands
_PROVIDERS = "/providers/"


@dataclass(slots=True)
class Inventory:
    """Ids by their comparable form, in the spelling in which they were planned."""

    ids: dict[str, str] = field(default_factory=dict)
    _rows: list[Json] | None = None  # what says just that, as long as nothing was added or removed

    @classmethod
    def read(cls, status: Mapping[str, Json]) -> "Inventory":
        """The inventory of a status; whatever in it is not an id is skipped, as a status may hold anything."""
        found, rows = cls(), status.get("inventory")
        words = list(islice(_written(rows), MOST))
        for arm_id in filter(is_plain, words):
            found.add(arm_id)
        if isinstance(rows, list) and len(words) == len(found.ids) < MOST:
            found._rows = rows
        return found

    def write(self) -> list[Json]:
        """The rows for status, in a stable order. What did not change stays as it is written: most passes change nothing."""
        if self._rows is None:
            self._rows = self._folded()
        return self._rows

    def _folded(self) -> list[Json]:
        scopes: dict[str, tuple[str, dict[str, list[str]]]] = {}
        for arm_id in self.ids.values():
            scope = group_of(arm_id) or arm_id.partition(_PROVIDERS)[0]
            _, types = scopes.setdefault(key(scope), (scope, {}))
            relative = arm_id[len(scope) :].removeprefix(_PROVIDERS)
            types.setdefault("/".join(relative.split("/")[:2]), []).append(relative)
        return [
            {"scope": scope, "ids": sorted(map(fold, types.values()), key=str.lower)}
            for _, (scope, types) in sorted(scopes.items())
        ]

    def add(self, arm_id: str) -> None:
        """Take an id in; a second spelling of the same id changes nothing."""
        if (name := key(arm_id)) not in self.ids:
            self.ids[name], self._rows = arm_id, None

    def remove(self, arm_id: str) -> None:
        """Let an id go: its resource was seen to be gone, or is no longer ours."""
        if self.ids.pop(key(arm_id), None) is not None:
            self._rows = None

    def has_all(self, ids: Iterable[str]) -> bool:
        """Does it hold every one of these?"""
        return all(key(arm_id) in self.ids for arm_id in ids)

    def below(self, arm_id: str) -> list[str]:
        """What it holds below an id."""
        prefix = key(arm_id) + "/"
        return [spelled for comparable, spelled in self.ids.items() if comparable.startswith(prefix)]

    def __contains__(self, arm_id: str) -> bool:
        return key(arm_id) in self.ids


def _written(rows: Json) -> Iterator[str]:
    """What a status has in the place of ids; "" for what is none."""
    refused = 0
    for row in rows if isinstance(rows, list) else []:
        scope = str(row.get("scope", "")) if isinstance(row, Mapping) else ""
        if not scope.startswith("/subscriptions/"):
            yield ""
            continue
        for word in row.get("ids") or []:
            paths = unfold(str(word))
            if not paths:
                yield ""
                refused += 1
                if refused > _REFUSED:
                    return
            for relative in paths:
                yield _absolute(scope, relative)


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
