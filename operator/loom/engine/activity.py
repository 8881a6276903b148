"""Does work go on by itself, or must a person act? `Reconciling` and `Stalled` are there only while true, and never together."""

from loom.engine.causes import is_stopped, told, told_of
from loom.engine.condition import TRUE, Condition
from loom.engine.item import Deletion, Item
from loom.engine.one_pass import Pass
from loom.plan.checks import Health
from loom.plan.outcome import State


def things(run: Pass) -> list[Item | Deletion]:
    """All that is to be brought about: resources, and deletions that are not held back."""
    return [*run.items.values(), *(deletion for deletion in run.deletions if not deletion.retained)]


_QUIET = ("Unhealthy", "WaitingForHealth", "WaitingForApproval", "ApprovalOutdated")


def is_stuck(run: Pass) -> bool:
    """Can only a person move what is left?"""
    return _stuck(run) is not None


def is_unwell(run: Pass) -> bool:
    """Is anything not well that was measured, or that should have been?"""
    return any(finding.health is not Health.HEALTHY for finding in run.findings)


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
        return Condition("Stalled", TRUE, "OperationStuck", told([told_of(endless[0])]))
    if run.work.authority.denied:
        return Condition("Stalled", TRUE, "NotGranted", run.work.authority.denied)
    for item in things(run):
        failure = run.so_far.failures.get(item.key)
        passes_by_itself = item.state is State.FAILED and (failure is None or failure.error.passes_soon)
        if is_stopped(item) and not passes_by_itself:
            return Condition("Stalled", TRUE, item.reason, told([told_of(item)]))
    withheld = (refusal for refusal in run.plan.withheld.values() if not refusal.wait)
    return next((Condition("Stalled", TRUE, one.reason, one.message) for one in withheld), None)
