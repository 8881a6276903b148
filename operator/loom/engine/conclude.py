"""Conclude: a finished pass becomes a status, events, and the moment of the next look. The one exit of every pass.

Events are sent on change only. Idle objects of one subscription (or one service) are looked at in the same moment, so that one
list serves them all.
"""

from collections.abc import Mapping
from dataclasses import replace
from zlib import crc32

from loom.engine.activity import is_stuck, is_unwell
from loom.engine.approval import applying, digests
from loom.engine.condition import FALSE, TRUE, UNKNOWN, Condition, read, status_of
from loom.engine.conditions import all_of
from loom.engine.one_pass import Pass
from loom.engine.send import remember_failure
from loom.engine.status import assemble, is_progress_only
from loom.engine.work import Event, Result
from loom.errors import CloudError, Refusal
from loom.plan.arm_id import subscription_of
from loom.plan.outcome import State
from loom.plan.values import Json

SOONEST = 0.05
MOST_TOLD = 100  # warnings of one run that are remembered
REFUSED_AGAIN = 30.0  # seconds; a reference that appears wakes its dependents anyway


def conclude(run: Pass) -> Result:
    """The result of a pass that came to its end."""
    run.so_far.failures.pop("*", None)
    status = assemble(run, all_of(run))
    _settle_approval(run, status)
    _tell(run, status)
    left = run.allowed is not None and "applyingPlan" not in status and status_of(status, "Converged") != TRUE
    # What is left of an approval that is used up is said to wait for another one by the next pass.
    result = _result(run, status, SOONEST if left else _next_look(run))
    return result if left else replace(result, rests_until=_rests_until(run))


def conclude_refused(run: Pass) -> Result:
    """There is no plan: say why. What exists is left as it is."""
    refusal = run.work.refusal
    reason, message = (
        (refusal.reason, refusal.message) if refusal else ("InternalError", "there is neither a plan nor a refusal")
    )
    if refusal and refusal.unmeasured and _is_ready_as_written(run):
        return _conclude_standing(run, refusal)
    kind = "Reconciling" if refusal and refusal.wait else "Stalled"
    rows = [
        Condition("Ready", FALSE, reason, message),
        Condition(kind, TRUE, reason, message),
        Condition("Planned", FALSE, reason, message),
    ]
    status = assemble(run, [*rows, *_unknowns(run)], observed=False)
    _tell(run, status)
    return _result(run, status, REFUSED_AGAIN if refusal and refusal.wait else run.work.rhythm.interval)


def _conclude_standing(run: Pass, refusal: Refusal) -> Result:
    """What there is to be planned cannot be known now; what was made of it goes on, and all other conditions with it."""
    unknown = Condition(refusal.unmeasured, UNKNOWN, refusal.reason, refusal.message)
    rows = [unknown if known.type == refusal.unmeasured else known for known in read(run.base)]
    status = assemble(run, rows, observed=False)
    _tell(run, status)
    return _result(run, status, REFUSED_AGAIN)


def conclude_early(run: Pass, reason: str, message: str) -> Result:
    """Suspended, or being deleted: Ready is false, and the other conditions are not spoken of anew."""
    rows = [Condition("Ready", FALSE, reason, message)]
    if reason == "DeletionBlocked":
        rows.append(Condition("Stalled", TRUE, reason, message))
    elif reason != "Suspended":
        rows.append(Condition("Reconciling", TRUE, reason, message))
    status = assemble(run, rows, observed=False)
    _tell(run, status)
    return _result(run, status, _next_look(run) if reason != "Suspended" else run.work.rhythm.interval)


def conclude_failed(run: Pass, error: CloudError) -> Result:
    """The pass ended early. An object that was ready stays so while the cloud only does not answer: health is then unknown."""
    remember_failure(run, "*", error, "")
    transient = error.passes_soon
    if transient and _is_ready_as_written(run) and not run.work.deleting:
        words = f"could not be measured: {error.message}"
        kept = [condition for condition in read(run.base) if condition.type not in ("Ready", "Healthy")]
        rows = [
            Condition("Ready", TRUE, "Succeeded", f"health {words}"),
            *kept,
            Condition("Healthy", UNKNOWN, "NotMeasured", words),
        ]
    else:
        kind = "Reconciling" if transient else "Stalled"
        rows = [
            Condition("Ready", FALSE, error.reason, error.message),
            Condition(kind, TRUE, error.reason, error.message),
            *_unknowns(run),
        ]
    status = assemble(run, rows, observed=False)
    _tell(run, status)
    return _result(run, status, run.so_far.failures["*"].not_before - run.ports.clock.now())


def _is_ready_as_written(run: Pass) -> bool:
    """Was this very generation Ready when it was last looked at?"""
    return run.base.get("observedGeneration") == run.work.generation and status_of(run.base, "Ready") == TRUE


def _unknowns(run: Pass) -> list[Condition]:
    kinds = ("Converged", "Healthy", "InSync", *run.work.conditions)
    return [Condition(kind, UNKNOWN, "NotMeasured", "nothing was looked at") for kind in kinds]


