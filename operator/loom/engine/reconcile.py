"""Reconcile: one look at one object, as one paragraph. Every phase is a function elsewhere; here is their order.

Errors become a condition here and nowhere else. No step waits: what is under way is looked at again after `requeue_after`.
"""

from collections.abc import Mapping

from loom.engine.activity import is_stuck
from loom.engine.advance import advance
from loom.engine.apply import apply
from loom.engine.approval import approved, digests, keep_approval
from loom.engine.conclude import conclude, conclude_early, conclude_failed, conclude_refused
from loom.engine.deletions import find_deletions
from loom.engine.examine import examine
from loom.engine.finalize import deletes, finalize, remaining
from loom.engine.inventory import Inventory
from loom.engine.keys import find_handed_out, hand_out, withdraw
from loom.engine.memory import Memory, RunMemory
from loom.engine.observe import observe, remember_settled
from loom.engine.one_pass import Pass
from loom.engine.prune import prune, revoke
from loom.engine.rediscover import rediscover
from loom.engine.remake import remake
from loom.engine.status import is_blank
from loom.engine.work import Ports, Result, Work
from loom.errors import CloudError
from loom.plan.arm_id import key
from loom.plan.outcome import State
from loom.plan.resource import Mode, Plan

ROUNDS = 3  # write, read back, and once more for what the reading back brought to light
NO_PLAN = Plan(home="", resources=())


async def reconcile(work: Work, memory: Memory, ports: Ports) -> Result:
    """Bring one object nearer to what it declares, and say truthfully how far that is."""
    run = new_pass(work, memory, ports)
    if run.asked:
        # Whoever asks has perhaps removed the cause: what failed is tried now, not after its pause, and counts as never written.
        for name in run.so_far.failures:
            run.so_far.written.pop(name, None)
        run.so_far.failures.clear()
        run.so_far.remade.clear()
    try:
        if work.deleting:
            return await _finalize(run)
        if work.wishes.suspend or work.plan is None:
            ports.lanes.forget(work.owner.mark)  # who does nothing holds up nobody
        if work.wishes.suspend:
            return conclude_early(
                run, "Suspended", "spec.suspend is true: nothing is read or written until it is false"
            )
        if work.plan is None:
            return conclude_refused(run)
        await advance(run)
        await _converge(run)
        await hand_out(run)
        await examine(run, done=_all_ready(run))
    except CloudError as error:
        return conclude_failed(run, error)
    finally:
        memory.run = run.so_far or None
    return conclude(run)


async def _converge(run: Pass) -> None:
    """Observe and decide; where the policy lets us, write; then read back everything that was written."""
    _choose_depth(run)
    for _ in range(ROUNDS):
        await compare(run)
        if not _may_write(run):
            _read_whole(run)
            break
        await keep_approval(run)
        run.wrote = False
        await remake(run)
        await apply(run)
        await (prune(run) if _all_ready(run) else revoke(run))
        if not _all_ready(run) or any(not d.retained for d in run.deletions):
            remember_settled(run)
            break
        if not run.wrote and all(item.trusted for item in run.items.values()):
            _read_whole(run)
            break
        _start_over(run)


async def compare(run: Pass) -> None:
    """What is there, against what is declared: every item decided, every deletion found. It writes nothing."""
    await observe(run)
    if lost_its_status(run) and not _has_no_home(run):
        await rediscover(run)
        await find_handed_out(run)
    _take_stock(run)
    await find_deletions(run, keep=[item.id for item in run.items.values() if item.id])


def _has_no_home(run: Pass) -> bool:
    """Is the group that everything of ours lives in not even there? Then nothing of ours can be lost."""
    home = run.by_id.get(key(run.plan.home))
    return home is not None and home.read and home.live is None


def new_pass(work: Work, memory: Memory, ports: Ports) -> Pass:
    """A pass over one object, with what its status remembers."""
    return Pass(work, memory, ports, work.plan or NO_PLAN, Inventory.read(work.status), _submitted(work.status))


