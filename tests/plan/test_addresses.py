"""Addresses that are allotted: a range that nobody has, within what the grant allows; or a sentence that says why there is none."""

from typing import Any

import pytest

from loom.api.admin_plane import AdminPlaneSpec
from loom.errors import Refusal
from loom.plan.addresses import allot
from loom.plan.context import Peered
from loom.plan.kinds import KINDS
from loom.plan.values import at
from support.plans import plan_of
from support.worlds import Obj, grant, hub, neighbor, plane_object, world, zone_object

POOL = {"cidr": "10.100.0.0/14", "zonePrefixLength": 20}
KIND = KINDS["DataLandingZone"]


def without_addresses(**changes: Any) -> Obj:
    return zone_object(**({"network": {}} | changes))


def plane(*pools: Obj, **granted: Any) -> Obj:
    return plane_object(addressPools=list(pools) or [POOL], grants=[grant(**granted)])


def allotted(plane_given: Obj | None = None, *taken: str, **context: Any) -> str:
    obj, given = without_addresses(), plane_given or plane()
    spec: AdminPlaneSpec = KINDS["AdminPlane"].parse(given)
    return allot(KIND.parse(obj), world(obj, given, **context), spec, taken)


def refused(plane_given: Obj | None = None, *taken: str, **context: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        allotted(plane_given, *taken, **context)
    return caught.value


def test_the_first_range_that_nobody_has_is_allotted() -> None:
    assert allotted() == "10.100.0.0/20"
    assert allotted(None, "10.100.0.0/20", "10.100.32.0/20") == "10.100.16.0/20"


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (("10.100.0.0/16",), "10.101.0.0/20"),  # larger than a zone's range
        (("10.100.0.64/27",), "10.100.16.0/20"),  # smaller
        (("10.96.0.0/13",), "10.104.0.0/20"),  # begins before the pool
        (("not a range", "fd00::/8"), "10.100.0.0/20"),  # somebody's nonsense, and another protocol
    ],
)
def test_a_range_is_taken_when_any_address_of_it_is(taken: tuple[str, ...], expected: str) -> None:
    assert allotted(plane(POOL, {"cidr": "10.104.0.0/16", "zonePrefixLength": 20}), *taken) == expected


def test_what_the_hub_and_what_is_peered_with_it_have_is_taken() -> None:
    peered = Peered(hub("Microsoft.Network/virtualNetworks", "vnet-of-others"), ("10.100.16.0/24",))
    assert allotted(hub_prefixes=("10.100.0.0/20",), peered=(peered,)) == "10.100.32.0/20"


def test_addresses_that_another_zone_gives_are_taken_if_it_may_have_them() -> None:
    granted, squatter = neighbor("a", "10.100.0.0/20"), neighbor("b", "10.100.16.0/20", namespace="elsewhere")
    assert allotted(neighbors=(granted, squatter)) == "10.100.16.0/20"


def test_the_pools_are_used_in_their_order() -> None:
    small = {"cidr": "10.0.0.0/22", "zonePrefixLength": 22}
    assert allotted(plane(small, POOL)) == "10.0.0.0/22"
    assert allotted(plane(small, POOL), "10.0.0.0/22") == "10.100.0.0/20"


def test_a_grant_bounds_which_part_of_the_pools_its_zones_get() -> None:
    assert allotted(plane(POOL, addressPools=["10.102.0.0/16"])) == "10.102.0.0/20"
    assert allotted(plane(POOL, addressPools=["10.0.0.0/8"])) == "10.100.0.0/20"


def test_a_pool_that_is_used_up_says_so_and_who_can_help() -> None:
    refusal = refused(plane({"cidr": "10.100.0.0/21", "zonePrefixLength": 22}), "10.100.0.0/22", "10.100.4.0/23")
    assert (refusal.reason, refusal.wait) == ("AddressPoolExhausted", True)
    assert "the address pools of AdminPlane eastus2 are used up (10.100.0.0/21 in ranges of /22)" in refusal.message
    assert "a cluster administrator can add a pool" in refusal.message


def test_a_grant_without_any_of_the_pools_says_so() -> None:
    refusal = refused(plane(POOL, addressPools=["192.168.0.0/16"]))
    assert refusal.reason == "AddressPoolExhausted"
    assert "no grant of namespace domain-finance allows any of the addressPools" in refusal.message


def test_a_plane_without_pools_says_that_addresses_must_be_given() -> None:
    refusal = refused(plane_object())
    assert (refusal.reason, refusal.wait) == ("NotInAdminPlane", True)
    assert "spec.network.addressSpace must be given" in refusal.message


def test_a_zone_that_no_grant_covers_is_allotted_nothing() -> None:
    refusal = refused(plane(POOL, locations=["centralus"]))
    assert refusal.reason == "NotGranted"
    assert "location eastus2 is not among its locations" in refusal.message


def test_a_zone_is_planned_with_the_addresses_that_were_allotted() -> None:
    obj = without_addresses()
    plan = plan_of(obj, world(obj, plane(), addresses="10.101.16.0/20"))
    assert at(plan.find("network").body, "properties.addressSpace.addressPrefixes") == ["10.101.16.0/20"]
    assert at(plan.find("subnet/snet-container-apps").body, "properties.addressPrefix") == "10.101.16.0/23"


def test_a_zone_without_addresses_is_not_planned() -> None:
    obj = without_addresses()
    with pytest.raises(Refusal, match="no addresses are allotted"):
        plan_of(obj, world(obj, plane()))


@pytest.mark.parametrize("network", [{"addressSpace": "10.200.0.0/20"}, {}], ids=["given", "allotted"])
def test_addresses_outside_the_grants_pools_are_read_and_not_written(network: Obj) -> None:
    obj, given = zone_object(network=network), plane(POOL, addressPools=["10.100.0.0/14"])
    context = world(obj, given, addresses="10.200.0.0/20")
    assert plan_of(obj, context).resources
    denied = KIND.authority(KIND.parse(obj), context).denied
    assert "addresses 10.200.0.0/20 lie in none of its addressPools (10.100.0.0/14)" in denied
    assert "a cluster administrator can change the grants of AdminPlane eastus2" in denied


def test_a_grant_that_lists_no_pools_leaves_given_addresses_alone() -> None:
    obj = zone_object(network={"addressSpace": "10.200.0.0/20"})
    assert not KIND.authority(KIND.parse(obj), world(obj, plane())).denied


def test_addresses_of_something_peered_with_the_hub_are_refused_before_anything_is_made() -> None:
    obj = zone_object()
    theirs = Peered(hub("Microsoft.Network/virtualNetworks", "vnet-of-others"), ("10.100.8.0/24",))
    with pytest.raises(Refusal) as refused_:
        plan_of(obj, world(obj, peered=(theirs,)))
    assert refused_.value.reason == "AddressSpaceOverlaps"
    assert "network vnet-of-others, which is peered with the hub (10.100.8.0/24)" in refused_.value.message


def test_the_zones_own_peering_is_in_nobodys_way() -> None:
    obj = zone_object()
    own = Peered(str(plan_of(obj).find("network").id).upper(), ("10.100.0.0/20",))
    assert plan_of(obj, world(obj, peered=(own,))) == plan_of(obj)
