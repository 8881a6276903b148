"""Rediscover: what is ours, found again where the status was lost: by tags, in lists of a service of others, at places of the grant.

What is found is a reason to look, never a right to delete: before that, `loom.engine.deletions` asks for the same proof as ever.
"""

from collections.abc import Mapping
from dataclasses import replace

from loom.engine.marks import Ownership, judge
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, subscription_of, type_of, without_revision
from loom.plan.arm_type import ArmType, Marking
from loom.plan.catalog import arm_type, collection_of, listed_within
from loom.plan.ownership import Authority
from loom.plan.resource import Mode
from loom.plan.values import at


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
    await _find_in_lists(run, reach, planned)
    for inner, scope in reach.inner:
        await _find_copies(run, reach, arm_type(inner), scope)


async def _find_copies(run: Pass, reach: Authority, kind: ArmType, scope: str) -> None:
    """Take into the inventory what only repeats something, and what it says that it repeats: no list may show that one."""
    holder, _, collection = kind.name.rpartition("/")
    if not kind.copies or type_of(scope).lower() != holder.lower():
        return
    for live in await _ours_among(run, kind, f"{scope}/{collection}"):
        source = at(live.body, kind.copies)
        if source is not None:
            run.inventory.add(live.id)
            if str(source).startswith("/") and reach.covers(str(source)):
                run.inventory.add(str(source))


async def _find_in_lists(run: Pass, reach: Authority, planned: Mapping[str, str]) -> None:
    """Take into the inventory what is ours in a service of others, where no tag can be looked for.

    It asks no plan: what is going away may have no document any more to plan with. What lies deeper goes with these, a revision with
    its API: lists show one that is current, whatever the history is to keep.
    """
    for kind in listed_within(arm_type(reach.home)) if reach.home else ():
        for live in await _ours_among(run, kind, collection_of(reach.home, arm_type(reach.home), kind)):
            if live.id == without_revision(live.id):
                run.inventory.add(planned.get(key(live.id), live.id))


async def _ours_among(run: Pass, kind: ArmType, collection: str) -> list[Observed]:
    """What a list shows to be ours. Where we may not even read, nothing is found, and that is told."""
    try:
        listed = await run.ports.snapshots.list(run.ports.cloud, collection, run.since)
    except CloudError as error:
        if error.retry is Retry.NOW:
            raise
        run.warn(
            error.reason, f"what may be ours among {collection.rpartition('/')[2]} is not looked for: {error.message}"
        )
        return []
    owner = run.work.owner
    return [live for live in listed.values() if judge(kind, live, owner, lambda _: False) is Ownership.OURS]


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
