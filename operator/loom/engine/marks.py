"""Marks of ownership: reading them off a live resource, and writing them into a body.

One table says where each type carries its mark (`ArmType.marking`). A mark is a claim: whether it may be acted upon is decided
with `Authority`, never here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from loom.engine.ports import Observed
from loom.plan.arm_id import key, name_of, parent_of, type_of, without_revision
from loom.plan.arm_type import ArmType, Marking
from loom.plan.catalog import TYPES
from loom.plan.ownership import TAG, Owner
from loom.plan.resource import formed
from loom.plan.values import Json, Value, at

_IN_TEXT = re.compile(rf"\[{TAG}: ([^\]]+)\]")


class Ownership(StrEnum):
    """Whose a resource is."""

    OURS = "Ours"
    UNMARKED = "Unmarked"
    ANOTHERS = "Anothers"


def owner_of(arm_type: ArmType, live: Observed) -> str:
    """The mark that a live resource carries itself; "" where it carries none or its type cannot."""
    if arm_type.marking is Marking.TAG:
        tags = live.body.get("tags")
        if not isinstance(tags, Mapping):
            return ""
        return str(tags[TAG] if TAG in tags else next((v for k, v in tags.items() if k.lower() == TAG), ""))
    if arm_type.marking in (Marking.FIELD, Marking.INSIDE):
        # Ours stands last: before it, the words of whoever wrote the spec may look like a mark.
        found = _IN_TEXT.findall(str(at(live.body, arm_type.marker_path) or ""))
        return str(found[-1]) if found else ""
    return ""


def judge(arm_type: ArmType, live: Observed, owner: Owner, is_ours: Callable[[str], bool]) -> Ownership:
    """Whose `live` is. `is_ours(id)` says whether another resource (an ancestor, what a pointer names) is known to be marked ours."""
    if mark := owner_of(arm_type, live):
        return Ownership.OURS if mark == owner.mark else Ownership.ANOTHERS
    if arm_type.marking in (Marking.TAG, Marking.FIELD):
        return Ownership.UNMARKED
    if arm_type.marking is Marking.INSIDE:
        return Ownership.OURS if is_ours(live.id) else Ownership.UNMARKED
    if arm_type.marking is Marking.POINTER:
        target = at(live.body, arm_type.marker_path)
        return Ownership.OURS if isinstance(target, str) and is_ours(target) else Ownership.UNMARKED
    if arm_type.named_by and _is_named_by(arm_type, live, owner):
        return Ownership.OURS
    if any(is_name_of(owner, name) for name in _names_of_its_own(live.id)) or is_ours(live.id):
        return Ownership.OURS
    return Ownership.UNMARKED


def is_name_of(owner: Owner, name: str) -> bool:
    """Is it a name that only this owner forms?"""
    return name.lower().endswith(f"-{owner.hash}")


def _is_named_by(arm_type: ArmType, live: Observed, owner: Owner) -> bool:
    """Is the name the one that this owner forms out of what the resource holds?"""
    values = [str(at(live.body, path) or "") for path in arm_type.named_by]
    return name_of(live.id).replace("-", "").lower() == formed([*values, owner.mark]).hex


def _names_of_its_own(arm_id: str) -> Iterator[str]:
    """The names from the resource up to what carries a tag: a policy is always called `policy`, and its API's name only we form.

    Not that of an account or a namespace, which says by its tag whose it is, and which anybody may have named after a hash.
    """
    place = without_revision(arm_id)
    while place and ((kind := TYPES.get(type_of(place).lower())) is None or kind.marking is not Marking.TAG):
        yield name_of(place)
        place = parent_of(place)


def marked(
    arm_type: ArmType, body: Mapping[str, Value], owner: Owner, *, among_others: bool = False
) -> dict[str, Value]:
    """The declared body with our mark in the place where its type carries one.

    `among_others`: it lies in what is not ours, where its place alone says nothing.
    """
    if arm_type.marking is Marking.TAG:
        return {**body, "tags": {**(body.get("tags") or {}), TAG: owner.mark}}
    if arm_type.marking is Marking.FIELD or (arm_type.marking is Marking.INSIDE and among_others):
        *parents, leaf = arm_type.marker_path.split(".")
        result: dict[str, Any] = dict(body)
        place = result
        for name in parents:
            place[name] = dict(place.get(name) or {})
            place = place[name]
        place[leaf] = f"{place.get(leaf) or ''} [{TAG}: {owner.mark}]".strip()
        return result
    return dict(body)


def tags_of(body: Mapping[str, Json]) -> dict[str, Json]:
    """The tags that a live body carries."""
    tags = body.get("tags")
    return dict(tags) if isinstance(tags, Mapping) else {}


def nearest(ids: Mapping[str, bool], arm_id: str) -> bool:
    """Is the closest ancestor that `ids` (comparable id -> marked ours) speaks of ours?"""
    place = key(arm_id)
    while "/" in place:
        if place in ids:
            return ids[place]
        place = place.rpartition("/")[0]
    return False
