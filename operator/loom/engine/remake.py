"""Remake: what stands in a state that no write leads out of (`ArmType.dead_end`) is deleted, so that it can be made again.

It is the only place where something of ours is replaced. Nothing that holds or contains data has a dead end; a delete needs the
same proof as any other: a direct read that shows our mark, and a grant that covers it today. The making is `loom.engine.apply`'s.
"""

from functools import partial

from loom.engine.approval import is_allowed
from loom.engine.decide import decide
from loom.engine.deletions import may_be_deleted
from loom.engine.inventory import known_type, short
from loom.engine.item import CREATE, DELETE, Deletion, Item
from loom.engine.observe import being_taken
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.engine.send import in_turn, is_pausing, keep_operation
from loom.engine.together import together
from loom.plan.arm_id import is_within
from loom.plan.outcome import State


async def remake(run: Pass) -> None:
    """Take away what stands in a dead end. Others of its type wait: Azure takes no new peering beside one that is disconnected."""
    ended = [item for item in run.items.values() if item.dead_end and item.state is State.DRIFTED]
    run.remaking = {item.type.name for item in ended}
    run.remaking |= {run.items[name].type.name for name in being_taken(run)}
    await together(_take_away(run, item) for item in ended)


async def _take_away(run: Pass, item: Item) -> None:
    if is_allowed(run, item) and not is_pausing(run, item, DELETE):
        await in_turn(run, item, DELETE, partial(_delete, run, item))


async def _delete(run: Pass, item: Item) -> None:
    live = item.live = await run.ports.cloud.get(item.id)
    decide(run, item)
    if live is None or not item.dead_end or not await _may_go(run, item, live):
        return
    run.wrote = True
    written = await run.ports.cloud.delete(item.id, etag=live.etag)
    keep_operation(run, item.key, written, update=True)
    run.so_far.failures.pop(item.key, None)
    run.memory.unmeasure(item.key)
    run.so_far.written.pop(item.key, None)
    run.so_far.remade[item.key] = run.digest(item)
    run.mended.append((item.key, tuple(change.path for change in item.changes)))
    for other in run.items.values():  # what was in it is gone with it
        if other is not item and is_within(other.id, item.id):
            run.memory.slow.pop(other.key, None)
            run.so_far.settled.pop(other.key, None)
            other.stand(State.WAITING, "Progressing", f"waits for {item.key}", action=CREATE)
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
