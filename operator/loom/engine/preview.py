"""Preview: the same engine, stopped after the diff. What would change, field by field, for a person to read.

It reads and writes nothing. Values that only the cluster or the cloud will know read `(known after apply)`, secrets are hidden.
What Azure never shows again is compared with what the object declared when it last converged: the operator's own hashes are
keyed, and a preview has no business with the key.
"""

from dataclasses import dataclass, replace

from loom.engine.foreseen import Change, KeyChange, change_of, is_change, key_changes_of, removals_of
from loom.engine.inventory import data_name, short
from loom.engine.item import Item
from loom.engine.memory import Memory
from loom.engine.namesakes import warnings_of_namesakes
from loom.engine.observe import weigh
from loom.engine.one_pass import Pass
from loom.engine.reconcile import compare, new_pass
from loom.engine.submitted import submitted_digest
from loom.engine.work import Ports, Work
from loom.errors import CloudError, Retry
from loom.plan.outcome import State
from loom.plan.resource import Mode, Plan

_BUSY = (State.CREATING, State.UPDATING, State.DELETING)


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
    keys: tuple[KeyChange, ...] = ()
    unchanged: int = 0
    retained: tuple[Kept, ...] = ()
    warnings: tuple[str, ...] = ()
    note: str = ""

    def count(self, action: str) -> int:
        """How many changes have this action."""
        return sum(1 for change in self.changes if change.action == action)


async def preview(work: Work, ports: Ports, *, offline: bool = False, submitted: Plan | None = None) -> Preview:
    """What would change for one object that has a plan. Raises CloudError, and Refusal where another operator has made the object's.

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
    items = [item for item in _in_order(run) if not (offline and item.resource.mode.is_only_read)]
    if work.wishes.policy == "Observe":
        missing = tuple(item.message for item in items if item.state is State.MISSING)
        note = "policy Observe: what exists is reported, nothing is compared or written"
        return replace(shown, warnings=missing, note=note)
    warnings = [
        *run.plan.warnings,
        *await _compare_submitted(run, submitted),
        *warnings_of_namesakes(run),
        *_busy(items),
    ]
    changes = [change_of(run, item, submitted) for item in items if is_change(run, item)]
    removals = await removals_of(run)
    return replace(
        shown,
        changes=(*changes, *removals),
        keys=tuple(key_changes_of(run)),
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


async def _compare_submitted(run: Pass, before: Plan | None) -> list[str]:
    """Judge what Azure never shows again by what was last sent; warnings for what cannot be judged. Raises CloudError."""
    warnings = []
    declared = {resource.key: resource for resource in before.resources} if before else {}
    for item in run.items.values():
        if item.live is None or item.foreign or submitted_digest(run, item) is None or item.state is State.BLOCKED:
            continue
        last = declared.get(item.key)
        if last is None:
            warnings.append(
                f"{short(item.id)}: {item.type.write_only[0]} cannot be compared. Azure does not show it, and the cluster does not "
                "tell what was last sent."
            )
            continue
        sent = submitted_digest(run, replace(item, desired=last.body))
        if sent is not None:
            run.submitted[item.key] = sent
            await weigh(run, item)
    return warnings


def _busy(items: list[Item]) -> list[str]:
    return [f"{item.message}; it is not compared before that has ended" for item in items if item.state in _BUSY]
