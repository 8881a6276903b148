"""The shape of a plan: its order, and what can have none."""

import pytest
from hypothesis import given, settings

from loom.plan.graph import BrokenPlan, dependencies, levels, validate
from loom.plan.resource import Mode, Named, Resource
from loom.plan.values import Ref, Text
from support.plans import plan_of
from support.specs import zones
from support.worlds import Obj

GROUP = "/subscriptions/44444444-4444-4444-8444-444444444444/resourceGroups/rg"


def thing(key: str, *needs: str, **more: object) -> Resource:
    return Resource(key, f"{GROUP}/providers/Microsoft.Storage/storageAccounts/{key}", depends_on=needs, **more)  # type: ignore[arg-type]


def test_what_is_needed_comes_first_and_the_planners_order_is_kept() -> None:
    plan = [thing("c", "a"), thing("b"), thing("a")]
    assert [[r.key for r in level] for level in levels(plan)] == [["b", "a"], ["c"]]


def test_a_value_that_is_used_is_needed_without_being_named() -> None:
    body = {"properties": {"a": [Text("{}", (Ref("one", "x"),))]}}
    named = Resource(
        "r", Named("/p/", (Ref("three", "z"),)), body, on_create={"b": Ref("two", "y")}, depends_on=("four",)
    )
    assert dependencies(named) == {"one", "two", "three", "four"}


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ([thing("a", "b"), thing("b", "a")], "depend on one another: "),
        ([thing("a", "nobody")], "a depends on nobody, which nothing plans"),
        ([thing("a"), thing("a")], "two resources are planned as a"),
        ([thing("a"), Resource("b", thing("A").id)], "a and b are the same resource"),
    ],
    ids=["circle", "nothing", "key", "id"],
)
def test_a_plan_that_no_order_can_carry_out_is_a_defect(plan: list[Resource], says: str) -> None:
    with pytest.raises(BrokenPlan, match=says):
        validate(plan)


def test_a_stage_speaks_of_a_resource_that_is_planned_elsewhere() -> None:
    validate([thing("a"), Resource("last", thing("a").id, mode=Mode.STAGE, depends_on=("a",))])
    assert dependencies(thing("a")) == frozenset()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(zones())
def test_any_zone_has_an_order(obj: Obj) -> None:
    plan = plan_of(obj)
    seen: set[str] = set()
    for level in levels(plan.resources):
        assert all(dependencies(resource) <= seen for resource in level)
        seen |= {resource.key for resource in level}
    assert seen == {resource.key for resource in plan.resources}
