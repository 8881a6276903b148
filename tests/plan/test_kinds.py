"""The planned kinds beside the API's: same names, no condition and no reason that the API does not know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import loom.plan
from loom.api import kinds as api
from loom.api.reasons import Reason
from loom.errors import Refusal
from loom.plan.kinds import KINDS
from support.plans import plan_of
from support.worlds import plane_object, product_object, zone_object


def reasons_given() -> Iterator[str]:
    """Every reason that a planner refuses with."""
    for path in Path(loom.plan.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal":
                assert isinstance(node.args[0], ast.Constant), f"{path}: a reason is written out"
                yield str(node.args[0].value)


def test_every_reason_is_in_the_closed_list() -> None:
    given = set(reasons_given())
    assert "AddressSpaceOverlaps" in given
    assert given <= {str(reason) for reason in Reason}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_called_as_in_the_api_and_shows_only_conditions_that_it_has_there(name: str) -> None:
    kind = KINDS[name]
    assert kind.plural == api.KINDS[name].plural
    assert set(kind.conditions) <= {str(condition) for condition in api.KINDS[name].conditions}


@pytest.mark.parametrize("obj", [plane_object(), zone_object(), product_object(state="Draft")], ids=lambda o: o["kind"])
def test_every_condition_of_a_plan_is_one_of_its_kind(obj: dict[str, object]) -> None:
    plan, kind = plan_of(obj), KINDS[str(obj["kind"])]
    spoken = {r.condition for r in plan.resources} | {c.condition for c in plan.checks} | set(plan.held)
    assert spoken - {"Converged"} <= set(plan.conditions) == set(kind.conditions)


def test_an_object_that_its_crd_would_refuse_is_refused_with_the_place() -> None:
    obj = zone_object(domain="Finance", storage={"redundancy": "XRS"})
    with pytest.raises(Refusal) as caught:
        KINDS["DataLandingZone"].parse(obj)
    assert caught.value.reason == "InvalidSpec"
    assert "spec.domain" in caught.value.message
    assert "spec.storage.redundancy" in caught.value.message
