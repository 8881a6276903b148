"""Sentences of a status share the room that its object has: the fuller a zone, and the more goes wrong in it, the shorter each.

It decides how much of a sentence is told, and never which rows there are. Rows of resources and changes have a room of their own, in
`loom.engine.status`.
"""

from collections.abc import Mapping

from loom.plan.values import Json

_WHOLE, _SHORTEST = 1000, 40  # characters of one sentence
_BOUNDS = (_WHOLE, 600, 400, 300, 200, 150, 100, 60, _SHORTEST)  # the longest counts with which all sentences fit
_BESIDE = 300  # of Reconciling's and Stalled's, which tools show by themselves, where not all are told whole; Ready's always is
_SAID = 80  # of one that Ready says already, in that case
_APART = frozenset({"resources"})
MOST, LEAST = 6000, 2400  # characters of all sentences together


def shortened(status: Mapping[str, Json], room: int) -> dict[str, Json]:
    """The fields of a status whose rows have sentences, each cut with "…" where all of them together are longer than `room` characters.

    LEAST has room for Ready's, what stands beside it, and 27 others, which are more than any zone has. The same sentences are always
    cut alike.
    """
    fields = {name: rows for name, rows in status.items() if name not in _APART and _has_sentences(rows)}
    rows = [row for each in fields.values() for row in each]
    ready = next((_sentence(row) for row in rows if _names(row, "Ready")), "")
    said = [(row, _sentence(row)) for row in rows if _sentence(row)]
    bound = next(
        (b for b in _BOUNDS if sum(min(len(words), _most(row, ready, b)) for row, words in said) <= room), _SHORTEST
    )
    return {name: [_cut(row, _most(row, ready, bound)) for row in each] for name, each in fields.items()}


def _has_sentences(rows: Json) -> bool:
    return isinstance(rows, list) and any(map(_sentence, rows))


def _sentence(row: Json) -> str:
    words = row.get("message") if isinstance(row, Mapping) else None
    return words if isinstance(words, str) else ""


def _names(row: Json, *conditions: str) -> bool:
    return isinstance(row, Mapping) and row.get("type") in conditions


def _most(row: Json, ready: str, bound: int) -> int:
    """How many characters a sentence may have where the bound of all is `bound`."""
    if bound == _WHOLE or _names(row, "Ready"):
        return _WHOLE
    if _names(row, "Reconciling", "Stalled"):
        return _BESIDE
    return min(bound, _SAID) if _sentence(row) == ready else bound


def _cut(row: Json, most: int) -> Json:
    words = _sentence(row)
    return row if len(words) <= most else {**row, "message": f"{words[: most - 1].rstrip()}…"}
