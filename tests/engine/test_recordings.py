"""Gate 3, the engine's half: what was sent in a recorded PUT holds in the GET that followed, as the differ sees it.

Where it does not, the service changed what it was sent, and an operator that knew nothing of it would write again for ever.
Each such field stands in `tests/data/recordings/kept_otherwise.json` with what the service made of it: data of this test, so that
whoever plans such a body knows; never a rule of the differ. What the differ does know is data too, in the catalog.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from loom.engine.diff import differences
from loom.plan.arm_type import ArmType
from loom.plan.catalog import TYPES
from loom.plan.values import Ref
from support.recordings import Interaction, files, known, need

ENVELOPE = ("id", "name", "type")
Pair = tuple[Interaction, Interaction]


def pairs() -> Iterator[Pair]:
    """Each recorded PUT with the last GET of the same resource before anybody else changed it."""
    for interactions in files().values():
        for place, put in enumerate(interactions):
            if put.method == "PUT" and put.status < 300:
                final = _final(put, interactions[place + 1 :])
                if final is not None:
                    yield put, final


def _final(put: Interaction, later: tuple[Interaction, ...]) -> Interaction | None:
    found = None
    for item in later:
        if item.path.lower() != put.path.lower():
            continue
        if item.method in ("PUT", "PATCH", "DELETE"):
            break
        if item.method == "GET" and item.status == 200:
            found = item
    return found


def kind_of(put: Interaction) -> ArmType:
    """The catalog's row; a type that nobody plans yet has only the rules that hold for every type."""
    return TYPES.get(put.type.lower()) or ArmType(put.type, "recorded", "thing")


def changed(put: Interaction, final: Interaction) -> list[dict[str, Any]]:
    """The fields that the differ finds changed, with what was sent and what was kept."""
    sent = {key: value for key, value in put.sent.items() if key not in ENVELOPE}
    found = differences(kind_of(put), sent, final.body, (), _nothing_is_late)
    return [{"type": put.type, "field": one.path, "sent": one.after, "kept": one.before} for one in found]


def _nothing_is_late(ref: Ref) -> object:
    raise AssertionError(f"recorded bodies hold no references, not {ref}")


@pytest.fixture(scope="module")
def met() -> list[dict[str, Any]]:
    need()
    return [one for put, final in pairs() for one in changed(put, final)]


def listed() -> list[dict[str, Any]]:
    return [{key: item[key] for key in ("type", "field", "sent", "kept")} for item in known("kept_otherwise")]


def test_what_was_sent_holds_in_what_was_kept_but_for_what_the_service_changed(met: list[dict[str, Any]]) -> None:
    assert [one for one in met if one not in listed()] == []


def test_each_change_of_the_service_is_still_seen_and_explained(met: list[dict[str, Any]]) -> None:
    assert [one for one in listed() if one not in met] == []
    assert all(len(item["service"]) > 20 for item in known("kept_otherwise"))


def test_the_recorded_types_that_the_catalog_lacks_are_counted() -> None:
    need()
    without = Counter(put.type for put, _ in pairs() if put.type.lower() not in TYPES)
    assert dict(without) == known("not_planned")
    assert len({put.type for put, _ in pairs() if put.type.lower() in TYPES}) >= 10


def test_a_field_that_the_service_changed_would_be_seen() -> None:
    put = Interaction(
        "s",
        "Microsoft.Resources/resourceGroups",
        "PUT",
        "/g",
        {"location": "westus2", "tags": {"a": "b"}},
        200,
        {},
        None,
    )
    final = Interaction("s", put.type, "GET", "/g", {}, 200, {}, {"location": "West US 2", "tags": {"a": "c"}})
    assert changed(put, final) == [{"type": put.type, "field": "tags.a", "sent": "b", "kept": "c"}]
