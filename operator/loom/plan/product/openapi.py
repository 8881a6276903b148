"""An OpenAPI document: is it one, which import format is it for API Management, and how many operations does it have?

Nothing is ever fetched: a reference that leaves the document is refused, which API Management would drop in silence (Azure docs: API
import restrictions).
"""

import re
from collections.abc import Iterator

from loom.plan.product.bodies import packed
from loom.plan.product.contract import IMPORTED, Contract, of_document, operation_key
from loom.plan.product.document import Document, Flaw, flaw
from loom.plan.product.drops import dropped
from loom.plan.product.text import Parsed, TextError, parse
from loom.plan.product.violations import find, violations
from loom.plan.values import Json

Path = tuple[str | int, ...]

UNREAD = '{"openapi": "3.0.3", "info": {"title": "Not read", "version": "0"}, "paths": {}}'
"""Stands for a document that nobody reads, in a preview without a network: it has no operations."""


def judge(text: str, digest: str) -> Document | Flaw:
    """What a text is, or what is wrong with it; `digest` is the text's."""
    try:
        parsed = parse(text)
    except TextError as error:
        return flaw(error.line, str(error))
    if not isinstance(parsed.root, dict):
        return Flaw(1, "an OpenAPI document is an object of fields")
    format_ = _format(parsed)
    if isinstance(format_, Flaw):
        return format_
    if not isinstance(parsed.root.get("paths"), dict):
        return Flaw(1, "it has no paths; API Management imports operations only, and none of webhooks")
    wrong = _flawed_reference(parsed) or _violation(parsed)
    if wrong:
        return wrong
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


def _format(parsed: Parsed) -> str | Flaw:
    if str(parsed.root.get("swagger")) == "2.0":
        return (
            "swagger-json" if parsed.is_json else Flaw(parsed.line(["swagger"]), "Swagger 2.0 is imported as JSON only")
        )
    version = str(parsed.root.get("openapi", ""))
    if re.match(r"3\.[01]\.", version):
        return "openapi+json" if parsed.is_json else "openapi"
    return flaw(
        parsed.line(["openapi"]) or 1, f"openapi is {version or 'missing'}; 3.0, 3.1 and swagger 2.0 can be imported"
    )


def _flawed_reference(parsed: Parsed) -> Flaw | None:
    for path, reference in _references(parsed.root, ()):
        if not reference.startswith("#"):
            return flaw(
                parsed.line(path),
                f"$ref {_cut(reference)} leaves the document; nothing is fetched, put that part into it",
            )
        try:
            find(parsed.root, reference[1:])
        except LookupError:
            return flaw(parsed.line(path), f"$ref {_cut(reference)} points at nothing")
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


def _violation(parsed: Parsed) -> Flaw | None:
    """The first thing that the specification's own rules say against the document."""
    try:
        found = violations(parsed.root)
    except RecursionError:
        return flaw(0, "it is nested too deeply")
    if not found:
        return None
    lines = parsed.lines([violation.path for violation in found])
    line, first = min(zip(lines, found, strict=True), key=lambda pair: pair[0] or 10**9)
    more = f" ({len(found) - 1} more below)" if len(found) > 1 else ""
    return flaw(line, first.sentence, more)


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
            if method.lower() in IMPORTED:
                yield operation if isinstance(operation, dict) else {}
