"""Conditions: one rule for each, from a finished pass to True, False or Unknown, a reason out of the closed list, and a sentence.

Nothing here flaps: messages hold no time, counter or request id. A kind's own conditions are `loom.engine.groups`'; whether work
goes on or a person must act is `loom.engine.activity`'s.
"""

from collections.abc import Sequence

from loom.engine.activity import activity, things
from loom.engine.causes import is_stopped, listed, told, told_of
from loom.engine.condition import FALSE, TRUE, UNKNOWN, Condition, status_of
from loom.engine.groups import group, not_there
from loom.engine.inventory import short
from loom.engine.one_pass import Pass
from loom.plan.outcome import State


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


def converged(run: Pass) -> Condition:
    """Was all that the plan declares written and read back for this generation?"""
    kind = "Converged"
    if run.work.authority.denied:
        return Condition(kind, FALSE, "NotGranted", run.work.authority.denied)
    deletions = [d for d in run.deletions if not d.retained]
    for thing in things(run):
        if is_stopped(thing) or thing.reason == "OperationStuck":
            return Condition(kind, FALSE, thing.reason or "OperationFailed", told([told_of(thing)]))
    pending = [item for item in run.items.values() if item.state is not State.READY]
    if (pending or deletions) and run.work.wishes.policy == "Plan" and run.allowed is None:
        return _unapproved(run, len(pending) + len(deletions))
    if pending:
        return Condition(kind, FALSE, *not_there(run, pending))
    if deletions:
        return Condition(kind, FALSE, "Progressing", f"still to be deleted: {listed([short(d.id) for d in deletions])}")
    for refusal in run.plan.withheld.values():
        return Condition(kind, FALSE, refusal.reason, refusal.message)
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
    # What is not there yet has not been measured.
    unwell = [row for row in rows if row.status == FALSE and row.reason not in ("Progressing", "DependencyNotReady")]
    if unwell:
        return Condition("Healthy", FALSE, unwell[0].reason, "; ".join(row.message for row in unwell))
    for row in rows:
        if row.status != TRUE:
            reason = row.reason if row.status == UNKNOWN else "NotMeasured"
            return Condition("Healthy", UNKNOWN, reason, row.message)
    return Condition("Healthy", TRUE, "Healthy" if measured else "NothingToMeasure")


def in_sync(run: Pass) -> Condition:
    """Does Azure hold what is declared, or has drift been found that is not mended yet?"""
    # What cannot be mended differs all the same: no grant today, Azure forbids the change, or the write failed.
    unmended = (State.BLOCKED, State.FAILED)
    stopped = [item for item in run.items.values() if item.state in unmended]
    drifted = [item for item in run.items.values() if item.state is State.DRIFTED]
    # A document that would break callers was never imported: that is no drift, whatever its spec's generation.
    drifted += [item for item in stopped if item.as_state().is_there_but_for_fields and item.reason != "BreakingChange"]
    if drifted:
        # What a spec says that was never in force is no drift: nobody changed anything in Azure.
        edited = run.work.authority.denied and run.memory.held != run.work.generation
        reason = "NotGranted" if edited else "DriftFound"
        return Condition("InSync", FALSE, reason, told((item.key, item.differing) for item in drifted))
    if stopped:  # nothing is under way that would bring it
        return Condition("InSync", FALSE, stopped[0].reason, told([told_of(stopped[0])]))
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
