"""What a preview lists: a change for each resource that a pass would write or delete, or would if it could. It writes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from loom.engine.compose import merge
from loom.engine.deletions import may_go
from loom.engine.diff import FieldChange, identity, show
from loom.engine.item import BLOCKED, CREATE, DELETE, Deletion, Item
from loom.engine.namesakes import namesake
from loom.engine.one_pass import Pass
from loom.errors import CloudError
from loom.plan.arm_id import key
from loom.plan.outcome import State
from loom.plan.resource import Mode, Plan
from loom.plan.values import Json, at

UNKNOWN = "Unknown"  # it could not be read, so nothing can be said of it


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that would change, that should and may not (`action` Blocked), or of which nothing is known (Unknown)."""

    key: str
    id: str  # "" when it is known after apply
    type: str
    action: str
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """Keys that would be handed out (`action` Create) or taken back (Delete), as `status.keysExportedTo` names the place. Never a value."""

    action: str
    place: str
    name: str = ""  # whose they are; "" of what nothing declares any more


def key_changes_of(run: Pass) -> list[KeyChange]:
    """What would become of handed-out keys, as far as that is not so already. New values of such keys are none."""
    if run.work.wishes.policy != "Manage" or run.work.authority.denied:
        return []
    # Vaults and their secrets know no case.
    planned = {export.place.shown.lower(): export for export in run.plan.exports}
    there = {shown.lower(): shown for shown in run.exported}
    new = [KeyChange(CREATE, one.place.shown, one.name) for name, one in planned.items() if name not in there]
    return [*new, *(KeyChange(DELETE, there[name]) for name in sorted(there.keys() - planned.keys()))]


def _stage_of(run: Pass, item: Item) -> Item | None:
    """The later write to the same resource, where there is one."""
    same = (other for other in run.items.values() if other.resource.mode is Mode.STAGE and other is not item)
    return next((stage for stage in same if item.id and key(stage.id) == key(item.id)), None)


def is_change(run: Pass, item: Item) -> bool:
    """Has the item a line of its own in a preview?"""
    if item.resource.mode is Mode.STAGE:
        base = run.by_id.get(key(item.id))
        if base is not None and base.state is not State.READY:
            return False  # the last write to what changes anyway is no change of its own: it is told with the first
    return bool(item.action) or item.state in (State.BLOCKED, State.MISSING, State.UNKNOWN)


def change_of(run: Pass, item: Item, before: Plan | None) -> Change:
    """What a preview says of an item. `before` is what was planned when the object last converged, where that is known."""
    stage = _stage_of(run, item)
    if item.state in (State.BLOCKED, State.UNKNOWN) or not item.action:
        action = UNKNOWN if item.state is State.UNKNOWN else BLOCKED
        return Change(item.key, item.id, item.type.name, action, _told(item, before), item.reason, item.message)
    if item.action == CREATE:
        body = merge(merge(item.desired, item.resource.on_create), stage.desired if stage else {})
        fields = tuple(FieldChange(path, None, value) for path, value in flatten(body))
    else:
        fields = _told(item, before) + (stage.changes if stage else ())
    return Change(item.key, item.id, item.type.name, item.action, fields)


def _told(item: Item, before: Plan | None) -> tuple[FieldChange, ...]:
    """The fields that differ; what is compared by hash is told with its values, as both are known here."""
    hidden = item.type.write_only
    last = next((r.body for r in before.resources if r.key == item.key), None) if before else None
    told: list[FieldChange] = []
    for change in item.changes:
        if change.path not in hidden or last is None:
            told.append(change)
            continue
        pairs = [(path, show(at(last, path)), show(at(item.desired, path))) for path in hidden]
        told += [FieldChange(path, was, now) for path, was, now in pairs if was != now] or [change]
    return tuple(told)


async def removals_of(run: Pass) -> list[Change]:
    """What nothing declares any more, is there, and is ours: gone with the next pass, or the reason why not.

    Raises CloudError where the cloud does not answer, and Refusal as `namesake` does.
    """
    innermost_first = sorted((d for d in run.deletions if not d.retained), key=lambda d: d.key, reverse=True)
    removals = [await _removal_of(run, deletion) for deletion in innermost_first]
    return [removal for removal in reversed(removals) if removal is not None]


async def _removal_of(run: Pass, deletion: Deletion) -> Change | None:
    """None where nothing is to be told: it is gone, not ours, or kept."""
    told = Change("", deletion.id, deletion.type.name, DELETE)
    try:
        live = await run.ports.cloud.get(deletion.id)
        if live is None or namesake(run, deletion.type, live):
            return None
        if await may_go(run, deletion, live):
            return told
    except CloudError as error:
        if error.passes_soon:
            raise
        return replace(told, action=UNKNOWN, reason=error.reason, message=error.message)
    if not deletion.reason or deletion.retained:
        return None
    return replace(told, action=BLOCKED, reason=deletion.reason, message=deletion.message)


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
