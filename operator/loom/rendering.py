"""How previews read: as text for a person at a terminal, as data for a program. It decides nothing.

Text is readable as Terraform's: `+ ~ -`, `!` for what should change and may not, `?` for what could not be read, field by field, and
one line that sums up.
"""

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from loom.engine.foreseen import UNKNOWN, Change, KeyChange
from loom.engine.inventory import short
from loom.engine.item import CREATE
from loom.engine.preview import Preview
from loom.field_text import lines_of
from loom.plan.arm_id import group_of, key, name_of, names_of, parent_of

SIGNS = {"Create": ("+", "green"), "Update": ("~", "yellow"), "Delete": ("-", "red"), "Blocked": ("!", "magenta")}
_NOT_READ = ("?", "red")


def as_text(previews: Sequence[Preview]) -> Text:
    """All previews, one after the other, and the summary."""
    text = Text()
    for preview in previews:
        _append_preview(text, preview)
    return text.append(summary(previews), style="bold")


def summary(previews: Sequence[Preview]) -> str:
    """The one line that sums up."""
    counts = {action: sum(preview.count(action) for preview in previews) for action in SIGNS}
    unchanged, unknown = sum(preview.unchanged for preview in previews), not_read(previews)
    keys = _of_keys([change for preview in previews for change in preview.keys])
    if not any(counts.values()) and not unknown and not keys:
        return "No changes." + (f" {_count(unchanged)} as declared." if unchanged else "")
    return (
        f"Plan: {counts['Create']} to create, {counts['Update']} to update, {counts['Delete']} to delete, "
        f"{counts['Blocked']} blocked; {unchanged} unchanged{f', {unknown} could not be read' if unknown else ''}.{keys}"
    )


def _of_keys(changes: Sequence[KeyChange]) -> str:
    """How many keys are handed out, and how many are taken back; "" where none are."""
    new = sum(change.action == CREATE for change in changes)
    return f" Keys: {new} to hand out, {len(changes) - new} to take back." if changes else ""


def not_read(previews: Sequence[Preview]) -> int:
    """How many resources nothing is known of: with any, the plan is not whole."""
    return sum(preview.count(UNKNOWN) for preview in previews)


def _count(number: int) -> str:
    return "1 resource is" if number == 1 else f"{number} resources are"


def _append_preview(text: Text, preview: Preview) -> None:
    place = f"{preview.namespace}/{preview.name}" if preview.namespace else preview.name
    text.append(f"{preview.kind} {place}", style="bold")
    text.append(f"  ({short(preview.home)})\n" if preview.home else "\n", style="dim")
    if preview.note:
        text.append(f"  {preview.note}\n", style="cyan")
    for number, change in enumerate(preview.changes):
        following = preview.changes[number + 1] if number + 1 < len(preview.changes) else None
        _append_change(text, change, following, group_of(preview.home))
    for keys in preview.keys:
        sign, style = SIGNS[keys.action]
        words = f"keys of {keys.name} handed out to {keys.place}" if keys.name else f"keys in {keys.place} taken back"
        text.append(f"  {sign} {words}\n", style=style)
    if not (preview.changes or preview.keys or preview.note):
        text.append("  no changes\n", style="dim")
    for kept in preview.retained:
        text.append(f"  = {kept.message}\n", style="dim")
    for warning in preview.warnings:
        text.append(f"  warning: {warning}\n", style="yellow")
    text.append("\n")


def _append_change(text: Text, change: Change, following: Change | None, home: str) -> None:
    sign, style = SIGNS.get(change.action, _NOT_READ)
    text.append(f"  {sign} {change.type} {_name(change)}{_elsewhere(change, home)}\n", style=style)
    for field in change.fields:
        for line, line_style in lines_of(field, created=change.action == "Create"):
            text.append(f"      {line}\n", style=line_style if change.action == "Update" else "")
    why = (change.reason, change.message)
    if change.reason and (following is None or (following.reason, following.message) != why):
        text.append(f"      {change.reason}: {change.message}\n", style=style)  # once for all that it holds up


def _name(change: Change) -> str:
    if not change.id:
        return f"({change.key}, known after apply)"
    name = "/".join(names_of(change.id))
    extends = change.id.count("/providers/") > 1
    return f"{name} on {short(parent_of(change.id))}" if extends else name


def _elsewhere(change: Change, home: str) -> str:
    """Where it is, when that is not where the object lives: a person must see that a shared group is touched."""
    group = group_of(change.id)
    return f" in {name_of(group)}" if group and key(group) != key(home) else ""


def as_data(previews: Sequence[Preview]) -> dict[str, Any]:
    """The same as data: `{objects: [{kind, namespace, name, changes: [...], ...}], summary: {...}}`."""
    counts = {action.lower(): sum(preview.count(action) for preview in previews) for action in SIGNS}
    return {
        "objects": [_preview_data(preview) for preview in previews],
        "summary": {
            **counts,
            "unchanged": sum(preview.unchanged for preview in previews),
            "unknown": not_read(previews),
        },
    }


def _preview_data(preview: Preview) -> dict[str, Any]:
    return {
        "kind": preview.kind,
        "namespace": preview.namespace or None,
        "name": preview.name,
        "note": preview.note or None,
        "changes": [_change_data(change) for change in preview.changes],
        "keys": [{"action": key.action, "name": key.name or None, "place": key.place} for key in preview.keys],
        "unchanged": preview.unchanged,
        "retained": [{"name": kept.name, "message": kept.message} for kept in preview.retained],
        "warnings": list(preview.warnings),
    }


def _change_data(change: Change) -> dict[str, Any]:
    data: dict[str, Any] = {"action": change.action, "type": change.type, "id": change.id or None}
    if change.key:
        data["key"] = change.key
    if change.reason:
        data |= {"reason": change.reason, "message": change.message}
    data["fields"] = [{"path": field.path, "before": field.before, "after": field.after} for field in change.fields]
    return data
