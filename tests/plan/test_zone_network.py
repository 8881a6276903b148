"""The zone's network: which subnets there are and where, what each lets in and out, and which way traffic leaves it."""

from ipaddress import IPv4Network
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic.alias_generators import to_snake

from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.errors import Refusal
from loom.plan.resource import Absent, Plan
from loom.plan.values import Json, at
from loom.plan.zone.layout import ROOMS, Room, layout
from loom.plan.zone.security import OPENINGS
from support.plans import plan_of
from support.worlds import zone_object

SPACE = "10.100.0.0/20"
GIVEN = {
    "snet-container-apps": "10.100.0.0/23",
    "snet-private-endpoints": "10.100.2.0/24",
    "GatewaySubnet": "10.100.3.0/27",
    "AzureBastionSubnet": "10.100.3.64/26",
    "snet-application-gateway": "10.100.4.0/24",
    "snet-databricks-host": "10.100.5.0/24",
    "snet-databricks-container": "10.100.6.0/24",
    "snet-of-our-own": "10.100.8.0/28",
}


def given(**network: Any) -> dict[str, Any]:
    """A network with a subnet for every purpose, and one more."""
    subnets = [{"name": name, "cidr": cidr} for name, cidr in GIVEN.items()]
    return {"addressSpace": SPACE, "subnets": subnets, **network}


def properties(plan: Plan, key: str) -> Json:
    return at(plan.find(key).body, "properties")


class Said(SimpleNamespace):
    """Fields of a spec, as far as a test gives them."""

    value_at = DataLandingZoneSpec.value_at
    attached = DataLandingZoneSpec.attached


def laid_out(spaces: str, *features: str, subnets: Any = None) -> dict[str, str]:
    """The layout of a spec in which these fields, and no others, are given."""
    spec: Any = Said(network=SimpleNamespace(address_space=spaces, subnets=subnets))
    for feature in features:
        place = spec
        for name in map(to_snake, feature.split(".")):
            if not hasattr(place, name):
                setattr(place, name, SimpleNamespace())
            place = getattr(place, name)
    return layout(spec)


FEATURES = tuple(dict.fromkeys(room.needed_by for room in ROOMS if room.needed_by))


def test_a_zone_without_ways_in_has_the_two_subnets_that_every_zone_has() -> None:
    assert laid_out(SPACE) == {"snet-container-apps": "10.100.0.0/23", "snet-private-endpoints": "10.100.2.0/24"}


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_brings_its_subnets_and_moves_no_other(feature: str) -> None:
    before, after = laid_out(SPACE), laid_out(SPACE, feature)
    everything = laid_out(SPACE, *FEATURES)
    assert before.items() < after.items() < everything.items()
    assert set(after) - set(before) == {room.name for room in ROOMS if room.needed_by == feature}


def test_no_two_purposes_share_an_address() -> None:
    places = [IPv4Network(cidr) for cidr in laid_out("10.100.0.0/21", *FEATURES).values()]
    assert len(places) == len(ROOMS)
    assert not any(a.overlaps(b) for a, b in combinations(places, 2))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_subnet_that_is_laid_out_is_large_enough_and_begins_where_a_range_of_its_size_may(room: Room) -> None:
    assert room.prefix <= room.smallest
    assert room.first % 2 ** (32 - room.prefix) == 0


def test_a_network_too_small_for_its_subnets_says_what_needs_how_much() -> None:
    with pytest.raises(Refusal) as refused:
        laid_out("10.100.0.0/22", "accessPaths.applicationGateway")
    assert refused.value.reason == "InvalidSpec"
    assert "spec.network.addressSpace 10.100.0.0/22 is too small" in refused.value.message
    assert "spec.accessPaths.applicationGateway needs a subnet snet-application-gateway (/24)" in refused.value.message
    assert "/21 or larger" in refused.value.message


def test_a_slash_22_has_room_for_all_that_does_not_need_a_slash_24_of_its_own() -> None:
    found = laid_out("10.100.0.0/22", "accessPaths.vpn", "accessPaths.bastion.own")
    assert (found["GatewaySubnet"], found["AzureBastionSubnet"]) == ("10.100.3.0/27", "10.100.3.64/26")


@pytest.mark.parametrize(
    ("cidr", "says"),
    [(None, "has no AzureBastionSubnet"), ("10.100.3.64/27", "has only 10.100.3.64/27 for AzureBastionSubnet")],
)
def test_subnets_that_are_given_must_have_what_the_features_need(cidr: str | None, says: str) -> None:
    subnets = [SimpleNamespace(name="AzureBastionSubnet", cidr=cidr)] if cidr else []
    with pytest.raises(Refusal) as refused:
        laid_out(SPACE, "accessPaths.bastion.own", subnets=subnets)
    assert says in refused.value.message
    assert "spec.accessPaths.bastion.own needs one of at least /26" in refused.value.message


