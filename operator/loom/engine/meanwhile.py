"""Meanwhile: what Azure allows once was made by somebody else, under another name, between our look and our write.

The refusal of the write says so in as many ways as there are services, so it is not read: whether there is one now is looked up.
"""

from loom.engine.decide import decide
from loom.engine.item import CREATE, Item
from loom.engine.look import look
from loom.engine.one_pass import Pass


async def stands_meanwhile(run: Pass, item: Item) -> bool:
    """Is there, after a create was refused, what stands for the resource? Then the item says what that means. Raises CloudError."""
    if item.action != CREATE or not item.type.same:
        return False
    run.since = run.ports.clock.now()
    live = await look(run, item)
    if live is None:
        return False
    item.live = live
    run.so_far.absent.discard(item.key)
    decide(run, item)
    return True
