"""Hand out: the keys of what was made go to where the spec says, and are made anew when that is due.

It comes after everything else, as a key must open something. No key is kept here: each pass reads what stands beside the handed-out
ones, and asks for the keys themselves only for a step that is due, or in the slow tier's turn.
"""

import json
from collections.abc import Mapping

from loom.engine.item import Item
from loom.engine.one_pass import Pass
from loom.engine.ports import Keeper, Kept
from loom.engine.work import Event
from loom.errors import CloudError, Retry
from loom.plan.keys import Handed, KeyExport, KeyNotes, Phase, Place, Step, after, due
from loom.plan.outcome import State
from loom.plan.values import Json

_RENEWALS = {Step.RENEW_SECONDARY: "regenerateSecondaryKey", Step.RENEW_PRIMARY: "regeneratePrimaryKey"}


async def hand_out(run: Pass) -> None:
    """Do the step that is due for each pair of keys, and take back what is handed out no more."""
    keeper = run.ports.keeper
    if keeper is None or not (run.plan.exports or run.exported):
        return
    may_write = run.work.wishes.policy == "Manage" and not run.work.authority.denied
    for export in run.plan.exports:
        item = run.items[export.key]
        try:
            run.handed[export.name] = await _look_after(run, keeper, export, item, may_write)
        except CloudError as error:
            if error.retry is Retry.NOW:
                raise
            item.halt(State.BLOCKED, error.reason, error.message)
    if may_write:
        await _take_back(run, keeper)


async def _look_after(run: Pass, keeper: Keeper, export: KeyExport, item: Item, may_write: bool) -> Handed:
    kept = await keeper.read(export.place)
    notes = kept.notes if kept else None
    step = due(export, notes, run.ports.clock.today())
    if may_write and item.state is State.READY and (step is not Step.KEEP or run.deep):
        notes = await _step(run, keeper, export, item, kept, step)
    if notes is not None:
        run.exported.add(export.place.shown)
    else:
        run.exported.discard(export.place.shown)
    return Handed(export.place, notes)


async def _step(
    run: Pass, keeper: Keeper, export: KeyExport, item: Item, kept: Kept | None, step: Step
) -> KeyNotes | None:
    """One step of a rotation; what was already done of it before a crash is done once more, and nobody has seen it."""
    cloud = run.ports.cloud
    if step in _RENEWALS:
        await cloud.act(item.id, _RENEWALS[step])
        words = "secondary" if step is Step.RENEW_SECONDARY else "primary"
        run.events.append(Event("Normal", "KeysRotated", f"{export.name}: the {words} key was made anew"))
    before = kept.notes if kept else None
    notes = after(step, export, before, run.ports.clock.today())
    entries = _entries(await cloud.act(item.id, "listSecrets"), notes)
    digest = run.ports.digest(json.dumps([item.id, entries], sort_keys=True))
    if kept is None or notes != before or kept.digest != digest:
        await keeper.write(export.place, entries, Kept(digest, notes))
    return notes


def _entries(answer: Json, notes: KeyNotes | None) -> dict[str, str]:
    """`key` is the one to use: the new one of the two while the other is about to go."""
    keys = answer if isinstance(answer, Mapping) else {}
    primary, secondary = str(keys.get("primaryKey") or ""), str(keys.get("secondaryKey") or "")
    if not (primary and secondary):
        raise CloudError("ProgressingWithRetry", "", "the service lists no keys yet", Retry.NOW)
    in_overlap = notes is not None and notes.phase is Phase.OVERLAP
    return {"key": secondary if in_overlap else primary, "primaryKey": primary, "secondaryKey": secondary}


async def _take_back(run: Pass, keeper: Keeper) -> None:
    """What an earlier spec handed out, and this one does not. What cannot be taken back now is remembered until it can."""
    for shown in sorted(run.exported - {export.place.shown for export in run.plan.exports}):
        place = Place.read(shown)
        try:
            if place is not None:
                await keeper.remove(place)
        except CloudError as error:
            if error.retry is Retry.NOW:
                raise
            run.warn(
                error.reason, f"the keys in {shown} are handed out no more, and cannot be taken back: {error.message}"
            )
        else:
            run.exported.discard(shown)
