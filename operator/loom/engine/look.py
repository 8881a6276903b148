"""Look: how one planned resource is read, as cheaply as its type allows.

Lists are shared (`Snapshots`); what stands inside its parent's body is taken from there. What lies below something absent is absent: no
read. What is read means nothing here; that is decided in `loom.engine.decide`.
"""

from collections.abc import Mapping

from loom.engine.alike import alike
from loom.engine.item import Item
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.engine.requests import look_for
from loom.plan.arm_id import (
    RESOURCE_GROUP,
    ancestors,
    group_of,
    key,
    parent_of,
    subscription_of,
    without_revision,
)
from loom.plan.arm_type import ArmType, Listing
from loom.plan.catalog import arm_type
from loom.plan.resource import Mode
from loom.plan.values import at


async def look(run: Pass, item: Item) -> Observed | None:
    """The live resource, or None where there is none."""
    if item.resource.mode.is_only_read and not item.type.offered:
        # Not ours: no write of ours makes what was read of it stale. Whoever asks has perhaps just put it there.
        since = run.since if run.asked else min(run.since, run.ports.clock.now() - run.work.rhythm.interval / 2)
        return await run.ports.snapshots.one(run.ports.cloud, item.id, since)
    if item.resource.mode is Mode.REQUEST:
        return await look_for(run, item)  # below what this run has made, too: it is not made by us
    if is_below_absent(run, item.id):
        return None
    return await _read(run, item.id, item.type, item)


def is_below_absent(run: Pass, arm_id: str) -> bool:
    """Would it lie below one of ours that is not there, or that this run has only just made?"""
    if key(arm_id) in run.so_far.created:
        return False
    if is_below_new(run, arm_id):
        return True
    others = map(run.by_id.get, ancestors(arm_id))
    return any(other is not None and other.read and other.live is None for other in others)


def is_below_foreign(run: Pass, arm_id: str) -> bool:
    """Does Azure hold somebody else's resource for the one that this one is to lie in?"""
    others = map(run.by_id.get, ancestors(arm_id))
    return any(other is not None and other.foreign for other in others)


def is_below_new(run: Pass, arm_id: str) -> bool:
    """Does it lie below a resource that this run made?"""
    return bool(run.so_far.created) and not run.so_far.created.isdisjoint(ancestors(arm_id))


async def look_up(run: Pass, arm_id: str, kind: ArmType) -> Observed | None:
    """A resource that nothing plans, read where its type is read in bulk; None where there is none."""
    return (await _around(run, arm_id, kind)).get(key(arm_id))


async def _read(run: Pass, arm_id: str, kind: ArmType, item: Item) -> Observed | None:
    if run.is_among_others(item):
        # Lists of containers show no metadata (azure-sdk-for-net, issue 17717).
        return await run.ports.cloud.get(arm_id)
    if item.key in run.so_far.written and _is_crowded_around(run, arm_id, kind):
        return await run.ports.snapshots.one(run.ports.cloud, arm_id, run.since)
    found = await _around(run, arm_id, kind)
    # What stands in the place of ours does so only as long as it is the same.
    is_stood_in = item.resource.id in run.memory.elsewhere
    live = (None if is_stood_in else found.get(key(arm_id))) or _same(run, item, found)
    if live is None and kind.unlisted and kind.unlisted in arm_id and key(without_revision(arm_id)) in found:
        return await run.ports.cloud.get(arm_id)
    return live


async def _around(run: Pass, arm_id: str, kind: ArmType) -> Mapping[str, Observed]:
    """What is read together with a resource, itself included where it is there: by comparable id."""
    match kind.listing:
        case Listing.EACH:
            live = await run.ports.cloud.get(arm_id)
            return {key(arm_id): live} if live else {}
        case Listing.INLINE:
            return await _inline(run, arm_id, kind)
        case Listing.SUBSCRIPTION | Listing.PARENT:
            return await run.ports.snapshots.list(run.ports.cloud, _collection_of(arm_id, kind), run.since)


def _collection_of(arm_id: str, kind: ArmType) -> str:
    """The list in which a resource is found: its subscription's, or its parent's."""
    if kind.listing is Listing.PARENT:
        parent = parent_of(arm_id)
        return f"{parent}{arm_id[len(parent) :].rpartition('/')[0]}"
    place = f"/subscriptions/{subscription_of(arm_id)}"
    return f"{place}/resourceGroups" if kind.name == RESOURCE_GROUP else f"{place}/providers/{kind.name}"


def is_crowded(run: Pass, collection: str) -> bool:
    """Would one reader pay for the whole of a long list, after a write that makes every shared reading too old?"""
    return _has_just_written(run) and run.ports.snapshots.is_long(run.ports.cloud, collection)


def _is_crowded_around(run: Pass, arm_id: str, kind: ArmType) -> bool:
    """Is it cheaper to read a resource by itself, after a write?

    Each of a thousand zones would else read all links of a DNS zone anew, or a hub network with all its peerings.
    """
    match kind.listing:
        case Listing.EACH:
            return False
        case Listing.INLINE:
            parent = run.by_id.get(key(parent_of(arm_id)))
            return _has_just_written(run) and (parent is None or parent.resource.mode is not Mode.MANAGED)
        case Listing.SUBSCRIPTION | Listing.PARENT:
            return is_crowded(run, _collection_of(arm_id, kind))


def _has_just_written(run: Pass) -> bool:
    return run.since <= run.memory.last_write


def _same(run: Pass, item: Item, found: Mapping[str, Observed]) -> Observed | None:
    """The resource that Azure holds for the same under another name (a role assignment: scope, principal, role)."""
    if item.resource.mode is not Mode.MANAGED:
        return None
    return next(alike(run, item, found.values()), None)


async def _inline(run: Pass, arm_id: str, kind: ArmType) -> Mapping[str, Observed]:
    """The children that stand inside a parent's body: the parent as this pass saw it, else read from its own bulk list."""
    parent_id, collection_id = parent_of(arm_id), arm_id.rpartition("/")[0]
    known = run.by_id.get(key(parent_id))
    parent = known.live if known and known.resource.mode is Mode.MANAGED else None
    if parent is None:
        lists = arm_type(parent_id)
        if lists.listing is Listing.SUBSCRIPTION and group_of(parent_id):
            collection = f"/subscriptions/{subscription_of(parent_id)}/providers/{lists.name}"
            parent = (await run.ports.snapshots.list(run.ports.cloud, collection, run.since)).get(key(parent_id))
        else:
            parent = await run.ports.snapshots.one(run.ports.cloud, parent_id, run.since)
    children = at(parent.body, kind.inline_path) if parent else None
    return {
        key(child_id): Observed(child_id, child, str(child.get("etag") or ""))
        for child in (children if isinstance(children, list) else [])
        if isinstance(child, Mapping) and (child_id := f"{collection_id}/{child.get('name')}")
    }
