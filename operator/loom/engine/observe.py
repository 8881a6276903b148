"""Observe: what is there, read as cheaply as its type allows, each planned resource once in a pass.

Lists are shared (`Snapshots`); what stands inside its parent's body is taken from there; what costs a read for each resource is
the slow tier, read when that is due and always after a change. What lies below something absent is absent: no read.
"""

from collections.abc import Iterable, Iterator, Mapping

from loom.engine.decide import decide
from loom.engine.diff import differences
from loom.engine.inventory import short
from loom.engine.item import CREATE, DELETE, UPDATE, Item, Pass
from loom.engine.memory import Held, Running
from loom.engine.ports import Observed
from loom.engine.together import together
from loom.errors import CloudError, Retry
from loom.plan.arm_id import (
    RESOURCE_GROUP,
    ancestors,
    group_of,
    is_within,
    key,
    parent_of,
    subscription_of,
    without_revision,
)
from loom.plan.arm_type import ArmType, Listing, Tier
from loom.plan.catalog import arm_type
from loom.plan.graph import dependencies, levels
from loom.plan.outcome import State
from loom.plan.resource import Mode, Named
from loom.plan.values import Json, Unresolved, at, resolve


async def observe(run: Pass) -> None:
    """Fill `run.items`, dependencies first: what is there, and what that means for each resource."""
    for level in levels(run.plan.resources):
        items = [run.new_item(resource, arm_type(_type_source(resource.id))) for resource in level]
        await together(_assess(run, item) for item in items)


def _type_source(arm_id: str | Named) -> str:
    return arm_id if isinstance(arm_id, str) else arm_id.example


async def _assess(run: Pass, item: Item) -> None:
    if not item.id:
        item.stand(
            State.WAITING, "Progressing", "its name depends on a resource that is not there yet", action="Create"
        )
        return
    if item.key in run.memory.running:
        _say_running(run, item, run.memory.running[item.key])
        return
    if taken := next((name for name in being_taken(run) if is_within(item.id, run.items[name].id)), ""):
        item.stand(State.WAITING, "Progressing", f"waits for {taken}", action=CREATE)
        return
    if _is_below_foreign(run, item):
        item.foreign = item.trusted = True
        item.stand(State.READY, message="lies in what somebody else made; left alone")
        return
    if run.is_answered(item):
        item.stand(State.READY)
        item.trusted = True
        run.memory.slow[item.key] = Held()
        return
    if run.is_settled(item) and (item.type.tier is Tier.SLOW or not run.afresh):
        item.stand(State.READY)
        return
    if item.resource.mode is Mode.REQUEST and (other := blocked_by(run, item)) is not None:
        item.stand(State.WAITING, "Progressing", f"waits for {other.key}")
        return
    if run.lazy and item.type.listing is Listing.EACH and (other := blocked_by(run, item)) is not None and other.action:
        item.stand(State.WAITING, "Progressing", f"waits for {other.key}", action=CREATE)
        return
    known = run.memory.slow.get(item.key)
    if item.type.tier is Tier.SLOW and not run.deep and known is not None:
        item.stand(State.READY, message=known.message)
        item.trusted, item.foreign = True, known.foreign
        return
    try:
        item.live = await look(run, item) if item.key not in run.so_far.absent else None
    except CloudError as error:
        if error.retry is Retry.NOW:
            raise  # the cloud does not answer: nothing can be said of any of them
        item.stand(State.UNKNOWN, error.reason, error.message)
        return
    item.read = item.trusted = True
    if item.live is None and item.resource.mode is Mode.MANAGED:
        run.so_far.absent.add(item.key)
    run.remember_outputs(item)
    if run.deep:
        await _look_inside(run, item)
    decide(run, item)
    if item.action == UPDATE and item.inside is None:
        await _look_inside(run, item)
        decide(run, item)
    _hold(run, item)


async def _look_inside(run: Pass, item: Item) -> None:
    """The members of its contents: a list of their own, which the slow tier reads, and whoever is about to write."""
    if item.resource.contents is not None and item.live is not None:
        found = await run.ports.snapshots.list(run.ports.cloud, item.resource.contents.collection, run.since)
        item.inside = tuple(member.body for member in found.values())


def _hold(run: Pass, item: Item) -> None:
    """What only the slow tier reads is taken to hold until its next turn, if it did when it was read."""
    if item.type.tier is Tier.SLOW and item.state is State.READY:
        run.memory.slow[item.key] = Held(item.message, item.foreign)
    else:
        run.memory.slow.pop(item.key, None)


def _say_running(run: Pass, item: Item, running: Running) -> None:
    state = State.UPDATING if running.update else State.CREATING
    if is_stuck(run, running):
        words = f"the operation on {short(item.id)} has not ended in any reasonable time; it is still being asked"
        item.stand(state, "OperationStuck", words)
    else:
        item.stand(state, "Progressing", "a long operation is under way")


def being_taken(run: Pass) -> list[str]:
    """The keys of what is planned and is being deleted all the same, to be made again."""
    return [name for name, running in run.memory.running.items() if running.digest == DELETE and name in run.items]


def is_stuck(run: Pass, running: Running) -> bool:
    """Has an operation taken longer than anybody would expect?"""
    return run.ports.clock.now() - running.since > run.work.rhythm.patience


async def look(run: Pass, item: Item) -> Observed | None:
    """The live resource, or None where there is none."""
    if item.resource.mode.is_only_read and not item.type.offered:
        # Not ours: no write of ours makes what was read of it stale. Whoever asks has perhaps just put it there.
        since = run.since if run.asked else min(run.since, run.ports.clock.now() - run.work.rhythm.interval / 2)
        return await run.ports.snapshots.one(run.ports.cloud, item.id, since)
    if item.resource.mode is Mode.REQUEST:
        return await _asked_for(run, item)  # below what this run has made, too: it is not made by us
    if _below_absent(run, item):
        return None
    return await _read(run, item.id, item.type, item)


