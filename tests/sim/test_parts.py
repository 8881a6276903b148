"""The small parts: ids, documents, time, the store."""

from __future__ import annotations

import subprocess
import sys

import pytest

from loom.sim.arm.pace import retry_headers
from loom.sim.clock import RunningClock, StandingClock
from loom.sim.documents import merge_patch, overlay, values_at, without
from loom.sim.ids import ancestors, group_id_of, parse, subscription_of
from loom.sim.store import Resource, Store

SUB = "/subscriptions/s"
ACCOUNT = f"{SUB}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a"


@pytest.mark.parametrize(
    ("path", "kind", "names", "parent"),
    [
        (SUB, "Microsoft.Resources/subscriptions", ("s",), ""),
        (f"{SUB}/resourcegroups/rg", "Microsoft.Resources/resourceGroups", ("rg",), SUB),
        (ACCOUNT, "Microsoft.Storage/storageAccounts", ("a",), f"{SUB}/resourceGroups/rg"),
        (
            f"{ACCOUNT}/blobServices/default",
            "Microsoft.Storage/storageAccounts/blobServices",
            ("a", "default"),
            ACCOUNT,
        ),
        (f"{ACCOUNT}/providers/Microsoft.Authorization/locks/l", "Microsoft.Authorization/locks", ("l",), ACCOUNT),
        ("/providers/Microsoft.Authorization/roleAssignments/r", "Microsoft.Authorization/roleAssignments", ("r",), ""),
    ],
)
def test_a_path_names_a_type_names_and_a_parent(path: str, kind: str, names: tuple[str, ...], parent: str) -> None:
    target = parse(path)
    assert target is not None
    assert (f"{target.namespace}/{target.type_path}", target.names, target.parent) == (kind, names, parent)
    assert target.id.lower() == path.lower()


def test_a_path_without_its_last_name_is_a_collection() -> None:
    target = parse(f"{ACCOUNT}/blobServices")
    assert target is not None
    assert (target.is_instance, target.parent) == (False, ACCOUNT)


def test_scopes_are_inherited_from_the_nearest_to_the_tenant() -> None:
    lock = f"{ACCOUNT}/providers/Microsoft.Authorization/locks/l"
    assert ancestors(lock) == [lock.lower(), ACCOUNT.lower(), f"{SUB}/resourcegroups/rg", SUB, "/"]
    assert (subscription_of(lock), group_id_of(lock)) == ("s", f"{SUB}/resourceGroups/rg")


def test_an_overlay_keeps_nulls_and_a_merge_patch_removes_them() -> None:
    below = {"a": {"x": 1, "y": 2}, "b": [1]}
    assert overlay(below, {"a": {"x": None}, "b": [2]}) == {"a": {"x": None, "y": 2}, "b": [2]}
    assert merge_patch(below, {"a": {"x": None}, "c": {"d": None}}) == {"a": {"y": 2}, "b": [1], "c": {}}


def test_values_are_found_and_cut_through_lists() -> None:
    document = {"secrets": [{"name": "a", "value": "1"}, {"name": "b"}]}
    assert values_at(document, "secrets[].value") == ["1"]
    assert without(document, ("secrets[].value",)) == {"secrets": [{"name": "a"}, {"name": "b"}]}
    assert document["secrets"][0]["value"] == "1"


@pytest.mark.parametrize(
    ("seconds", "speed", "expected"),
    [
        (15, 1, {"Retry-After": "15"}),
        (15, 10, {"Retry-After": "2"}),
        (15, 60, {"x-ms-retry-after-ms": "250"}),
        (0.0001, 60, {"x-ms-retry-after-ms": "1"}),
        (None, 60, {}),
    ],
)
def test_waits_shrink_with_speed_and_are_never_zero(
    seconds: float | None, speed: float, expected: dict[str, str]
) -> None:
    assert retry_headers(seconds, speed) == expected


def test_time_can_be_skipped_and_must_go_forward() -> None:
    running, standing = RunningClock(60, start=100), StandingClock()
    running.advance(1000)
    standing.advance(5)
    assert running.now() >= 1100
    assert (standing.now(), standing.stamp()) == (5, "2026-01-01T00:00:05.0000000Z")
    with pytest.raises(ValueError, match="above 0"):
        RunningClock(0)


