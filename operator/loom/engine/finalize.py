"""Finalize: what happens when the object is deleted. It needs the inventory, the marks, and today's authority; nothing else.

Under Plan, Observe or suspend, and with `deletionPolicy: Detach`, nothing is written to Azure: the finalizer goes, and one event
lists what stays. What holds data stays in any case unless `deleteData` names it.
"""

from loom.engine.inventory import data_name, short
from loom.engine.item import Pass
from loom.engine.prune import find_deletions, prune
from loom.engine.work import Event
from loom.plan.arm_id import key, subscription_of
from loom.plan.catalog import arm_type
from loom.plan.outcome import State

_LISTED = 20


async def finalize(run: Pass) -> bool:
    """Carry a deletion on. True when the finalizer may go."""
    if run.work.in_use:
        return False
    if not deletes(run):
        _say_what_stays(run, [*run.inventory.ids.values()])
        return True
    await _rediscover(run)
    if not run.inventory.ids:
        return True
    find_deletions(run, keep=())
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


async def _rediscover(run: Pass) -> None:
    """A status that was lost, and not one that says "nothing": find by marker what belongs to this object."""
    seen = run.work.status.get("observedGeneration")
    if run.inventory.ids or (isinstance(seen, int) and seen >= 0) or run.work.authority.denied:
        return
    await rediscover(run)


async def rediscover(run: Pass) -> None:
    """Take into the inventory everything that carries our mark in the subscriptions where we may write."""
    scopes = (run.work.authority.home, *run.work.authority.scopes)
    for subscription in sorted({subscription_of(scope) for scope in scopes if scope}):
        for arm_id in await run.ports.cloud.marked(subscription, run.work.owner.mark):
            if run.work.authority.covers(arm_id):
                run.inventory.add(arm_id)


def _say_what_stays(run: Pass, ids: list[str]) -> None:
    if not ids:
        return
    names = [data_name(arm_type(i), i) if arm_type(i).protected else short(i) for i in sorted(ids, key=key)]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    message = f"stays in Azure: {', '.join(names[:_LISTED])}{more}"
    run.events.append(Event("Normal", "Detached", message[:1000]))


def remaining(run: Pass) -> str:
    """What a deletion still waits for, in words."""
    if run.work.in_use:
        return run.work.in_use
    left = [d for d in run.deletions if not d.retained]
    stuck = [d for d in left if d.state in (State.FAILED, State.BLOCKED) or d.reason == "OperationStuck"]
    if stuck:
        return "; ".join(d.message for d in stuck[:3])
    return f"{len(left)} resources are still to go" if len(left) != 1 else "1 resource is still to go"
