"""What the API server refuses, a plan without an API server refuses too, at the same place and with the same sentence."""

import pytest

from loom.api.objects import SpecError, identify, parse
from support.kinds import Case, cases, complete


@pytest.mark.parametrize("case", cases("refusals"), ids=lambda case: f"{case.kind}: {case.case}")
def test_the_object_is_refused(case: Case) -> None:
    obj = case.after()

    with pytest.raises(SpecError) as refused:
        parse(identify(obj), obj)

    found = {problem.path: problem.sentence for problem in refused.value.problems}
    assert case.at in found
    assert case.says in found[case.at]


@pytest.mark.parametrize("kind", ["AdminPlane", "DataLandingZone", "ApiProduct"])
def test_the_complete_object_is_not_refused(kind: str) -> None:
    obj = complete(kind)

    assert type(parse(identify(obj), obj)).__name__ == f"{kind}Spec"