def _result(run: Pass, status: Mapping[str, Json], after: float) -> Result:
    held_back = not run.events and is_progress_only(run.base, status)
    return Result(status, max(after, SOONEST), tuple(run.events), progress_only=held_back)


def _settle_approval(run: Pass, status: dict[str, Json]) -> None:
    """An approval lasts until its last change is done, and is used up then."""
    if run.allowed is None:
        return
    if run.memory.running or run.allowed & set(digests(run)):
        status.update(applying(run, run.allowed))
    else:
        status.pop("applyingPlan", None)
        status["appliedPlan"] = run.work.wishes.approved_plan


def _tell(run: Pass, status: Mapping[str, Json]) -> None:
    """One event for each change that a person wants to hear of."""
    # Against what was there before the pass: of what its own journal says, nobody has been told.
    if run.mended and status_of(run.work.status, "Converged") == TRUE and _same_generation(run):
        words = "; ".join(f"{name}: {', '.join(fields[:5]) or 'made again'}" for name, fields in run.mended[:10])
        run.events.append(Event("Normal", "DriftMended", words[:1000]))
    if status_of(status, "Ready") == TRUE and status_of(run.work.status, "Ready") != TRUE:
        run.events.append(Event("Normal", "Ready", "everything declared holds, and what is measured is healthy"))
    told = {(old.type, old.status, old.reason) for old in read(run.work.status)}
    for new in read(status):
        reasons = _WORTH_TELLING.get(new.type, frozenset())
        bad = new.status == (TRUE if new.type == "Stalled" else FALSE)
        warning = (new.type, new.reason, new.message)
        news = (new.type, new.status, new.reason) not in told and warning not in run.so_far.told
        if bad and news and (reasons is None or new.reason in reasons):
            run.so_far.told = (*run.so_far.told, warning)[-MOST_TOLD:]
            run.events.append(Event("Warning", new.reason, new.message))


_WORTH_TELLING: Mapping[str, frozenset[str] | None] = {
    "Stalled": None,  # whatever the reason
    "InSync": frozenset({"DriftFound"}),
    "Ready": frozenset({"Unhealthy", "Suspended"}),
}


def _same_generation(run: Pass) -> bool:
    return bool(run.work.status.get("observedGeneration") == run.work.generation)


def _next_look(run: Pass) -> float:
    """When to look again, in seconds: what is under way first, then the next common moment of the interval."""
    now = run.ports.clock.now()
    due = [*_moments(run, now), *(running.due for running in run.memory.running.values())]
    if due:
        return min(due) - now
    if run.wrote or (run.work.deleting and not (run.work.in_use or is_stuck(run))):
        return run.work.rhythm.poll
    common = _next_common_moment(run, now)
    return min(common, _next_health_look(run, now)) if is_unwell(run) else common


def _rests_until(run: Pass) -> float:
    """Until when a look at the operations under way is all that there is to do; 0.0 where there are none."""
    running, now = run.memory.running.values(), run.ports.clock.now()
    if not running:
        return 0.0
    stuck = (each.since + run.work.rhythm.patience for each in running)
    return min([now + run.work.rhythm.tolerance, *_moments(run, now), *stuck])


def _moments(run: Pass, now: float) -> list[float]:
    """The moments, long operations apart, at which something is to be tried again."""
    names = {*run.items, *(d.id.lower() for d in run.deletions)}
    # A pause that was over before this pass hurries nobody: whatever failed was either tried again in it, or waits for something
    # else. One that ended while the pass went on may have held a write back, and nothing else would bring another pass.
    pauses = [failure.not_before for name, failure in run.so_far.failures.items() if name in names]
    due = [moment for moment in pauses if moment > run.began]
    if run.lane_taken:
        due.append(now + min(run.lane_taken, run.work.rhythm.interval))
    if _is_at_work(run):
        due.append(now + run.work.rhythm.poll)
    return due


def _is_at_work(run: Pass) -> bool:
    """Is Azure at work on anything that nobody here polls? What does not end in any reasonable time does not count."""
    busy = (State.CREATING, State.UPDATING, State.DELETING)
    seen = (item for item in run.items.values() if item.key not in run.memory.running)
    return any(item.state in busy and item.reason != "OperationStuck" for item in seen)


def _next_health_look(run: Pass, now: float) -> float:
    """After half the time for which health has been as it is: what has just begun is seen soon, what lasts costs little."""
    rhythm = run.work.rhythm
    return min(max(rhythm.poll, (now - run.memory.health_since) / 2), rhythm.interval) * rhythm.stretch


def _next_common_moment(run: Pass, now: float) -> float:
    interval = run.work.rhythm.interval * run.work.rhythm.stretch
    place = subscription_of(run.plan.home) if "/providers/" not in run.plan.home else run.plan.home.lower()
    phase = crc32(place.encode()) % 1000 / 1000 * interval
    spread = crc32(run.work.owner.mark.encode()) % 1000 / 1000 * min(5.0, interval / 20)
    return interval - (now - phase) % interval + spread
