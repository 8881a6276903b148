"""The OpenAPI specification's own rules, held against a parsed document: which are broken, and where.

The structure is judged by the specification's own JSON Schema, then what it cannot say of operations. The work grows with the size
of a document and with nothing else, as one tenant's document must not hold up everybody's: openapi-spec-validator's own rules run the
patterns that a document brings along over its defaults, unfold `allOf` again and again, and keep what they have seen for ever.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import unquote

from loom.plan.values import Json

Path = Sequence[str | int]

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_MOST = 20
_ROOM = 60  # characters of a value that is shown
_FARTHEST = 20  # references from one to the next
_IN_PATH = re.compile(r"\{([^{}]+)\}")


class Violation(NamedTuple):
    """A rule that is broken, in a sentence, and the place in the document."""

    path: Path
    sentence: str


def violations(root: dict[str, Json]) -> list[Violation]:
    """The first things that are said against a document; none when it is one. Raises RecursionError where it is nested too deeply."""
    structure = [Violation(_place(error), _sentence(error)) for error in islice(_schema(root).iter_errors(root), _MOST)]
    return structure or list(islice(_of_operations(root), _MOST))


def find(root: Json, pointer: str) -> Json:
    """What an RFC 6901 pointer, as the fragment of a URL, points at. Raises LookupError where that is nothing."""
    if pointer and not pointer.startswith("/"):
        raise LookupError(pointer)
    place = root
    for step in unquote(pointer).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(place, list) and re.fullmatch("[0-9]{1,9}", name):
            place = place[int(name)]
        elif isinstance(place, dict):
            place = place[name]
        else:
            raise LookupError(pointer)
    return place


def _schema(root: dict[str, Json]) -> Any:
    if "swagger" in root:
        return _judge_of("2.0")
    return _judge_of("3.0" if str(root.get("openapi")).startswith("3.0.") else "3.1")


@cache
def _judge_of(version: str) -> Any:
    # Imported late: 8 MB that an operator without API products never needs.
    from jsonschema.validators import extend, validator_for
    from openapi_spec_validator.schemas import schema_v2, schema_v30, schema_v31

    schema = dict({"2.0": schema_v2, "3.0": schema_v30, "3.1": schema_v31}[version])
    return extend(validator_for(schema), {"uniqueItems": _unique})(schema)


def _unique(_validator: Any, wanted: bool, items: Json, _schema: Any) -> Iterator[Any]:
    """jsonschema compares each item with each other one; this does it in one go."""
    from jsonschema.exceptions import ValidationError

    texts = [json.dumps(item, sort_keys=True) for item in items] if wanted and isinstance(items, list) else []
    if len(set(texts)) < len(texts):
        yield ValidationError("one entry is there twice")


def _place(error: Any) -> Path:
    return [*error.absolute_path, *_innermost(error).relative_path] if error.context else list(error.absolute_path)


def _sentence(error: Any) -> str:
    """What is wrong, after the last steps to where it is: jsonschema tells no place, and shows values as Python writes them."""
    found, where = _innermost(error), ".".join(str(step) for step in _place(error)[-2:])
    message = found.message
    if found.validator == "type":
        wanted = found.validator_value
        message = (
            f"{_shown(found.instance)} is not of type {' or '.join(wanted if isinstance(wanted, list) else [wanted])}"
        )
    return " ".join(f"{where}: {message}".split()) if where else " ".join(message.split())


def _shown(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _ROOM else f"{text[: _ROOM - 1]}…"


def _innermost(error: Any) -> Any:
    """Of the alternatives that all failed, the one that came furthest; not the one that wanted a $ref instead."""
    branches = [branch for branch in error.context or () if "$ref" not in branch.message]
    if not branches:
        return error
    return max(branches, key=lambda branch: len(branch.relative_path))


def _of_operations(root: dict[str, Json]) -> Iterator[Violation]:
    """Ids are there once, and a path's parameters are those that are declared."""
    known: set[str] = set()
    taken: set[tuple[str, str]] = set()
    for url, method, item in _operations(root):
        shape = (method, _IN_PATH.sub("{}", url))
        if shape in taken:  # API Management refuses it, after it has accepted the import
            yield Violation(
                ("paths", url, method), f"'{method}' in '{url}' differs from another only in names of parameters"
            )
        taken.add(shape)
        place, operation, name = ("paths", url, method), item[method], item[method].get("operationId")
        if name is not None and name in known:
            yield Violation(place, f"Operation ID '{name}' for '{method}' in '{url}' is not unique")
        known.add(name)
        declared = {*_path_parameters(root, item), *_path_parameters(root, operation)}
        for one in sorted(declared ^ set(_IN_PATH.findall(url))):
            yield Violation(place, f"Path parameter '{one}' for '{method}' operation in '{url}' was not resolved")


def _operations(root: dict[str, Json]) -> Iterator[tuple[str, str, dict[str, Json]]]:
    """Path, method and path item of each operation; what is called `x-…` may hold anything."""
    for url, item in (root.get("paths") or {}).items():
        if url.startswith("/"):
            yield from ((url, method, item) for method in item if method in METHODS)


def _path_parameters(root: Json, holder: dict[str, Json]) -> Iterator[str]:
    for listed in holder.get("parameters") or ():
        parameter = _followed(root, listed)
        if parameter.get("in") == "path":
            yield parameter["name"]


def _followed(root: Json, value: Json) -> dict[str, Json]:
    """What a chain of references leads to; nothing where it leads in a circle, or to what is no object."""
    for _ in range(_FARTHEST):
        if not isinstance(value, dict) or "$ref" not in value:
            break
        value = find(root, str(value["$ref"])[1:])
    return value if isinstance(value, dict) and isinstance(value.get("name"), str) else {}
