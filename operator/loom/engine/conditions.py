"""Conditions: one rule for each, from a finished pass to True, False or Unknown, a reason out of the closed list, and a sentence.

Nothing here flaps: messages hold no time, counter or request id, and lastTransitionTime moves only when a status changes.
`Reconciling` and `Stalled` are there only while true, and never together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loom.engine.inventory import short
from loom.engine.item import Deletion, Item, Pass
from loom.errors import Retry
from loom.plan.checks import Finding, Health
from loom.plan.outcome import BUSY, State
from loom.plan.values import Json

TRUE, FALSE, UNKNOWN = "True", "False", "Unknown"
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition before it is stamped with generation and time."""

    type: str
    status: str
    reason: str
    message: str = ""


def stamp(conditions: Iterable[Condition], status: Mapping[str, Json], generation: int, now: str) -> list[Json]:
    """The conditions as status holds them: the moment of the last change kept where the status did not change."""
    before: dict[str, Mapping[str, Any]] = {c["type"]: c for c in status.get("conditions") or [] if "type" in c}
    stamped: list[Json] = []
    for condition in conditions:
        old = before.get(condition.type, {})
        since = old.get("lastTransitionTime") if old.get("status") == condition.status else None
        stamped.append(
            {
                "type": condition.type,
                "status": condition.status,
                "reason": condition.reason,
                "message": condition.message[:_LONGEST],
                "observedGeneration": generation,
                "lastTransitionTime": since or now,
            }
        )
    return stamped


def status_of(status: Mapping[str, Json], condition: str) -> str:
    """What a status says of a condition; "" where it says nothing."""
    for row in status.get("conditions") or []:
        if row.get("type") == condition:
            return str(row.get("status"))
    return ""


def things(run: Pass) -> list[Item | Deletion]:
    """All that is to be brought about: resources, and deletions that are not held back."""
    return [*run.items.values(), *(deletion for deletion in run.deletions if not deletion.retained)]


def all_of(run: Pass) -> list[Condition]:
    """Every condition of an object that has a plan, in the order in which people read them."""
    groups = [group(run, name) for name in run.plan.conditions]
    done, health = converged(run), healthy(run, groups)
    verdict = ready(run, done, health)
    return [
        verdict,
        *activity(run, verdict),
        Condition("Planned", TRUE, "Succeeded"),
        done,
        health,
        in_sync(run),
        *groups,
    ]


def group(run: Pass, name: str) -> Condition:
    """A kind's own condition: over the resources, checks and wires that name it, unless the spec itself keeps it False."""
    if name in run.plan.held:
        return Condition(name, FALSE, *run.plan.held[name])
    items = [item for item in run.items.values() if item.resource.condition == name]
    findings = [finding for finding in run.findings if finding.condition == name]
    wires = _wires(run) if name == "BackingServicesWired" else None
    return (
        wires or _worst_item(name, items) or _worst_finding(name, findings, run) or Condition(name, TRUE, "Succeeded")
    )


def _worst_item(name: str, items: Sequence[Item]) -> Condition | None:
    for item in items:
        if item.state in (State.FAILED, State.BLOCKED, State.MISSING, State.UNKNOWN) and item.reason:
            return Condition(name, FALSE, item.reason, f"{item.key}: {item.message}" if item.message else item.key)
    for item in items:
        if item.state is State.DRIFTED:
            return Condition(name, FALSE, "DriftFound", f"{item.key} differs in {item.message}")
    waiting = sorted(item.key for item in items if item.state is not State.READY)
    if waiting:
        stuck = any(item.reason == "DependencyNotReady" for item in items)
        return Condition(
            name, FALSE, "DependencyNotReady" if stuck else "Progressing", f"not there yet: {_list(waiting)}"
        )
    return None


