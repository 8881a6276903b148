"""Values of a body that are known only later, or never shown: typed, so that no string is ever searched for a marker.

A planned body is JSON with `Ref`, `Text` and `Secret` leaves. `resolve` turns it into plain JSON once the outputs that it
needs are known; `references` says which those are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Json = Any  # str | int | float | bool | None | list[Json] | dict[str, Json]
Value = Any  # Json with Ref, Text, Secret and Generated leaves


@dataclass(frozen=True, slots=True)
class Ref:
    """The value that the resource planned as `key` has at `path`, once it exists: `Ref("identity", "properties.principalId")`."""

    key: str
    path: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string around values known later: `Text("https://{}/", (Ref("app", "properties.configuration.ingress.fqdn"),))`."""

    template: str
    parts: tuple["Ref | Text | str", ...]


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that is sent and never shown, logged, hashed without a key, or put into a status."""

    value: str

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True, slots=True)
class Generated:
    """A secret that nobody gives: `lead`, and `size` random bytes as text, made at the moment it is sent, and kept by nobody.

    For `Resource.on_create` alone, as a second making would be another value: of types that are written once (`ArmType.once`), or whose
    writes repeat what stands there (`ArmType.carries`).
    """

    size: int = 32
    lead: str = ""


class Unresolved(LookupError):
    """A reference whose value is not known yet."""

    def __init__(self, ref: Ref) -> None:
        super().__init__(f"{ref.key}: {ref.path} is known after apply")
        self.ref = ref


Lookup = Callable[[Ref], Json]  # raises Unresolved

# For `isinstance`, where every body of every pass comes through: nearly all are dicts, which need not ask the abstract class.
OBJECT = (dict, Mapping)
ARRAY = (list, tuple)
_PLAIN = frozenset({str, int, bool, float, type(None)})


def resolve(value: Value, lookup: Lookup) -> Json:
    """The body as it is sent. Raises `Unresolved` for the first reference that has no value yet."""
    match value:
        case Ref():
            return lookup(value)
        case Text(template, parts):
            return template.format(*(resolve(part, lookup) for part in parts))
        case Secret(text):
            return text
        case Mapping():
            return {name: resolve(item, lookup) for name, item in value.items()}
        case list() | tuple():
            return [resolve(item, lookup) for item in value]
        case _:
            return value


def references(value: Value) -> list[Ref]:
    """Every reference inside a value, in the order in which they stand there."""
    found: list[Ref] = []
    _collect(value, found)
    return found


def _collect(value: Value, found: list[Ref]) -> None:
    if isinstance(value, Ref):
        found.append(value)
        return
    inside: Iterable[Value] = ()
    if isinstance(value, Text):
        inside = value.parts
    elif isinstance(value, ARRAY):
        inside = value
    elif isinstance(value, OBJECT):  # the dearest question comes last
        inside = value.values()
    for item in inside:
        if type(item) not in _PLAIN:  # most of what there is
            _collect(item, found)


def at(body: Json, path: str) -> Json:
    """What a body has at a dotted path (names are matched as ARM does, without regard to case); None where it has nothing."""
    for name in path.split("."):
        if isinstance(body, list):
            body = body[int(name)] if name.isdigit() and int(name) < len(body) else None
        elif isinstance(body, OBJECT):
            found = body.get(name)
            if found is None:
                found = next((item for given, item in body.items() if given.lower() == name.lower()), None)
            body = found
        else:
            return None
    return body
