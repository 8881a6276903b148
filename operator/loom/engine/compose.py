"""Compose: the body that is sent. Declared values, our mark, and what a PUT would otherwise take away.

A PUT replaces: what others legitimately put there is repeated from the live body, the tags of everybody, the named elements of lists
that a type does not call `whole`, and the paths that a type lists in `carries`, each with its reason.
"""

import re
from collections.abc import Mapping, Sequence
from secrets import token_urlsafe
from typing import Any

from loom.engine.diff import path_pattern, undeclared
from loom.engine.item import Item
from loom.engine.marks import marked, tags_of
from loom.engine.one_pass import Pass
from loom.plan.arm_id import key
from loom.plan.arm_type import ArmType, Carry, Marking
from loom.plan.ownership import Owner
from loom.plan.resource import Absent, Mode
from loom.plan.values import Generated, Json, Value, at, resolve

_READ_ONLY = frozenset({"etag", "provisioningState"})


def compose(run: Pass, item: Item) -> dict[str, Json]:
    """The body of a PUT. Raises `Unresolved` when a value is not known, which readiness rules out."""
    desired = item.desired
    if item.resource.mode is Mode.STAGE:
        base = run.by_id.get(item.id.lower())
        desired = merge(base.desired if base else {}, desired)
    if item.live is None:
        desired = merge(desired, drawn(item.resource.on_create))
    body: dict[str, Json] = resolve(desired, run.lookup)
    if item.live is None:
        return body
    if item.type.marking is Marking.TAG:
        body["tags"] = {**tags_of(item.live.body), **(body.get("tags") or {})}
    gone = {rule.path for rule in item.resource.absent if is_attached(rule, item.live.body)}
    left = {rule.path for rule in item.resource.ignore if not rule.floor}
    for carry in item.type.carries:
        if carry.path not in gone:
            _carry(body, item.live.body, carry, wins=carry.path in left)
    _keep_others(body, item.live.body, [path_pattern(path) for path in item.type.whole])
    for rule in item.resource.ignore:
        if rule.floor:
            _keep_higher(body, item.live.body, rule.path)
    return body


def emptied(kind: ArmType, owner: Owner) -> dict[str, Json]:
    """The body of what holds nothing any more, and is still its owner's."""
    body: dict[str, Json] = {}
    for path, value in kind.emptying:
        _place(body, path, value)
    return marked(kind, body, owner)


def drawn(value: Value) -> Value:
    """The value with every generated secret made: each call makes others, so this is for what is sent at once."""
    match value:
        case Generated(size, lead):
            return f"{lead}{token_urlsafe(size)}"
        case Mapping():
            return {name: drawn(item) for name, item in value.items()}
        case _:
            return value


def merge(under: Mapping[str, Value], over: Mapping[str, Value]) -> dict[str, Value]:
    """One body over another, objects member by member."""
    merged: dict[str, Value] = dict(under)
    for name, value in over.items():
        below = merged.get(name)
        merged[name] = merge(below, value) if isinstance(value, Mapping) and isinstance(below, Mapping) else value
    return merged


def is_attached(rule: Absent, live: Mapping[str, Json]) -> bool:
    """Does a live body still lead to what the object wants no more?"""
    return key(str(at(live, f"{rule.path}.id") or "")) == key(rule.id)


def _carry(body: dict[str, Json], live: Mapping[str, Json], carry: Carry, *, wins: bool) -> None:
    """`wins`: over what is declared too, as that is not compared and so must not be changed either."""
    value, declared = at(live, carry.path), at(body, carry.path)
    if value is None:
        return
    kept = _without(value, carry.drop)
    if declared is None or wins:
        _place(body, carry.path, kept)
    elif isinstance(declared, Mapping) and isinstance(kept, Mapping):
        _place(body, carry.path, {**kept, **declared})


def _keep_higher(body: dict[str, Json], live: Mapping[str, Json], path: str) -> None:
    """A write must not take back what the service has raised by itself."""
    declared, found = at(body, path), at(live, path)
    if isinstance(declared, int) and isinstance(found, int) and found > declared:
        _place(body, path, found)


def _keep_others(body: Json, live: Json, whole: Sequence[re.Pattern[str]], path: str = "") -> None:
    """Named elements that others added to a list stay, where the type lets others add to it."""
    if isinstance(body, dict) and isinstance(live, Mapping):
        for name, value in body.items():
            _keep_others(value, at(live, name), whole, f"{path}.{name}" if path else name)
    elif isinstance(body, list) and isinstance(live, list):
        others = undeclared(body, live)
        if not any(pattern.match(path) for pattern in whole):
            body += [_without(other, _READ_ONLY) for other in others]


def _place(body: dict[str, Json], path: str, value: Json) -> None:
    *parents, leaf = path.split(".")
    place: dict[str, Any] = body
    for name in parents:
        place = place.setdefault(name, {})
    place[leaf] = value


def _without(value: Json, names: frozenset[str]) -> Json:
    if isinstance(value, Mapping):
        return {name: _without(item, names) for name, item in value.items() if name not in names}
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    return value