def _below_absent(run: Pass, item: Item) -> bool:
    """Does the resource lie below one of ours that is not there, or that this run has only just made?"""
    if key(item.id) in run.so_far.created:
        return False
    if is_below_new(run, item.id):
        return True
    others = (run.by_id.get(key(ancestor)) for ancestor in ancestors(item.id))
    return any(other is not None and other.read and other.live is None for other in others)


def _is_below_foreign(run: Pass, item: Item) -> bool:
    """Does Azure hold somebody else's resource for the one that this one is to lie in?"""
    others = (run.by_id.get(key(ancestor)) for ancestor in ancestors(item.id))
    return any(other is not None and other.foreign for other in others)


def is_below_new(run: Pass, arm_id: str) -> bool:
    """Does it lie below a resource that this run made?"""
    return any(key(ancestor) in run.so_far.created for ancestor in ancestors(arm_id))


async def _read(run: Pass, arm_id: str, kind: ArmType, item: Item) -> Observed | None:
    cloud, shared = run.ports.cloud, run.ports.snapshots
    if run.is_among_others(item):
        return await cloud.get(arm_id)  # lists of containers show no metadata (azure-sdk-for-net, issue 17717)
    match kind.listing:
        case Listing.EACH:
            return await cloud.get(arm_id)
        case Listing.INLINE:
            return await _inline(run, item)
        case Listing.SUBSCRIPTION:
            place = f"/subscriptions/{subscription_of(arm_id)}"
            collection = f"{place}/resourceGroups" if kind.name == RESOURCE_GROUP else f"{place}/providers/{kind.name}"
        case Listing.PARENT:
            parent = parent_of(arm_id)
            collection = f"{parent}{arm_id[len(parent) :].rpartition('/')[0]}"
    found = await shared.list(cloud, collection, run.since)
    live = found.get(key(arm_id)) or _same(run, item, found)
    if live is None and kind.unlisted and kind.unlisted in arm_id and key(without_revision(arm_id)) in found:
        return await cloud.get(arm_id)
    return live


def _same(run: Pass, item: Item, found: Mapping[str, Observed]) -> Observed | None:
    """The resource that Azure holds for the same under another name (a role assignment: scope, principal, role)."""
    if item.resource.mode is not Mode.MANAGED:
        return None
    return next(_alike(run, item, found.values()), None)


def _alike(run: Pass, item: Item, found: Iterable[Observed]) -> Iterator[Observed]:
    """Those that are the same to Azure as what the item declares, whatever their names."""
    wanted = [_comparable(value_at(run, item, path)) for path in item.type.same]
    if wanted and None not in wanted:
        yield from (live for live in found if [_comparable(at(live.body, path)) for path in item.type.same] == wanted)


async def _asked_for(run: Pass, item: Item) -> Observed | None:
    """A request that carries the item's words, one that is not answered yet before any other. Its name is whatever it is."""
    collection = item.id.rpartition("/")[0]
    alike = list(_alike(run, item, await run.ports.cloud.list(collection)))
    open_ones = [one for one in alike if differences(item.type, item.desired, one.body, (), run.lookup)]
    chosen = next(iter([*open_ones, *alike]), None)
    if chosen is not None:
        item.id = chosen.id
    return chosen


def value_at(run: Pass, item: Item, path: str) -> Json:
    """What the item declares at a path, references resolved; a scope that nobody declares is the resource it extends."""
    if path == "properties.scope" and at(item.desired, path) is None:
        return parent_of(item.id)
    try:
        return resolve(at(item.desired, path), run.lookup)
    except Unresolved:
        return None


def _comparable(value: Json) -> Json:
    return value.lower().rstrip("/") if isinstance(value, str) else value


async def _inline(run: Pass, item: Item) -> Observed | None:
    """A child that stands inside its parent's body: the parent as this pass saw it, else read from its own bulk list."""
    parent_id, collection_id = parent_of(item.id), item.id.rpartition("/")[0]
    known = run.by_id.get(key(parent_id))
    parent = known.live if known and known.resource.mode is Mode.MANAGED else None
    if parent is None:
        lists = arm_type(parent_id)
        if lists.listing is Listing.SUBSCRIPTION and group_of(parent_id):
            collection = f"/subscriptions/{subscription_of(parent_id)}/providers/{lists.name}"
            parent = (await run.ports.snapshots.list(run.ports.cloud, collection, run.since)).get(key(parent_id))
        else:
            parent = await run.ports.snapshots.one(run.ports.cloud, parent_id, run.since)
    children = at(parent.body, item.type.inline_path) if parent else None
    found = {
        key(arm_id): Observed(arm_id, child, str(child.get("etag") or ""))
        for child in (children if isinstance(children, list) else [])
        if isinstance(child, Mapping) and (arm_id := f"{collection_id}/{child.get('name')}")
    }
    return found.get(key(item.id)) or _same(run, item, found)


def remember_settled(run: Pass) -> None:
    """What holds in an unfinished run is not read again in its next pass."""
    for item in run.items.values():
        if item.state is State.READY and item.read:
            run.so_far.settled.setdefault(item.key, run.digest(item))


def blocked_by(run: Pass, item: Item) -> Item | None:
    """The first dependency that does not hold yet; None when the resource may be written."""
    for name in sorted(dependencies(item.resource)):
        other = run.items.get(name)
        if other is not None and other.state is not State.READY:
            return other
    return None
