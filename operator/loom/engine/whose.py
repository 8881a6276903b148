"""Whose: may what stands there be taken for the object's own? What is not ours stops the item, which says so.

A mark is a claim; before a delete `loom.engine.deletions` asks for more. Pure: everything that it needs is in the pass.
"""

from loom.engine.inventory import short
from loom.engine.item import Item
from loom.engine.marks import Ownership, judge, owner_of
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.plan.arm_id import key, parent_of
from loom.plan.arm_type import Marking
from loom.plan.outcome import State
from loom.plan.resource import Mode


def is_ours(run: Pass, item: Item, live: Observed) -> bool:
    """Is it ours, or nobody's that we may adopt? If not, the item is stopped, and says why."""
    whose = _whose(run, item, live)
    if _belongs_to_another(item, live, whose):
        return False
    if whose is Ownership.UNMARKED and (around := _mark_around(run, item.id)) not in ("", run.work.owner.mark):
        words = f"{short(item.id)} lies in what belongs to {around}, and is never taken over"
        item.stand(State.BLOCKED, "OwnedByAnother", words)
        return False
    adopts = run.work.wishes.adoption == "Adopt" or item.resource.adopts
    if whose is Ownership.UNMARKED and not adopts:
        item.stand(
            State.BLOCKED, "AdoptionRequired",
            f"{short(item.id)} exists and carries nobody's mark; set spec.adoption to Adopt to take it over, or choose another name",
        )  # fmt: skip
        return False
    return True


def is_anothers(run: Pass, item: Item, live: Observed) -> bool:
    """Does it carry the mark of another owner? If so, the item is stopped, and says whose."""
    return _belongs_to_another(item, live, _whose(run, item, live))


def _belongs_to_another(item: Item, live: Observed, whose: Ownership) -> bool:
    if whose is not Ownership.ANOTHERS:
        return False
    owner = owner_of(item.type, live)
    item.stand(State.BLOCKED, "OwnedByAnother", f"{short(item.id)} belongs to {owner}, and is never taken over")
    return True


def _whose(run: Pass, item: Item, live: Observed) -> Ownership:
    return judge(item.type, live, run.work.owner, lambda arm_id: _mark_around(run, arm_id) == run.work.owner.mark)


def _mark_around(run: Pass, arm_id: str) -> str:
    """The mark on the nearest planned resource around an id (or at it) whose type carries one; "" where there is none."""
    place = arm_id
    while place:
        other = run.by_id.get(key(place))
        if other is not None and other.resource.mode is Mode.MANAGED and other.type.marking is Marking.TAG:
            if other.live is not None:
                return owner_of(other.type, other.live)
            ours = other.state is State.READY or other.key in run.memory.running  # made, seen, or written in this run
            return run.work.owner.mark if ours else ""
        place = parent_of(place)
    return ""
