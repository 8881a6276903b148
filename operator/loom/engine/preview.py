"""Preview: the same engine, stopped after the diff. What would change, field by field, for a person to read.

It reads and writes nothing. Values that only the cluster or the cloud will know read `(known after apply)`, secrets are hidden.
What Azure never shows again is compared with what the object declared when it last converged: the operator's own hashes are
keyed, and a preview has no business with the key.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace

from loom.engine.compose import merge
from loom.engine.decide import decide, submitted_digest
from loom.engine.diff import FieldChange, identity, show
from loom.engine.inventory import data_name, short
from loom.engine.item import BLOCKED, CREATE, DELETE, Item, Pass
from loom.engine.marks import owner_of
from loom.engine.memory import Memory
from loom.engine.prune import may_be_deleted
from loom.engine.reconcile import compare, new_pass
from loom.engine.work import Ports, Work
from loom.errors import CloudError, Retry
from loom.plan.arm_id import key
from loom.plan.outcome import State
from loom.plan.resource import Mode, Plan
from loom.plan.values import Json, at

UNKNOWN = "Unknown"  # it could not be read, so nothing can be said of it
_BUSY = (State.CREATING, State.UPDATING, State.DELETING)


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
class Kept:
    """Data that nothing declares any more and that stays all the same. `name` is what `deleteData` would have to say."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of one object. `home` is the group or service that most of it is in; `note` says what its policy holds back."""

    kind: str
    namespace: str
    name: str
    home: str = ""
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    retained: tuple[Kept, ...] = ()
    warnings: tuple[str, ...] = ()
    note: str = ""

    def count(self, action: str) -> int:
        """How many changes have this action."""
        return sum(1 for change in self.changes if change.action == action)


async def preview(work: Work, ports: Ports, *, offline: bool = False, submitted: Plan | None = None) -> Preview:
    """What would change for one object that has a plan. Raises CloudError.

    `offline`: what exists in Azure is taken as given. `submitted`: what was planned when the object last converged, None where
    that is not known.
    """
    owner = work.owner
    shown = Preview(owner.kind, owner.namespace, owner.name, work.plan.home if work.plan else "")
    if work.wishes.suspend:
        return replace(shown, note="suspended: nothing is read or written until spec.suspend is false")
    run = new_pass(work, Memory(), ports)
    run.submitted.clear()
    await compare(run)
    _check_credential(run)
    items = [item for item in _in_order(run) if not (offline and item.resource.mode is Mode.EXISTING)]
    if work.wishes.policy == "Observe":
        missing = tuple(item.message for item in items if item.state is State.MISSING)
        note = "policy Observe: what exists is reported, nothing is compared or written"
        return replace(shown, warnings=missing, note=note)
    warnings = [*run.plan.warnings, *_compare_submitted(run, submitted), *_other_installations(run), *_busy(items)]
    changes = [_change(run, item, submitted) for item in items if _changes(run, item)]
    removals = [removal async for removal in _removals(run)]
    return replace(
        shown,
        changes=(*changes, *removals),
        unchanged=sum(1 for item in items if item.state is State.READY and item.resource.mode is Mode.MANAGED),
        retained=tuple(Kept(data_name(d.type, d.id), d.message) for d in run.deletions if d.retained),
        warnings=tuple(dict.fromkeys([*warnings, *(event.message for event in run.events)])),
        note=_held_back(work),
    )


def _check_credential(run: Pass) -> None:
    """Where nobody is signed in, nothing can be said of anything. Raises CloudError."""
    for item in run.items.values():
        if item.state is State.UNKNOWN and item.reason == "CredentialInvalid":
            raise CloudError(item.reason, "", item.message, Retry.PERSON)


def _held_back(work: Work) -> str:
    if work.wishes.policy != "Plan":
        return ""
    return "policy Plan: nothing is written until spec.approvedPlan repeats the hash that status.plan shows once this is applied"


def _in_order(run: Pass) -> list[Item]:
    """The planner's order: what belongs together stands together."""
    return [run.items[resource.key] for resource in run.plan.resources]


def _compare_submitted(run: Pass, before: Plan | None) -> Iterator[str]:
    """Judge what Azure never shows again by what was last sent; a warning for what cannot be judged."""
    declared = {resource.key: resource for resource in before.resources} if before else {}
    for item in run.items.values():
        if item.live is None or item.foreign or submitted_digest(run, item) is None or item.state is State.BLOCKED:
            continue
        last = declared.get(item.key)
        if last is None:
            yield (
                f"{short(item.id)}: {item.type.write_only[0]} cannot be compared. Azure does not show it, and the cluster does not "
                "tell what was last sent."
            )
            continue
        sent = submitted_digest(run, replace(item, desired=last.body))
        if sent is not None:
            run.submitted[item.key] = sent
            decide(run, item)


def _other_installations(run: Pass) -> Iterator[str]:
    """A mark that differs from ours in nothing but the installation: most likely the one that was configured is wrong."""
    ours = run.work.owner
    for item in run.items.values():
        if item.reason != "OwnedByAnother" or item.live is None:
            continue
        installation, _, rest = owner_of(item.type, item.live).partition("/")
        if rest == ours.mark.partition("/")[2]:
            yield (
                f"Azure holds this object's resources under the installation {installation}, and this was planned as "
                f"{ours.installation}. If that is the operator that you apply to, set installation: {installation} "
                "(LOOM_INSTALLATION) and plan again."
            )


def _busy(items: list[Item]) -> Iterator[str]:
    return (f"{item.message}; it is not compared before that has ended" for item in items if item.state in _BUSY)


def _stage_of(run: Pass, item: Item) -> Item | None:
    """The later write to the same resource, where there is one."""
    same = (other for other in run.items.values() if other.resource.mode is Mode.STAGE and other is not item)
    return next((stage for stage in same if item.id and key(stage.id) == key(item.id)), None)


def _changes(run: Pass, item: Item) -> bool:
    if item.resource.mode is Mode.STAGE:
        base = run.by_id.get(key(item.id))
        if base is not None and base.state is not State.READY:
            return False  # the last write to what changes anyway is no change of its own: it is told with the first
    return bool(item.action) or item.state in (State.BLOCKED, State.MISSING, State.UNKNOWN)


def _change(run: Pass, item: Item, before: Plan | None) -> Change:
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


async def _removals(run: Pass) -> AsyncIterator[Change]:
    """What nothing declares any more, is there, and is ours: gone with the next pass, or the reason why not."""
    for deletion in sorted(run.deletions, key=lambda d: key(d.id)):
        if deletion.retained:
            continue
        live = await run.ports.cloud.get(deletion.id)
        if live is None:
            continue
        if await may_be_deleted(run, deletion, live):
            yield Change("", deletion.id, deletion.type.name, DELETE)
        elif deletion.reason:
            yield Change("", deletion.id, deletion.type.name, BLOCKED, (), deletion.reason, deletion.message)


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
