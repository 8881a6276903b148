"""Prune: what the inventory holds and nothing declares any more goes, unless it holds data, contains what stays, or is not ours.

Before a delete two things must hold, however the id came here: a direct read shows our mark, and the id lies where the
namespace's grant reaches today. What could not be confirmed stays in the inventory.
"""

from collections.abc import Callable, Iterable

from loom.engine.apply import LANE_PAUSE, holder, lane_of, remember_failure
from loom.engine.approval import deletion_digest
from loom.engine.inventory import data_name, known_type, short
from loom.engine.item import DELETE, Deletion, Pass
from loom.engine.marks import Ownership, judge, owner_of
from loom.engine.memory import Running
from loom.engine.observe import is_stuck
from loom.engine.ports import Observed
from loom.engine.together import together
from loom.errors import CloudError, Retry
from loom.plan.arm_id import RESOURCE_GROUP, SUBSCRIPTION, is_within, key, name_of, parent_of, type_of
from loom.plan.arm_type import Marking
from loom.plan.catalog import arm_type, collection_of, data_within
from loom.plan.outcome import State
from loom.plan.values import at


async def find_deletions(run: Pass, keep: Iterable[str]) -> None:
    """Fill `run.deletions`: the inventory less `keep` (ids), each with the reason if it stays all the same.

    Data in what is to go counts whoever made it. Raises CloudError where the cloud does not answer.
    """
    kept = {key(arm_id) for arm_id in keep}
    found = [Deletion(spelled, known_type(spelled)) for name, spelled in run.inventory.ids.items() if name not in kept]
    for deletion in found:
        _judge_data(run, deletion)
    for deletion in [deletion for deletion in found if not deletion.retained]:
        found += await _unlisted_data(run, deletion, run.since)
    staying = [d.id for d in found if d.retained] + [
        run.inventory.ids[name] for name in kept if name in run.inventory.ids
    ]
    for deletion in found:
        inside = next((arm_id for arm_id in staying if arm_id != deletion.id and is_within(arm_id, deletion.id)), None)
        if inside and not deletion.retained:
            deletion.retained, deletion.reason = True, "Retained"
            deletion.message = f"{short(deletion.id)} stays because it contains {short(inside)}"
    run.deletions = found


def _judge_data(run: Pass, deletion: Deletion) -> None:
    kind, name = deletion.type, data_name(deletion.type, deletion.id)
    named = name.lower() in {wish.lower() for wish in run.work.wishes.delete_data}
    if kind.protected and not (named and kind.deletable):
        deletion.retained, deletion.reason, deletion.state = True, "Retained", State.READY
        hint = "; name it in spec.deleteData to let it go" if kind.deletable else ""
        deletion.message = f"{name} is kept: {kind.protected}{hint}"


async def _unlisted_data(run: Pass, deletion: Deletion, since: float) -> list[Deletion]:
    """The data inside that no inventory names, and nobody has let go: a tenant's own hub, or what a lost status listed."""
    inside: list[Deletion] = []
    try:
        for kind in data_within(deletion.type):
            place = collection_of(deletion.id, deletion.type, kind)
            for live in (await run.ports.snapshots.list(run.ports.cloud, place, since)).values():
                if live.id not in run.inventory:
                    inside.append(Deletion(live.id, kind))
    except CloudError as error:
        if error.retry is Retry.NOW:
            raise
        _block(deletion, error.reason, f"what {short(deletion.id)} contains cannot be read: {error.message}")
    for data in inside:
        _judge_data(run, data)
    return [data for data in inside if data.retained]


async def prune(run: Pass) -> None:
    """Delete what may go now, innermost first; what is under way or stays is said on each deletion."""
    run.since = run.ports.clock.now()  # no delete goes out on what was read before, of an ancestor either
    for deletion in run.deletions:
        _note_running(run, deletion)
    while True:
        ready = [d for d in run.deletions if _is_ready(run, d)]
        if not ready:
            break
        run.attempted.update(key(d.id) for d in ready)
        await together(_delete(run, deletion) for deletion in ready)
    run.deletions = [d for d in run.deletions if d.retained or d.id in run.inventory]


def _note_running(run: Pass, deletion: Deletion) -> None:
    """A long delete is polled by `loom.engine.apply.advance`; its end is confirmed by a read, in `_delete`."""
    name = key(deletion.id)
    if name in run.memory.running:
        deletion.state, deletion.reason = State.DELETING, "Progressing"
        deletion.message = f"{short(deletion.id)} is being deleted"
        if is_stuck(run, run.memory.running[name]):
            deletion.reason, deletion.message = "OperationStuck", f"the deletion of {short(deletion.id)} does not end"
        run.attempted.add(name)


