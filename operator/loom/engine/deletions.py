"""Deletions: what the inventory holds and nothing declares any more, and whether it may go. A pass and a preview ask here alike.

Before a delete two things must hold, however the id came here: a direct read shows our mark, and the id lies where the
namespace's grant reaches today. What holds data stays unless `deleteData` names it, and so does whatever contains what stays.
"""

from collections.abc import Callable, Iterable

from loom.engine.inventory import data_name, known_type, short
from loom.engine.item import Deletion
from loom.engine.look import look_up
from loom.engine.marks import Ownership, judge, owner_of
from loom.engine.memory import held
from loom.engine.observe import is_stuck
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.engine.together import together
from loom.errors import CloudError
from loom.plan.arm_id import RESOURCE_GROUP, SUBSCRIPTION, is_within, key, name_of, parent_of, type_of
from loom.plan.arm_type import ArmType, Marking
from loom.plan.catalog import TYPES, collection_of, data_within
from loom.plan.outcome import State
from loom.plan.values import at


async def find_deletions(run: Pass, keep: Iterable[str]) -> None:
    """Fill `run.deletions`: the inventory less `keep` (ids), each with the reason if it stays all the same.

    Data in what is to go counts whoever made it. Raises CloudError where the cloud does not answer.
    """
    kept = {key(arm_id) for arm_id in keep}
    kept |= {
        name for name, spelled in run.inventory.ids.items() if any(is_within(spelled, one) for one in run.plan.keeps)
    }
    found = [Deletion(spelled, known_type(spelled)) for name, spelled in run.inventory.ids.items() if name not in kept]
    for deletion in found:
        deletion.emptied = await _is_a_copy(run, deletion)
        _judge_data(run, deletion)
    for deletion in found:
        _judge_held(deletion, found)
    if run.deep:
        await together(_note_loss(run, deletion) for deletion in found if deletion.retained)
        found = [deletion for deletion in found if deletion.id in run.inventory]
    for deletion in [deletion for deletion in found if not deletion.retained]:
        found += await _unlisted_data(run, deletion, run.since)
    await _keep_footing(run, found)
    staying = [d.id for d in found if d.retained] + [
        run.inventory.ids[name] for name in kept if name in run.inventory.ids
    ]
    for deletion in found:
        inside = next((arm_id for arm_id in staying if arm_id != deletion.id and is_within(arm_id, deletion.id)), None)
        if inside and not deletion.retained:
            _retain(deletion, f"{short(deletion.id)} stays because it contains {short(inside)}")
    run.deletions = found


async def _note_loss(run: Pass, deletion: Deletion) -> None:
    """What would stay may not be there at all: never made, or deleted by somebody. Then nobody is told of it, and it keeps nothing.

    It costs a read for each, so that it is asked in the slow tier's turn only; whatever goes is read when it goes.
    """
    if not deletion.type.api_version or is_being_made(run, deletion):
        return
    try:
        lost = await run.ports.cloud.get(deletion.id) is None
    except CloudError as error:
        if error.passes_soon:
            raise
        return  # nobody can tell
    if lost:
        run.inventory.remove(deletion.id)


def is_being_made(run: Pass, deletion: Deletion) -> bool:
    """Does an operation still run that makes it? Some services show nothing before that has ended."""
    running = (one for one in run.memory.running.values() if key(one.operation.id) == deletion.key)
    return any(not is_stuck(run, one) for one in running)


async def _keep_footing(run: Pass, found: list[Deletion]) -> None:
    """What stays keeps what it stands in, and that in turn: Azure would refuse to take it away, for as long as the other is there."""
    by_key = {deletion.key: deletion for deletion in found}
    holders = [deletion for deletion in found if deletion.retained]
    while holders:
        holder = holders.pop()
        for arm_id in await _footing_of(run, holder):
            under = by_key.get(key(arm_id))
            if under is not None and not under.retained:
                _retain(under, f"{short(under.id)} stays because {short(holder.id)} stands in it")
                holders.append(under)


async def _footing_of(run: Pass, deletion: Deletion) -> list[str]:
    """The ids of what a resource stands in; none where it is not there, or may not be read."""
    if not deletion.type.stands_in:
        return []
    try:
        live = await look_up(run, deletion.id, deletion.type)
    except CloudError as error:
        if error.passes_soon:
            raise
        return []  # Azure itself refuses what is in use
    if live is None:
        return []
    filled = [
        (footing.template, [at(live.body, path) for path in footing.paths]) for footing in deletion.type.stands_in
    ]
    return [template.format(*values) for template, values in filled if all(values)]


async def _is_a_copy(run: Pass, deletion: Deletion) -> bool:
    """Does it only repeat what stands elsewhere, and goes with that? What Azure has no DELETE for is emptied then.

    It costs a read of its own, asked in the slow tier's turn and remembered until the next.
    """
    path = deletion.type.copies
    if not path:
        return False
    known = None if run.deep else run.memory.slow.get(deletion.key)
    if known is None:
        try:
            live = await look_up(run, deletion.id, deletion.type)
        except CloudError as error:
            if error.passes_soon:
                raise
            return False
        source = at(live.body, path) if live else None
        known = run.memory.slow[deletion.key] = held("", False, {path: source} if source is not None else {})
    return path in known.values


def _judge_data(run: Pass, deletion: Deletion) -> None:
    if deletion.emptied:
        return
    kind, name = deletion.type, data_name(deletion.type, deletion.id)
    named = name.lower() in {wish.lower() for wish in run.work.wishes.delete_data}
    if kind.protected and not named:
        hint = "name it in spec.deleteData to let it go" if kind.deletable else _WITH_ITS_HOLDER
        _retain(deletion, f"{name} is kept: {kind.protected}; {hint}")


