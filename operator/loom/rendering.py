"""How a preview reads: as text for a person at a terminal, as data for a program. It decides nothing.

Text is readable as Terraform's: `+ ~ -` and `!` for what should change and may not, field by field, and one line that sums up.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

import yaml
from rich.console import Console
from rich.text import Text

from loom.api.documents import DocumentError
from loom.api.objects import SpecError
from loom.config import Settings
from loom.engine.inventory import short
from loom.engine.preview import Change, Preview
from loom.errors import CloudError
from loom.kube.client import ApiError
from loom.kube.connection import ConnectionFailure
from loom.kube.files import SpecErrorIn
from loom.plan.arm_id import names_of, parent_of
from loom.preview import Refused, Request, preview_files

SIGNS = {"Create": ("+", "green"), "Update": ("~", "yellow"), "Delete": ("-", "red"), "Blocked": ("!", "magenta")}
_LONGEST = 120


def show(settings: Settings, request: Request, output: str, out: Console, err: Console) -> int:
    """Print the preview of a request. Exit code: 0 nothing changes, 2 something does, 1 an error, told on `err`."""
    try:
        found = asyncio.run(preview_files(settings, request))
    except (SpecErrorIn, SpecError, DocumentError, ConnectionFailure, ApiError, CloudError, OSError) as error:
        err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    previews = [one for one in found if isinstance(one, Preview)]
    refused = [one for one in found if isinstance(one, Refused)]
    _print(previews, output, out)
    for one in refused:
        words = f"{one.key} cannot be planned: {one.refusal.reason}: {one.refusal.message}"
        err.print(words, style="red", markup=False, highlight=False, soft_wrap=True)
    if refused or not found:
        if not found:
            err.print("The files hold no object of csaloom.io.", style="red")
        return 1
    return 2 if any(preview.changes for preview in previews) else 0


def _print(previews: Sequence[Preview], output: str, out: Console) -> None:
    match output:
        case "json":
            _plain(out, json.dumps(as_data(previews), indent=2))
        case "yaml":
            _plain(out, yaml.safe_dump(as_data(previews), sort_keys=False))
        case _:
            out.print(as_text(previews), soft_wrap=True, highlight=False)


def _plain(out: Console, text: str) -> None:
    out.file.write(text.rstrip("\n") + "\n")


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
    if not change.id:
        return f"({change.key}, known after apply)"
    name = "/".join(names_of(change.id))
    extends = change.id.count("/providers/") > 1
    return f"{name} on {short(parent_of(change.id))}" if extends else name


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
