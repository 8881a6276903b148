"""What callers who rely on bodies as they are described now would miss, or meet, under another description: told by place.

Only what both descriptions say is judged, so that what one of them leaves open is never held against the other: the service does not
keep everything of a document. Alternatives (`oneOf`, `anyOf`) are not judged. Circles end where they began, and the work is bounded:
a document is a tenant's, and may be made to take long.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeGuard

from loom.plan.product.bodies import ASKED, Bodies, Body, Schema, led
from loom.plan.values import Json

MOST = 20_000
"""How many schemas of one API are looked at, at most."""

_WIDER = {("integer", "number")}
_LOWEST = ("minLength", "minimum", "minItems", "minProperties")
_HIGHEST = ("maxLength", "maximum", "maxItems", "maxProperties")
_FARTHEST = 50  # members of one `allOf`, those of members included


def broken(before: Bodies, after: Bodies) -> Iterator[tuple[str, str]]:
    """What breaks callers of `before`: the operation, and the words."""
    compared = _Comparison()
    for key, was in before.items():
        operation, what, _ = key
        if key in after:
            yield from ((operation, sentence) for sentence in compared.of(was, after[key], what))


class _Comparison:
    """Pairs of schemas, each once, whatever refers to it; without recursion, as references may lead far."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int, bool]] = set()
        self._left = MOST

    def of(self, old: Body, new: Body, what: str) -> Iterator[str]:
        """What is said of one body and all that is in it. What callers send must take what it took; the rest must be what they read."""
        sends, waiting = what == ASKED, deque([("", old, new)])
        while waiting and self._left:
            self._left -= 1
            path, one, other = waiting.popleft()
            was, now = led(one.root, one.schema), led(other.root, other.schema)
            pair = (id(was), id(now), sends)
            if pair in self._seen:
                continue
            self._seen.add(pair)
            flat, place = (_flat(one.root, was), _flat(other.root, now)), f"{path} of {what}" if path else what
            if words := _other_type(*flat, sends):
                yield f"{place} {words}"
                continue
            yield from _less(*flat, place, path, what) if sends else _gone(*flat, path, what)
            waiting += [(below, Body(one.root, a), Body(other.root, b)) for below, a, b in _inside(*flat, path)]


def _inside(was: Schema, now: Schema, path: str) -> Iterator[tuple[str, Schema, Schema]]:
    """The schemas that stand in both at one place, and how that place is called."""
    there = _properties(now)
    yield from ((_below(path, name), one, there[name]) for name, one in _properties(was).items() if name in there)
    for name, step in (("items", "[]"), ("additionalProperties", "{}")):
        one, other = was.get(name), now.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield f"{path}{step}", one, other


def _other_type(was: Schema, now: Schema, sends: bool) -> str:
    """Is it of a type that callers do not expect? Where both say one."""
    old, new = _types(was), _types(now)
    given, taken = (old, new) if sends else (new, old)
    if not old or not new or all(one in taken or any((one, wide) in _WIDER for wide in taken) for one in given):
        return ""
    return f"is {_listed(new)} where it was {_listed(old)}"


def _less(was: Schema, now: Schema, place: str, path: str, what: str) -> Iterator[str]:
    """What it takes no more of what it took, and what it needs that it did not."""
    old, new = was.get("enum"), now.get("enum")
    if isinstance(old, list) and isinstance(new, list) and (gone := [str(one) for one in old if one not in new]):
        yield f"{place} does not take {_listed(gone[:3])}{' and more' if len(gone) > 3 else ''} any more"
    for name in (*_LOWEST, *_HIGHEST):
        before, after = was.get(name), now.get(name)
        if _is_number(before) and _is_number(after) and before != after and (after > before) is (name in _LOWEST):
            yield f"{place} takes less: {name} is {after} where it was {before}"
    for name in sorted(_names(now) - _names(was)):
        yield f"{_below(path, name)} of {what} is needed"
    if now and now.get("additionalProperties") is False:
        for name in sorted(_properties(was).keys() - _properties(now).keys()):
            yield f"{_below(path, name)} of {what} is not taken any more"


def _gone(was: Schema, now: Schema, path: str, what: str) -> Iterator[str]:
    """What callers read, and cannot any more; nothing where it is not said what there is."""
    for name in sorted(_properties(was).keys() - _properties(now).keys()) if now else ():
        yield f"{_below(path, name)} of {what} is gone"


def _flat(root: Schema, schema: Schema) -> Schema:
    """A schema with what its `allOf` adds; nothing where it has alternatives."""
    if not schema:
        return {}
    waiting, done, flat = [schema], 0, dict[str, Any]()
    while waiting and done < _FARTHEST:
        one, done = led(root, waiting.pop(0)), done + 1
        if "oneOf" in one or "anyOf" in one:
            return {}
        properties = {**flat.get("properties", {}), **_properties(one)}
        required = [*flat.get("required", ()), *_names(one)]
        flat = {**one, **flat, "properties": properties, "required": required}
        waiting += [part for part in one.get("allOf") or () if isinstance(part, Mapping)]
    return flat


def _types(schema: Schema) -> frozenset[str]:
    """The types that it may be of; none where it does not say."""
    found = schema.get("type")
    named = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return frozenset(map(str, named)) | ({"null"} if named and schema.get("nullable") is True else frozenset())


def _properties(schema: Schema) -> Mapping[str, Schema]:
    found = schema.get("properties")
    return {name: one for name, one in found.items() if isinstance(one, Mapping)} if isinstance(found, Mapping) else {}


def _names(schema: Schema) -> frozenset[str]:
    found = schema.get("required")
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_number(value: Json) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
