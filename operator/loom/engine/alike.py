"""What is the same to Azure whatever it is called: a role assignment by scope, principal and role, a request by its words."""

from collections.abc import Iterable, Iterator

from loom.engine.item import Item
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.plan.arm_id import parent_of
from loom.plan.values import Json, Unresolved, at, resolve


def alike(run: Pass, item: Item, found: Iterable[Observed]) -> Iterator[Observed]:
    """Those that are the same to Azure as what the item declares (`ArmType.same`); none while that is not known."""
    wanted = [_comparable(_value_at(run, item, path)) for path in item.type.same]
    if wanted and None not in wanted:
        yield from (live for live in found if [_comparable(at(live.body, path)) for path in item.type.same] == wanted)


def _value_at(run: Pass, item: Item, path: str) -> Json:
    """What the item declares at a path, references resolved; a scope that nobody declares is the resource it extends."""
    if path == "properties.scope" and at(item.desired, path) is None:
        return parent_of(item.id)
    try:
        return resolve(at(item.desired, path), run.lookup)
    except Unresolved:
        return None


def _comparable(value: Json) -> Json:
    return value.lower().rstrip("/") if isinstance(value, str) else value