def _is_ready(run: Pass, deletion: Deletion) -> bool:
    """Nothing that must go first is left: what it contains, and what has a lower rank."""
    name = key(deletion.id)
    if deletion.retained or name in run.attempted or deletion.state in (State.DELETING, State.BLOCKED):
        return False
    if run.allowed is not None and deletion_digest(deletion) not in run.allowed:
        return False
    failure = run.memory.failures.get(name)
    if failure and run.ports.clock.now() < failure.not_before:
        deletion.state, deletion.reason, deletion.message = State.FAILED, failure.error.reason, failure.error.message
        return False
    others = [d for d in run.deletions if d is not deletion and d.id in run.inventory and not d.retained]
    if any(is_within(d.id, deletion.id) for d in others):
        return False
    # What failed elsewhere does not hold up the rest; Azure itself refuses what is still in use.
    return not any(
        d.type.delete_rank < deletion.type.delete_rank and d.state not in (State.FAILED, State.BLOCKED) for d in others
    )


async def _delete(run: Pass, deletion: Deletion) -> None:
    try:
        live = await run.ports.cloud.get(deletion.id)
        if live is None and _is_being_made(run, deletion):
            deletion.state, deletion.reason = State.DELETING, "Progressing"
            deletion.message = f"{short(deletion.id)} is still being made, and is deleted after that"
        elif live is None:
            _gone(run, deletion)
        elif await _may_go(run, deletion, live):
            await _send(run, deletion, live)
    except CloudError as error:
        remember_failure(run, key(deletion.id), error, DELETE)
        deletion.state, deletion.reason, deletion.message = State.FAILED, error.reason, error.message


def _is_being_made(run: Pass, deletion: Deletion) -> bool:
    """Does an operation still run that makes it? Some services show nothing before that has ended."""
    name = key(deletion.id)
    running = (one for one in run.memory.running.values() if key(one.operation.id) == name)
    return any(not is_stuck(run, one) for one in running)


async def _may_go(run: Pass, deletion: Deletion, live: Observed) -> bool:
    if not await may_be_deleted(run, deletion, live):
        return False
    if data := await _unlisted_data(run, deletion, run.ports.clock.now()):
        deletion.retained = True
        _block(deletion, "Retained", f"{short(deletion.id)} stays because it contains {short(data[0].id)}")
        return False
    if deletion.state is State.BLOCKED:
        return False
    if deletion.type.name == RESOURCE_GROUP and (held := await run.ports.cloud.members(deletion.id)):
        names = ", ".join(short(arm_id) for arm_id in held[:3])
        deletion.retained = True
        _block(deletion, "Retained", f"{short(deletion.id)} is not empty ({len(held)} resources, {names}) and stays")
        return False
    return True


async def may_be_deleted(run: Pass, deletion: Deletion, live: Observed) -> bool:
    """Is it ours by its mark, and within today's grant? What is not ours leaves the inventory; what no grant covers is blocked."""
    whose = judge(deletion.type, live, run.work.owner, await _witness(run, deletion, live))
    if whose is not Ownership.OURS or not deletion.type.deletable:
        owner = owner_of(deletion.type, live) or "nobody"
        run.inventory.remove(deletion.id)  # not ours: nothing to keep track of
        if whose is not Ownership.OURS:
            run.warn("NotOurs", f"{short(deletion.id)} carries the mark of {owner} and is left alone")
        return False
    if not run.work.authority.covers(deletion.id):
        why = run.work.authority.denied or "no grant of this namespace covers it"
        _block(deletion, "NotGranted", f"{short(deletion.id)} is not deleted: {why}")
        return False
    return True


async def _witness(run: Pass, deletion: Deletion, live: Observed) -> Callable[[str], bool]:
    """What proves that a resource without a mark of its own is ours: its nearest marked ancestor, or what it points at."""
    ours = False
    if deletion.type.marking is Marking.NAME:
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
        kind = arm_type(place)
        if kind.marking is Marking.TAG:
            live = await run.ports.snapshots.one(run.ports.cloud, place, run.since)
            return live is not None and owner_of(kind, live) == run.work.owner.mark
        place = parent_of(place)
    return False


async def _send(run: Pass, deletion: Deletion, live: Observed) -> None:
    lane = lane_of(deletion.type, deletion.id)
    who = holder(run, key(deletion.id))
    if lane and not run.ports.lanes.claim(lane, who):
        run.lane_taken = LANE_PAUSE
        deletion.state, deletion.reason, deletion.message = State.WAITING, "Progressing", "waits its turn"
        return
    try:
        run.wrote = True
        written = await run.ports.cloud.delete(deletion.id, etag=live.etag)
        run.memory.last_write = run.ports.clock.now()
        if written.operation is None:
            _gone(run, deletion)
            return
        now = run.ports.clock.now()
        run.memory.running[key(deletion.id)] = Running(written.operation, now + written.wait, DELETE, now)
        deletion.state, deletion.reason = State.DELETING, "Progressing"
        deletion.message = f"{short(deletion.id)} is being deleted"
    finally:
        if key(deletion.id) not in run.memory.running:
            run.ports.lanes.release(who)


def _gone(run: Pass, deletion: Deletion) -> None:
    run.memory.failures.pop(key(deletion.id), None)
    for inner in [deletion.id, *run.inventory.below(deletion.id)]:
        run.inventory.remove(inner)


def _block(deletion: Deletion, reason: str, message: str) -> None:
    deletion.state, deletion.reason, deletion.message = State.BLOCKED, reason, message
