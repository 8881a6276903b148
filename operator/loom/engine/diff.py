"""The differ: does what is declared hold in what is? It names the fields that do not, and judges nothing that was not declared.

Spellings that are the same to Azure (locations, letter case of ids, null for absent) are data with a reason each, here for all
types and in `ArmType.normals` for one. Values that a GET never returns are compared by keyed hash, by the caller.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loom.plan.arm_type import ArmType, Normal
from loom.plan.resource import Ignore
from loom.plan.values import Json, Lookup, Ref, Secret, Text, Unresolved, Value, at, resolve

KNOWN_LATER = "(known after apply)"
HIDDEN = "(hidden)"

_ARM_ID = re.compile(r"^/(subscriptions|providers)/", re.IGNORECASE)


def _location(value: Any) -> Any:
    return value.replace(" ", "").lower() if isinstance(value, str) else value


NORMALS: tuple[Normal, ...] = (
    Normal("location", _location, "`westus2` comes back as `West US 2` from some providers"),
    Normal("properties.locations.*.locationName", _location, "as above, inside Cosmos accounts"),
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One declared field that does not hold. `before` and `after` are for people: short, and never a secret."""

    path: str
    before: Json
    after: Json


def differences(
    arm_type: ArmType, desired: Value, live: Mapping[str, Json], ignore: Sequence[Ignore], lookup: Lookup
) -> tuple[FieldChange, ...]:
    """Every declared field that does not hold in `live`, in the order of declaration."""
    skip = {rule.path.lower() for rule in ignore if not rule.floor or _is_reached(rule.path, desired, live)}
    skip |= {path.lower() for path in arm_type.write_only}
    return tuple(_Comparison(arm_type, skip, lookup).walk(desired, live, _Place()))


