"""An OpenAPI document: is it one, which import format is it for API Management, and how many operations does it have?

Nothing is ever fetched: a reference that leaves the document is refused, which API Management would drop in silence (Azure docs: API
import restrictions). A document is judged once for its content, as the same one comes by in every pass.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any
from urllib.parse import unquote

from loom.errors import Refusal
from loom.plan.product.text import Parsed, TextError, parse
from loom.plan.values import Json

Path = tuple[str | int, ...]

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})  # the import drops `trace`
_IN_OPERATION = re.compile(r"'(\w+)'(?: operation)? in '([^']+)'")
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be imported. `format` is API Management's word for it; `digest` is of the text."""

    format: str
    title: str
    operations: int
    digest: str


@dataclass(frozen=True, slots=True)
class _Flaw:
    """What is wrong with a document, and where."""

    line: int
    sentence: str


_judged: dict[str, Document | _Flaw] = {}


def read(text: str, where: str) -> Document:
    """The document of a text. Raises `Refusal` with the line; `where` says which document it is."""
    digest = f"sha256:{sha256(text.encode()).hexdigest()}"
    found = _judged.get(digest)
    if found is None:
        if len(_judged) >= _MOST_REMEMBERED:
            _judged.clear()
        found = _judged[digest] = _judge(text, digest)
    if isinstance(found, _Flaw):
        place = f"line {found.line}: " if found.line else ""
        raise Refusal("InvalidOpenApi", f"{where}: {place}{found.sentence}")
    return found


def _judge(text: str, digest: str) -> Document | _Flaw:
    try:
        parsed = parse(text)
    except TextError as error:
        return _Flaw(error.line, str(error))
    if not isinstance(parsed.root, dict):
        return _Flaw(1, "an OpenAPI document is an object of fields")
    format_ = _format(parsed)
    if isinstance(format_, _Flaw):
        return format_
    flaw = _flawed_reference(parsed) or _violation(parsed)
    if flaw:
        return flaw
    title = str(parsed.root["info"]["title"])[:300] or "API"
    return Document(format_, title, sum(1 for _ in _operations(parsed.root)), digest)


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
    return _Flaw(
        parsed.line(["openapi"]) or 1, f"openapi is {version or 'missing'}; 3.0, 3.1 and swagger 2.0 can be imported"
    )


def _flawed_reference(parsed: Parsed) -> _Flaw | None:
    for path, reference in _references(parsed.root, ()):
        if not reference.startswith("#"):
            return _Flaw(
                parsed.line(path), f"$ref {reference!r} leaves the document; nothing is fetched, put that part into it"
            )
        if not _resolves(parsed.root, reference[1:]):
            return _Flaw(parsed.line(path), f"$ref {reference!r} points at nothing")
    return None


def _references(value: Json, path: Path) -> Iterator[tuple[Path, str]]:
    """Every reference and where it stands, without recursion: a document may be nested deeper than a stack."""
    todo: list[tuple[Json, Path]] = [(value, path)]
    while todo:
        item, place = todo.pop()
        if isinstance(item, dict):
            reference = item.get("$ref")
            if isinstance(reference, str):
                yield (*place, "$ref"), reference
            todo += [(child, (*place, name)) for name, child in reversed(item.items())]
        elif isinstance(item, list):
            todo += [(child, (*place, number)) for number, child in reversed(list(enumerate(item)))]


def _resolves(root: Json, pointer: str) -> bool:
    """RFC 6901, as the fragment of a URL."""
    place = root
    for step in unquote(pointer).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(place, list) and name.isdecimal() and int(name) < len(place):
            place = place[int(name)]
        elif isinstance(place, dict) and name in place:
            place = place[name]
        else:
            return False
    return not pointer or pointer.startswith("/")


def _violation(parsed: Parsed) -> _Flaw | None:
    """The first thing that the specification's own rules say against the document."""
    try:
        flaws = [_Flaw(parsed.line(_place(error)), _sentence(error)) for error in _errors(parsed.root)]
    except RecursionError:
        return _Flaw(0, "it is nested too deeply")
    if not flaws:
        return None
    first = min(flaws, key=lambda flaw: flaw.line or 10**9)
    more = f" ({len(flaws) - 1} more below)" if len(flaws) > 1 else ""
    return _Flaw(first.line, first.sentence + more)


def _errors(root: Json) -> list[Any]:
    # Imported late: 8 MB that an operator without API products never needs.
    from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    version = str(root.get("openapi", ""))
    rules: Any = OpenAPIV30SpecValidator if version.startswith("3.0.") else OpenAPIV31SpecValidator
    judge = (OpenAPIV2SpecValidator if "swagger" in root else rules)(root)
    return list(islice(judge.iter_errors(), 20))


def _place(error: Any) -> Sequence[str | int]:
    path = [*error.absolute_path, *_innermost(error).relative_path] if error.context else list(error.absolute_path)
    if not path and (operation := _IN_OPERATION.search(error.message)):
        return ["paths", operation[2], operation[1]]
    return path


def _sentence(error: Any) -> str:
    message = " ".join(str(_innermost(error).message).split())
    return message if len(message) <= 300 else f"{message[:299]}…"


def _innermost(error: Any) -> Any:
    """Of the alternatives that all failed, the one that came furthest; not the one that wanted a $ref instead."""
    branches = [branch for branch in error.context or () if "$ref" not in branch.message]
    if not branches:
        return error
    return max(branches, key=lambda branch: len(branch.relative_path))


def _operations(root: dict[str, Json]) -> Iterator[tuple[str, str]]:
    for path, item in (root.get("paths") or {}).items():
        for method in item if isinstance(item, dict) else ():
            if method.lower() in _METHODS:
                yield path, method
