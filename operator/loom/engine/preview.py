"""Preview: the same engine, stopped after the diff. What would change, field by field, for a person to read.

It reads and writes nothing. Values that only the cluster or the cloud will know read `(known after apply)`, secrets are hidden.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loom.engine.approval import digests, plan_hash
from loom.engine.compose import merge
from loom.engine.diff import FieldChange, identity, show
from loom.engine.inventory import data_name
from loom.engine.item import BLOCKED, CREATE, DELETE, Item, Pass
from loom.engine.memory import Memory
from loom.engine.reconcile import compare, new_pass
from loom.engine.work import Ports, Work
from loom.plan.outcome import State
from loom.plan.resource import Mode
from loom.plan.values import Json


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that would change, or should and may not (`action` Blocked, with the reason)."""

    key: str
    id: str  # "" when it is known after apply
    type: str
    action: str
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of one object."""

    kind: str
    namespace: str
    name: str
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    retained: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    hash: str = ""

    def count(self, action: str) -> int:
        """How many changes have this action."""
        return sum(1 for change in self.changes if change.action == action)


async def preview(work: Work, ports: Ports, offline: bool = False) -> Preview:
    """What would change for one object that has a plan. Raises CloudError. `offline`: what exists in Azure is taken as given."""
    run = new_pass(work, Memory(), ports)
    await compare(run)
    items = [item for item in run.items.values() if not (offline and item.resource.mode is Mode.EXISTING)]
    changes = [*(_change(item) for item in items if _changes(run, item)), *_removals(run)]
    hashes = digests(run)
    return Preview(
        work.owner.kind,
        work.owner.namespace,
        work.owner.name,
        tuple(changes),
        unchanged=sum(1 for item in items if item.state is State.READY and item.resource.mode is Mode.MANAGED),
        retained=tuple(sorted(data_name(d.type, d.id) for d in run.deletions if d.retained)),
        warnings=run.plan.warnings,
        hash=plan_hash(hashes) if hashes else "",
    )


def _changes(run: Pass, item: Item) -> bool:
    base = run.by_id.get(item.id.lower()) if item.resource.mode is Mode.STAGE else None
    if base is not None and base.action == CREATE:
        return False  # the last stage of what is created is no change of its own
    return bool(item.action) or item.state in (State.BLOCKED, State.MISSING, State.UNKNOWN)


def _change(item: Item) -> Change:
    blocked = item.state in (State.BLOCKED, State.UNKNOWN) or not item.action
    fields = item.changes
    if item.action == CREATE:
        fields = tuple(
            FieldChange(path, None, value) for path, value in flatten(merge(item.desired, item.resource.on_create))
        )
    action = BLOCKED if blocked else item.action
    reason, message = (item.reason, item.message) if blocked else ("", "")
    return Change(item.key, item.id, item.type.name, action, fields, reason, message)


def _removals(run: Pass) -> Iterator[Change]:
    for deletion in run.deletions:
        if not deletion.retained:
            yield Change("", deletion.id, deletion.type.name, DELETE)


def flatten(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Every leaf of a body with its path; lists of plain values are leaves, and so are the tags, as one."""
    if isinstance(value, Mapping) and value and path != "tags":
        for name, item in value.items():
            yield from flatten(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        named = identity(value)
        for index, item in enumerate(value):
            rest = {name: part for name, part in item.items() if name != named} if named else item
            yield from flatten(rest or item, f"{path}[{item[named] if named else index}]")
    elif value is not None:
        yield path, show(value)
