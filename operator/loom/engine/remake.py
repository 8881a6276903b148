"""Remake: what stands in a state that no write leads out of (`ArmType.dead_end`) is deleted, so that it can be made again.

It is the only place where something of ours is replaced. Nothing that holds or contains data has a dead end; a delete needs the
same proof as any other: a direct read that shows our mark, and a grant that covers it today. The making is `loom.engine.apply`'s.
"""

from loom.engine.apply import LANE_PAUSE, holder, lane_of, remember_failure
from loom.engine.approval import is_allowed
from loom.engine.decide import decide
from loom.engine.inventory import known_type, short
from loom.engine.item import CREATE, DELETE, Deletion, Item, Pass
from loom.engine.memory import Running
from loom.engine.observe import being_taken
from loom.engine.ports import Observed
from loom.engine.prune import may_be_deleted
from loom.engine.together import together
from loom.errors import CloudError
from loom.plan.arm_id import is_within
from loom.plan.outcome import State


async def remake(run: Pass) -> None:
    """Take away what stands in a dead end. Others of its type wait: Azure takes no new peering beside one that is disconnected."""
    ended = [item for item in run.items.values() if item.dead_end and item.state is State.DRIFTED]
    run.remaking = {item.type.name for item in ended}
    run.remaking |= {run.items[name].type.name for name in being_taken(run)}
    await together(_take_away(run, item) for item in ended)


async def _take_away(run: Pass, item: Item) -> None:
    if not is_allowed(run, item):
        return
    failure = run.memory.failures.get(item.key)
    if failure and failure.digest == DELETE and run.ports.clock.now() < failure.not_before:
        item.stand(State.FAILED, failure.error.reason, failure.error.message, action=item.action)
        return
    who, lane = holder(run, item.key), lane_of(item.type, item.id)
    if lane and not run.ports.lanes.claim(lane, who):
        run.lane_taken = LANE_PAUSE
        item.stand(State.WAITING, "Progressing", "waits its turn: one writer at a time", action=item.action)
        return
    try:
        await _delete(run, item)
    except CloudError as error:
        remember_failure(run, item.key, error, DELETE)
        item.stand(State.FAILED, error.reason, str(error.message), action=item.action)
    finally:
        if item.key not in run.memory.running:
            run.ports.lanes.release(who)


async def _delete(run: Pass, item: Item) -> None:
    live = item.live = await run.ports.cloud.get(item.id)
    decide(run, item)
    if live is None or not item.dead_end or not await _may_go(run, item, live):
        return
    run.wrote = True
    written = await run.ports.cloud.delete(item.id, etag=live.etag)
    now = run.memory.last_write = run.ports.clock.now()
    run.memory.failures.pop(item.key, None)
    run.memory.unmeasure(item.key)
    run.memory.remade[item.key] = run.digest(item)
    run.mended.append((item.key, tuple(change.path for change in item.changes)))
    for other in run.items.values():  # what was in it is gone with it
        if other is not item and is_within(other.id, item.id):
            run.memory.slow.pop(other.key, None)
            run.memory.settled.pop(other.key, None)
            other.stand(State.WAITING, "Progressing", f"waits for {item.key}", action=CREATE)
    if written.operation is not None:
        run.memory.running[item.key] = Running(written.operation, now + written.wait, DELETE, now, update=True)
    item.live, item.changes = None, ()
    item.stand(State.UPDATING, "Progressing", f"{short(item.id)} was taken away, and is made again", action=CREATE)


async def _may_go(run: Pass, item: Item, live: Observed) -> bool:
    data = [arm_id for arm_id in run.inventory.below(item.id) if known_type(arm_id).protected]
    if data:
        words = f"{short(item.id)} could only be deleted and made again, and {short(data[0])} in it holds data"
        item.stand(State.BLOCKED, "ImmutableInAzure", words)
        return False
    deletion = Deletion(item.id, item.type)
    if await may_be_deleted(run, deletion, live):
        return True
    run.inventory.add(item.id)  # it is declared all the same
    words = f"{short(item.id)} could only be deleted and made again, and it does not carry our mark: delete it yourself"
    item.stand(State.BLOCKED, deletion.reason or "AdoptionRequired", deletion.message or words)
    return False
