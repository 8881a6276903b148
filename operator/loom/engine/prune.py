"""Prune: what nothing declares any more is deleted, innermost first. What may go is decided in `loom.engine.deletions`.

What could not be confirmed stays in the inventory.
"""

from collections.abc import Callable
from functools import partial

from loom.engine.approval import deletion_digest
from loom.engine.compose import emptied
from loom.engine.deletions import is_being_made, may_go
from loom.engine.inventory import short
from loom.engine.item import DELETE, Deletion
from loom.engine.observe import is_stuck
from loom.engine.one_pass import Pass
from loom.engine.ports import Written
from loom.engine.send import in_turn, is_pausing, keep_operation
from loom.engine.together import together
from loom.plan.arm_id import is_within
from loom.plan.outcome import State


async def prune(run: Pass) -> None:
    """Delete what may go now, innermost first; what is under way or stays is said on each deletion."""
    await _prune(run, partial(_is_ready, run))


async def revoke(run: Pass) -> None:
    """Delete what gives access, however far the rest has come: nobody keeps a right because something else fails."""
    await _prune(run, partial(_is_revoked, run))


async def _prune(run: Pass, may_go_now: Callable[[Deletion], bool]) -> None:
    run.since = run.ports.clock.now()  # no delete goes out on what was read before, of an ancestor either
    for deletion in run.deletions:
        _note_running(run, deletion)
    while True:
        ready = [d for d in run.deletions if may_go_now(d)]
        if not ready:
            break
        run.attempted.update(d.key for d in ready)
        await together(in_turn(run, deletion, DELETE, partial(_delete, run, deletion)) for deletion in ready)
    run.deletions = [d for d in run.deletions if d.retained or d.id in run.inventory]


def _note_running(run: Pass, deletion: Deletion) -> None:
    """A long delete is polled by `loom.engine.advance`; its end is confirmed by a read, in `_delete`."""
    running = run.memory.running.get(deletion.key)
    if running is None:
        return
    if is_stuck(run, running):
        deletion.halt(State.DELETING, "OperationStuck", f"the deletion of {short(deletion.id)} does not end")
    else:
        deletion.halt(State.DELETING, "Progressing", f"{short(deletion.id)} is being deleted")
    run.attempted.add(deletion.key)


def _is_open(run: Pass, deletion: Deletion) -> bool:
    """Is it to go, and nothing under way or in the way of it?"""
    if deletion.retained or deletion.key in run.attempted or deletion.state in (State.DELETING, State.BLOCKED):
        return False
    if run.allowed is not None and deletion_digest(deletion) not in run.allowed:
        return False
    return not is_pausing(run, deletion, DELETE)


def _is_revoked(run: Pass, deletion: Deletion) -> bool:
    """Is it access that nothing declares? While the name of any that is declared is not known, that cannot be told."""
    unknown = any(not item.id for item in run.items.values() if item.type is deletion.type)
    return deletion.type.gives_access and not unknown and _is_open(run, deletion)


def _is_ready(run: Pass, deletion: Deletion) -> bool:
    """Nothing that must go first is left: what it contains, and what has a lower rank."""
    if not _is_open(run, deletion):
        return False
    others = [d for d in run.deletions if d is not deletion and d.id in run.inventory and not d.retained]
    if any(is_within(d.id, deletion.id) for d in others):
        return False
    # What failed elsewhere does not hold up the rest; Azure itself refuses what is still in use.
    return not any(
        d.type.delete_rank < deletion.type.delete_rank and d.state not in (State.FAILED, State.BLOCKED) for d in others
    )


async def _delete(run: Pass, deletion: Deletion) -> None:
    live = await run.ports.cloud.get(deletion.id)
    if live is None and is_being_made(run, deletion):
        words = f"{short(deletion.id)} is still being made, and is deleted after that"
        deletion.halt(State.DELETING, "Progressing", words)
    elif live is None:
        _gone(run, deletion)
    elif await may_go(run, deletion, live):
        run.wrote = True
        if keep_operation(run, deletion.key, await _send(run, deletion, live.etag)):
            deletion.halt(State.DELETING, "Progressing", f"{short(deletion.id)} is being deleted")
        else:
            _gone(run, deletion)


async def _send(run: Pass, deletion: Deletion, etag: str) -> Written:
    if deletion.emptied:
        return await run.ports.cloud.put(deletion.id, emptied(deletion.type, run.work.owner))
    return await run.ports.cloud.delete(deletion.id, etag=etag)


def _gone(run: Pass, deletion: Deletion) -> None:
    run.so_far.failures.pop(deletion.key, None)
    run.memory.slow.pop(deletion.key, None)
    for inner in [deletion.id, *run.inventory.below(deletion.id)]:
        run.inventory.remove(inner)
