"""The closed lists: every word has a meaning, and every kind knows its own."""

import re

import pytest

from loom.api.conditions import ConditionType
from loom.api.kinds import KINDS, Kind
from loom.api.reasons import Reason
from loom.plan.kinds import KINDS as PLANNED


@pytest.mark.parametrize("word", [*ConditionType, *Reason], ids=lambda word: f"{type(word).__name__}.{word}")
def test_a_word_has_the_form_that_tools_expect_and_a_meaning(word: ConditionType | Reason) -> None:
    assert re.fullmatch("[A-Z][A-Za-z]+", word)
    assert re.fullmatch(r"[A-Za-z].{15,}[.]", word.meaning)


def test_no_two_reasons_mean_the_same() -> None:
    assert len({reason.meaning for reason in Reason}) == len(Reason)


def test_every_word_belongs_to_kinds_that_exist() -> None:
    words: list[ConditionType | Reason] = [*ConditionType, *Reason]

    assert [word for word in words if not word.kinds or not word.kinds <= KINDS.keys()] == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_names_the_conditions_that_its_planner_sets(kind: Kind) -> None:
    common = {"Ready", "Reconciling", "Stalled", "Planned", "Converged", "Healthy", "InSync"}

    assert {*kind.conditions} == common | {*PLANNED[kind.name].conditions}
