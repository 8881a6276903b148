"""Apply: write every resource whose dependencies hold, in parallel up to a budget, and never wait for a long operation.

Before the first write the intended ids are in the inventory, on the API server. Before any write a direct read, except below a
parent that this run made. A failed resource stops only what depends on it.
"""

import asyncio
from functools import partial

from loom.engine.advance import note_answer
from loom.engine.approval import is_allowed
from loom.engine.causes import holds, is_stopped
from loom.engine.compose import compose
from loom.engine.conditions import all_of
from loom.engine.decide import decide
from loom.engine.item import CREATE, UPDATE, Item
from loom.engine.lanes import TURN
from loom.engine.look import is_below_new
from loom.engine.meanwhile import stands_meanwhile
from loom.engine.observe import blocked_by
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.engine.revive import revived, tell_recovery
from loom.engine.send import in_turn, is_pausing, keep_operation, lane_of
from loom.engine.status import assemble
from loom.engine.submitted import submitted_digest
from loom.engine.together import together
from loom.errors import CloudError
from loom.plan.arm_id import key
from loom.plan.outcome import State
from loom.plan.resource import Mode
from loom.plan.values import Unresolved

AT_ONCE = 8  # writes of one object in flight


async def apply(run: Pass) -> None:
    """Write what may be written now, until nothing more becomes ready.

    What takes turns goes first. While others wait for such a turn to end, or to be taken up, nothing else is written: a pass that waits
    for a budget would keep them as well.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def write(item: Item) -> None:
        async with gate:
            if lane_of(item.type, item.id) or not _is_pressed(run):
                await in_turn(run, item, run.digest(item), partial(_put, run, item))

    while True:
        ready = [item for item in run.items.values() if _is_ready(run, item)]
        ready = [item for item in ready if lane_of(item.type, item.id)] or ready
        if not ready:
            break
        await _journal(run, ready)
        run.attempted.update(item.key for item in ready)
        await together(write(item) for item in ready)
    _explain_waiting(run)


def _is_ready(run: Pass, item: Item) -> bool:
    if item.action not in (CREATE, UPDATE) or item.key in run.attempted or item.state is State.BLOCKED:
        return False
    if item.dead_end or item.type.name in run.remaking or blocked_by(run, item) is not None:
        return False
    if not item.id or item.state is State.WAITING:
        run.identify(item)
    return not is_pausing(run, item, run.digest(item)) and is_allowed(run, item)


def _is_pressed(run: Pass) -> bool:
    """Do others wait for what this object has? Then whatever is left is written once that is over, or its turn has passed."""
    pressed = run.ports.lanes.presses(run.work.owner.mark)
    if pressed:
        run.lane_taken = min(TURN, run.lane_taken or TURN)
    return pressed


async def _journal(run: Pass, ready: list[Item]) -> None:
    """Intended ids stand in the inventory before the first PUT: what is begun is never forgotten."""
    if run.inventory.has_all(item.id for item in ready if item.resource.mode is Mode.MANAGED):
        return
    for item in run.items.values():
        if item.resource.mode is not Mode.MANAGED or item.action != CREATE:
            continue
        if not item.id:
            run.identify(item)  # all names that one answer gives stand there after one write
        if item.id:
            run.inventory.add(item.id)
    status = assemble(run, all_of(run))
    await run.ports.journal(status)
    run.base = status


async def _put(run: Pass, item: Item) -> None:
    unsure = item.key in run.so_far.failures  # what failed may have been made all the same
    is_new = item.action == CREATE and is_below_new(run, item.id)
    if (unsure or not is_new) and not await _is_still_to_write(run, item):
        return
    digest = run.digest(item)
    try:
        body = compose(run, item)
    except Unresolved as unknown:
        item.stand(State.WAITING, "DependencyNotReady", f"{unknown} and has no value yet", action=item.action)
        return
    whole = await revived(run, item, body)
    if whole is None:
        return
    run.wrote = True
    try:
        written = await run.ports.cloud.put(item.id, whole, etag=item.live.etag if item.live else "")
    except CloudError as error:
        if error.says_nothing or not await stands_meanwhile(run, item):
            raise
        if item.state is State.READY:
            _settle(run, item, item.live)
        return
    if whole is not body:
        tell_recovery(run, item)
    update = item.live is not None
    under_way = keep_operation(run, item.key, written, digest, update=update)
    if not under_way:  # what is only accepted may fail yet, as it did before
        run.so_far.failures.pop(item.key, None)
    _note_written(run, item, digest)
    if under_way:
        item.meanwhile = run.memory.running[item.key].serves = update and item.as_state().serves
        item.stand(State.UPDATING if update else State.CREATING, "Progressing", "a long operation is under way")
        return
    note_answer(run, item, written.observed, digest)
    _settle(run, item, written.observed)


def _note_written(run: Pass, item: Item, digest: str) -> None:
    """What the run has written counts neither as absent nor as measured, and is not written over and over."""
    fields = tuple(change.path for change in item.changes)
    run.so_far.absent.discard(item.key)
    if not item.differs_in_tags_only:
        run.memory.unmeasure(item.key)
    run.so_far.written[item.key] = (digest, *fields)
    run.mended.append((item.key, fields))
    _note_sent(run, item)
    if item.live is None:
        run.so_far.created.add(key(item.id))


async def _is_still_to_write(run: Pass, item: Item) -> bool:
    """A direct read before the write: it may be there by now, as it should be or as it must not be touched."""
    item.live = await run.ports.cloud.get(item.id)
    if item.live is not None:
        run.so_far.absent.discard(item.key)
    item.changes = ()
    decide(run, item)
    if not item.action or item.dead_end or item.state is State.BLOCKED:
        if item.state is State.READY:
            _settle(run, item, item.live)
        return False
    return is_allowed(run, item)  # it may be another change by now than the one that was approved


def _note_sent(run: Pass, item: Item) -> None:
    """What a GET never returns counts as sent once the service is done with it: what it only accepts may fail yet."""
    sent = submitted_digest(run, item) if item.type.write_only else None
    running = run.memory.running.get(item.key)
    if running is not None:
        running.submitted = sent
    elif sent is not None:
        run.submitted[item.key] = sent


def _settle(run: Pass, item: Item, observed: Observed | None) -> None:
    item.live = observed or item.live
    item.stand(State.READY)
    run.remember_outputs(item)
    run.so_far.settled[item.key] = run.digest(item)
    run.memory.slow.pop(item.key, None)


def _explain_waiting(run: Pass) -> None:
    """What was not written for want of another resource says for which."""
    goes_on = not any(is_stopped(item) for item in run.items.values())
    for item in run.items.values():
        if item.action not in (CREATE, UPDATE) or item.state in (State.BLOCKED, State.FAILED, State.READY):
            continue
        other = blocked_by(run, item)
        if other is not None:
            stopped = None if goes_on else next(iter(holds(run, [item])), None)
            reason = "DependencyNotReady" if stopped else "Progressing"
            words = f"waits for {stopped.key} ({stopped.reason})" if stopped else f"waits for {other.key}"
            item.stand(State.WAITING, reason, words, action=item.action)
