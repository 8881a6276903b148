"""Finalize: what happens when the object is deleted. It needs the inventory, the marks, and today's authority; nothing else.

Under Plan, Observe or suspend, and with `deletionPolicy: Detach`, nothing is written to Azure: the finalizer goes, and one event
lists what stays. What holds data stays in any case unless `deleteData` names it.
"""

from itertools import accumulate

from loom.engine.deletions import find_deletions
from loom.engine.inventory import data_name, known_type, short
from loom.engine.one_pass import Pass
from loom.engine.prune import prune
from loom.engine.rediscover import rediscover
from loom.engine.status import is_blank
from loom.engine.work import Event
from loom.plan.arm_id import key
from loom.plan.outcome import State

_ROOM = 900  # characters of names in an event, which holds 1024


async def finalize(run: Pass) -> bool:
    """Carry a deletion on. True when the finalizer may go."""
    if run.work.in_use:
        return False
    if not deletes(run):
        _say_what_stays(run, [*run.inventory.ids.values()])
        return True
    if not run.inventory.ids and is_blank(run.work.status):
        await rediscover(run)
    if not run.inventory.ids:
        return True
    await find_deletions(run, keep=())
    await prune(run)
    left = [d for d in run.deletions if not d.retained]
    if left:
        return False
    _say_what_stays(run, [d.id for d in run.deletions])
    return True


def deletes(run: Pass) -> bool:
    """Does the deletion of this object delete anything in Azure?"""
    wishes = run.work.wishes
    if wishes.policy != "Manage" or wishes.suspend:
        return False
    return wishes.deletion_policy == "Delete" if wishes.deletion_policy else run.work.deletes


def _say_what_stays(run: Pass, ids: list[str]) -> None:
    if not ids:
        return
    names = [data_name(known_type(i), i) if known_type(i).protected else short(i) for i in sorted(ids, key=key)]
    shown = [
        name for name, room in zip(names, accumulate(len(name) + 2 for name in names), strict=True) if room < _ROOM
    ]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    run.events.append(Event("Normal", "Detached", f"stays in Azure: {', '.join(shown)}{more}"))


def remaining(run: Pass) -> str:
    """What a deletion still waits for, in words."""
    if run.work.in_use:
        return run.work.in_use
    left = [d for d in run.deletions if not d.retained]
    stuck = [d for d in left if d.state in (State.FAILED, State.BLOCKED) or d.reason == "OperationStuck"]
    if stuck:
        return "; ".join(d.message for d in stuck[:3])
    return f"{len(left)} resources are still to go" if len(left) != 1 else "1 resource is still to go"