def test_each_subnet_has_the_security_group_of_its_purpose() -> None:
    plan = plan_of(zone_object(network=given()))
    groups = {name: at(properties(plan, f"subnet/{name}"), "networkSecurityGroup.id") for name in GIVEN}
    assert groups["snet-container-apps"] == groups["snet-private-endpoints"] == groups["snet-of-our-own"]
    assert groups["GatewaySubnet"] is None  # Azure docs: a security group there cuts the gateway off
    own = {groups[name] for name in ("AzureBastionSubnet", "snet-application-gateway", "snet-databricks-host")}
    assert len(own | {groups["snet-container-apps"]}) == 4
    assert groups["snet-databricks-host"] == groups["snet-databricks-container"]


def test_a_group_that_no_subnet_uses_is_not_made() -> None:
    made = {resource.key for resource in plan_of(zone_object()).resources}
    assert made & set(OPENINGS) == {"nsg"}


def test_an_application_gateway_is_open_to_its_managers_its_balancer_and_https() -> None:
    rules = properties(plan_of(zone_object(network=given())), "nsg/application-gateway")["securityRules"]
    found = {
        (rule["properties"]["sourceAddressPrefix"], rule["properties"]["destinationPortRange"]): rule["properties"]
        for rule in rules
    }
    assert set(found) == {("GatewayManager", "65200-65535"), ("AzureLoadBalancer", "*"), ("Internet", "443")}
    assert {rule["direction"] for rule in found.values()} == {"Inbound"}


def test_a_bastion_has_the_eight_rules_without_which_it_refuses_its_subnet() -> None:
    rules = properties(plan_of(zone_object(network=given())), "nsg/bastion")["securityRules"]
    flows = {
        (at(r, "properties.direction"), at(r, "properties.sourceAddressPrefix"), at(r, "properties.destinationAddressPrefix")): (
            at(r, "properties.destinationPortRanges") or [at(r, "properties.destinationPortRange")]
        )
        for r in rules
    }  # fmt: skip
    assert flows == {
        ("Inbound", "Internet", "*"): ["443"],
        ("Inbound", "GatewayManager", "*"): ["443"],
        ("Inbound", "AzureLoadBalancer", "*"): ["443"],
        ("Inbound", "VirtualNetwork", "VirtualNetwork"): ["8080", "5701"],
        ("Outbound", "*", "VirtualNetwork"): ["22", "3389"],
        ("Outbound", "*", "AzureCloud"): ["443"],
        ("Outbound", "VirtualNetwork", "VirtualNetwork"): ["8080", "5701"],
        ("Outbound", "*", "Internet"): ["80"],
    }


@pytest.mark.parametrize("key", OPENINGS)
def test_no_two_rules_of_a_group_share_a_name_or_a_priority(key: str) -> None:
    names = [opening.name for opening in OPENINGS[key]]
    ranks = [(opening.outbound, opening.priority) for opening in OPENINGS[key]]
    assert len(set(names)) == len(names)
    assert len(set(ranks)) == len(ranks)


def test_the_way_out_leads_over_the_firewall_from_every_subnet_that_may_be_routed() -> None:
    plan = plan_of(zone_object(network=given(egress={"nextHop": "10.0.1.4"})))
    (route,) = properties(plan, "route-table")["routes"]
    assert route["properties"] == {
        "addressPrefix": "0.0.0.0/0",
        "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": "10.0.1.4",
    }
    routed = {name for name in GIVEN if "routeTable" in properties(plan, f"subnet/{name}")}
    assert set(GIVEN) - routed == {"GatewaySubnet", "AzureBastionSubnet", "snet-application-gateway"}
    assert all("route-table" in plan.find(f"subnet/{name}").depends_on for name in routed)


def test_without_a_next_hop_there_is_no_route_table_and_one_of_ours_is_let_go() -> None:
    plan = plan_of(zone_object())
    assert "route-table" not in {resource.key for resource in plan.resources}
    table = str(plan_of(zone_object(network=given(egress={"nextHop": "10.0.1.4"}))).find("route-table").id)
    assert plan.find("subnet/snet-private-endpoints").absent == (Absent("properties.routeTable", table),)


@pytest.mark.parametrize(
    ("servers", "options"), [(None, None), ([], {"dnsServers": []}), (["10.0.0.4"], {"dnsServers": ["10.0.0.4"]})]
)
def test_dns_servers_are_declared_where_they_are_given(servers: Any, options: Any) -> None:
    network = {"addressSpace": SPACE} | ({} if servers is None else {"dnsServers": servers})
    assert at(properties(plan_of(zone_object(network=network)), "network"), "dhcpOptions") == options