def test_twenty_thousand_resources_are_found_by_id_parent_and_type() -> None:
    store = Store()
    for number in range(20_000):
        group = f"{SUB}{number % 20}/resourceGroups/g{number % 200}"
        store.put(Resource(f"{group}/providers/Microsoft.X/ys/n{number}", "Microsoft.X/ys", {}))
    assert len(store) == 20_000
    assert len(store.of_type("microsoft.x/YS", "s7")) == 1000
    assert len(store.children(f"{SUB}7/resourcegroups/G7")) == 100
    assert store.get(f"{SUB}7/RESOURCEGROUPS/g7/providers/microsoft.x/ys/N7") is not None
    store.remove(f"{SUB}7/resourceGroups/g7/providers/Microsoft.X/ys/n7")
    assert len(store.children(f"{SUB}7/resourceGroups/g7", "Microsoft.X/ys")) == 99


class Lying:
    """What a resource lies in, and how often anybody wanted to know."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, resource: Resource) -> str:
        self.asked += 1
        return str(resource.body.get("in", ""))


def lying(store: Store, number: int, place: str, subscription: int = 0) -> None:
    store.put(Resource(f"{SUB}{subscription}/providers/Microsoft.X/ys/n{number}", "Microsoft.X/ys", {"in": place}))


def test_resources_are_found_by_what_they_say_without_a_walk_over_the_others() -> None:
    store, field = Store(), Lying()
    for number in range(1000):
        lying(store, number, f"/Nets/{number % 100}", number % 2)
    assert [item.name for item in store.where("microsoft.x/ys", field, "/nets/7")][:2] == ["n7", "n107"]
    asked = field.asked
    for place in range(100):
        assert len(store.where("Microsoft.X/ys", field, f"/nets/{place}")) == 10
    assert len(store.where("Microsoft.X/ys", field, "/nets/7", "S1")) == 10
    assert store.where("Microsoft.X/ys", field, "/nets/7", "s0") == []
    assert field.asked == asked


def test_what_says_something_else_or_is_gone_is_found_there_no_more() -> None:
    store, field = Store(), Lying()
    for number in range(4):
        lying(store, number, "a")
    assert len(store.where("Microsoft.X/ys", field, "A")) == 4
    lying(store, 1, "b")
    lying(store, 4, "b")
    lying(store, 0, "a")
    store.remove(f"{SUB}0/providers/microsoft.x/YS/n2")
    found = {place: [item.name for item in store.where("Microsoft.X/ys", field, place)] for place in "abc"}
    assert found == {"a": ["n0", "n3"], "b": ["n1", "n4"], "c": []}


def test_what_lies_below_an_id_is_found_and_not_what_only_begins_like_it() -> None:
    store = Store()
    names = ("rg", "rg/providers/Microsoft.X/ys/a", "RG/providers/Microsoft.X/ys/b", "rg-2", "rg0", "r")
    for name in names:
        kind = "Microsoft.Authorization/locks"
        store.put(Resource(f"{SUB}/resourceGroups/{name}/providers/{kind}/l", kind, {}))
    found = store.within("microsoft.authorization/LOCKS", f"{SUB}/resourceGroups/Rg")
    assert len(found) == 3
    store.remove(found[0].id)
    assert len(store.within("Microsoft.Authorization/locks", f"{SUB}/resourceGroups/rg")) == 2
    assert len(store.within("Microsoft.Authorization/locks", "")) == 5


def test_what_is_below_comes_deepest_first() -> None:
    store = Store()
    for resource_id in (ACCOUNT, f"{ACCOUNT}/blobServices/default", f"{ACCOUNT}/blobServices/default/containers/c"):
        target = parse(resource_id)
        assert target is not None
        store.put(Resource(resource_id, f"{target.namespace}/{target.type_path}", {}))
    assert [item.name for item in store.below(f"{SUB}/resourceGroups/rg")] == ["c", "default", "a"]


@pytest.mark.parametrize("part", ["apim", "arm", "door", "entra", "guards", "providers"])
def test_each_part_can_be_the_first_to_be_imported(part: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import loom.sim.{part}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
