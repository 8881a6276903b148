"""How one field's change reads: `path: before -> after` where that fits a line, else a short diff. It decides nothing.

Values are JSON, as in the bodies that are sent. What is long is cut, and never where the two sides would look alike.
"""

import json
from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

import yaml

from loom.engine.diff import HIDDEN, KNOWN_LATER, FieldChange
from loom.plan.arm_id import group_of, name_of
from loom.plan.catalog.normals import laid_out

Line = tuple[str, str]  # a line of text and its style
ADDED, CHANGED, REMOVED, PLAIN = "green", "yellow", "red", ""
_WIDTH = 100  # a value that is longer is cut
_BESIDE = 30  # what is shown of a long value before the first difference
_MOST_LINES, _FIRST_LINES = 24, 6


def lines_of(change: FieldChange, created: bool = False) -> Iterator[Line]:
    """The lines of one field; `created`: its resource is new, so nothing was there before."""
    before, after = change.before, change.after
    if created or before is None:
        yield from _appearing(change.path, after)
    elif after is None:
        yield f"- {change.path}: {_value(before)}", REMOVED
    elif _is_long(before) and _is_long(after) and not _is_word(after):
        yield f"~ {change.path}:", CHANGED
        yield from _difference(_as_lines(before), _as_lines(after))
    else:
        yield f"~ {change.path}: {' -> '.join(_pair(before, after))}", CHANGED


def _appearing(path: str, value: Any) -> Iterator[Line]:
    lines = value.splitlines() if isinstance(value, str) else []
    if len(lines) < 2:
        yield f"+ {path}: {_value(value)}", ADDED
        return
    yield f"+ {path}: ({len(lines)} lines)", ADDED
    yield from ((f"    {_printable(line)}", PLAIN) for line in lines[:_FIRST_LINES])
    if len(lines) > _FIRST_LINES:
        yield f"    … and {len(lines) - _FIRST_LINES} more", PLAIN


def _difference(before: list[str], after: list[str]) -> Iterator[Line]:
    """The lines that differ, each with the one before and after it."""
    styles = {"+": ADDED, "-": REMOVED}
    found = list(unified_diff(before, after, n=1, lineterm=""))[2:]
    for line in found[:_MOST_LINES]:
        place = line.startswith("@@")
        yield ("    …", PLAIN) if place else (f"    {line[0]} {_cut(_printable(line[1:]))}", styles.get(line[0], PLAIN))
    if len(found) > _MOST_LINES:
        yield f"    … and {len(found) - _MOST_LINES} more lines of difference", PLAIN


def _is_long(value: Any) -> bool:
    """Is it more than one line, or a structure?"""
    return (isinstance(value, str) and "\n" in value.rstrip("\n")) or (isinstance(value, list | dict) and bool(value))


def _as_lines(value: Any) -> list[str]:
    if isinstance(value, str):
        return laid_out(value).splitlines()
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000)
    return text.splitlines()


def _is_word(value: Any) -> bool:
    """Does it stand for a value that is not shown?"""
    return value in (KNOWN_LATER, HIDDEN)


def _value(value: Any) -> str:
    if _is_word(value):
        return str(value)
    return _cut(_short_id(value) or json.dumps(value, ensure_ascii=False))


def _pair(before: Any, after: Any) -> tuple[str, str]:
    """Both sides of a change in one line, cut so that they differ in what is shown."""
    shown = _value(before), _value(after)
    if shown[0] != shown[1] or _is_word(after):
        return shown
    whole = [json.dumps(side, ensure_ascii=False) for side in (before, after)]
    same = next((n for n, (a, b) in enumerate(zip(*whole, strict=False)) if a != b), min(map(len, whole)))
    start = max(0, same - _BESIDE)
    first, second = (_cut(("…" if start else "") + side[start:]) for side in whole)
    return first, second


def _short_id(value: Any) -> str:
    """An ARM id without what all ids of a plan share: `…/resourceGroups/rg/virtualNetworks/vnet`; "" for anything else."""
    if not isinstance(value, str) or len(value) <= _WIDTH or not group_of(value):
        return ""
    group, tail = name_of(group_of(value)), value.rpartition("/providers/")[2]
    return json.dumps(f"…/{group}/{tail.partition('/')[2]}", ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def _printable(line: str) -> str:
    """What a terminal would obey is shown instead."""
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in line.expandtabs(2))
