"""Braces: many paths in one word, as shells write them: `lake{,/containers/{bronze,gold}}` is three paths.

It knows nothing of Azure. What is read may be anybody's work, so that no word becomes more paths than a bound.
"""

import re
from collections.abc import Iterable
from typing import Any

MOST = 20_000  # paths of one word
_SPECIAL = re.compile(r"[{},]")
_PARTS = re.compile(r"\\.|[{},]|[^\\{},]+|\\")
_END = ""  # no segment is empty

_Tree = dict[str, Any]


def fold(paths: Iterable[str]) -> str:
    """One word for paths that begin with the same segment. A brace or a comma of theirs is escaped."""
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
    """The paths of a word; none where its braces do not match, or where they are more than MOST."""
    outer: list[tuple[list[str], list[str]]] = []  # of each open brace: what came before it, and its ways so far
    ways: list[str] = []
    here = [""]
    for part in _PARTS.findall(word):
        if part == "{":
            outer.append((here, ways))
            here, ways = [""], []
        elif part == "," and outer:
            ways, here = ways + here, [""]
        elif part == "}" and outer:
            (before, around), ways = outer.pop(), ways + here
            if len(before) * len(ways) > MOST:
                return []
            here, ways = [first + way for first in before for way in ways], around
        elif part == "}":
            return []
        else:
            plain = part[1:] if len(part) == 2 and part[0] == "\\" else part
            here = [way + plain for way in here]
    return [] if outer else here
