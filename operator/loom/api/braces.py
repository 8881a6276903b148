"""Braces: many paths in one word, as shells write them: `lake{,/containers/{bronze,gold}}` is three paths.

It knows nothing of Azure. What is read may be anybody's work, so that no word becomes more paths, or takes more work, than a bound.
"""

import re
from collections.abc import Iterable
from typing import Any

MOST = 20_000  # paths of one word
_ROOM = 50_000_000  # characters that are put together for one word: MOST ids, as long as any, have room
_SPECIAL = re.compile(r"[{},\\]")
_PARTS = re.compile(r"\\.|[{},]|[^\\{},]+|\\")
_END = ""  # no segment is empty

_Tree = dict[str, Any]


def fold(paths: Iterable[str]) -> str:
    """One word for paths that begin with the same segment. A brace, a comma or a backslash of theirs is escaped."""
    tree: _Tree = {}
    for path in paths:
        place = tree
        for segment in path.split("/") if path else ():
            place = place.setdefault(segment, {})
        place[_END] = {}
    return _ways_on(tree).removeprefix("/")


def _ways_on(tree: _Tree) -> str:
    """What follows a place. Segments from which it goes on alike share their braces."""
    alike: dict[str, list[str]] = {}
    for segment in sorted(tree.keys() - {_END}, key=lambda name: (name.lower(), name)):
        alike.setdefault(_ways_on(tree[segment]), []).append(_SPECIAL.sub(r"\\\g<0>", segment))
    ways = [f"/{_braced(names)}{rest}" for rest, names in alike.items()]
    return _braced(["", *ways] if _END in tree else ways)


def _braced(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{{{','.join(words)}}}"


def unfold(word: str) -> list[str]:
    """The paths of a word; none where its braces do not match, where they are more than MOST, or too long together."""
    outer: list[tuple[list[str], list[str]]] = []  # of each open brace: what came before it, and its ways so far
    ways: list[str] = []
    here, room = [""], _ROOM
    for part in _PARTS.findall(word):
        if part == "{":
            outer.append((here, ways))
            here, ways = [""], []
            continue
        if part == "," and outer:
            ways += here
            here = [""]
            continue
        if part == "}" and not outer:
            return []
        if part == "}":
            (firsts, around), lasts = outer.pop(), ways + here
            ways = around
        else:
            firsts, lasts = here, [part[1:] if len(part) == 2 and part[0] == "\\" else part]
        room -= _size(firsts) * len(lasts) + len(firsts) * _size(lasts)
        if room < 0 or len(firsts) * len(lasts) > MOST:
            return []
        here = [first + last for first in firsts for last in lasts]
    return [] if outer else here


def _size(words: list[str]) -> int:
    """Characters, and one for each word."""
    return sum(map(len, words)) + len(words)
