"""Observe: what is there, each planned resource read once in a pass, and not before its turn.

What costs a read for each resource is the slow tier, read when that is due and always after a change. How a resource is read is
`loom.engine.look`'s.
"""

import asyncio
from collections.abc import Iterator

from loom.engine.causes import holds
from loom.engine.decide import decide
from loom.engine.inventory import short
from loom.engine.item import CREATE, DELETE, UPDATE, Item
from loom.engine.look import is_below_foreign, is_crowded, look
from loom.engine.memory import Running, Seen, held
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.engine.together import together
from loom.errors import CloudError
from loom.plan.arm_id import is_within, key, name_of, parent_of
from loom.plan.arm_type import Listing, Tier, Told
from loom.plan.catalog import arm_type
from loom.plan.graph import dependencies, levels
from loom.plan.outcome import State
from loom.plan.resource import Contents, Mode, Named
from loom.plan.values import at, resolve

_TELLING = 32  # characters of a digest (128 bits) that tell two apart for certain


async def observe(run: Pass) -> None:
    """Fill `run.items`, dependencies first: what is there, and what that means for each resource."""
    for level in levels(run.plan.resources):
        items = [run.new_item(resource, arm_type(_type_source(resource.id))) for resource in level]
        looks = [item for item in items if not (_stands_already(run, item) or _can_wait(run, item))]
        await together(_assess(run, item) for item in looks)


def _type_source(arm_id: str | Named) -> str:
    return arm_id if isinstance(arm_id, str) else arm_id.example


async def _assess(run: Pass, item: Item) -> None:
    try:
        if await _is_as_seen(run, item):
            return
        item.live = await look(run, item) if item.key not in run.so_far.absent else None
    except CloudError as error:
        if error.passes_soon:
            raise  # the cloud does not answer: nothing can be said of any of them
        item.stand(State.UNKNOWN, error.reason, error.message)
        return
    item.read = item.trusted = True
    if item.live is None and item.resource.mode is Mode.MANAGED:
        run.so_far.absent.add(item.key)
    run.remember_outputs(item)
    if run.deep and item.resource.contents is not None and item.resource.contents.expected:
        await _look_inside(run, item)
    await weigh(run, item)
    _hold(run, item)


async def weigh(run: Pass, item: Item) -> None:
    """Decide, and where a write would follow, again with what it would do to those who use what stands there. Raises CloudError."""
    decide(run, item)
    if item.action == UPDATE and item.resource.contents is not None:
        await _look_up(run, item, item.resource.contents)
        decide(run, item)


def _stands_already(run: Pass, item: Item) -> bool:
    """Can it be said without a look: not to be named yet, under way, in what is taken away or another's, seen in this run?"""
    if not item.id:
        words = "its name depends on a resource that is not there yet"
        item.stand(State.WAITING, "Progressing", words, action=CREATE)
    elif item.key in run.memory.running:
        _say_running(run, item, run.memory.running[item.key])
    elif taken := next((name for name in being_taken(run) if is_within(item.id, run.items[name].id)), ""):
        item.stand(State.WAITING, "Progressing", f"waits for {taken}", action=CREATE)
    elif is_below_foreign(run, item.id):
        item.foreign = item.trusted = True
        item.stand(State.READY, message="lies in what somebody else made; left alone")
    elif run.is_answered(item):
        item.stand(State.READY)
        item.trusted = True
        _keep_held(run, item)
    elif run.is_settled(item) and (item.type.tier is Tier.SLOW or not run.afresh):
        item.stand(State.READY)
    else:
        return False
    return True


def _can_wait(run: Pass, item: Item) -> bool:
    """Would a look be too early: before what must come first, or before the slow tier's turn?"""
    known = run.memory.slow.get(item.key)
    if item.resource.mode is Mode.REQUEST and (other := _awaited(run, item)) is not None:
        item.stand(State.WAITING, "Progressing", f"waits for {other.key}")
    elif _comes_later(run, item) and (other := blocked_by(run, item)) is not None:
        item.stand(State.WAITING, "Progressing", f"waits for {other.key}", action=UPDATE)
    elif run.lazy and item.type.listing is Listing.EACH and (other := _awaited(run, item)) and other.action:
        item.stand(State.WAITING, "Progressing", f"waits for {other.key}", action=CREATE)
    elif item.type.tier is Tier.SLOW and not run.deep and known is not None and not _is_asked_for(run, item):
        item.stand(State.READY, message=known.message)
        item.trusted, item.foreign = True, known.foreign
    else:
        return False
    return True


def _awaited(run: Pass, item: Item) -> Item | None:
    """The first dependency that is not there, or may be another one once it is written: tags change nothing for others."""
    waits = (other for other in _unready(run, item) if not (other.differs_in_tags_only or run.is_relabeled(other)))
    return next(waits, None)


def _comes_later(run: Pass, item: Item) -> bool:
    """A later stage whose turn comes by itself. What a stopped resource holds is looked at: an earlier run may have written it."""
    return run.lazy and item.resource.mode is Mode.STAGE and not holds(run, [item])


