"""Advance: what the end of a long operation brings, a pass's first business.

How operations are looked at is `loom.engine.lookout`'s; what becomes ready by their end is written afterwards, by `apply`.
"""

from loom.engine.diff import differences
from loom.engine.item import Item
from loom.engine.lookout import Lookout
from loom.engine.memory import Running
from loom.engine.observe import is_stuck, note_seen
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.engine.send import remember_failure
from loom.errors import CloudError
from loom.plan.arm_type import Tier
from loom.plan.catalog import arm_type


async def advance(run: Pass) -> None:
    """One look at every long operation whose time has come, and what came of those that have ended."""
    ports, memory = run.ports, run.memory
    await Lookout(ports.cloud, ports.clock, ports.lanes, run.work.rhythm.poll).look(memory)
    for running in memory.running.values():
        if is_stuck(run, running):
            ports.lanes.release(running.holder)  # whether Azure takes another write is Azure's to say by now
    for name, running in [(name, each) for name, each in memory.running.items() if each.end is not None]:
        del memory.running[name]
        if isinstance(running.end, CloudError):
            remember_failure(run, name, running.end, running.digest)
            memory.unmeasure(name)
        elif running.end is not None:
            _take_up(run, name, running, running.end.observed)


def _take_up(run: Pass, name: str, running: Running, observed: Observed | None) -> None:
    """An operation has ended well."""
    run.wrote = True
    run.memory.last_write = run.ports.clock.now()
    run.so_far.failures.pop(name, None)
    if running.operation.verb == "PUT":
        run.so_far.settled[name] = running.digest
        if running.submitted is not None:
            run.submitted[name] = running.submitted
        _keep_answer(run, name, observed, running.digest)


def _keep_answer(run: Pass, name: str, observed: Observed | None, digest: str) -> None:
    """What a long operation ended with: values that others ask for, and perhaps all that there is to be read."""
    resource = next((r for r in run.plan.resources if r.key == name), None)
    if observed is None or resource is None:  # the spec may have dropped it meanwhile
        return
    kind = arm_type(observed.id)
    item = Item(resource, kind, id=observed.id, desired=run.marked(resource, kind), live=observed)
    run.remember_outputs(item)
    note_answer(run, item, observed, digest)


def note_answer(run: Pass, item: Item, observed: Observed | None, digest: str) -> None:
    """An answer that shows exactly what is wanted is a reading, for what costs a read of its own."""
    if item.type.tier is not Tier.SLOW or observed is None:
        return
    if not differences(item.type, item.desired, observed.body, item.resource.ignore, run.lookup):
        run.so_far.answered[item.key] = digest
        note_seen(run, item, observed, digest)
