"""Finalize: what happens when the object is deleted. It needs the inventory, the marks, and today's authority; nothing else.

Under Plan, Observe or suspend, and with `deletionPolicy: Detach`, nothing is written to Azure: the finalizer goes, and one event
lists what stays. What holds data stays in any case unless `deleteData` names it.
"""

from dataclasses import replace
from itertools import accumulate

from loom.engine.deletions import find_deletions
from loom.engine.inventory import data_name, known_type, short
from loom.engine.marks import Ownership, judge
from loom.engine.one_pass import Pass
from loom.engine.prune import prune
from loom.engine.status import is_blank
from loom.engine.work import Event
from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, subscription_of
from loom.plan.arm_type import Marking
from loom.plan.catalog import arm_type, collection_of, listed_within
from loom.plan.outcome import State
from loom.plan.resource import Mode

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
        await _find_in_lists(run)
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


async def rediscover(run: Pass) -> None:
    """Take into the inventory what may be ours: all that carries our mark where the grant reaches, and its single places.

    A grant that is withdrawn today forbids to write, not to remember what may be written when it is back.
    """
    reach = replace(run.work.authority, denied="")
    planned = {key(r.id): r.id for r in run.plan.resources if isinstance(r.id, str)}
    scopes = (reach.home, *reach.scopes) if _may_carry_tags(run) else ()
    for subscription in sorted({subscription_of(scope) for scope in scopes if scope}):
        for arm_id in await run.ports.cloud.marked(subscription, run.work.owner.mark):
            if reach.covers(arm_id):
                run.inventory.add(planned.get(key(arm_id), arm_id))  # some providers spell their types anew in lists
    for place in sorted(reach.exact - run.by_id.keys()):
        if await _is_there(run, place):
            run.inventory.add(place)  # whose it is, the delete finds out


async def _find_in_lists(run: Pass) -> None:
    """Take into the inventory what is ours in a service of others, where no tag can be looked for.

    It asks no plan: what is going away may have no document any more to plan with. What lies deeper goes with these.
    """
    home = run.work.authority.home
    for kind in listed_within(arm_type(home)) if home else ():
        listed = await run.ports.snapshots.list(run.ports.cloud, collection_of(home, arm_type(home), kind), run.since)
        for live in listed.values():
            if judge(kind, live, run.work.owner, lambda _: False) is Ownership.OURS:
                run.inventory.add(live.id)


def _may_carry_tags(run: Pass) -> bool:
    """Is anything of this object's kind marked by a tag? Nothing in an API Management service is: its lists show what is ours."""
    ids = [r.id if isinstance(r.id, str) else r.id.example for r in run.plan.resources if r.mode is Mode.MANAGED]
    return not ids or any(arm_type(arm_id).marking is Marking.TAG for arm_id in ids)


async def _is_there(run: Pass, arm_id: str) -> bool:
    """Is anything to be seen there? Where we may not even read, we have made nothing."""
    try:
        return await run.ports.cloud.get(arm_id) is not None
    except CloudError as error:
        if error.retry is Retry.NOW:
            raise
        return False


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
