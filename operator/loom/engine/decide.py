"""Decide: what a live resource means for what is declared. Pure: everything that it needs is in the pass.

The order of the questions is the contract: is it there, whose is it, is Azure still at work on it, does what is declared hold,
may Azure change that, may we write there.
"""

from loom.engine.at_work import FAILED_STATES, is_at_work, provisioning_state
from loom.engine.compose import is_attached
from loom.engine.diff import FieldChange, differences
from loom.engine.inventory import short
from loom.engine.item import CREATE, UPDATE, Item
from loom.engine.marks import owner_of
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.engine.requests import is_to_be_answered
from loom.engine.submitted import submitted_changes
from loom.engine.whose import is_anothers, is_ours
from loom.plan.arm_id import key, name_of, parent_of
from loom.plan.arm_type import ArmType, Marking
from loom.plan.outcome import State
from loom.plan.resource import Mode
from loom.plan.values import at

MANUAL_STATES = frozenset({"awaitingmanualaction"})


def decide(run: Pass, item: Item) -> None:
    """Say where a resource stands, and what is to be done about it."""
    if item.live is None and isinstance(item.resource.id, str) and item.resource.id in run.memory.elsewhere:
        del run.memory.elsewhere[item.resource.id]  # what stood in its place is gone
        run.identify(item)
    if item.resource.mode is Mode.REQUEST and run.work.wishes.policy != "Observe":
        if is_to_be_answered(run, item) and item.live is not None:
            _present(run, item, item.live)
    elif item.live is None:
        _absent(run, item)
    elif run.work.wishes.policy == "Observe":
        _report(run, item, item.live)
    elif item.resource.mode.is_only_read:
        _judge_others(run, item, item.live)
    elif _is_elsewhere(item):
        _use(run, item, item.live)
    elif item.resource.mode is Mode.STAGE or is_ours(run, item, item.live):
        _present(run, item, item.live)


def _report(run: Pass, item: Item, live: Observed) -> None:
    """It exists, and nothing is compared. Another's does not count: what refers to the object would take it for the object's."""
    others = item.resource.mode is Mode.MANAGED and not _is_elsewhere(item)
    if not (others and is_anothers(run, item, live)):
        item.stand(State.READY)


def _absent(run: Pass, item: Item) -> None:
    if item.resource.mode is Mode.EXISTING and item.type.offered:
        words = f"{name_of(parent_of(item.id))} does not offer {name_of(item.id)}"
        item.stand(State.MISSING, "NotAvailable", f"{words}; {item.resource.remedy}" if item.resource.remedy else words)
    elif item.resource.mode is Mode.EXISTING:
        item.stand(
            State.MISSING, "ReferenceNotFound", f"{short(item.id)} does not exist, or may not be read: {item.id}"
        )
    elif item.resource.mode is Mode.FREE:
        item.stand(State.READY)
    elif run.work.wishes.policy == "Observe":
        item.stand(State.MISSING, "Observed", f"{short(item.id)} does not exist")
    elif item.resource.mode is Mode.STAGE:
        item.stand(State.WAITING, "Progressing", "follows when everything else holds", action=UPDATE)
    else:
        item.stand(State.MISSING, action=CREATE)
        _check_authority(run, item)


def _judge_others(run: Pass, item: Item, live: Observed) -> None:
    """What others made is as it must be for us, or it stands in the way."""
    if item.resource.whose and owner_of(item.type, live) != item.resource.whose:
        words = f"{short(item.id)} does not carry the mark {item.resource.whose}, so it is another's, or nobody's yet"
        item.stand(State.BLOCKED, "OwnedByAnother", words)
        return
    for rule in item.resource.unfit:
        value = str(at(live.body, rule.path) or "")
        if value.lower() in (word.lower() for word in rule.values):
            item.stand(State.BLOCKED, "NotAvailable", f"{short(item.id)}: {rule.path} is {value}; {rule.why}")
            return
    wrong = differences(item.type, item.resource.body, live.body, item.resource.ignore, run.lookup)
    if not wrong:
        item.stand(State.READY)
        return
    one, name = wrong[0], short(item.id)
    remedy = f"; {item.resource.remedy}" if item.resource.remedy else ""
    if item.resource.mode is Mode.FREE:
        item.stand(State.BLOCKED, "PlaceTaken", f"{name} is another's: {one.path} is {one.before!r}{remedy}")
    else:
        words = (
            f"{name} exists and is never written, but {one.path} is {one.before!r} and must be {one.after!r}{remedy}"
        )
        item.stand(State.BLOCKED, "NotSuitable", words)


def _is_elsewhere(item: Item) -> bool:
    """Azure holds another resource for the same as ours: what is wanted is so, and the other is not ours to touch."""
    planned = item.resource.id if isinstance(item.resource.id, str) else item.id
    return bool(item.type.same and item.live and key(item.live.id) != key(planned))


