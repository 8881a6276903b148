"""Where a zone may write: its own group, single places of the plane, and what a grant adds; nowhere without one."""

from typing import Any

import pytest

from loom.plan.arm_id import key
from loom.plan.checks import GatewayCheck, Passage, WayCheck
from loom.plan.kinds import KINDS
from loom.plan.ownership import Authority
from loom.plan.resource import Mode
from support.plans import id_of, plan_of
from support.worlds import (
    SPOKE,
    Obj,
    grant,
    hub,
    neighbor,
    plane_object,
    product_object,
    ways_in,
    world,
    zone_object,
)

KIND = KINDS["DataLandingZone"]


def authority(obj: Obj, **context: Any) -> Authority:
    return KIND.authority(KIND.parse(obj), world(obj, **context))


def test_a_granted_zone_may_write_in_its_group_and_at_single_places_of_the_plane() -> None:
    obj = zone_object()
    may, plan = authority(obj), plan_of(obj)
    managed = [r for r in plan.resources if r.mode is Mode.MANAGED]
    assert not may.denied
    assert all(may.covers(id_of(resource)) for resource in managed)


@pytest.mark.parametrize(
    "place",
    [
        hub("Microsoft.Network/virtualNetworks", "vnet-hub"),
        hub("Microsoft.Network/virtualNetworks", "vnet-hub/virtualNetworkPeerings/peer-to-dlz-risk-00000000"),
        hub("Microsoft.ContainerRegistry/registries", "acrloom"),
        "/subscriptions/44444444-4444-4444-8444-444444444444/resourceGroups/rg-of-another",
    ],
)
def test_a_zone_may_not_write_elsewhere(place: str) -> None:
    assert not authority(zone_object()).covers(place)


def test_the_scopes_of_the_grant_are_added() -> None:
    scope = "/subscriptions/44444444-4444-4444-8444-444444444444/resourceGroups/rg-shared"
    may = authority(zone_object(), plane=plane_object(grants=[grant(scopes=[scope])]))
    assert may.covers(f"{scope}/providers/Microsoft.Storage/storageAccounts/x")


def test_what_a_grant_opens_to_probes_stands_in_every_check_that_asks_an_address() -> None:
    egress = [{"hosts": ["*.corp.example"], "cidrs": ["10.20.0.0/16"]}]
    plane = plane_object(grants=[grant(), grant(egress=egress), grant(egress=egress, namespaces={"matchNames": ["x"]})])
    for obj in (zone_object(accessPaths=ways_in()), product_object()):
        asking = [c for c in plan_of(obj, world(obj, plane=plane)).checks if isinstance(c, GatewayCheck | WayCheck)]
        assert asking
        assert {c.passages for c in asking} == {(Passage(("*.corp.example",), ("10.20.0.0/16",)),)}


@pytest.mark.parametrize(
    ("grants", "says"),
    [
        ([], "no grant of AdminPlane eastus2 is for namespace domain-finance"),
        ([grant(namespaces={"matchNames": ["domain-risk"]})], "no grant of AdminPlane eastus2 is for namespace"),
        ([grant(subscriptions=[])], "subscription 44444444-4444-4444-8444-444444444444 is not among its subscriptions"),
        ([grant(locations=["centralus"])], "location eastus2 is not among its locations (centralus)"),
        ([grant(maxZones=0)], "its maxZones, 0, are taken"),
        (
            [grant(addressPools=["10.0.0.0/16"])],
            "addresses 10.100.0.0/20 lie in none of its addressPools (10.0.0.0/16)",
        ),
    ],
    ids=["no grant", "another's grant", "subscription", "location", "maxZones", "addressPools"],
)
def test_what_no_grant_covers_is_still_planned_and_nothing_is_written(grants: list[Obj], says: str) -> None:
    obj, plane = zone_object(), plane_object(grants=grants)
    may = authority(obj, plane=plane)
    assert says in may.denied
    assert "a cluster administrator can change the grants of AdminPlane eastus2" in may.denied
    assert not may.covers(plan_of(obj, world(obj, plane)).home)


@pytest.mark.parametrize(
    ("changes", "made", "told"),
    [
        ({"subscriptions": []}, False, True),
        ({"locations": ["centralus"]}, False, True),
        ({"maxZones": 0}, False, False),
        ({"subscriptions": []}, True, False),
    ],
    ids=["another subscription", "another location", "something that may change", "a zone that has made something"],
)
def test_a_zone_in_the_wrong_place_is_told_to_be_deleted_while_it_has_made_nothing(
    changes: Obj, made: bool, told: bool
) -> None:
    may = authority(zone_object(), plane=plane_object(grants=[grant(**changes)]), made=made)
    assert ("delete this zone, which has made nothing, and apply it anew" in may.denied) == told


