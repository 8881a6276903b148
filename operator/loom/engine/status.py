"""Status: everything that a pass found out, in the bounds that the CRDs set. Assembled in one place, written by one writer.

Bounds: 50 resources, the unwell first, and 20 changes, fewer where they are long; 50 places of keys; sentences as long as there is
room for all of them; the inventory whole. Nothing changes when nothing happened.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from loom.engine import sentences
from loom.engine.approval import digests, plan_hash
from loom.engine.condition import TRUE, Condition, stamp, status_of
from loom.engine.inventory import data_name
from loom.engine.item import BLOCKED, DELETE, Deletion, Item
from loom.engine.one_pass import Pass
from loom.plan.arm_id import is_within
from loom.plan.checks import Health
from loom.plan.outcome import Outcome, State
from loom.plan.resource import Mode
from loom.plan.values import Json

MOST_RESOURCES, MOST_CHANGES, MOST_FIELDS, LONGEST = 50, 20, 20, 240
MOST_PLACES = 50  # of handed-out keys
WHOLE, BEGINNING = 5, 40  # sentences of rows that are told whole; characters of the others
LARGEST = 27 * 1024  # characters of a status, which leaves a spec with every list full its room
OTHERS = 12 * 1024  # of them conditions, wiring, plan and what else a kind shows
ROOM = 16 * 1024  # of the rows of resources, at most; changes have half of what those have
LEAST = 3200  # of the rows of resources, in any case


def assemble(run: Pass, conditions: Sequence[Condition], observed: bool = True) -> dict[str, Json]:
    """The complete new status of an object. `observed`: the plan, the resources and the kind's own fields are news."""
    status: dict[str, Json] = dict(run.base)
    status["observedGeneration"] = run.work.generation
    if run.work.requested_at:
        status["lastHandledReconcileAt"] = run.work.requested_at
    status["conditions"] = stamp(conditions, run.base, run.work.generation, run.ports.clock.today())
    status["inventory"] = run.inventory.write()
    if observed:
        status["plan"] = plan_summary(run)
        status["retained"] = sorted(data_name(d.type, d.id) for d in run.deletions if d.retained and d.type.protected)
        status["keysExportedTo"] = _places(run)
        status["submitted"] = dict(sorted(run.submitted.items()))
        status.update(run.work.report(run.plan, outcome(run)))
        rows, status["resourceCount"] = resource_rows(run)
        room = max(LEAST, min(ROOM, _left(status)))
        status["resources"] = _fitting(rows, room)
        if changes := status["plan"].get("changes"):
            status["plan"]["changes"] = _fitting(changes, room // 2)
    status |= sentences.shortened(status, max(sentences.LEAST, min(sentences.MOST, _left(status))))
    _say_interval(run, status)
    return {name: value for name, value in status.items() if value not in (None, [], {}, "")}


def _places(run: Pass) -> list[str]:
    """Where keys are: first those to be taken back, which only the status knows; the others are in the plan."""
    planned = {export.place.shown for export in run.plan.exports}
    return sorted(sorted(run.exported, key=lambda shown: (shown in planned, shown))[:MOST_PLACES])


def is_blank(status: Mapping[str, Json]) -> bool:
    """Does it come from no pass that ever compared plan and cloud? Then what it does not say of the inventory means nothing.

    `observedGeneration` cannot tell: it is written as well by a pass that was refused, suspended, or met a silent cloud.
    """
    return "plan" not in status


def outcome(run: Pass) -> Outcome:
    """The pass as frozen data, for the kind's own fields."""
    health = {finding.key: finding.health for finding in run.findings}
    states = {}
    for name, item in run.items.items():
        state = item.as_state()
        states[name] = replace(state, health=health[name]) if name in health else state
    today = run.ports.clock.today()
    return Outcome(states, run.lookup, run.findings, run.handed, before=run.base, today=today)


def plan_summary(run: Pass) -> dict[str, Json]:
    """What is to change: counts of all, the first changes with their fields, and the hash that approves them."""
    rows = [_change(item) for item in run.items.values() if _is_change(item)]
    rows += [_removal(deletion) for deletion in run.deletions if not deletion.retained]
    counts = {
        name: sum(1 for row in rows if row["action"] == name) for name in ("Create", "Update", "Delete", "Blocked")
    }
    summary: dict[str, Json] = {name.lower(): count for name, count in counts.items()}
    changes = digests(run)
    if changes:
        summary["hash"] = plan_hash(changes)
    if rows:
        order = {"Blocked": 0, "Delete": 1, "Update": 2, "Create": 3}
        summary["changes"] = _brief(sorted(rows, key=lambda row: (order[row["action"]], row["id"]))[:MOST_CHANGES])
    return summary


def _is_change(item: Item) -> bool:
    return item.state is State.BLOCKED or bool(item.action and item.state is not State.READY)


def _change(item: Item) -> dict[str, Json]:
    row: dict[str, Json] = {"id": item.id or f"(known after apply)/{item.key}", "action": item.action or BLOCKED}
    if item.state is State.BLOCKED:
        row |= {"action": BLOCKED, "reason": item.reason, "message": item.message[:LONGEST]}
    if item.changes:
        row["fields"] = [change.path for change in item.changes[:MOST_FIELDS]]
    return row


def _removal(deletion: Deletion) -> dict[str, Json]:
    if deletion.state is State.BLOCKED:
        return {"id": deletion.id, "action": BLOCKED, "reason": deletion.reason, "message": deletion.message[:LONGEST]}
    return {"id": deletion.id, "action": DELETE}


def resource_rows(run: Pass) -> tuple[list[Json], int]:
    """At most 50 resources, the unwell first and then what tells the most, and how many there are in all."""
    health = {finding.key: finding for finding in run.findings}
    ranked: list[tuple[int, str, dict[str, Json]]] = []
    managed = [item for item in run.items.values() if item.resource.mode is not Mode.STAGE]
    for item in managed:
        row: dict[str, Json] = {
            "id": item.id or f"(known after apply)/{item.key}",
            "type": item.type.name,
            "state": str(item.state),
        }
        finding = health.get(item.key)
        if finding is not None:
            row["health"] = str(finding.health)
        unwell = finding is not None and finding.health is not Health.HEALTHY
        reason, words = (item.reason, item.message) if item.state is not State.READY else ("", "")
        if not reason and finding is not None and unwell:
            reason, words = finding.reason, finding.message
        row |= {name: value[:LONGEST] for name, value in (("reason", reason), ("message", words)) if value}
        ranked.append((_rank(run, row), row["id"], row))
    for deletion in run.deletions:
        row = {
            "id": deletion.id,
            "type": deletion.type.name,
            "state": "Retained" if deletion.retained else str(deletion.state),
        }
        row |= {"reason": deletion.reason or "Progressing", "message": deletion.message[:LONGEST]}
        ranked.append((0, deletion.id, row))
    ranked.sort(key=lambda entry: entry[:2])
    return _brief([row for _, _, row in ranked[:MOST_RESOURCES]]), len(ranked)


def _rank(run: Pass, row: Mapping[str, Json]) -> int:
    """The unwell, what has a health, what lies at home, and what lies elsewhere; what is only on something else comes last."""
    if "reason" in row or "health" in row:
        return 0 if "reason" in row else 1
    arm_id = str(row["id"])
    is_elsewhere, is_on_another = not is_within(arm_id, run.plan.home), arm_id.count("/providers/") > 1
    return 2 + is_elsewhere + 2 * is_on_another


def _left(status: Mapping[str, Json]) -> int:
    """How many characters the lists of what is owned, which are never cut, leave of the whole.

    Only what is made moves it: a message that is a word longer must not change which rows there are.
    """
    owned = [status.get(name) for name in ("inventory", "retained", "applyingPlan")]
    return LARGEST - OTHERS - len(json.dumps(owned))


def _fitting(rows: list[dict[str, Json]], room: int) -> list[dict[str, Json]]:
    """The first rows, as many as there is room for."""
    if len(json.dumps(rows)) <= room:  # as nearly always: told by one look
        return rows
    ends = accumulate(len(json.dumps(row)) for row in rows)
    return [row for row, end in zip(rows, ends, strict=True) if end <= room]


def _brief(rows: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """A few different sentences whole, and by its beginning what stands above already: a zone in which everything fails still fits."""
    whole: set[str] = set()
    for row in rows:
        words = str(row.get("message", ""))
        if len(words) <= BEGINNING:
            continue
        if words in whole or len(whole) == WHOLE:
            row["message"] = words[: BEGINNING - 1] + "…"
        else:
            whole.add(words)
    return rows


def _say_interval(run: Pass, status: dict[str, Json]) -> None:
    rhythm = run.work.rhythm
    if rhythm.stretch > 1.0:
        status["effectiveInterval"] = f"{int(rhythm.interval * rhythm.stretch)}s"
    else:
        status.pop("effectiveInterval", None)


def is_progress_only(before: Mapping[str, Json], after: Mapping[str, Json]) -> bool:
    """Does nothing differ but how far the work has come? Then the writer may hold it back for a while.

    Hashes of what was sent may wait as well: without them after a restart the same is sent once more, or taken again.
    """
    names = (
        "observedGeneration",
        "lastHandledReconcileAt",
        "inventory",
        "retained",
        "applyingPlan",
        "appliedPlan",
    )
    if any(before.get(name) != after.get(name) for name in names):
        return False
    return all(status_of(status, "Reconciling") == TRUE for status in (before, after))
