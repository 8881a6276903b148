"""The differ: does what is declared hold in what is? It names the fields that do not, and judges nothing that was not declared.

Spellings that are the same to Azure (locations, letter case of ids, null for absent) are data with a reason each, here for all
types and in `ArmType.normals` for one. Values that a GET never returns are compared by keyed hash, by the caller.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from loom.plan.arm_type import ArmType, Normal
from loom.plan.resource import Ignore
from loom.plan.values import ARRAY, OBJECT, Generated, Json, Lookup, Ref, Secret, Text, Unresolved, Value, at, resolve

KNOWN_LATER = "(known after apply)"
HIDDEN = "(hidden)"

_PLAIN = frozenset({str, int, bool})
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
    rules = _rules_of(arm_type)
    ignored = [rule.path for rule in ignore if not rule.floor or _is_reached(rule.path, desired, live)]
    skip = rules.skip | {path.lower() for path in ignored} if ignored else rules.skip
    return tuple(_Comparison(rules, skip, lookup).walk(desired, live, _TOP))


def _is_reached(path: str, desired: Value, live: Json) -> bool:
    """Is the live number at least the declared one?"""
    lowest, found = at(desired, path), at(live, path)
    return isinstance(lowest, int) and isinstance(found, int) and found >= lowest


class _Place(NamedTuple):
    """Where in a body, from the place around it: `env.3.value` for rules, `env[GROUP_ID].value` for people."""

    around: "_Place | None"
    name: str
    shown: str = ""  # where it is not `.name`

    @property
    def path(self) -> str:
        return _joined(self.around.path if self.around else "", f".{self.name}")

    @property
    def words(self) -> str:
        return _joined(self.around.words if self.around else "", self.shown or f".{self.name}")


_TOP = _Place(None, "")


def _joined(before: str, tail: str) -> str:
    return before + tail if before else tail.removeprefix(".")


@dataclass(frozen=True, slots=True)
class _Rules:
    """A type's rules, compiled once. By the last name of a path, as few fields have any."""

    skip: frozenset[str]
    normals: Mapping[str, Sequence[tuple[re.Pattern[str], Callable[[Any], Any]]]]
    whole: Sequence[re.Pattern[str]]


@cache  # as many as there are types
def _rules_of(arm_type: ArmType) -> _Rules:
    normals = defaultdict(list)
    for normal in (*NORMALS, *arm_type.normals):
        normals[normal.path.rpartition(".")[2].lower()].append((path_pattern(normal.path), normal.apply))
    skip = frozenset(path.lower() for path in arm_type.write_only)
    return _Rules(skip, dict(normals), [path_pattern(path) for path in arm_type.whole])


class _Comparison:
    def __init__(self, rules: _Rules, skip: frozenset[str], lookup: Lookup) -> None:
        self._rules = rules
        self._skip = skip
        self._last = {path.rpartition(".")[2] for path in skip}
        self._lookup = lookup

    def walk(self, wanted: Value, found: Json, at: _Place) -> list[FieldChange]:
        if self._last and at.name.lower() in self._last and at.path.lower() in self._skip:
            return []
        if isinstance(wanted, OBJECT):
            return self._mapping(wanted, found, at)
        if isinstance(wanted, ARRAY):
            return self._sequence(list(wanted), found, at)
        if isinstance(wanted, Ref | Text | Secret):
            return self._late(wanted, found, at)
        return [] if self._same(wanted, found, at) else [FieldChange(at.words, found, wanted)]

    def _late(self, wanted: Ref | Text | Secret, found: Json, at: _Place) -> list[FieldChange]:
        try:
            value = resolve(wanted, self._lookup)
        except Unresolved:
            return [FieldChange(at.words, found, KNOWN_LATER)]
        changes = self.walk(value, found, at)
        return [FieldChange(c.path, HIDDEN, HIDDEN) for c in changes] if isinstance(wanted, Secret) else changes

    def _mapping(self, wanted: Mapping[str, Value], found: Json, at: _Place) -> list[FieldChange]:
        if not isinstance(found, OBJECT):
            # An object that asks for nothing holds wherever there is nothing.
            return [] if found is None and not _says_anything(wanted) else [FieldChange(at.words, found, show(wanted))]
        changes: list[FieldChange] = []
        for name, value in wanted.items():
            have = found[name] if name in found else _member(found, name)
            if type(value) in _PLAIN and type(value) is type(have) and value == have:
                continue  # as most of what there is; no rule makes two of what is one
            changes += self.walk(value, have, _Place(at, name))
        return changes

    def _sequence(self, wanted: list[Value], found: Json, at: _Place) -> list[FieldChange]:
        if found is None and not wanted:
            return []
        pairs = _pair(wanted, found, self._lookup) if isinstance(found, list) else None
        if pairs is None:
            return [FieldChange(at.words, found, show(wanted))]
        named = identity(wanted)
        changes = []
        for index, (want, have) in enumerate(pairs):
            changes += self.walk(want, have, _Place(at, str(index), f"[{want[named] if named else index}]"))
        if any(pattern.match(at.path) for pattern in self._rules.whole):
            names = (str(item.get(named)) for item in undeclared(wanted, found))
            # Nobody declared it, so nobody said whether it is a secret.
            changes += [FieldChange(f"{at.words}[{name}]", HIDDEN, None) for name in names]
        return changes

    def _same(self, wanted: Json, found: Json, at: _Place) -> bool:
        for pattern, apply in self._rules.normals.get(at.name.lower(), ()):
            if pattern.match(at.path):
                wanted, found = apply(wanted), apply(found)
        if wanted == found:
            # True == 1 in Python, not in JSON.
            return isinstance(wanted, bool) == isinstance(found, bool)
        if isinstance(wanted, str) and isinstance(found, str) and _ARM_ID.match(wanted):
            return wanted.rstrip("/").lower() == found.rstrip("/").lower()
        return wanted is None and found in ("", [], {})


def _member(found: Mapping[str, Json], name: str) -> Json:
    """A member as Azure finds it, without regard to case, where it is not called so."""
    return next((value for given, value in found.items() if given.lower() == name.lower()), None)


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
        case Secret() | Generated():
            return HIDDEN
        case Mapping():
            return {name: show(item) for name, item in value.items()}
        case list() | tuple():
            return [show(item) for item in value]
        case _:
            return value
