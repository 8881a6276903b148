"""The changes that the API server refuses (tests/cluster, the same cases) are refused where the object as it was is known."""

from typing import Any

import pytest

from loom.api.changes import forbidden_changes
from loom.api.objects import Problem, identify, parse
from support.kinds import Case, cases, changed, complete

ALLOWED: dict[str, dict[str, Any]] = {
    "AdminPlane": {"spec.grants": []},
    "DataLandingZone": {"spec.costCenter": "CC-1", "spec.eventHubs.hubs[0].name": "another-hub"},
    "ApiProduct": {"spec.displayName": "Orders of today", "spec.apis[0].path": "finance/others"},
}


def problems(before: dict[str, Any], after: dict[str, Any]) -> list[Problem]:
    kind = identify(before)
    return list(forbidden_changes(parse(kind, before), parse(kind, after)))


@pytest.mark.parametrize("case", cases("changes"), ids=lambda case: f"{case.kind}: {case.case}")
def test_the_change_is_refused_at_its_field_with_its_sentence(case: Case) -> None:
    (problem,) = problems(case.before(), case.after())
    assert problem.path == case.at
    assert case.says in problem.sentence


@pytest.mark.parametrize("kind", ALLOWED)
def test_other_changes_are_not_refused(kind: str) -> None:
    before = complete(kind)
    after = changed(before, ALLOWED[kind])
    assert after != before
    assert problems(before, after) == []