def _worst_finding(name: str, findings: Sequence[Finding], run: Pass) -> Condition | None:
    asked = [check for check in run.plan.checks if check.condition == name]
    for health, status in ((Health.UNHEALTHY, FALSE), (Health.UNKNOWN, UNKNOWN), (Health.PENDING, FALSE)):
        for finding in findings:
            if finding.health is health:
                return Condition(name, status, finding.reason, f"{finding.key}: {finding.message}".removesuffix(": "))
    if len(findings) < len(asked):
        return Condition(name, UNKNOWN, "NotMeasured", "not measured yet")
    return None


def _wires(run: Pass) -> Condition | None:
    """Wiring is the setting, the role and the thing itself; the message names what lacks."""
    name = "BackingServicesWired"
    missing = [wire for wire in run.plan.wiring if wire.missing]
    if missing:
        words = "; ".join(f"{w.app} needs {w.needs} for {w.setting}: add {w.missing}" for w in missing[:5])
        return Condition(name, FALSE, "MissingBackingService", words)
    for wire in run.plan.wiring:
        for key, reason in ((wire.thing, "MissingBackingService"), (wire.role, "RoleNotInForce")):
            item = run.items.get(key)
            if item is not None and item.state is not State.READY:
                busy = item.state in BUSY or item.state is State.MISSING
                return Condition(
                    name, FALSE, "Progressing" if busy else reason, f"{wire.app}: {wire.setting} waits for {key}"
                )
    return None


def converged(run: Pass) -> Condition:
    """Was all that the plan declares written and read back for this generation?"""
    kind = "Converged"
    if run.work.authority.denied:
        return Condition(kind, FALSE, "NotGranted", run.work.authority.denied)
    deletions = [d for d in run.deletions if not d.retained]
    for thing in things(run):
        lost = thing.state is State.MISSING and isinstance(thing, Item) and not thing.action
        stuck = thing.reason == "OperationStuck"
        if lost or stuck or thing.state in (State.FAILED, State.BLOCKED, State.UNKNOWN):
            return Condition(kind, FALSE, thing.reason or "OperationFailed", thing.message)
    pending = sorted(item.key for item in run.items.values() if item.state is not State.READY)
    if (pending or deletions) and run.work.wishes.policy == "Plan" and run.allowed is None:
        return _unapproved(run, len(pending) + len(deletions))
    if pending:
        return Condition(kind, FALSE, "Progressing", f"not there yet: {_list(pending)}")
    if deletions:
        return Condition(kind, FALSE, "Progressing", f"still to be deleted: {_list([short(d.id) for d in deletions])}")
    if run.work.wishes.policy == "Observe":
        return Condition(kind, TRUE, "Observed", "policy is Observe: everything exists, nothing is compared")
    if run.work.wishes.policy == "Manage" and run.memory.verified != run.work.generation:
        return Condition(kind, FALSE, "Progressing", "written, and being read back")
    return Condition(kind, TRUE, "Succeeded")


def _unapproved(run: Pass, count: int) -> Condition:
    changes = f"{count} changes" if count != 1 else "1 change"
    if run.work.wishes.approved_plan and run.work.wishes.approved_plan != run.base.get("appliedPlan"):
        words = f"spec.approvedPlan is not the hash of today's plan ({changes}); read status.plan and approve its hash"
        return Condition("Converged", FALSE, "ApprovalOutdated", words)
    return Condition(
        "Converged", FALSE, "WaitingForApproval", f"{changes} planned; set spec.approvedPlan to status.plan.hash"
    )


def healthy(run: Pass, groups: Sequence[Condition]) -> Condition:
    """Is what was measured well? It sums up the checks and the wiring; without any, what is there is all that can be known."""
    measured = {check.condition for check in run.plan.checks} | ({"BackingServicesWired"} if run.plan.wiring else set())
    rows = [c for c in groups if c.type in measured]
    for status, result in ((FALSE, FALSE), (UNKNOWN, UNKNOWN)):
        for row in rows:
            if row.status == status:
                busy = row.reason in ("Progressing", "DependencyNotReady")
                return Condition(
                    "Healthy", UNKNOWN if busy else result, "NotMeasured" if busy else row.reason, row.message
                )
    return Condition("Healthy", TRUE, "Healthy" if measured else "Succeeded")


