"""What a zone is planned to be."""

from loom.plan.arm_id import type_of
from loom.plan.checks import LinkCheck
from loom.plan.ownership import TAG
from loom.plan.resource import Mode, Plan
from loom.plan.values import Json, at, resolve
from support.plans import known, plan_of
from support.worlds import hub, plane_object, world, zone_object


def body_of(plan: Plan, name: str) -> Json:
    return resolve(plan.find(name).body, known)


def test_a_service_that_is_left_out_is_not_made() -> None:
    types = {type_of(r.id) for r in plan_of(zone_object(eventHubs=None, apps=None)).resources if isinstance(r.id, str)}
    assert not any(name.startswith(("Microsoft.EventHub", "Microsoft.App")) for name in types)


def test_everything_waits_for_the_group_that_holds_it() -> None:
    plan = plan_of(zone_object())
    inside = [r for r in plan.resources if isinstance(r.id, str) and r.mode is Mode.MANAGED and r.key != "group"]
    assert all(r.depends_on for r in inside)


def test_subnets_are_laid_out_from_the_start_of_the_addresses() -> None:
    plan = plan_of(zone_object(network={"addressSpace": "10.7.252.0/22"}))
    assert body_of(plan, "subnet/snet-container-apps")["properties"]["addressPrefix"] == "10.7.252.0/23"
    assert body_of(plan, "subnet/snet-private-endpoints")["properties"]["addressPrefix"] == "10.7.254.0/24"


def test_subnets_that_are_given_are_taken_as_they_are() -> None:
    subnets = [
        {"name": "snet-container-apps", "cidr": "10.100.8.0/23"},
        {"name": "snet-private-endpoints", "cidr": "10.100.1.0/24"},
        {"name": "snet-else", "cidr": "10.100.2.0/28"},
    ]
    plan = plan_of(zone_object(network={"addressSpace": "10.100.0.0/20", "subnets": subnets}))
    found = {r.key: at(r.body, "properties.addressPrefix") for r in plan.resources if r.key.startswith("subnet/")}
    assert found == {f"subnet/{subnet['name']}": subnet["cidr"] for subnet in subnets}


def test_only_the_subnet_of_the_apps_is_delegated() -> None:
    plan = plan_of(zone_object())
    delegated = [r.key for r in plan.resources if at(r.body, "properties.delegations")]
    assert delegated == ["subnet/snet-container-apps"]


def test_both_peerings_are_ours_and_the_one_in_the_hub_carries_our_hash() -> None:
    obj = zone_object()
    plan, owner = plan_of(obj), world(obj).owner
    far = plan.find("peering/from-hub")
    assert str(far.id).startswith(hub("Microsoft.Network/virtualNetworks", "vnet-hub/virtualNetworkPeerings/"))
    assert owner.hash in str(far.id)
    assert at(far.body, "properties.remoteVirtualNetwork.id") == plan.find("network").id
    assert LinkCheck("peering/from-hub", "properties.peeringState", "Connected", "NetworkReady") in plan.checks


def test_infrastructure_encryption_is_asked_for_at_creation_only() -> None:
    storage = plan_of(zone_object()).find("storage")
    assert at(storage.on_create, "properties.encryption.requireInfrastructureEncryption") is True
    assert at(storage.body, "properties.encryption") is None


def test_a_filesystem_holds_neither_name_nor_place_that_another_zone_forms() -> None:
    ids = {plan_of(zone_object(environment=e)).find("storage").id for e in ("Development", "Test", "Production")}
    assert len(ids) == 3


def test_private_endpoints_register_in_the_zones_of_the_planes_cloud() -> None:
    plane = plane_object(cloud="AzureUSGovernment", boundary="IL5")
    obj = zone_object()
    plan = plan_of(obj, world(obj, plane))
    config = at(plan.find("endpoint/event-hubs-namespace/dns").body, "properties.privateDnsZoneConfigs.0")
    assert config["properties"]["privateDnsZoneId"].endswith("/privatelink.servicebus.usgovcloudapi.net")
    assert plan.facts["eventHubs"].endswith(".servicebus.usgovcloudapi.net:9093")


def test_a_zone_that_resolves_no_service_of_its_own_is_linked_to_no_dns_zone() -> None:
    linked = [r.key for r in plan_of(zone_object(eventHubs=None, apps=None)).resources if r.key.startswith("dns-link/")]
    assert linked == ["dns-link/blob", "dns-link/dfs"]


def test_auto_inflate_makes_the_capacity_a_floor() -> None:
    (rule,) = plan_of(zone_object()).find("event-hubs").ignore
    assert (rule.path, rule.floor) == ("sku.capacity", True)


def test_a_capacity_that_cannot_grow_is_compared_as_it_is() -> None:
    plan = plan_of(zone_object(eventHubs={"throughputUnits": {"min": 4, "max": 4}}))
    assert plan.find("event-hubs").ignore == ()
    assert at(plan.find("event-hubs").body, "properties.isAutoInflateEnabled") is False


def test_an_empty_service_gets_the_defaults_that_the_manual_names() -> None:
    plan = plan_of(zone_object(storage={}, eventHubs={}))
    assert at(plan.find("storage").body, "sku.name") == "Standard_ZRS"
    assert at(plan.find("storage/blob-service").body, "properties.deleteRetentionPolicy.days") == 30
    assert at(plan.find("event-hubs").body, "sku.capacity") == 2
    assert at(plan.find("event-hubs").body, "properties.maximumThroughputUnits") == 20


def test_the_zones_tags_override_the_planes_and_typed_fields_override_both() -> None:
    obj = zone_object(tags={"team": "b", "ENVIRONMENT": "Lies"})
    plan = plan_of(obj, world(obj, plane_object(tags={"Team": "a", "Plane": "eastus2"})))
    tags = plan.find("storage").body["tags"]
    assert tags["team"] == "b"
    assert tags["Plane"] == "eastus2"
    assert tags["Environment"] == "Production"
    assert {"Team", "ENVIRONMENT", TAG}.isdisjoint(tags)


def test_every_resource_whose_type_has_tags_gets_them() -> None:
    plan = plan_of(zone_object())
    untagged = {
        r.key for r in plan.resources if r.mode is Mode.MANAGED and "location" in r.body and "tags" not in r.body
    }
    assert untagged == set()


def test_everything_that_can_tell_of_itself_tells_the_planes_workspace() -> None:
    plan = plan_of(zone_object())
    found = {r.key.removeprefix("diagnostics/") for r in plan.resources if r.key.startswith("diagnostics/")}
    assert found == {
        "nsg",
        "network",
        "storage",
        "storage/blob-service",
        "event-hubs",
        "environment",
        "app/loom-mcp",
        "app/loom-mirroring",
    }
    assert at(plan.find("diagnostics/storage").body, "properties.logs") is None
