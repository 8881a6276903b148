"""What is declared must hold in what is; what is not declared is not ours. The differ names the fields."""

from typing import Any

import pytest

from loom.engine.diff import HIDDEN, KNOWN_LATER, differences
from loom.plan.arm_type import ArmType, Normal
from loom.plan.resource import Ignore
from loom.plan.values import Ref, Secret, Text, Unresolved
from support.engine_bench import ACCOUNT

TYPE = ArmType("Microsoft.Test/things", "2026-01-01", "thing", write_only=("properties.value",))


def lookup(ref: Ref) -> Any:
    if ref.key == "identity":
        return "p1"
    raise Unresolved(ref)


def fields(wanted: Any, live: Any, *ignore: Ignore, kind: ArmType = TYPE) -> list[str]:
    return [change.path for change in differences(kind, wanted, live, ignore, lookup)]


@pytest.mark.parametrize(
    ("wanted", "live"),
    [
        pytest.param({"location": "westus2"}, {"location": "West US 2"}, id="a location in display form"),
        pytest.param({"a": {"id": ACCOUNT}}, {"a": {"id": ACCOUNT.upper()}}, id="an id in another case"),
        pytest.param({"a": None}, {}, id="null for absent"),
        pytest.param({"a": {"b": None}}, {}, id="an object that asks for nothing"),
        pytest.param({"a": []}, {"a": None}, id="an empty list for null"),
        pytest.param({"Tags": {"x": "1"}}, {"tags": {"X": "1", "y": "2"}}, id="names in another case, others beside"),
        pytest.param({"a": ["x", "y"]}, {"a": ["y", "x"]}, id="words in another order"),
        pytest.param(
            {"env": [{"name": "A", "value": "1"}]},
            {"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1", "secretRef": None}]},
            id="a named element beside others",
        ),
        pytest.param({"p": Ref("identity", "x")}, {"p": "p1"}, id="a reference that holds"),
        pytest.param({"p": Text("<{}>", (Ref("identity", "x"),))}, {"p": "<p1>"}, id="a text around a reference"),
        pytest.param({"properties": {"value": "secret"}}, {"properties": {}}, id="what a GET never returns"),
    ],
)
def test_these_are_no_differences(wanted: Any, live: Any) -> None:
    assert fields(wanted, live) == []


@pytest.mark.parametrize(
    ("wanted", "live", "path"),
    [
        pytest.param({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b", id="a value"),
        pytest.param({"a": True}, {"a": 1}, "a", id="true is not one"),
        pytest.param({"a": "x"}, {}, "a", id="a value that is not there"),
        pytest.param({"a": {"b": 1}}, {"a": None}, "a", id="an object that is not there"),
        pytest.param({"a": ["x"]}, {"a": ["x", "y"]}, "a", id="a word too many"),
        pytest.param(
            {"env": [{"name": "A", "value": "1"}]},
            {"env": [{"name": "A", "value": "9"}]},
            "env[A].value",
            id="an element by its name",
        ),
        pytest.param({"l": [{"x": 1}, {"x": 2}]}, {"l": [{"x": 1}, {"x": 3}]}, "l[1].x", id="an element by place"),
    ],
)
def test_a_difference_is_named_by_its_field(wanted: Any, live: Any, path: str) -> None:
    assert fields(wanted, live) == [path]


def test_a_reference_without_a_value_reads_as_known_after_apply() -> None:
    (change,) = differences(TYPE, {"a": Ref("later", "id")}, {"a": "old"}, (), lookup)
    assert (change.path, change.after) == ("a", KNOWN_LATER)


def test_a_secret_that_differs_is_named_and_not_shown() -> None:
    (change,) = differences(TYPE, {"a": Secret("s3cret")}, {"a": "other"}, (), lookup)
    assert (change.before, change.after) == (HIDDEN, HIDDEN)


def test_an_ignored_path_is_not_compared() -> None:
    assert fields({"sku": {"capacity": 2}}, {"sku": {"capacity": 9}}, Ignore("sku.capacity", "auto-inflate")) == []


def test_in_a_list_that_is_declared_whole_what_nobody_declared_is_a_difference_and_not_shown() -> None:
    kind = ArmType("T/t", "1", "t", whole=("apps.*.env",))
    live = {"apps": [{"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "a password"}]}]}
    (change,) = differences(kind, {"apps": [{"env": [{"name": "A", "value": "1"}]}]}, live, (), lookup)
    assert (change.path, change.before, change.after) == ("apps[0].env[B]", HIDDEN, None)


def test_a_types_own_normal_applies_inside_lists() -> None:
    kind = ArmType("T/t", "1", "t", normals=(Normal("rules.*.mode", str.lower, "the service changes the case"),))
    assert fields({"rules": [{"mode": "On"}]}, {"rules": [{"mode": "ON"}]}, kind=kind) == []
