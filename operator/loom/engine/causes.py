"""Causes: what holds a resource that waits, and how several things and what is wrong with each are told in one sentence.

It decides on words; what the words mean for a condition is decided in `loom.engine.groups` and `loom.engine.conditions`.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from loom.engine.inventory import short
from loom.engine.item import Deletion, Item
from loom.engine.one_pass import Pass
from loom.plan.graph import dependencies
from loom.plan.outcome import State

_NAMED = 8  # names that a sentence lists
_TOLD = 4  # causes that a sentence tells
_SHARING = 4  # names of one cause
_ROOM = 130  # characters of the names of one cause: what is wrong with them must be read as well
_LONGEST = 220  # characters of one cause, where there are several


def is_stopped(thing: Item | Deletion) -> bool:
    """Has it failed, may it not be written, or is it not there with nobody to make it?"""
    if thing.state in (State.FAILED, State.BLOCKED, State.UNKNOWN):
        return True
    return thing.state is State.MISSING and isinstance(thing, Item) and not thing.action


def holds(run: Pass, items: Iterable[Item]) -> list[Item]:
    """The stopped resources that others wait for, through however many that wait as well, in the order of the plan."""
    if not any(is_stopped(item) for item in run.items.values()):
        return []
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(items)
    while waiting:
        for name in dependencies(waiting.pop().resource) - seen:
            seen.add(name)
            other = run.items.get(name)
            if other is None or other.state is State.READY:
                continue
            if is_stopped(other):
                found.add(name)
            else:
                waiting.append(other)
    return [item for name, item in run.items.items() if name in found]


def told_of(thing: Item | Deletion) -> tuple[str, str]:
    """What a sentence calls it, and what is wrong with it."""
    return (thing.key if isinstance(thing, Item) else short(thing.id)), thing.message or thing.reason


def told(rows: Iterable[tuple[str, str]]) -> str:
    """Things and what is wrong with each: those of one cause together, the first few causes, and how many more things there are."""
    causes: dict[str, list[str]] = {}
    for name, words in rows:
        causes.setdefault(words, []).append(name)
    if len(causes) == 1:
        ((words, names),) = causes.items()
        return f"{listed(names, _SHARING, _ROOM)}: {words}".removesuffix(": ")
    said = [
        f"{listed(names, _SHARING, _ROOM)}: {_cut(words)}".removesuffix(": ")
        for words, names in list(causes.items())[:_TOLD]
    ]
    more = sum(len(names) for names in list(causes.values())[_TOLD:])
    return "; ".join(said) + (f"; and {more} more" if more else "")


def listed(names: Sequence[str], at_most: int = _NAMED, room: int = 2 * _ROOM) -> str:
    """The first few names, one at least and no more than `room` characters have room for, and how many more there are."""
    fitting = sum(end <= room for end in accumulate(len(name) + len(", ") for name in names[:at_most]))
    shown = names[: max(fitting, 1)]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"
