"""Writes the tables of the manual pages out of the models, between their marks: `python docs/spec/tables.py`.

The prose around them is written by people. A test fails when a table differs from the models.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from loom.api.crds import crd
from loom.api.kinds import KINDS, Kind
from loom.api.policies.table import POLICIES, Row
from loom.plan.arm_type import ArmType, Listing, Marking, Tier
from loom.plan.catalog import TYPES
from loom.plan.wiring import rows_of
from loom.plan.zone.access import ACCESS
from loom.plan.zone.app import APPS

PAGES = Path(__file__).parent / "v1alpha1"
TYPES_PAGE = Path(__file__).parents[1] / "types.md"
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

Schema = dict[str, Any]


def page_of(kind: Kind) -> Path:
    """The manual page of a kind."""
    return PAGES / f"{kind.name.lower()}.md"


def filled(text: str, kind: Kind) -> str:
    """The page with every table as it is today."""
    return MARKED.sub(lambda mark: f"{mark[1]}\n{TABLES[mark[2]](kind)}\n\n{mark[3]}", text)


def _schema(kind: Kind) -> Schema:
    schema: Schema = crd(kind, words=False)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _fields(kind: Kind, part: str) -> str:
    rows = _rows(_schema(kind)["properties"][part], "", {})
    return _table(("Field", "Type", "Meaning"), rows)


def _rows(schema: Schema, path: str, told: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """A row for each field; what has the very same fields as something above (`told`) says so instead of repeating them."""
    for name, field in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        need = ", required" if name in schema.get("required", ()) else ""
        inner, suffix = field, ""
        while "items" in inner or isinstance(inner.get("additionalProperties"), dict):
            inner, suffix = inner.get("items") or inner["additionalProperties"], suffix + "[]"
        above = told.setdefault(_fingerprint(inner), here + suffix)
        repeated = above != here + suffix and len(inner.get("properties", ())) > 2
        yield (
            f"`{here}`",
            _type(field) + need,
            field["description"] + (f" Fields: as in `{above}`." if repeated else ""),
        )
        if not repeated:
            yield from _rows(inner, here + suffix, told)


def _fingerprint(schema: Schema) -> str:
    return json.dumps(schema.get("properties"), sort_keys=True)


def _type(schema: Schema) -> str:
    if "enum" in schema:
        return " | ".join(schema["enum"])
    match schema["type"]:
        case "array":
            how = {"map": " by name", "set": ", each once"}.get(schema["x-kubernetes-list-type"], "")
            return f"list of {_type(schema['items'])}{how}, {_bounds(schema, 'Items')}"
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return f"map to {_type(schema['additionalProperties'])}, {_bounds(schema, 'Properties')}"
        case "integer":
            low, high = schema.get("minimum"), schema.get("maximum")
            return f"integer, {low} to {high}" if high is not None else "integer"
        case "string" if "ms|s|m|h" in schema.get("pattern", ""):
            return "duration"
        case name:
            return str(name)


def _bounds(schema: Schema, of: str) -> str:
    low, high = schema.get(f"min{of}", 0), schema[f"max{of}"]
    return f"exactly {high}" if low == high else f"{low} to {high}" if low else f"at most {high}"


def _refusals(kind: Kind) -> str:
    return _table(("Where", "Rule"), _rules(_schema(kind), "", {}))


def _rules(schema: Schema, path: str, told: dict[str, str]) -> Iterator[tuple[str, str]]:
    """A row for each rule; what has the very same fields as something above (`told`) has its rules too."""
    shown = path.removeprefix(".spec").lstrip(".")
    for rule in schema.get("x-kubernetes-validations", ()):
        where = f"{path}{rule.get('fieldPath', '')}".removeprefix(".spec").lstrip(".")
        yield (f"`{where}`" if where else "the object"), rule["message"]
    above = told.setdefault(_fingerprint(schema), shown) if len(schema.get("properties", ())) > 2 else shown
    if above != shown:
        yield f"`{shown}`", f"what is refused inside of `{above}`"
        return
    for name, field in schema.get("properties", {}).items():
        yield from _rules(field, f"{path}.{name}", told)
    if "items" in schema:
        yield from _rules(schema["items"], f"{path}[]", told)


def _policies(_: Kind) -> str:
    head = ("Policy", "Becomes", "Section", "Levels", "Not on tier", "Cloud")
    return _table(head, (_policy(row) for row in POLICIES))


def _policy(row: Row) -> tuple[str, ...]:
    return (
        f"`{row.field}`" + (f" with {row.when}" if row.when else ""),
        ", ".join(f"`{element}`" for element in row.elements),
        ", ".join(row.sections),
        ", ".join(row.levels),
        ", ".join(row.lacking) or "-",
        "all" if row.sure_everywhere else "AzureCloud; elsewhere where the service lists it",
    )


def _access(_: Kind) -> str:
    rows = ((share.audience, f"`{share.thing}`", share.role.name) for share in ACCESS)
    return _table(("Groups of", "On", "Role"), rows)


def _conditions(kind: Kind) -> str:
    return _table(("Condition", "What it says when True"), ((f"`{c}`", c.meaning) for c in kind.conditions))


def _reasons(kind: Kind) -> str:
    return _table(("Reason", "What it means, and what to do"), ((f"`{r}`", r.meaning) for r in kind.reasons))


def _apps(_kind: Kind) -> str:
    head = ("App", "spec", "Listens on", "Health", "Replicas", "CPU, memory")
    return _table(
        head,
        (
            (
                f"`{app.name}`",
                f"`{app.place}`",
                f"{app.listener.port}{' (open to the networks)' if app.listener.external else ''}"
                if app.listener
                else "nothing",
                f"`{app.listener.health}`" if app.listener else "its revision",
                f"{app.replicas.min} to {app.replicas.max}",
                f"{app.cpu}, {app.memory}",
            )
            for app in APPS
        ),
    )


def _wiring(_kind: Kind) -> str:
    head = ("App", "Needs", "Setting", "The thing itself", "Role, and on what")
    return _table(
        head,
        (
            (
                f"`{need.app.name}`",
                f"`{need.of}`" + (", where the zone has it" if need.optional else ""),
                f"`{need.setting}`",
                f"`{need.thing}`" if need.thing else "",
                f"{need.role.name}, on `{need.place}`" if need.role else "",
            )
            for app in APPS
            for need in rows_of(app)
        ),
    )


ONLY_READ = frozenset(
    {
        "workspace", "insights", "registry", "kusto", "deleted-key-vault", "api-management", "audience", "operation", "policy-offer",
        "user", "function-app", "function", "model-account",
    }
)  # fmt: skip
"""Labels of types that specs only name, or that Azure makes by itself."""


def _types(_kind: Kind) -> str:
    head = ("Type", "API version", "Ours by", "Read", "Looked at", "Holds data", "In the tests")
    return _table(head, (_type_row(row) for row in sorted(TYPES.values(), key=lambda row: row.name.lower())))


def _type_row(row: ArmType) -> tuple[str, ...]:
    return (
        f"`{row.name}` ({row.label})",
        row.api_version,
        "-" if row.label in ONLY_READ else _MARKS[row.marking],
        _reading(row),
        "each interval" if row.tier is Tier.FAST else "the slow tier's turn",
        "yes" if row.protected else "",
        _steps(row),
    )


def _reading(row: ArmType) -> str:
    if row.heads:
        return "one HEAD each, the body where its ETag changed"
    if row.told:
        return f"`{row.told.collection}` of the service, a list a parent where that lacks it"
    return _READS[row.listing]


_MARKS = {
    Marking.TAG: "its tag",
    Marking.FIELD: "a text in it",
    Marking.INSIDE: "its parent, or a text in it",
    Marking.NAME: "its parent, or its name",
}
_READS = {
    Listing.SUBSCRIPTION: "one list a subscription",
    Listing.PARENT: "one list a parent",
    Listing.INLINE: "in its parent's body",
    Listing.EACH: "one by one",
}


def _steps(row: ArmType) -> str:
    """Which of the five steps a type goes through in the tests."""
    if row.label in ONLY_READ:
        return "read"
    if row.label == "secret":
        return "made once, made again where it was deleted, a handed-out key with each rotation; never read back, goes with its vault"
    if row.label == "connection":
        return "answered; made and deleted by whoever asks"
    steps = "made, read back, drifted, mended"
    return f"{steps}, deleted" if row.deletable else f"{steps}; goes with its parent"


TABLES: dict[str, Callable[[Kind], str]] = {
    "spec": lambda kind: _fields(kind, "spec"),
    "status": lambda kind: _fields(kind, "status"),
    "refusals": _refusals,
    "policies": _policies,
    "access": _access,
    "conditions": _conditions,
    "reasons": _reasons,
    "apps": _apps,
    "wiring": _wiring,
    "types": _types,
}

if __name__ == "__main__":
    for each in KINDS.values():
        page = page_of(each)
        page.write_text(filled(page.read_text(), each))
        TYPES_PAGE.write_text(filled(TYPES_PAGE.read_text(), each))