def _is_asked_for(run: Pass, item: Item) -> bool:
    """Does what every pass compares ask it for a value that nobody remembers?"""
    return any(run.remembered(item.key, path) is None for path in _asked_by_every_pass(run, item))


def _asked_by_every_pass(run: Pass, item: Item) -> frozenset[str]:
    """The paths of the values that what every pass compares asks of it."""
    if item.key not in run.wanted:
        return frozenset()
    asking = (other for other in run.plan.resources if arm_type(_type_source(other.id)).tier is Tier.FAST)
    return frozenset(ref.path for other in asking for ref in other.refs if ref.key == item.key)


async def _is_as_seen(run: Pass, item: Item) -> bool:
    """Does what held, for what is declared now, hold still by what costs less than a reading of its own?"""
    known = run.memory.seen.pop(item.key, None)
    if known is None or not run.digest(item).startswith(known.digest) or not run.knows_outputs(item.key):
        return False
    if not (await _is_told(run, item, item.type.told) if item.type.told else await _is_of_version(run, item, known)):
        return False
    item.stand(State.READY, message=known.message)
    item.trusted = True
    run.memory.seen[item.key] = known
    _keep_held(run, item)
    return True


async def _is_of_version(run: Pass, item: Item, known: Seen) -> bool:
    """Does a HEAD show the version that held?"""
    return await run.ports.cloud.version(item.id) == known.etag


async def _is_told(run: Pass, item: Item, told: Told) -> bool:
    """Does the list of the whole service show the link? Nothing else can be said of one.

    After a write the link's own list, which has a few, is cheaper than pages of it that nobody shares.
    """
    parent, target = parent_of(item.id), str(resolve(at(item.desired, item.type.same[0]), run.lookup))
    collection = f"{parent_of(parent)}/{told.collection}"
    if is_crowded(run, collection):
        return False
    try:
        listed = await run.ports.snapshots.list(run.ports.cloud, collection, run.since)
    except CloudError as error:
        if error.passes_soon:
            raise
        return False  # who may not read that list may read the link's own
    found = listed.get(key(told.template.format(parent=parent, parent_name=name_of(parent), target=target)))
    if found is None or not told.path:
        return found is not None
    targets = at(found.body, told.path) or ()
    return any(name_of(str(one.get("id"))).lower() == name_of(target).lower() for one in targets)


async def _look_inside(run: Pass, item: Item) -> None:
    """The members of its contents: a list of their own, which the slow tier reads, and whoever is about to write."""
    if item.resource.contents is not None and item.live is not None:
        found = await run.ports.snapshots.list(run.ports.cloud, item.resource.contents.collection, run.since)
        item.inside = tuple(member.body for member in found.values())


async def _look_up(run: Pass, item: Item, contents: Contents) -> None:
    """The members, and what they refer to: for whoever is about to write."""
    if item.inside is None:
        await _look_inside(run, item)
    if item.inside is not None:
        found = [await run.ports.snapshots.one(run.ports.cloud, one, run.since) for one in contents.refers(item.inside)]
        item.referred = tuple(live.body for live in found if live is not None)
        if item.live is not None:
            # Large documents take seconds: in a thread, so that nobody else stands still. `decide` asks again, and is answered at once.
            await asyncio.to_thread(contents.objection, item.live.body, item.inside, item.referred)


def _hold(run: Pass, item: Item) -> None:
    """What only the slow tier reads is taken to hold until its next turn, if it did when it was read."""
    if item.type.tier is Tier.SLOW and item.state is State.READY:
        _keep_held(run, item)
        if item.live is not None and not item.foreign and run.work.wishes.policy != "Observe":  # which compares nothing
            note_seen(run, item, item.live, run.digest(item))
    else:
        run.memory.slow.pop(item.key, None)


def _keep_held(run: Pass, item: Item) -> None:
    values = {path: run.remembered(item.key, path) for path in _asked_by_every_pass(run, item)}
    run.memory.slow[item.key] = held(item.message, item.foreign, values)


def note_seen(run: Pass, item: Item, live: Observed, digest: str) -> None:
    """Remember the version of what holds, where a HEAD can ask for it; of a link that a list tells of, there is none."""
    if item.type.told or (item.type.heads and live.etag):
        etag = "" if item.type.told else live.etag
        run.memory.seen[item.key] = Seen(etag, digest[:_TELLING], item.message)


def _say_running(run: Pass, item: Item, running: Running) -> None:
    state = State.UPDATING if running.update else State.CREATING
    item.meanwhile = running.serves
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


def remember_settled(run: Pass) -> None:
    """What holds in an unfinished run is not read again in its next pass."""
    for item in run.items.values():
        if item.state is State.READY and item.read:
            run.so_far.settled.setdefault(item.key, run.digest(item))


def blocked_by(run: Pass, item: Item) -> Item | None:
    """The first dependency that does not hold yet; None when the resource may be written."""
    return next(_unready(run, item), None)


def _unready(run: Pass, item: Item) -> Iterator[Item]:
    others = (run.items.get(name) for name in sorted(dependencies(item.resource)))
    return (other for other in others if other is not None and other.state is not State.READY)