def _is_reached(path: str, desired: Value, live: Json) -> bool:
    """Is the live number at least the declared one?"""
    lowest, found = at(desired, path), at(live, path)
    return isinstance(lowest, int) and isinstance(found, int) and found >= lowest


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a body: `path` for rules (`env.3.value`), `shown` for people (`env[GROUP_ID].value`)."""

    path: str = ""
    shown: str = ""

    def member(self, name: str) -> "_Place":
        return _Place(*(f"{base}.{name}" if base else name for base in (self.path, self.shown)))

    def element(self, index: int, name: str) -> "_Place":
        return _Place(f"{self.path}.{index}", f"{self.shown}[{name or index}]")


class _Comparison:
    def __init__(self, arm_type: ArmType, skip: set[str], lookup: Lookup) -> None:
        self._normals = [(path_pattern(n.path), n.apply) for n in (*NORMALS, *arm_type.normals)]
        self._whole = [path_pattern(path) for path in arm_type.whole]
        self._skip = skip
        self._lookup = lookup

    def walk(self, wanted: Value, found: Json, at: _Place) -> list[FieldChange]:
        if at.path.lower() in self._skip:
            return []
        if isinstance(wanted, Ref | Text | Secret):
            return self._late(wanted, found, at)
        if isinstance(wanted, Mapping):
            return self._mapping(wanted, found, at)
        if isinstance(wanted, list | tuple):
            return self._sequence(list(wanted), found, at)
        return [] if self._same(wanted, found, at.path) else [FieldChange(at.shown, found, wanted)]

    def _late(self, wanted: Ref | Text | Secret, found: Json, at: _Place) -> list[FieldChange]:
        try:
            value = resolve(wanted, self._lookup)
        except Unresolved:
            return [FieldChange(at.shown, found, KNOWN_LATER)]
        changes = self.walk(value, found, at)
        return [FieldChange(c.path, HIDDEN, HIDDEN) for c in changes] if isinstance(wanted, Secret) else changes

    def _mapping(self, wanted: Mapping[str, Value], found: Json, at: _Place) -> list[FieldChange]:
        if not isinstance(found, Mapping):
            # An object that asks for nothing holds wherever there is nothing.
            return [] if found is None and not _says_anything(wanted) else [FieldChange(at.shown, found, show(wanted))]
        names = {name.lower(): name for name in found}
        changes: list[FieldChange] = []
        for name, value in wanted.items():
            changes += self.walk(value, found.get(names.get(name.lower(), name)), at.member(name))
        return changes

    def _sequence(self, wanted: list[Value], found: Json, at: _Place) -> list[FieldChange]:
        if found is None and not wanted:
            return []
        pairs = _pair(wanted, found, self._lookup) if isinstance(found, list) else None
        if pairs is None:
            return [FieldChange(at.shown, found, show(wanted))]
        named = identity(wanted)
        changes = [
            change
            for index, (want, have) in enumerate(pairs)
            for change in self.walk(want, have, at.element(index, str(want[named]) if named else ""))
        ]
        if any(pattern.match(at.path) for pattern in self._whole):
            names = (str(item.get(named)) for item in undeclared(wanted, found))
            # Nobody declared it, so nobody said whether it is a secret.
            changes += [FieldChange(at.element(0, name).shown, HIDDEN, None) for name in names]
        return changes

    def _same(self, wanted: Json, found: Json, path: str) -> bool:
        for pattern, apply in self._normals:
            if pattern.match(path):
                wanted, found = apply(wanted), apply(found)
        if wanted == found:
            # True == 1 in Python, not in JSON.
            return isinstance(wanted, bool) == isinstance(found, bool)
        if isinstance(wanted, str) and isinstance(found, str) and _ARM_ID.match(wanted):
            return wanted.rstrip("/").lower() == found.rstrip("/").lower()
        return wanted is None and found in ("", [], {})


def path_pattern(path: str) -> re.Pattern[str]:
    """A path of a catalog row, where `*` stands for any one segment."""
    return re.compile("^" + re.escape(path).replace(r"\*", r"[^.]+") + "$", re.IGNORECASE)


def _says_anything(wanted: Value) -> bool:
    if isinstance(wanted, Mapping):
        return any(_says_anything(item) for item in wanted.values())
    return wanted is not None and wanted != []


def _pair(wanted: list[Value], found: list[Json], lookup: Lookup) -> list[tuple[Value, Json]] | None:
    """Which live element each wanted one is held against: by `name` where all have one, scalars as a set, else by position.

    None when the lists cannot be the same. Elements with a name may stand beside others that nobody declared, unless the type says
    that the list is `whole`; unnamed lists always are.
    """
    name = identity(wanted)
    if name and all(isinstance(item, Mapping) for item in found):
        by_name = {str(item.get(name)).lower(): item for item in found}
        return [(want, by_name.get(str(resolve(want[name], lookup)).lower())) for want in wanted]
    if len(wanted) != len(found):
        return None
    if all(isinstance(item, str) for item in (*wanted, *found)):
        # Azure keeps no order in lists of words; a set that is the same is no change.
        ranked: Callable[[list[Any]], list[Any]] = lambda items: sorted(items, key=str.lower)  # noqa: E731
        return list(zip(ranked(wanted), ranked(found), strict=True))
    return list(zip(wanted, found, strict=True))


def identity(wanted: Sequence[Value]) -> str:
    """The member that tells the elements of a list apart, "name" or "key"; "" where they have none."""
    for candidate in ("name", "key"):
        if wanted and all(isinstance(item, Mapping) and isinstance(item.get(candidate), str) for item in wanted):
            return candidate
    return ""


def undeclared(wanted: Sequence[Value], found: Json) -> list[Mapping[str, Json]]:
    """The live elements of a list of named ones that the declared list does not name."""
    name = identity(wanted)
    if not name or not isinstance(found, list):
        return []
    names = {str(item[name]).lower() for item in wanted}
    return [item for item in found if isinstance(item, Mapping) and str(item.get(name)).lower() not in names]


def show(value: Value) -> Json:
    """A value for people: references as words, secrets hidden."""
    match value:
        case Ref() | Text():
            return KNOWN_LATER
        case Secret():
            return HIDDEN
        case Mapping():
            return {name: show(item) for name, item in value.items()}
        case list() | tuple():
            return [show(item) for item in value]
        case _:
            return value
