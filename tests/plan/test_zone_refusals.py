"""Zones that cannot be: each refusal says which rule it is, and what to do."""

from dataclasses import replace
from typing import Any

import pytest

from loom.errors import Refusal
from support.plans import plan_of
from support.worlds import Obj, neighbor, plane_object, world, zone_object


def refused(obj: Obj, plane_given: Obj | None = None, **context: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        plan_of(obj, replace(world(obj, plane_given), **context))
    return caught.value


def test_addresses_that_an_older_zone_has_are_refused_by_name() -> None:
    refusal = refused(zone_object(), neighbors=(neighbor("risk", "10.100.8.0/22", namespace="domain-risk", made=True),))
    assert refusal.reason == "AddressSpaceOverlaps"
    assert "domain-risk/risk (10.100.8.0/22)" in refusal.message


def test_a_younger_zone_cannot_take_an_older_ones_addresses_from_it() -> None:
    obj = zone_object()
    younger = neighbor("late", "10.100.0.0/16", created="2026-03-01T00:00:00Z")
    assert plan_of(obj, world(obj, neighbors=(younger,))) == plan_of(obj)


def test_a_zone_that_was_never_granted_anything_takes_no_addresses_from_anybody() -> None:
    obj = zone_object()
    squatter = neighbor("squatter", "10.0.0.0/8", namespace="elsewhere")
    assert plan_of(obj, world(obj, neighbors=(squatter,))) == plan_of(obj)


def test_the_addresses_of_a_network_that_was_made_are_taken_though_its_grant_was_withdrawn() -> None:
    refusal = refused(zone_object(), neighbors=(neighbor("old", "10.0.0.0/8", namespace="elsewhere", made=True),))
    assert refusal.reason == "AddressSpaceOverlaps"


def test_another_zones_nonsense_does_no_harm() -> None:
    obj = zone_object()
    assert plan_of(obj, world(obj, neighbors=(neighbor("odd", "10.100.0.1/20"),))) == plan_of(obj)


def test_addresses_that_the_hub_has_are_refused() -> None:
    refusal = refused(zone_object(), hub_prefixes=("10.0.0.0/16", "10.96.0.0/13"))
    assert refusal.reason == "AddressSpaceOverlaps"
    assert "the hub network of AdminPlane eastus2 (10.96.0.0/13)" in refusal.message


def test_a_zone_that_stands_does_not_fall_to_one_of_the_same_second() -> None:
    obj = zone_object()
    twin = neighbor("twin", "10.100.0.0/16", created="2026-02-01T00:00:00Z", uid="a")
    assert refused(obj, neighbors=(twin,)).reason == "AddressSpaceOverlaps"
    assert plan_of(obj, world(obj, neighbors=(twin,), made=True)) == plan_of(obj)


def test_neighbors_side_by_side_are_no_overlap() -> None:
    obj = zone_object()
    assert plan_of(obj, world(obj, neighbors=(neighbor("next", "10.100.16.0/20"),), hub_prefixes=("10.0.0.0/16",)))


def test_apps_among_the_platforms_own_addresses_are_refused() -> None:
    refusal = refused(zone_object(network={"addressSpace": "172.30.0.0/20"}))
    assert (refusal.reason, "172.30.0.0/15" in refusal.message) == ("InvalidSpec", True)


@pytest.mark.parametrize("name", ["Loom-Mirroring-Status", "ORDERS"])
def test_two_hubs_that_differ_in_case_only_are_refused(name: str) -> None:
    refusal = refused(zone_object(eventHubs={"hubs": [{"name": "orders"}, {"name": name}]}))
    assert refusal.reason == "InvalidSpec"
    assert name in refusal.message


@pytest.mark.parametrize("field", ["applicationInsights", "containerRegistry", "apps"])
def test_an_app_says_what_the_plane_lacks_for_it_and_who_can_add_it(field: str) -> None:
    refusal = refused(zone_object(), plane_object(**{field: None}))
    assert (refusal.reason, refusal.wait) == ("NotInAdminPlane", True)
    assert f"AdminPlane eastus2 has no spec.{field}" in refusal.message
    assert "cluster administrator" in refusal.message


def test_a_zone_without_its_plane_waits_for_it() -> None:
    refusal = refused(zone_object(), plane=None)
    assert (refusal.reason, refusal.wait) == ("ReferenceNotFound", True)
    assert refusal.message == "AdminPlane eastus2 does not exist"


def test_two_namespaces_of_one_name_are_refused_as_the_world_has_one_list_of_them() -> None:
    obj = zone_object(eventHubs={"name": "ns-finance"}, serviceBus={"name": "NS-finance"})
    assert "the two services share their names in the world" in refused(obj).message


def test_two_queues_that_are_one_to_azure_are_refused() -> None:
    obj = zone_object(serviceBus={"queues": [{"name": "refresh"}, {"name": "Refresh"}]})
    assert "Refresh and refresh are one queue to Azure" in refused(obj).message