def _choose_depth(run: Pass) -> None:
    """How fresh the readings must be, and whether the slow tier's turn has come."""
    memory, rhythm, now = run.memory, run.work.rhythm, run.ports.clock.now()
    run.lazy = run.work.wishes.policy == "Manage" and not run.work.authority.denied
    slow_due = now - memory.last_slow >= rhythm.interval * rhythm.slow_factor
    if run.asked or now - memory.refreshed >= rhythm.interval:
        _see_again(run, slow=run.asked or slow_due)
    run.deep = run.asked or slow_due or memory.verified != run.work.generation
    run.since = now if run.asked else max(memory.last_write, now - rhythm.tolerance)


def _see_again(run: Pass, *, slow: bool) -> None:
    """A run that comes to no end, as one thing is blocked or fails, must not be blind for the rest: once an interval it looks anew."""
    memory, now = run.memory, run.ports.clock.now()
    run.afresh, memory.refreshed = True, now
    run.so_far.absent.clear()
    run.so_far.created.clear()
    if slow:
        run.doubt()
        memory.last_slow = now


def _take_stock(run: Pass) -> None:
    """What is there and ours belongs in the inventory, however the inventory was lost. Observe asks nobody whose a thing is."""
    if run.work.wishes.policy == "Observe":
        return
    there = (State.READY, State.DRIFTED, State.CREATING, State.UPDATING, State.DELETING)
    for item in run.items.values():
        if item.resource.mode is Mode.MANAGED and item.id and item.state in there and not (item.foreign or item.shared):
            run.inventory.add(item.id)


def _may_write(run: Pass) -> bool:
    """Manage writes; Plan writes exactly what was approved; Observe and a withdrawn grant write nothing."""
    if run.work.authority.denied or run.work.wishes.policy == "Observe":
        return False
    if run.work.wishes.policy == "Plan":
        if run.allowed is None:
            run.allowed = approved(run, digests(run))
        return run.allowed is not None
    return True


def _all_ready(run: Pass) -> bool:
    return not run.memory.running and all(item.state is State.READY for item in run.items.values())


def _start_over(run: Pass) -> None:
    """Everything was brought about: the next round trusts nothing but what it reads, the slow tier included."""
    run.so_far.settled.clear()
    run.so_far.absent.clear()
    run.so_far.created.clear()
    run.memory.slow.clear()
    run.items.clear()
    run.by_id.clear()
    run.attempted.clear()
    run.deep = True
    run.since = run.memory.last_write


def _read_whole(run: Pass) -> None:
    """All that there is was read for this generation: what this run remembered of its own doing is needed no more."""
    run.memory.verified = run.work.generation
    if _all_ready(run):
        run.memory.held = run.work.generation
    if run.deep:
        run.memory.last_slow = run.ports.clock.now()
    run.so_far = RunMemory()


async def _finalize(run: Pass) -> Result:
    run.since = run.ports.clock.now()
    try:
        await advance(run)
        done = await finalize(run)
    except CloudError as error:
        if run.inventory.ids or error.passes_soon:
            raise
        # Nothing is known to have been made, and the cloud does not let us look: the object must not be held for ever.
        run.warn(error.reason, f"deleted without a look at Azure: {error.message}")
        done = True
    if done and deletes(run):
        await withdraw(run)
    if done:
        run.ports.lanes.forget(run.work.owner.mark)
        # A successor of the same name has written nothing yet, and would take what is gone for its own.
        run.ports.snapshots.outdate(run.ports.cloud)
        return Result(run.work.status, 0.0, tuple(run.events), release=True)
    reason = "DeletionBlocked" if run.work.in_use or is_stuck(run) else "Deleting"
    return conclude_early(run, reason, remaining(run))


def _submitted(status: Mapping[str, object]) -> dict[str, str]:
    found = status.get("submitted")
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def lost_its_status(run: Pass) -> bool:
    """Nobody has looked yet, or a backup dropped the status: what carries our mark is found again before anything is written."""
    return is_blank(run.base) and any(resource.mode is Mode.MANAGED for resource in run.plan.resources)
