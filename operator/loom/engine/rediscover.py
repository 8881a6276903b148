"""Rediscover: what is ours, found again where the status was lost: by tags, in lists of a service of others, at places of the grant.

What is found is a reason to look, never a right to delete: before that, `loom.engine.deletions` asks for the same proof as ever.
"""

from collections.abc import Mapping
from dataclasses import replace

from loom.engine.inventory import known_type
from loom.engine.look import is_below_absent, is_below_foreign
from loom.engine.marks import Ownership, is_name_of, judge
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.engine.together import together
from loom.errors import CloudError
from loom.plan.arm_id import key, name_of, parent_of, subscription_of, type_of, without_revision
from loom.plan.arm_type import ArmType, Marking, Told
from loom.plan.catalog import arm_type, collection_of, links_within, listed_within
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
    places = {key(place): place for place in (*reach.exact, *run.plan.places)}
    await together(_look_at(run, place) for name, place in sorted(places.items()) if name not in run.by_id)
    await _find_in_lists(run, reach, planned)
    await _find_links(run, reach.home)
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


async def _find_links(run: Pass, home: str) -> None:
    """Take into the inventory the links that bear a name of ours: in what is ours, and in what others made and lists show to lead to it.

    A link of others, whatever it leads to, is theirs.
    """
    for kind in links_within(arm_type(home)) if home else ():
        holder, _, leaf = kind.name.rpartition("/")
        there = {item.id for item in run.items.values() if item.live and item.type.name == holder}
        for place in sorted(there | await _who_leads_to_ours(run, home, kind)):
            for live in (await _listed(run, f"{place}/{leaf}")).values():
                if is_name_of(run.work.owner, name_of(live.id)):
                    run.inventory.add(live.id)


async def _who_leads_to_ours(run: Pass, home: str, kind: ArmType) -> set[str]:
    """The ids of what holds links to something of ours, as a list of the whole service tells (`Told`)."""
    told, holder = kind.told, arm_type(kind.name.rpartition("/")[0])
    ours = {name for name, item in run.by_id.items() if item.live and item.resource.mode is Mode.MANAGED}
    if told is None or told.path or not ours:
        return set()
    shown = [name for name in await _listed(run, f"{home}/{told.collection}") if parent_of(name) in ours]
    holders = (await _listed(run, collection_of(home, arm_type(home), holder))).values() if shown else ()
    targets = {parent_of(name) for name in shown}
    return {one.id for one in holders if any(key(_as_told(told, one.id, target)) in shown for target in targets)}


def _as_told(told: Told, parent: str, target: str) -> str:
    return told.template.format(parent=parent, parent_name=name_of(parent), target=target)


async def _ours_among(run: Pass, kind: ArmType, collection: str) -> list[Observed]:
    """What a list shows to be ours."""
    listed, owner = await _listed(run, collection), run.work.owner
    return [live for live in listed.values() if judge(kind, live, owner, lambda _: False) is Ownership.OURS]


async def _listed(run: Pass, collection: str) -> Mapping[str, Observed]:
    """What a list shows. Where we may not even read, nothing is found, and that is told."""
    try:
        return await run.ports.snapshots.list(run.ports.cloud, collection, run.since)
    except CloudError as error:
        if error.passes_soon:
            raise
        run.warn(
            error.reason, f"what may be ours among {collection.rpartition('/')[2]} is not looked for: {error.message}"
        )
        return {}


def _may_carry_tags(run: Pass) -> bool:
    """Is anything of this object's kind marked by a tag? Nothing in an API Management service is: its lists show what is ours."""
    ids = [r.id if isinstance(r.id, str) else r.id.example for r in run.plan.resources if r.mode is Mode.MANAGED]
    return not ids or any(arm_type(arm_id).marking is Marking.TAG for arm_id in ids)


async def _look_at(run: Pass, arm_id: str) -> None:
    """Take into the inventory what is to be seen there: whose it is, the delete finds out.

    Where we may not even read, we have made nothing; what would lie in something absent is absent.
    """
    if is_below_absent(run, arm_id) or is_below_foreign(run, arm_id):
        return
    cloud = run.ports.cloud
    try:
        found = await (cloud.version(arm_id) if known_type(arm_id).heads else cloud.get(arm_id))
    except CloudError as error:
        if error.passes_soon:
            raise
        return
    if found is not None:
        run.inventory.add(arm_id)