def in_sync(run: Pass) -> Condition:
    """Does Azure hold what is declared, or has drift been found that is not mended yet?"""
    # What cannot be mended differs all the same: no grant today, Azure forbids the change, or the write failed.
    unmended = (State.BLOCKED, State.FAILED)
    drifted = [i for i in run.items.values() if i.state is State.DRIFTED or (i.changes and i.state in unmended)]
    if drifted:
        words = "; ".join(f"{item.key}: {item.differing}" for item in drifted[:5])
        return Condition("InSync", FALSE, "DriftFound", words)
    blocked = next((item for item in run.items.values() if item.state is State.BLOCKED), None)
    if blocked:  # nothing is under way that would bring it
        return Condition("InSync", FALSE, blocked.reason, blocked.message)
    if any(item.state is not State.READY for item in run.items.values()):
        return Condition("InSync", FALSE, "Progressing", "not all that is declared is there yet")
    return Condition("InSync", TRUE, "NoDrift")


def ready(run: Pass, done: Condition, health: Condition) -> Condition:
    """Converged, healthy at least once, and nothing measured unhealthy."""
    if done.status != TRUE:
        return Condition("Ready", FALSE, done.reason, done.message or done.reason)
    was_ready = status_of(run.base, "Ready") == TRUE
    if health.status == FALSE:
        return Condition("Ready", FALSE, "Unhealthy", health.message or health.reason)
    if health.status == UNKNOWN and not was_ready:
        return Condition("Ready", FALSE, "WaitingForHealth", health.message or "converged, and not yet seen healthy")
    words = f"health could not be measured: {health.message}" if health.status == UNKNOWN else ""
    return Condition("Ready", TRUE, "Succeeded", words)


_QUIET = ("Unhealthy", "WaitingForHealth", "WaitingForApproval", "ApprovalOutdated")


def is_stuck(run: Pass) -> bool:
    """Can only a person move what is left?"""
    return _stuck(run) is not None


def awaits_health(run: Pass) -> bool:
    """Has everything converged, and is health still to come?"""
    waiting = any(finding.health in (Health.PENDING, Health.UNKNOWN) for finding in run.findings)
    return waiting and status_of(run.base, "Ready") != TRUE


def activity(run: Pass, ready_now: Condition) -> list[Condition]:
    """`Reconciling` while work goes on by itself, `Stalled` when a person must act, nothing otherwise."""
    if ready_now.status == TRUE or ready_now.reason in _QUIET:
        return []
    stuck = _stuck(run)
    if stuck is not None:
        return [Condition("Stalled", TRUE, stuck.reason, stuck.message)]
    return [Condition("Reconciling", TRUE, ready_now.reason, ready_now.message)]


def _stuck(run: Pass) -> Condition | None:
    """The first thing that only a person can move. While anything else still progresses, nothing is stuck."""
    endless = [thing for thing in things(run) if thing.reason == "OperationStuck"]
    busy = [thing for thing in things(run) if thing.state in (State.CREATING, State.UPDATING, State.DELETING)]
    if len(busy) > len(endless):
        return None
    if endless:
        return Condition("Stalled", TRUE, "OperationStuck", endless[0].message)
    if run.work.authority.denied:
        return Condition("Stalled", TRUE, "NotGranted", run.work.authority.denied)
    for item in things(run):
        if item.state in (State.BLOCKED, State.UNKNOWN) or (
            item.state is State.MISSING and not getattr(item, "action", "")
        ):
            return Condition("Stalled", TRUE, item.reason, item.message)
        name = item.key if isinstance(item, Item) else item.id.lower()
        failure = run.so_far.failures.get(name)
        if item.state is State.FAILED and failure and failure.error.retry is not Retry.NOW:
            return Condition("Stalled", TRUE, item.reason, item.message)
    return None


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more
