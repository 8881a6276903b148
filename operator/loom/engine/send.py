"""Send: one write under a lane. Who writes waits its turn, a failure is remembered with the moment of the next try, a lane goes back.

What is written is the caller's business: a resource (`apply`), a deletion (`prune`), or what is taken away to be made again (`remake`).
"""

from collections.abc import Awaitable, Callable

from loom.engine.item import DELETE, Deletion, Item
from loom.engine.memory import Failure, Running
from loom.engine.one_pass import Pass
from loom.engine.ports import Written
from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, parent_of, type_of, without_revision
from loom.plan.arm_type import ArmType
from loom.plan.outcome import State

STUBBORN = 3  # failures in a row after which their cause may be something else that has ceased to hold
LANE_PAUSE = 30.0  # seconds for each place in line until a taken lane is tried again, if nobody calls before
_DOUBLINGS = 16  # a pause doubles no further: a lock that stays for days must not end in a number too large


async def in_turn(run: Pass, thing: Item | Deletion, digest: str, write: Callable[[], Awaitable[None]]) -> None:
    """Write as soon as nobody else writes there; `digest` says what is wanted. The lane stays ours while an operation runs."""
    who, lane = holder(run, thing.key), lane_of(thing.type, thing.id)
    if lane and not run.ports.lanes.claim(lane, who):
        # Whose turn comes is called. Would hundreds ask every half a minute, the one whose turn it is had to wait for them.
        pause = LANE_PAUSE * run.ports.lanes.place(lane, who)
        run.lane_taken = min(pause, run.lane_taken or pause)
        thing.halt(State.WAITING, "Progressing", "waits its turn: one writer at a time")
        return
    try:
        await write()
    except CloudError as error:
        remember_failure(run, thing.key, error, digest)
        thing.halt(State.FAILED, error.reason, str(error.message))
    finally:
        if thing.key not in run.memory.running:
            run.ports.lanes.release(who)


def is_pausing(run: Pass, thing: Item | Deletion, digest: str) -> bool:
    """Has exactly this failed a while ago, so that it is not tried again yet? Then that is how the thing stands."""
    failure = run.so_far.failures.get(thing.key)
    if failure is None or failure.digest != digest or run.ports.clock.now() >= failure.not_before:
        return False
    thing.halt(State.FAILED, failure.error.reason, failure.error.message)
    return True


def keep_operation(run: Pass, name: str, written: Written, digest: str = DELETE, *, update: bool = False) -> bool:
    """Remember the operation that a write began. False where the write was done at once."""
    now = run.memory.last_write = run.ports.clock.now()
    if written.operation is None:
        return False
    run.memory.running[name] = Running(written.operation, now + written.wait, digest, now, holder(run, name), update)
    return True


def remember_failure(run: Pass, name: str, error: CloudError, digest: str) -> None:
    """Keep an error with the moment of the next try: the service's own wish, or a growing pause by class of error."""
    before = run.so_far.failures.get(name)
    count = before.count + 1 if before and before.digest == digest else 1
    doubled = 2.0 ** min(count, _DOUBLINGS)
    pause = {
        Retry.NOW: min(doubled, 60.0),
        Retry.SLOWLY: min(15.0 * doubled, 300.0),
        Retry.PERSON: run.work.rhythm.interval,
        Retry.FATAL: run.work.rhythm.interval,
    }[error.retry]
    not_before = run.ports.clock.now() + max(pause, error.retry_after)
    run.so_far.failures[name] = Failure(error, digest, count, not_before)
    if count >= STUBBORN and error.reason in ("ProgressingWithRetry", "DependencyNotReady"):
        run.doubt()


def lane_of(kind: ArmType, arm_id: str) -> str:
    """The ancestor (or the resource itself) whose writers take turns; "" where everybody may write."""
    place = arm_id if kind.lane else ""
    while place:
        if type_of(place).lower() == kind.lane.lower():
            return key(without_revision(place))
        place = parent_of(place)
    return ""


def holder(run: Pass, name: str) -> str:
    """Who holds a lane, so that everything of an object can be given back when it is gone."""
    return f"{run.work.owner.mark}#{name}"
