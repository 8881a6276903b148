"""What callers of an API rely on: its operations and their parameters, read out of a document or out of what the service shows.

A change breaks callers where an operation is gone, a parameter is needed that was not, or one takes less than before. What is in bodies is
`loom.plan.product.body_changes`'. Two templates are the same whatever their parameters are called.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from loom.plan.product.violations import METHODS, find
from loom.plan.values import Json, at

IMPORTED = METHODS - {"trace"}
_NAME = re.compile(r"\{[^{}]*\}")
_FARTHEST = 20  # references from one to the next
_WIDER = {("integer", "number"), ("integer", "string"), ("number", "string"), ("boolean", "string")}
_MOST = 5


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter or a header. `type` and `values` are empty where anything goes."""

    required: bool = False
    type: str = ""
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Signature:
    """One operation. `parameters` by what they are called: "query parameter limit"."""

    shown: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


Contract = Mapping[str, Signature]
"""Operations by method and template, as `operation_key` writes them."""


def operation_key(method: str, template: str) -> str:
    """`GET /orders/{}`: what two descriptions of one operation have in common."""
    path = _NAME.sub("{}", template.partition("?")[0]).rstrip("/").lower() or "/"
    return f"{method.upper()} {path}"


def key_of_live(body: Mapping[str, Json]) -> str:
    """The same for an operation as the service shows it."""
    return operation_key(str(at(body, "properties.method")), str(at(body, "properties.urlTemplate")))


def of_document(root: Mapping[str, Json]) -> dict[str, Signature]:
    """The contract that a document offers, as far as it is imported."""
    found = {}
    for url, item in (root.get("paths") or {}).items():
        for method, operation in item.items() if isinstance(item, Mapping) and url.startswith("/") else ():
            if method in IMPORTED and isinstance(operation, Mapping):
                parameters = dict(_described(root, [*parameters_of(item), *parameters_of(operation)]))
                found[operation_key(method, url)] = Signature(f"{method.upper()} {url}", parameters)
    return found


def of_live(operations: Iterable[Mapping[str, Json]]) -> dict[str, Signature]:
    """The contract that stands in the service: required query parameters are part of the template there."""
    found = {}
    for body in operations:
        template = str(at(body, "properties.urlTemplate"))
        needed = set(re.findall(r"\{([^{}]*)\}", template.partition("?")[2]))
        inside = [one for one in at(body, "properties.templateParameters") or () if one.get("name") in needed]
        asked = [(one, True) for one in inside] + [
            (one, bool(one.get("required"))) for one in at(body, "properties.request.queryParameters") or ()
        ]
        parameters = {f"query parameter {one['name']}": _shown(one, required) for one, required in asked}
        for one in at(body, "properties.request.headers") or ():
            parameters[f"header {one['name'].lower()}"] = _shown(one, bool(one.get("required")))
        shown = f"{at(body, 'properties.method')} {template.partition('?')[0]}"
        found[key_of_live(body)] = Signature(shown, parameters)
    return found


def breaks(before: Contract, after: Contract, bodies: Iterable[tuple[str, str]] = ()) -> list[str]:
    """What callers of `before` would miss or meet, in words, the first few and how many more. `bodies`: as much of these, by operation."""
    found = [sentence for key, was in before.items() for sentence in _broken(was, after.get(key))]
    found += [f"{before[key].shown}: {sentence}" for key, sentence in bodies if key in before]
    return [*found[:_MOST], *([f"and {len(found) - _MOST} more"] if len(found) > _MOST else [])]


def sentence_of(api: str, broken: Sequence[str]) -> str:
    """What is said of a document that would break callers of an API; "" where nothing would."""
    if not broken:
        return ""
    return f"callers would break: {'; '.join(broken)}. Publish it as another version, or set spec.apis[{api}].allowBreaking"


def _broken(was: Signature, now: Signature | None) -> Iterator[str]:
    if now is None:
        yield f"{was.shown} is gone"
        return
    for name, parameter in now.parameters.items():
        old = was.parameters.get(name)
        if parameter.required and not (old and old.required):
            yield f"{was.shown} needs {name}"
        elif old is not None and _is_narrower(old, parameter):
            yield f"{was.shown} takes less in {name}"


def _is_narrower(old: Parameter, new: Parameter) -> bool:
    if old.type != new.type and new.type and (old.type, new.type) not in _WIDER:
        return True
    return bool(new.values) and not (old.values and old.values <= new.values)


def _described(root: Mapping[str, Json], listed: Iterable[Json]) -> Iterator[tuple[str, Parameter]]:
    """Query parameters and headers; those of an operation come after its path's, and count."""
    for one in listed:
        parameter = followed(root, one)
        if parameter.get("in") in ("query", "header") and isinstance(parameter.get("name"), str):
            schema = followed(root, parameter.get("schema") or parameter)
            kind = schema.get("type")
            required = bool(parameter.get("required"))
            values = frozenset(str(value) for value in schema.get("enum") or ())
            name = parameter["name"]
            called = f"header {name.lower()}" if parameter["in"] == "header" else f"query parameter {name}"
            yield called, Parameter(required, str(kind) if isinstance(kind, str) else "", values)


def _shown(one: Mapping[str, Json], required: bool) -> Parameter:
    kind = str(one.get("type") or "")
    return Parameter(required, kind, frozenset(str(value) for value in one.get("values") or ()))


def parameters_of(holder: Mapping[str, Json]) -> list[Json]:
    """The parameters of an operation or a path, as far as they are a list."""
    found = holder.get("parameters")
    return found if isinstance(found, list) else []


def followed(root: Mapping[str, Json], value: Json) -> Mapping[str, Json]:
    """What a chain of references leads to; nothing where it leads in a circle."""
    for _ in range(_FARTHEST):
        if not isinstance(value, Mapping) or "$ref" not in value:
            break
        value = find(dict(root), str(value["$ref"])[1:])
    return value if isinstance(value, Mapping) and "$ref" not in value else {}
