"""Approval: the plan's fingerprint, and what an approved plan allows.

A change's digest says resource, action, the differing fields and what is wanted (secrets only by keyed hash); the plan's hash
is over all of them, in no order. An approval is used up when its last change is done; until then status keeps the digests, so that a
restart in between neither loses the approval nor widens it.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from loom.engine.item import BLOCKED, CREATE, DELETE, Deletion, Item
from loom.engine.one_pass import Pass
from loom.plan.outcome import State
from loom.plan.resource import Mode
from loom.plan.values import Json


def change_digest(run: Pass, item: Item) -> str:
    """The fingerprint of one write: 16 hexadecimal characters. Values that are known only later do not change it.

    What is deleted and made again has the fingerprint of its making, which is still to be done when the deletion is. A later write to
    what is made first has one and the same before and after that: which fields differ shows only then.
    """
    action = CREATE if item.dead_end else item.action
    whole = item.dead_end or item.resource.mode is Mode.STAGE
    fields = "" if whole else ",".join(sorted(change.path for change in item.changes))
    wanted = run.ports.digest(run.declared(item))
    return sha256(f"{action}|{item.key}|{fields}|{wanted}".encode()).hexdigest()[:16]


def deletion_digest(deletion: Deletion) -> str:
    """The fingerprint of one deletion."""
    return sha256(f"{DELETE}|{deletion.id.lower()}".encode()).hexdigest()[:16]


def digests(run: Pass) -> list[str]:
    """The fingerprints of all changes of the plan, sorted."""
    writes = [
        change_digest(run, item) for item in run.items.values() if item.action and item.state is not State.BLOCKED
    ]
    return sorted([*writes, *(deletion_digest(d) for d in run.deletions if not d.retained and d.reason != BLOCKED)])


def plan_hash(changes: list[str]) -> str:
    """The hash that `approvedPlan` repeats."""
    return "sha256:" + sha256("\n".join(sorted(changes)).encode()).hexdigest()


def approved(run: Pass, changes: list[str]) -> frozenset[str] | None:
    """What the approval allows today: a set of digests; None when nothing is approved (or the approval is used up)."""
    wish = run.work.wishes.approved_plan
    if not wish or wish == run.work.status.get("appliedPlan"):
        return None
    applying: Any = run.work.status.get("applyingPlan")
    if isinstance(applying, Mapping) and applying.get("hash") == wish:
        return frozenset(str(digest) for digest in applying.get("changes") or ())
    return frozenset(changes) if changes and plan_hash(changes) == wish else None


async def keep_approval(run: Pass) -> None:
    """Write down what is allowed before the first write of it: afterwards today's plan has another hash. Raises Conflict."""
    if run.allowed is None:
        return
    kept = applying(run, run.allowed)
    if kept["applyingPlan"] != run.base.get("applyingPlan"):
        status = {**run.base, **kept}
        await run.ports.journal(status)
        run.base = status


def is_allowed(run: Pass, item: Item) -> bool:
    """Is the change, as it stands now, one that was approved (or needs no approval)?"""
    return run.allowed is None or change_digest(run, item) in run.allowed


def applying(run: Pass, allowed: frozenset[str]) -> dict[str, Json]:
    """The status fields that carry an approval over a restart."""
    return {"applyingPlan": {"hash": run.work.wishes.approved_plan, "changes": sorted(allowed)}}
