"""Requests: what other services ask of ours, found by the words that they carry, and which of it is answered.

Whoever asks chooses the words, and words can be copied. So nothing is answered but while the one of ours for whom it is asked says at its
own place that it waits (`Resource.asker`, read at that moment): one request at a time, and none where the same words come from more than
one place, of which one is a stranger's. Nothing is ever made, deleted or refused here: what is not answered stays as it is.
"""

from collections.abc import Iterable

from loom.engine.alike import alike
from loom.engine.diff import differences
from loom.engine.item import Item
from loom.engine.one_pass import ADMITTED, Pass
from loom.engine.ports import Observed
from loom.plan.arm_id import group_of, key, name_of
from loom.plan.outcome import State
from loom.plan.values import at

# Azure docs: REST reference of Azure Front Door, SharedPrivateLinkResourceStatus; Disconnected is the end of a link and asks for nothing.
WAITING = frozenset({"pending", "rejected", "timeout"})


async def look_for(run: Pass, item: Item) -> Observed | None:
    """A request that carries the item's words, one that is not answered yet before any other, else the one found before."""
    collection = item.id.rpartition("/")[0]
    item.asked = tuple(alike(run, item, await run.ports.cloud.list(collection)))
    item.unanswered = tuple(one for one in item.asked if differences(item.type, item.desired, one.body, (), run.lookup))
    item.standing = await _standing(run, item)
    known = [one for one in item.asked if key(one.id) == key(item.id)]
    chosen = next(iter([*item.unanswered, *known, *item.asked]), None)
    if chosen is not None:
        run.use(item, chosen.id)  # its name is whatever who asks gave it
    return chosen


async def _standing(run: Pass, item: Item) -> str:
    """What the one for whom it is asked says, in lower case; "" where it says nothing, or nobody has asked and it was not read anyway.

    Where something is to be answered, what was read before is too old; where nothing is, that it was let in holds for this run.
    """
    assert item.resource.asker is not None  # noqa: S101 - `Resource` takes no request without it
    ref, outputs = item.resource.asker, run.so_far.outputs
    asker = run.items[ref.key]
    live = None if item.unanswered else asker.live
    if live is None and not item.unanswered and outputs.get((ref.key, ref.path)) == ADMITTED:
        return ADMITTED
    if live is None and item.asked:
        live = await run.ports.cloud.get(asker.id)
    outputs[ref.key, ref.path] = standing = str(at(live.body, ref.path) or "").lower() if live else ""
    return standing


def is_to_be_answered(run: Pass, item: Item) -> bool:
    """Is the chosen request one to hold against what is declared? Where it is not, the item says how it stands."""
    if item.standing == ADMITTED:
        if item.unanswered:
            run.warn("StrangersRequest", _of_strangers(item))
        run.so_far.busy.pop(item.key, None)
        item.stand(State.READY)
    elif item.live is None:
        _await(run, item, "it has not been asked for yet", "it was never asked for")
    elif not item.unanswered or item.standing not in WAITING:
        says = item.standing or "nothing"
        _await(
            run, item, f"{_asker(item)} has not taken note of it yet", f"{_asker(item)} says {says} of it to this day"
        )
    elif len(places := {_place(item, one) for one in item.asked}) > 1:
        item.stand(
            State.BLOCKED, "AwaitingManualAction",
            f"{len(item.asked)} requests carry the same words and come from {len(places)} places ({_names(item.asked)}), so that somebody "
            f"has copied them: none is approved; reject those that are not of {_asker(item)}, and find out whose they are",
        )  # fmt: skip
    else:
        return True
    return False


def _await(run: Pass, item: Item, words: str, at_last: str) -> None:
    """Another service is to do something, and has not yet. One that never does is told in time."""
    now = run.ports.clock.now()
    late = now - run.so_far.busy.setdefault(item.key, now) > run.work.rhythm.patience
    if late:
        words = f"{at_last}: the service that asks is not what it is declared to be, or does not work"
    item.stand(State.CREATING, "OperationStuck" if late else "Progressing", words)


def _of_strangers(item: Item) -> str:
    return (
        f"{_names(item.unanswered)} asks in the words of {_asker(item)}, which is let in already: it is not approved; reject it, and find "
        "out whose it is"
    )


def _asker(item: Item) -> str:
    assert item.resource.asker is not None  # noqa: S101 - as above
    return item.resource.asker.key


def _names(requests: Iterable[Observed]) -> str:
    return ", ".join(sorted(name_of(one.id) for one in requests))


def _place(item: Item, request: Observed) -> str:
    """The resource group that a request comes from, as far as its subscription; "" where it does not say."""
    asked_from = at(request.body, item.type.asked_from) if item.type.asked_from else None
    return key(group_of(str(asked_from or "")))
