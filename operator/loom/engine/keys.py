"""Hand out: the keys of what was made go to where the spec says, and are made anew when that is due.

It comes after everything else, as a key must open something. No key is kept here: each pass reads what stands beside the handed-out
ones, and asks for the keys themselves only for a step that is due, or in the slow tier's turn. What stands in a Key Vault costs a read
of Azure, and is read in the slow tier's turn and before every step.
"""

import json
from collections.abc import Mapping

from loom.engine.item import Item
from loom.engine.marks import owner_of
from loom.engine.one_pass import Pass
from loom.engine.ports import Keeper, Kept
from loom.engine.status import is_blank
from loom.engine.vault_keys import VaultKeeper
from loom.engine.work import Event
from loom.errors import CloudError, Retry
from loom.plan.arm_id import name_of
from loom.plan.catalog import arm_type
from loom.plan.keys import Handed, KeyExport, KeyNotes, Phase, Place, Step, after, due
from loom.plan.outcome import State
from loom.plan.values import Json
from loom.plan.vault_secrets import notes_of

_RENEWALS = {Step.RENEW_SECONDARY: "regenerateSecondaryKey", Step.RENEW_PRIMARY: "regeneratePrimaryKey"}


async def hand_out(run: Pass) -> None:
    """Do the step that is due for each pair of keys, and take back what is handed out no more."""
    may_write = run.work.wishes.policy == "Manage" and not run.work.authority.denied
    for export in run.plan.exports:
        keeper, item = _keeper_for(run, export.place), run.items[export.key]
        if keeper is None:
            continue
        try:
            may_hand_out = may_write and (not export.holder or run.items[export.holder].state is State.READY)
            run.handed[export.name] = await _look_after(run, keeper, export, item, may_hand_out)
        except CloudError as error:
            if error.passes_soon:
                raise
            words = f"the keys of {export.name} cannot be handed out to {export.place.shown}: {error.message}"
            item.halt(State.BLOCKED, error.reason, words)
    if may_write:
        await _take_back(run, {export.place.shown for export in run.plan.exports})


async def withdraw(run: Pass) -> None:
    """Take back what Kubernetes does not take away with the object itself."""
    if is_blank(run.work.status):
        await find_handed_out(run)
    await _take_back(run, {shown for shown in run.exported if (place := Place.read(shown)) and not place.vault})


async def find_handed_out(run: Pass) -> None:
    """What a lost status said of vaults: each key of ours that is handed out in one where the object may write today."""
    for vault in run.work.authority.vaults:
        try:
            listed = await run.ports.snapshots.list(run.ports.cloud, f"{vault}/secrets", run.since)
        except CloudError as error:
            if error.passes_soon:
                raise
            run.warn(error.reason, f"keys in {name_of(vault)} that may be ours are not looked for: {error.message}")
            continue
        for live in listed.values():
            if owner_of(arm_type(f"{vault}/secrets/x"), live) == run.work.owner.mark and notes_of(live.body):
                run.exported.add(Place(name_of(live.id), name_of(vault)).shown)


def _keeper_for(run: Pass, place: Place) -> Keeper | None:
    """Who hands out to this place; None where nobody does, as in a preview."""
    if place.vault:
        return VaultKeeper(run.ports.cloud, run.work.owner, run.work.authority.vaults)
    return run.ports.keeper


async def _look_after(run: Pass, keeper: Keeper, export: KeyExport, item: Item, may_write: bool) -> Handed:
    kept, today = await _kept(run, keeper, export), run.ports.clock.today()
    notes = kept.notes if kept else None
    step = due(export, notes, today)
    if may_write and item.state is State.READY and (step is not Step.KEEP or run.deep):
        notes = await _step(run, keeper, export, item, kept, step)
    if notes is not None:
        run.exported.add(export.place.shown)
    else:
        run.exported.discard(export.place.shown)
    return Handed(export.place, notes)


async def _kept(run: Pass, keeper: Keeper, export: KeyExport) -> Kept | None:
    """What stands beside the keys: as it was last seen in a vault, while that is not the slow tier's turn and no step is due."""
    shown = export.place.shown
    seen = run.memory.kept.get(shown) if export.place.vault and not run.deep else None
    if seen is not None and due(export, seen.notes, run.ports.clock.today()) is Step.KEEP:
        return seen
    run.memory.kept.pop(shown, None)
    found = await keeper.read(export.place)
    if export.place.vault and found is not None:
        run.memory.kept[shown] = found
    return found


async def _step(
    run: Pass, keeper: Keeper, export: KeyExport, item: Item, kept: Kept | None, step: Step
) -> KeyNotes | None:
    """One step of a rotation; what was already done of it before a crash is done once more, and nobody has seen it."""
    cloud = run.ports.cloud
    # Where it cannot be handed out, the same new key waits: a vault that refuses made another one in each pass.
    if step in _RENEWALS and run.memory.renewed.get(export.place.shown) != (item.id, step):
        await cloud.act(item.id, _RENEWALS[step])
        run.memory.renewed[export.place.shown] = (item.id, step)
        words = "secondary" if step is Step.RENEW_SECONDARY else "primary"
        run.events.append(Event("Normal", "KeysRotated", f"{export.name}: the {words} key was made anew"))
    before = kept.notes if kept else None
    notes = after(step, export, before, run.ports.clock.today())
    entries = _entries(await cloud.act(item.id, "listSecrets"), notes)
    digest = run.ports.digest(json.dumps([item.id, entries], sort_keys=True))
    if kept is None or notes != before or kept.digest != digest:
        run.memory.kept.pop(export.place.shown, None)
        await keeper.write(export.place, entries, Kept(digest, notes))
        run.memory.renewed.pop(export.place.shown, None)
    return notes


def _entries(answer: Json, notes: KeyNotes | None) -> dict[str, str]:
    """`key` is the one to use: the new one of the two while the other is about to go."""
    keys = answer if isinstance(answer, Mapping) else {}
    primary, secondary = str(keys.get("primaryKey") or ""), str(keys.get("secondaryKey") or "")
    if not (primary and secondary):
        raise CloudError("ProgressingWithRetry", "", "the service lists no keys yet", Retry.NOW)
    in_overlap = notes is not None and notes.phase is Phase.OVERLAP
    return {"key": secondary if in_overlap else primary, "primaryKey": primary, "secondaryKey": secondary}


async def _take_back(run: Pass, stays: set[str]) -> None:
    """What an earlier spec handed out, and this one does not. What cannot be taken back now is remembered until it can."""
    spelled = {shown.lower(): shown for shown in stays}
    for shown in sorted(run.exported - stays):
        if shown.lower() in spelled:  # vaults and their secrets know no case: it is the same key, and in use
            run.exported.discard(shown)
            run.exported.add(spelled[shown.lower()])
            continue
        place = Place.read(shown)
        keeper = _keeper_for(run, place) if place else None
        if place and not keeper:
            continue
        try:
            if place and keeper:
                await keeper.remove(place)
        except CloudError as error:
            if error.passes_soon:
                raise
            run.warn(
                error.reason, f"the keys in {shown} are handed out no more, and cannot be taken back: {error.message}"
            )
        else:
            run.exported.discard(shown)
            run.memory.kept.pop(shown, None)
