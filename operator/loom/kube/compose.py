"""From what was gathered to the engine's `Work`: the plan or the refusal, today's authority, and the wishes.

The wishes are read off the object as it is stored, so that a deletion is judged rightly even when the spec no longer parses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from loom.api.meta import Adoption, Policy
from loom.engine.work import Rhythm, Work
from loom.errors import Refusal
from loom.kube.gather import Gathered
from loom.kube.key import Key, requested_at
from loom.plan.kinds import KINDS
from loom.plan.ownership import Authority
from loom.plan.resource import Plan


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the object's author wants done, as the engine reads it."""

    policy: str
    approved_plan: str | None
    deletion_policy: str | None
    delete_data: tuple[str, ...]
    adoption: str
    suspend: bool


def wishes_of(spec: Mapping[str, Any], *, plane_suspended: bool) -> Wishes:
    """The wishes of a stored spec. What a suspended plane serves stands still with it."""
    return Wishes(
        policy=spec.get("policy") or Policy.MANAGE,
        approved_plan=spec.get("approvedPlan"),
        deletion_policy=spec.get("deletionPolicy"),
        delete_data=tuple(spec.get("deleteData") or ()),
        adoption=spec.get("adoption") or Adoption.REFUSE,
        suspend=bool(spec.get("suspend")) or plane_suspended,
    )


def work_of(key: Key, obj: Mapping[str, Any], found: Gathered, rhythm: Rhythm, in_use: str) -> Work:
    """All that the engine may know of one object."""
    metadata, kind, context = obj["metadata"], KINDS[key.kind], found.context
    plan, refusal = _plan(key, found)
    return Work(
        owner=context.owner,
        generation=metadata["generation"],
        wishes=wishes_of(obj.get("spec") or {}, plane_suspended=bool(context.plane and context.plane.suspend)),
        authority=_authority(key, found),
        status=obj.get("status") or {},
        plan=plan,
        refusal=refusal,
        deleting=bool(metadata.get("deletionTimestamp")),
        in_use=in_use,
        requested_at=requested_at(obj),
        rhythm=rhythm,
        report=partial(kind.report, found.spec),
        conditions=kind.conditions,
        deletes=kind.deletes,
    )


def _plan(key: Key, found: Gathered) -> tuple[Plan | None, Refusal | None]:
    if found.refusal is not None:
        return None, found.refusal
    try:
        return KINDS[key.kind].plan(found.spec, found.context), None
    except Refusal as refusal:
        return None, refusal


def _authority(key: Key, found: Gathered) -> Authority:
    """Where the object may write today; nowhere while its spec says nothing that can be understood."""
    if found.spec is None:
        return Authority(denied="the spec does not parse, so nobody can tell where this object may write")
    try:
        return KINDS[key.kind].authority(found.spec, found.context)
    except Refusal as refusal:
        return Authority(denied=refusal.message)
