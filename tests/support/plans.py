"""Plans made readable: planning an object in its world, its bodies as they would be sent, and a plan as YAML."""

from collections.abc import Iterator
from typing import Any

import yaml

from loom.engine.compose import drawn, merge
from loom.engine.marks import marked
from loom.plan.arm_id import name_of
from loom.plan.arm_type import ArmType
from loom.plan.catalog import arm_type
from loom.plan.context import Context
from loom.plan.kinds import KINDS
from loom.plan.resource import Mode, Named, Placed, Plan, Resource
from loom.plan.values import Generated, Json, Ref, Text, Value, resolve
from support.worlds import Obj, world

GUID = "99999999-9999-4999-8999-999999999999"


def plan_of(obj: Obj, context: Context | None = None) -> Plan:
    """The plan of an object, in its ordinary world unless another is given."""
    kind = KINDS[obj["kind"]]
    return kind.plan(kind.parse(obj), context or world(obj))


def known(ref: Ref) -> Json:
    """A plausible value for any reference."""
    return GUID if ref.path.endswith("Id") else f"value-of-{ref.key.replace('/', '-')}"


def id_of(resource: Resource) -> str:
    """The resource's id, with plausible values where it depends on some."""
    return resource.id.resolve(known) if isinstance(resource.id, Named) else resource.id


def bodies(plan: Plan, context: Context) -> Iterator[tuple[str, ArmType, Json]]:
    """Every body that would be sent, at creation and later: (what it is, its type, the body with its name and our mark)."""
    by_id = {id_of(r): r for r in plan.resources if r.mode is Mode.MANAGED}
    for resource in plan.resources:
        if resource.mode is Mode.EXISTING:
            continue
        kind = arm_type(id_of(resource))
        below = by_id[id_of(resource)].body if resource.mode is Mode.STAGE else {}
        declared = marked(kind, merge(below, resource.body), context.owner)
        for moment, body in (("created", merge(declared, drawn(resource.on_create))), ("updated", declared)):
            yield f"{resource.key}, {moment}", kind, {"name": name_of(id_of(resource)), **resolve(body, known)}


class _Dumper(yaml.SafeDumper):
    """Writes every value out, however often it occurs."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def as_yaml(plan: Plan) -> str:
    """A plan for people to read and for git to compare."""
    rows = {
        "home": plan.home,
        "conditions": list(plan.conditions),
        "held": {name: list(words) for name, words in plan.held.items()},
        "facts": _plain(plan.facts),
        "checks": [repr(check) for check in plan.checks],
        "wiring": [repr(wire) for wire in plan.wiring],
        "resources": [_row(resource) for resource in plan.resources],
    }
    return yaml.dump(rows, Dumper=_Dumper, sort_keys=False, width=140, allow_unicode=True)


def _row(resource: Resource) -> dict[str, Any]:
    row = {
        "key": resource.key,
        "id": _id(resource.id),
        "mode": str(resource.mode),
        "condition": resource.condition,
        "adopts": resource.adopts,
        "dependsOn": list(resource.depends_on),
        "body": _plain(resource.body),
        "onCreate": _plain(resource.on_create),
        "ignore": [{"path": rule.path, "floor": rule.floor} for rule in resource.ignore],
        "asker": _plain(resource.asker) if resource.asker else [],
        "whose": resource.whose or [],
    }
    return {name: value for name, value in row.items() if value not in ([], {}, False, "Managed")}


def _id(arm_id: str | Named) -> str:
    match arm_id:
        case Placed(prefix, parts, suffix):
            return f"{prefix}{''.join(_plain(part) for part in parts)}{suffix}"
        case Named(prefix, parts):
            return f"{prefix}uuid5({_plain(list(parts))})"
        case _:
            return arm_id


def _plain(value: Value) -> Any:
    match value:
        case Ref(key, path):
            return f"${{{key}: {path}}}"
        case Text(template, parts):
            return template.format(*(_plain(part) for part in parts))
        case list() | tuple():
            return [_plain(item) for item in value]
        case Generated(size, lead):
            return f"{lead}${{{size} random characters}}"
        case _ if hasattr(value, "items"):
            return {name: _plain(item) for name, item in value.items()}
        case _:
            return value
