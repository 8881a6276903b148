"""An OpenAPI document: is it one, which import format is it for API Management, and how many operations does it have?

Nothing is ever fetched: a reference that leaves the document is refused, which API Management would drop in silence (Azure docs: API
import restrictions). A document is judged once for its content, as the same one comes by in every pass.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from loom.errors import Refusal
from loom.plan.product.bodies import packed
from loom.plan.product.contract import Contract, of_document, operation_key
from loom.plan.product.drops import dropped
from loom.plan.product.text import Parsed, TextError, parse
from loom.plan.product.violations import METHODS, find, violations
from loom.plan.values import Json

Path = tuple[str | int, ...]

UNREAD = '{"openapi": "3.0.3", "info": {"title": "Not read", "version": "0"}, "paths": {}}'
"""Stands for a document that nobody reads, in a preview without a network: it has no operations."""

_IMPORTED = METHODS - {"trace"}
_MOST_REMEMBERED = 20_000
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be imported. `format` is API Management's word for it; `digest` is of the text. `operation_ids` are those that it
    gives: not every operation has one."""

    format: str
    title: str
    description: str
    operations: int
    digest: str
    operation_ids: tuple[str, ...] = ()
    contract: Contract = field(default_factory=dict)
    bodies: bytes = b""  # what it says of them, packed
    drops: tuple[str, ...] = ()  # what the import leaves out, in words
    safe: Mapping[str, str] = field(
        default_factory=dict
    )  # operationId -> path of what can be asked without knowing anything


@dataclass(frozen=True, slots=True)
class _Flaw:
    """What is wrong with a document, and where."""

    line: int
    sentence: str


_judged: dict[str, Document | _Flaw] = {}


def read(text: str, where: str) -> Document:
    """The document of a text. Raises `Refusal` with the line; `where` says which document it is."""
    found = _known(text)
    if isinstance(found, _Flaw):
        place = f"line {found.line}: " if found.line else ""
        raise Refusal("InvalidOpenApi", f"{where}: {place}{found.sentence}")
    return found


def learn(text: str) -> None:
    """Judge a text, so that `read` answers at once: a large one takes seconds, which a thread can give it."""
    _known(text)


def is_learned(text: str) -> bool:
    """Does `read` answer at once?"""
    return _digest(text) in _judged


def _known(text: str) -> Document | _Flaw:
    digest = _digest(text)
    found = _judged.get(digest)
    if found is None:
        if len(_judged) >= _MOST_REMEMBERED:
            _judged.clear()
        found = _judged[digest] = _judge(text, digest)
    return found


def _digest(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _judge(text: str, digest: str) -> Document | _Flaw:
    try:
        parsed = parse(text)
    except TextError as error:
        return _flaw(error.line, str(error))
    if not isinstance(parsed.root, dict):
        return _Flaw(1, "an OpenAPI document is an object of fields")
    format_ = _format(parsed)
    if isinstance(format_, _Flaw):
        return format_
    if not isinstance(parsed.root.get("paths"), dict):
        return _Flaw(1, "it has no paths; API Management imports operations only, and none of webhooks")
    flaw = _flawed_reference(parsed) or _violation(parsed)
    if flaw:
        return flaw
    info = parsed.root["info"]
    title, words = str(info["title"])[:300] or "API", str(info.get("description") or "")
    operations = list(_operations(parsed.root))
    ids = tuple(operation["operationId"] for operation in operations if isinstance(operation.get("operationId"), str))
    contract = of_document(parsed.root)
    return Document(
        format_,
        title,
        words,
        len(operations),
        digest,
        ids,
        contract,
        packed(parsed.root),
        dropped(parsed.root),
        dict(_safe(parsed.root, contract)),
    )


def _format(parsed: Parsed) -> str | _Flaw:
    if str(parsed.root.get("swagger")) == "2.0":
        return (
            "swagger-json"
            if parsed.is_json
            else _Flaw(parsed.line(["swagger"]), "Swagger 2.0 is imported as JSON only")
        )
    version = str(parsed.root.get("openapi", ""))
    if re.match(r"3\.[01]\.", version):
        return "openapi+json" if parsed.is_json else "openapi"
    return _flaw(
        parsed.line(["openapi"]) or 1, f"openapi is {version or 'missing'}; 3.0, 3.1 and swagger 2.0 can be imported"
    )


def _flawed_reference(parsed: Parsed) -> _Flaw | None:
    for path, reference in _references(parsed.root, ()):
        if not reference.startswith("#"):
            return _flaw(
                parsed.line(path),
                f"$ref {_cut(reference)} leaves the document; nothing is fetched, put that part into it",
            )
        try:
            find(parsed.root, reference[1:])
        except LookupError:
            return _flaw(parsed.line(path), f"$ref {_cut(reference)} points at nothing")
    return None


def _references(value: Json, path: Path) -> Iterator[tuple[Path, str]]:
    """Every reference and where it stands, without recursion: a document may be nested deeper than a stack.

    What an extension (`x-…`) or an example holds is anybody's: a `$ref` there is none of OpenAPI's.
    """
    todo: list[tuple[Json, Path]] = [(value, path)]
    while todo:
        item, place = todo.pop()
        if isinstance(item, dict):
            reference = item.get("$ref")
            if isinstance(reference, str):
                yield (*place, "$ref"), reference
            members = ((name, child) for name, child in reversed(item.items()) if not name.startswith("x-"))
            todo += [(child, (*place, name)) for name, child in members if name != "example"]
        elif isinstance(item, list):
            todo += [(child, (*place, number)) for number, child in reversed(list(enumerate(item)))]


def _violation(parsed: Parsed) -> _Flaw | None:
    """The first thing that the specification's own rules say against the document."""
    try:
        found = violations(parsed.root)
    except RecursionError:
        return _flaw(0, "it is nested too deeply")
    if not found:
        return None
    lines = parsed.lines([violation.path for violation in found])
    line, first = min(zip(lines, found, strict=True), key=lambda pair: pair[0] or 10**9)
    more = f" ({len(found) - 1} more below)" if len(found) > 1 else ""
    return _flaw(line, first.sentence, more)


def _flaw(line: int, sentence: str, more: str = "") -> _Flaw:
    """A flaw that fits into a status."""
    return _Flaw(line, (sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 1]}…") + more)


def _cut(reference: str) -> str:
    return repr(reference if len(reference) <= 100 else f"{reference[:99]}…")


def _safe(root: dict[str, Json], contract: Contract) -> Iterator[tuple[str, str]]:
    """GETs that need no parameter."""
    for url, item in root["paths"].items():
        name = item["get"].get("operationId") if isinstance(item, dict) and isinstance(item.get("get"), dict) else None
        signature = contract.get(operation_key("get", url))
        needed = [one for one in signature.parameters.values() if one.required] if signature else []
        if isinstance(name, str) and not {"{", "}"} & set(url) and not needed:
            yield name, url


def _operations(root: dict[str, Json]) -> Iterator[dict[str, Json]]:
    for item in (root.get("paths") or {}).values():
        for method, operation in item.items() if isinstance(item, dict) else ():
            if method.lower() in _IMPORTED:
                yield operation if isinstance(operation, dict) else {}
