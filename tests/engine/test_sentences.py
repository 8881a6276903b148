"""Sentences of a status share its room: whole while there is enough, and alike cut where there is not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from loom.engine.sentences import LEAST, MOST, shortened

Row = dict[str, Any]


def conditions(**messages: str) -> list[Row]:
    return [{"type": name, "status": "False", "message": words} for name, words in messages.items()]


def sentences(status: dict[str, Any]) -> list[str]:
    return [row.get("message", "") for rows in status.values() for row in rows]


_WORDS = some.text("abc :", min_size=1, max_size=1400).map(str.strip)


@given(
    ready=_WORDS,
    beside=_WORDS,
    same=some.integers(0, 4),
    others=some.lists(_WORDS, max_size=10),
    apps=some.lists(_WORDS, max_size=6),
    ways=some.lists(_WORDS, max_size=7),
    room=some.integers(LEAST, MOST),
)
def test_whatever_is_said_all_of_it_fits_and_begins_as_it_was_said(
    ready: str, beside: str, same: int, others: list[str], apps: list[str], ways: list[str], room: int
) -> None:
    status: dict[str, Any] = {
        "conditions": conditions(Ready=ready, Stalled=beside, **{f"Same{n}": ready for n in range(same)})
        + conditions(**{f"Other{n}": words for n, words in enumerate(others)}),
        "apps": [{"name": "one", "message": words} for words in apps],
        "reachability": [{"path": "Vpn", "message": words} for words in ways],
    }
    told = {**status, **shortened(status, room)}
    assert sum(map(len, sentences(told))) <= room
    for said, words in zip(sentences(status), sentences(told), strict=True):
        assert said == words or (words.endswith("…") and said.startswith(words[:-1]))
    assert len(sentences(told)[0]) >= min(len(ready), 990)  # Ready's is told whole
    assert shortened(status, room) == shortened(dict(reversed(status.items())), room)


def test_what_ready_says_already_is_only_begun_where_room_is_short() -> None:
    why, other = "storage: " + "x" * 600, "app/one: " + "y" * 600
    status = {"conditions": conditions(Ready=why, Stalled=why, Converged=why, InSync=why, AppsHealthy=other)}
    told = {row["type"]: row["message"] for row in shortened(status, LEAST)["conditions"]}
    assert told["Ready"] == why
    assert (len(told["Stalled"]), len(told["Converged"]), len(told["InSync"])) == (300, 80, 80)
    assert told["AppsHealthy"] == other[:599] + "…"
    assert sentences(shortened(status, MOST)) == [why, why, why, why, other]


@pytest.mark.parametrize("forged", [[1, "x"], [{"message": 7}, None], [{"message": "x"}, 3], {"message": "x"}, "x"])
def test_a_status_may_hold_anything(forged: Any) -> None:
    status = {"conditions": conditions(Ready="fine"), "apps": forged}
    assert {**status, **shortened(status, LEAST)} == status


def test_rows_of_resources_have_a_room_of_their_own() -> None:
    status = {"conditions": conditions(Ready="r" * 900), "resources": [{"message": "x" * 900}] * 9}
    assert {**status, **shortened(status, LEAST)} == status