def test_each_grant_is_judged_by_itself() -> None:
    halves = [grant(locations=["centralus"]), grant(subscriptions=[])]
    assert authority(zone_object(), plane=plane_object(grants=halves)).denied
    assert not authority(zone_object(), plane=plane_object(grants=[*halves, grant()])).denied


def test_a_grant_by_labels_asks_for_all_of_them() -> None:
    plane = plane_object(grants=[grant(namespaces={"matchNames": ["domain-finance"], "matchLabels": {"tier": "gold"}})])
    assert authority(zone_object(), plane=plane).denied
    assert not authority(zone_object(), plane=plane, namespace_labels={"tier": "gold", "more": "x"}).denied


def test_the_oldest_zones_of_a_grant_keep_their_places() -> None:
    plane = plane_object(grants=[grant(maxZones=1)])
    older, younger = neighbor("old"), neighbor("young", created="2026-03-01T00:00:00Z")
    assert not authority(zone_object(), plane=plane, neighbors=(younger,)).denied
    assert authority(zone_object(), plane=plane, neighbors=(younger, older)).denied


def test_of_zones_of_the_same_second_the_one_that_has_made_something_keeps_its_place_then_the_lower_uid() -> None:
    plane = plane_object(grants=[grant(maxZones=1)])
    same = "2026-02-01T00:00:00Z"  # as the zone of `world`, whose uid is b
    before, after = neighbor("a", created=same, uid="a"), neighbor("c", created=same, uid="c")
    assert authority(zone_object(), plane=plane, neighbors=(before,)).denied
    assert not authority(zone_object(), plane=plane, neighbors=(after,)).denied
    assert not authority(zone_object(), plane=plane, neighbors=(before,), made=True).denied
    assert authority(zone_object(), plane=plane, neighbors=(neighbor("c", created=same, uid="c", made=True),)).denied


@pytest.mark.parametrize(
    ("image", "registries", "denied"),
    [
        ("acrloom.azurecr.io/loom/loom-mirroring:1", [], ""),
        ("ACRLOOM.azurecr.io/loom/loom-mirroring:1", [], ""),
        ("acrother.azurecr.io/theirs:1", [], "registry acrother.azurecr.io of spec.apps.mirroring.image"),
        ("acrother.azurecr.io/theirs:1", ["acrother"], ""),
        ("ghcr.io/contoso/mirroring:1", ["acrother"], "is not among its registries (acrother)"),
        ("ghcr.io/contoso/mirroring:1", ["ghcr.io"], ""),
        ("acrother/theirs:1", ["acrotherother"], "registry acrother of spec.apps.mirroring.image"),
    ],
)
def test_whole_images_come_from_the_planes_registry_or_one_that_is_granted(
    image: str, registries: list[str], denied: str
) -> None:
    obj = zone_object(apps={"environment": {}, "mirroring": {"image": image}})
    found = authority(obj, plane=plane_object(grants=[grant(registries=registries)])).denied
    assert bool(found) == bool(denied)
    assert denied in found


def test_a_resource_group_of_its_own_name_must_be_among_the_scopes_of_the_grant() -> None:
    obj = zone_object(names={"resourceGroup": "rg-theirs"})
    group = f"/subscriptions/{SPOKE}/resourceGroups/RG-Theirs"
    denied = authority(obj).denied
    assert "resource group rg-theirs, which spec.names names, is not within its scopes" in denied
    may = authority(obj, plane=plane_object(grants=[grant(scopes=[group])]))
    assert not may.denied
    assert may.covers(f"{group}/providers/Microsoft.Network/virtualNetworks/x")


def test_zones_of_other_grants_do_not_count() -> None:
    plane = plane_object(grants=[grant(maxZones=1)])
    assert not authority(zone_object(), plane=plane, neighbors=(neighbor("old", namespace="domain-risk"),)).denied


def test_the_authority_of_a_zone_names_its_peering_whatever_its_spec_still_has() -> None:
    may = authority(zone_object(network=None, storage=None, eventHubs=None, apps=None))
    assert may.covers(str(plan_of(zone_object()).find("peering/from-hub").id))
    assert key(str(plan_of(zone_object()).find("dns-link/blob").id)) in may.exact


def test_no_authority_covers_an_id_that_leads_elsewhere_than_it_says() -> None:
    authority = Authority(
        home="/subscriptions/s/resourceGroups/ours", scopes=("/subscriptions/s/resourceGroups/shared",)
    )
    assert authority.covers("/subscriptions/s/resourceGroups/ours/providers/a/b/c")
    assert not authority.covers("/subscriptions/s/resourceGroups/ours/../theirs/providers/a/b/c")
