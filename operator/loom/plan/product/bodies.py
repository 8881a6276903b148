"""The bodies of calls and answers, as schemas: read out of a document, or out of what the service shows of its operations.

What a document says of them is kept packed, as it is needed only when the document is about to be imported.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loom.plan.arm_id import name_of
from loom.plan.product.contract import IMPORTED, followed, key_of_live, operation_key, parameters_of
from loom.plan.values import Json, at

ASKED = "the body"
_JSON = "application/json"
_ROOTS = ("components", "definitions")

Schema = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Body:
    """One body: its schema, and the document in which the schema's references lead somewhere."""

    root: Schema
    schema: Schema


Bodies = Mapping[tuple[str, str, str], Body]
"""By operation (as `operation_key` writes it), by what it is ("the body", "answer 200"), and by content type."""


def packed(root: Schema) -> bytes:
    """What a document says of bodies, small enough to be kept for every document."""
    parts = {name: root[name] for name in ("swagger", "consumes", "produces", *_ROOTS) if name in root}
    paths = {url: _bare(item) for url, item in root["paths"].items() if isinstance(item, Mapping)}
    return zlib.compress(json.dumps({**parts, "paths": paths}).encode(), 1)


def of_document(pack: bytes) -> dict[tuple[str, str, str], Body]:
    """The bodies out of a pack."""
    root = json.loads(zlib.decompress(pack))
    found = {}
    for url, item in root["paths"].items():
        for method, operation in item.items():
            for what, kind, schema in _described(root, operation):
                found[operation_key(method, url), what, kind] = Body(root, schema)
    return found


def of_live(operations: Iterable[Schema], schemas: Iterable[Schema]) -> dict[tuple[str, str, str], Body]:
    """The bodies of operations as the service shows them, each by the name of a type in one of its schemas."""
    documents = {name_of(str(one.get("id"))).lower(): at(one, "properties.document") or {} for one in schemas}
    found = {}
    for operation in operations:
        for what, shown in _represented(operation):
            root = documents.get(str(shown.get("schemaId") or "").lower(), {})
            named = at(root, "components.schemas") or root.get("definitions") or {}
            schema = named.get(shown.get("typeName"))
            if isinstance(schema, Mapping):
                found[key_of_live(operation), what, _kind(shown.get("contentType"))] = Body(root, schema)
    return found


def schemas_of(operations: Iterable[Schema]) -> Sequence[str]:
    """The names of the schemas that operations in the service refer to."""
    shown = (one for operation in operations for _, one in _represented(operation))
    return tuple(dict.fromkeys(str(one["schemaId"]) for one in shown if one.get("schemaId")))


def led(root: Schema, schema: Json) -> Schema:
    """What a schema's reference leads to; nothing where it leads nowhere."""
    try:
        return followed(root, schema)
    except LookupError:
        return {}


def _kind(text: Json) -> str:
    return str(text or _JSON).partition(";")[0].strip().lower()


def _represented(operation: Schema) -> Iterator[tuple[str, Schema]]:
    for one in at(operation, "properties.request.representations") or ():
        yield ASKED, one
    for answer in at(operation, "properties.responses") or ():
        yield from ((f"answer {answer.get('statusCode')}", one) for one in answer.get("representations") or ())


def _bare(item: Schema) -> dict[str, Json]:
    """The operations of a path, with nothing but what bodies are described by."""
    names = ("parameters", "consumes", "produces", "requestBody", "responses")
    return {
        method: {**{name: operation[name] for name in names if name in operation}, "parameters": _all(item, operation)}
        for method, operation in item.items()
        if method in IMPORTED and isinstance(operation, Mapping)
    }


def _all(item: Schema, operation: Schema) -> list[Json]:
    return [*parameters_of(item), *parameters_of(operation)]


def _described(root: Schema, operation: Schema) -> Iterator[tuple[str, str, Schema]]:
    """What it is, the content type, and the schema of each body of an operation."""
    answers = operation.get("responses")
    if "swagger" in root:
        parameters = (led(root, one) for one in parameters_of(operation))
        asked = next((one.get("schema") for one in parameters if one.get("in") == "body"), None)
        yield from _of_kinds(ASKED, operation.get("consumes") or root.get("consumes"), asked)
    else:
        yield from _of_content(ASKED, led(root, operation.get("requestBody")).get("content"))
    for code, given in answers.items() if isinstance(answers, Mapping) else ():
        answer = led(root, given)
        if "swagger" in root:
            kinds = operation.get("produces") or root.get("produces")
            yield from _of_kinds(f"answer {code}", kinds, answer.get("schema"))
        else:
            yield from _of_content(f"answer {code}", answer.get("content"))


def _of_kinds(what: str, kinds: Json, schema: Json) -> Iterator[tuple[str, str, Schema]]:
    for kind in kinds if isinstance(kinds, list) and kinds else [_JSON]:
        if isinstance(schema, Mapping):
            yield what, _kind(kind), schema


def _of_content(what: str, content: Json) -> Iterator[tuple[str, str, Schema]]:
    for kind, media in content.items() if isinstance(content, Mapping) else ():
        schema = media.get("schema") if isinstance(media, Mapping) else None
        if isinstance(schema, Mapping):
            yield what, _kind(kind), schema
