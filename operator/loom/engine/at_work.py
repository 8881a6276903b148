"""Is Azure at work on a resource? Told by the resource's own state, where no process remembers who began it.

What does not end in any reasonable time is told as stuck.
"""

from functools import cache

from loom.engine.inventory import short
from loom.engine.item import Item
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.plan.arm_type import ArmType
from loom.plan.outcome import State
from loom.plan.values import at

BUSY_STATES = frozenset(
    {
        "accepted",
        "creating",
        "updating",
        "inprogress",
        "running",
        "provisioning",
        "pending",
        "activating",
        "configuring",
    }
)
FAILED_STATES = frozenset({"failed", "canceled"})
GONE_STATES = frozenset({"deleting", "removing", "scheduledfordelete"})


def provisioning_state(item: Item) -> str:
    """The live resource's provisioning state in lower case; none at all means `succeeded`."""
    if item.live is None:
        return ""
    return str(at(item.live.body, "properties.provisioningState") or "succeeded").lower()


def is_at_work(run: Pass, item: Item, live: Observed) -> bool:
    """Is it being deleted, or not done yet? Then the item says so."""
    state = provisioning_state(item)
    if state in GONE_STATES and state not in _settled(item.type):
        _wait(run, item, State.DELETING, f"{short(item.id)} is being deleted; it is made again after that")
    elif _is_busy(item, live, state):
        _wait(run, item, State.UPDATING, f"{short(item.id)} is {state}")
    else:
        run.so_far.busy.pop(item.key, None)
        return False
    return True


def _is_busy(item: Item, live: Observed, state: str) -> bool:
    if state in _busy(item.type):
        return True
    if state in FAILED_STATES:
        return False  # whatever the second state still says: nobody is at work any more
    second = str(at(live.body, item.type.status_path) or "").lower() if item.type.status_path else ""
    return bool(second) and second in {name.lower() for name in item.type.status_busy}


@cache  # as many as there are types
def _busy(kind: ArmType) -> frozenset[str]:
    """Words that mean "not done yet" for a type."""
    return (BUSY_STATES | {name.lower() for name in kind.busy_states}) - _settled(kind)


@cache
def _settled(kind: ArmType) -> frozenset[str]:
    """Words that mean "done" for a type, whatever they mean for others."""
    return frozenset(name.lower() for name in kind.settled_states)


def _wait(run: Pass, item: Item, state: State, words: str) -> None:
    """Azure is at work on it, begun by nobody that this process remembers. An operation that does not end is told in time."""
    now = run.ports.clock.now()
    if now - run.so_far.busy.setdefault(item.key, now) > run.work.rhythm.patience:
        name = provisioning_state(item)
        item.stand(
            state, "OperationStuck", f"{short(item.id)} has been {name} for longer than any such operation takes"
        )
    else:
        item.stand(state, "Progressing", words)
