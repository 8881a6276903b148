"""How a preview reads: as text for a person at a terminal, as data for a program. It decides nothing.

Text is readable as Terraform's: `+ ~ -` and `!` for what should change and may not, field by field, and one line that sums up.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from loom.engine.inventory import short
from loom.engine.preview import Change, Preview

SIGNS = {"Create": ("+", "green"), "Update": ("~", "yellow"), "Delete": ("-", "red"), "Blocked": ("!", "magenta")}
_LONGEST = 120


def as_text(previews: Sequence[Preview]) -> Text:
    """All previews, one after the other, and the summary."""
    text = Text()
    for preview in previews:
        text.append(_title(preview), style="bold")
        text.append("\n")
        for change in preview.changes:
            _append_change(text, change)
        for name in preview.retained:
            text.append(f"  = {name} stays: it holds data and is declared no more\n", style="dim")
        for warning in preview.warnings:
            text.append(f"  warning: {warning}\n", style="yellow")
        if not preview.changes:
            text.append("  no changes\n", style="dim")
        text.append("\n")
    text.append(summary(previews), style="bold")
    return text


def summary(previews: Sequence[Preview]) -> str:
    """The one line that sums up."""
    counts = {action: sum(preview.count(action) for preview in previews) for action in SIGNS}
    unchanged = sum(preview.unchanged for preview in previews)
    if not any(counts.values()):
        return f"No changes. {unchanged} resources are as declared."
    return (
        f"Plan: {counts['Create']} to create, {counts['Update']} to update, {counts['Delete']} to delete, "
        f"{counts['Blocked']} blocked; {unchanged} unchanged."
    )


def as_data(previews: Sequence[Preview]) -> dict[str, Any]:
    """The same as data: `{objects: [{kind, namespace, name, hash, changes: [...]}], summary: {...}}`."""
    return {
        "objects": [
            {
                "kind": preview.kind,
                "namespace": preview.namespace,
                "name": preview.name,
                "hash": preview.hash,
                "unchanged": preview.unchanged,
                "retained": list(preview.retained),
                "warnings": list(preview.warnings),
                "changes": [_change_data(change) for change in preview.changes],
            }
            for preview in previews
        ],
        "summary": {action.lower(): sum(preview.count(action) for preview in previews) for action in SIGNS},
    }


def _change_data(change: Change) -> dict[str, Any]:
    data: dict[str, Any] = {"key": change.key, "id": change.id or None, "type": change.type, "action": change.action}
    data["fields"] = [{"path": f.path, "before": f.before, "after": f.after} for f in change.fields]
    if change.reason:
        data |= {"reason": change.reason, "message": change.message}
    return data


def _title(preview: Preview) -> str:
    place = f"{preview.namespace}/{preview.name}" if preview.namespace else preview.name
    return f"{preview.kind} {place}"


def _append_change(text: Text, change: Change) -> None:
    sign, style = SIGNS[change.action]
    name = f"{change.type} {_name(change)}"
    text.append(f"  {sign} {name}\n", style=style)
    if change.reason:
        text.append(f"      {change.reason}: {change.message}\n", style=style)
    for line in _field_lines(change):
        text.append(f"      {line}\n")


def _name(change: Change) -> str:
    return short(change.id).partition(" ")[2] if change.id else f"({change.key}, known after apply)"


def _field_lines(change: Change) -> Iterator[str]:
    for field in change.fields:
        if change.action == "Create" or field.before is None:
            yield f"+ {field.path}: {_value(field.after)}"
        else:
            yield f"~ {field.path}: {_value(field.before)} -> {_value(field.after)}"


def _value(value: Any) -> str:
    if isinstance(value, str) and value.startswith("(") and value.endswith(")"):
        return value  # (known after apply), (hidden)
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
