"""The table of types: every row can be carried out, and every planned type has one."""

import pytest

from loom.plan.arm_type import ArmType, Listing, Marking, Tier
from loom.plan.catalog import TYPES, arm_type
from loom.plan.catalog.normals import without_case, without_slashes
from loom.plan.values import at
from support.plans import id_of, plan_of
from support.worlds import Obj, api_object, graphql_object, plane_object, product_object, rich_zone, soap_object

ROWS = list(TYPES.values())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_says_where_its_mark_is_and_where_it_stands_inline(row: ArmType) -> None:
    assert bool(row.marker_path) == (row.marking in (Marking.FIELD, Marking.POINTER, Marking.INSIDE))
    assert bool(row.inline_path) == (row.listing is Listing.INLINE)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_costs_a_read_for_each_resource_is_in_the_slow_tier(row: ArmType) -> None:
    assert row.listing is not Listing.EACH or row.tier is Tier.SLOW


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_exception_owes_its_reason(row: ArmType) -> None:
    reasons = [rule.reason for rule in row.normals] + [rule.reason for rule in row.carries]
    assert all(len(reason) > 10 for reason in reasons)
    assert row.protected == "" or len(row.protected) > 10


def test_labels_are_one_word_each_and_no_two_are_the_same() -> None:
    labels = [row.label for row in ROWS]
    assert len(set(labels)) == len(labels)
    assert not any("/" in label or " " in label for label in labels)


def test_what_holds_data_is_protected() -> None:
    protected = {row.label for row in ROWS if row.protected}
    assert protected == {
        "storage",
        "filesystem",
        "hub",
        "queue",
        "cosmos",
        "database",
        "container",
        "key-vault",
        "secret",
        "redis",
        "redis-database",
        "system-topic",
        "kusto-database",
        "databricks",
        "synapse",
    }


def test_children_go_before_what_holds_them() -> None:
    ranks = {row.name.lower(): row.delete_rank for row in ROWS}
    children = [(name, name.rpartition("/")[0]) for name in ranks]
    assert [child for child, parent in children if parent in ranks and ranks[child] >= ranks[parent]] == []


def test_the_group_goes_last() -> None:
    assert max(ROWS, key=lambda row: row.delete_rank).label == "group"


@pytest.mark.parametrize("obj", [plane_object(), rich_zone(), product_object()], ids=lambda obj: obj["kind"])
def test_every_planned_type_has_a_row(obj: Obj) -> None:
    assert all(arm_type(id_of(resource)) for resource in plan_of(obj).resources)


@pytest.mark.parametrize(
    "obj",
    [rich_zone(), product_object(apis=[api_object(), graphql_object(), soap_object()])],
    ids=lambda obj: obj["kind"],
)
def test_what_is_immutable_or_never_returned_is_spelled_as_it_is_planned(obj: Obj) -> None:
    declared: dict[tuple[str, str], bool] = {}
    for resource in plan_of(obj).resources:
        row = arm_type(id_of(resource))
        for path in (*row.immutable, *row.write_only):
            found = at(resource.body, path) is not None or at(resource.on_create, path) is not None
            declared[row.label, path] = declared.get((row.label, path), False) or found
    assert [place for place, found in declared.items() if not found and place[0] not in ("insights", "registry")] == []


def test_spellings_that_are_the_same_are_the_same() -> None:
    assert without_case("Auto") == without_case("auto")
    assert without_slashes("/finance/orders/") == without_slashes("finance/orders")
    assert without_case(None) is None