_WITH_ITS_HOLDER = "it goes with what holds it, where spec.deleteData names both"


def _judge_held(deletion: Deletion, found: list[Deletion]) -> None:
    """Data that Azure deletes only with what holds it, as a secret with its vault, stays as long as that does."""
    kind = deletion.type
    if deletion.retained or deletion.emptied or not kind.protected or kind.deletable:
        return
    holder = key(parent_of(deletion.id))
    going = any(d.key == holder and d.type.protected and not d.retained for d in found)
    if not going:
        _retain(deletion, f"{data_name(kind, deletion.id)} is kept: {kind.protected}; {_WITH_ITS_HOLDER}")


async def _unlisted_data(run: Pass, deletion: Deletion, since: float) -> list[Deletion]:
    """The data inside that no inventory names, and nobody has let go: a tenant's own hub, or what a lost status listed."""
    inside: list[Deletion] = []
    try:
        for kind in data_within(deletion.type):
            place = collection_of(deletion.id, deletion.type, kind)
            for live in (await run.ports.snapshots.list(run.ports.cloud, place, since)).values():
                if live.id not in run.inventory and not _is_empty(kind, live):
                    inside.append(Deletion(live.id, kind))
    except CloudError as error:
        if error.passes_soon:
            raise
        words = f"what {short(deletion.id)} contains cannot be read: {error.message}"
        deletion.halt(State.BLOCKED, error.reason, words)
    for data in inside:
        _judge_data(run, data)
    return [data for data in inside if data.retained]


def _is_empty(kind: ArmType, live: Observed) -> bool:
    """Does it say itself that it holds nothing any more? A secret whose key was taken back keeps no vault."""
    path, value = kind.emptied
    return bool(path) and at(live.body, path) == value


async def may_go(run: Pass, deletion: Deletion, live: Observed) -> bool:
    """Is `live` gone if it is deleted once all that is to go before it has gone? The deletion says why not.

    Ours by its mark, within today's grant, no data inside, and a resource group empty but for what goes as well.
    """
    if not await may_be_deleted(run, deletion, live):
        return False
    if data := await _unlisted_data(run, deletion, run.ports.clock.now()):
        _retain(deletion, f"{short(deletion.id)} stays because it contains {short(data[0].id)}")
        return False
    if deletion.state is State.BLOCKED:
        return False
    if deletion.type.name == RESOURCE_GROUP and (held := await _staying_in(run, deletion)):
        names = ", ".join(short(arm_id) for arm_id in held[:3]) + (
            f" and {len(held) - 3} more" if len(held) > 3 else ""
        )
        _retain(deletion, f"{short(deletion.id)} is not empty ({names}) and stays")
        return False
    return True


async def _staying_in(run: Pass, deletion: Deletion) -> list[str]:
    going = {d.key for d in run.deletions if not d.retained and d.state is not State.BLOCKED and d.id in run.inventory}
    return [arm_id for arm_id in await run.ports.cloud.members(deletion.id) if key(arm_id) not in going]


async def may_be_deleted(run: Pass, deletion: Deletion, live: Observed) -> bool:
    """Is it ours by its mark, and within today's grant? What is not ours leaves the inventory; what no grant covers is blocked."""
    whose = judge(deletion.type, live, run.work.owner, await _witness(run, deletion, live))
    if whose is not Ownership.OURS or not (deletion.type.deletable or deletion.emptied):
        owner = owner_of(deletion.type, live) or "nobody"
        run.inventory.remove(deletion.id)  # not ours: nothing to keep track of
        if whose is not Ownership.OURS:
            run.warn("NotOurs", f"{short(deletion.id)} carries the mark of {owner} and is left alone")
        return False
    if not run.work.authority.covers(deletion.id):
        why = run.work.authority.denied or "no grant of this namespace covers it"
        deletion.halt(State.BLOCKED, "NotGranted", f"{short(deletion.id)} is not deleted: {why}")
        return False
    return True


async def _witness(run: Pass, deletion: Deletion, live: Observed) -> Callable[[str], bool]:
    """What proves that a resource without a mark of its own is ours: its nearest marked ancestor, or what it points at."""
    ours = False
    if deletion.type.marking in (Marking.NAME, Marking.INSIDE):
        ours = await _bears_mark(run, parent_of(deletion.id))
    elif deletion.type.marking is Marking.POINTER:
        target = str(at(live.body, deletion.type.marker_path) or "")
        # What it pointed at may be gone before it; then only the name, which holds our hash, can speak.
        ours = await _bears_mark(run, target) or run.work.owner.hash in name_of(deletion.id).lower()
    return lambda _: ours


async def _bears_mark(run: Pass, arm_id: str) -> bool:
    """Does this resource, or the nearest ancestor that can carry a tag, carry ours? Read, because status and plan prove nothing."""
    place = arm_id
    while place and type_of(place) != SUBSCRIPTION:
        kind = TYPES.get(type_of(place).lower())  # what only stands between has no row
        if kind is not None and kind.marking is Marking.TAG:
            live = await run.ports.snapshots.one(run.ports.cloud, place, run.since)
            return live is not None and owner_of(kind, live) == run.work.owner.mark
        place = parent_of(place)
    return False


def _retain(deletion: Deletion, message: str) -> None:
    deletion.retained = True
    deletion.halt(State.READY, "Retained", message)