def _use(run: Pass, item: Item, live: Observed) -> None:
    """What Azure allows once is there under another name: left alone, or, where the plan adopts it, used and made as it must be."""
    if item.resource.adopts and isinstance(item.resource.id, str):
        run.use(item, live.id)
        item.shared = item.type.marking is Marking.NAME  # nothing could be written there that says that it is ours
        if owner_of(item.type, live) in ("", run.work.owner.mark):
            _present(run, item, live)
            return
    item.foreign = True
    item.stand(State.READY, message="exists under another name, made by somebody else; left alone")


def _present(run: Pass, item: Item, live: Observed) -> None:
    if is_at_work(run, item, live):
        return
    state = provisioning_state(item)
    if state in MANUAL_STATES:
        words = f"{short(item.id)} waits for somebody to confirm it where it leads to"
        item.stand(State.BLOCKED, "AwaitingManualAction", words)
        return
    if item.resource.mode is Mode.MANAGED and (end := _dead_end(item, live)):
        _replace(run, item, end)
        return
    if item.type.once and at(item.desired, item.type.once) is None:
        item.stand(State.READY)
        return
    item.changes = differences(item.type, item.desired, live.body, item.resource.ignore, run.lookup)
    item.changes += submitted_changes(run, item)
    item.changes += _missing_inside(item)
    attached = (rule for rule in item.resource.absent if is_attached(rule, live.body))
    item.changes += tuple(FieldChange(rule.path, rule.id, None) for rule in attached)
    if state in FAILED_STATES and item.resource.mode is Mode.MANAGED:
        item.changes += (FieldChange("properties.provisioningState", state, "succeeded"),)
    if not item.changes:
        item.stand(State.READY)
        return
    item.stand(State.DRIFTED, "DriftFound", item.differing, action=UPDATE)
    forbidden = [c for c in item.changes if _is_fixed(item.type, c.path)]
    if forbidden:
        one = forbidden[0]
        item.stand(
            State.BLOCKED, "ImmutableInAzure",
            f"{short(item.id)}: Azure does not change {one.path} (it is {one.before!r}, the spec asks for {one.after!r}); "
            "take the change back, or delete the resource yourself",
        )  # fmt: skip
        return
    _check_authority(run, item)
    _check_honored(run, item)
    if objection := _objection(item, live):
        item.stand(State.BLOCKED, "BreakingChange", objection)


def _missing_inside(item: Item) -> tuple[FieldChange, ...]:
    """What the contents lack, as far as they were read."""
    contents = item.resource.contents
    if contents is None or item.inside is None:
        return ()
    there = {contents.show(member) for member in item.inside}
    name = contents.collection.rpartition("/")[2]
    return tuple(FieldChange(f"{name}[{one}]", None, "there") for one in sorted(contents.expected - there))


def _objection(item: Item, live: Observed) -> str:
    contents = item.resource.contents
    if contents is None or item.inside is None or item.referred is None:
        return ""  # in part it would be told as the whole
    return contents.objection(live.body, item.inside, item.referred)


def _is_fixed(kind: ArmType, path: str) -> bool:
    """Is that a place, or in one, that Azure never changes?"""
    here = path.lower()
    return any(here == fixed or here.startswith((f"{fixed}.", f"{fixed}[")) for fixed in map(str.lower, kind.immutable))


def _dead_end(item: Item, live: Observed) -> FieldChange | None:
    """The state that no write leads out of, as a change."""
    rule = item.type.dead_end
    state = str(at(live.body, rule.path) or "") if rule else ""
    if rule and state.lower() in {name.lower() for name in rule.states}:
        return FieldChange(rule.path, state, "(deleted and made again)")
    return None


def _replace(run: Pass, item: Item, end: FieldChange) -> None:
    """It is to be deleted and made again, once: what comes to the same end at once is told instead."""
    item.changes = (end,)
    item.stand(State.DRIFTED, "DriftFound", item.differing, action=UPDATE)
    item.dead_end = True
    _check_authority(run, item)
    if run.so_far.remade.get(item.key) == run.digest(item):
        item.stand(
            State.BLOCKED, "NotHonored",
            f"{short(item.id)} was deleted and made again, and is {end.before} once more; it stays so until the spec changes or "
            "somebody asks for another look",
        )  # fmt: skip


def _check_authority(run: Pass, item: Item) -> None:
    if not run.work.authority.covers(item.id):
        why = run.work.authority.denied or (
            f"no grant of this namespace covers {item.id}; an administrator adds it to the admin plane's grants (scopes)"
        )
        item.stand(State.BLOCKED, "NotGranted", why)


def _check_honored(run: Pass, item: Item) -> None:
    """What was written in this run and reads back otherwise is not written over and over."""
    if item.key in run.so_far.failures:
        return  # it was not accepted, or failed after that: the pause after a failure says when it is written again
    written = run.so_far.written.get(item.key)
    fields = tuple(change.path for change in item.changes)
    if written and written[0] == run.digest(item) and set(fields) <= set(written[1:]):
        item.stand(
            State.BLOCKED, "NotHonored",
            f"{short(item.id)}: Azure accepted the write and still shows {item.differing}; it is not written again until the "
            "spec changes or something else differs",
        )  # fmt: skip
