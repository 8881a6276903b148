from __future__ import annotations

from typing import Any

import pytest

from support.simulator import Simulator

from .shapes import ACCOUNT, DNS, EVENT_HUB, NAMESPACE, NETWORK, account, environment, group, network, space, within

APPS_SUBNET = {
    "properties": {
        "addressPrefix": "10.0.0.0/23",
        "delegations": [{"name": "apps", "properties": {"serviceName": "Microsoft.App/environments"}}],
    }
}


def put(azure: Simulator, path: str, body: dict[str, Any], version: str = NETWORK) -> Any:
    """A write that is given the time it needs."""
    answer = azure.call("PUT", f"{path}?api-version={version}", body)
    azure.advance(60)
    return answer


def code(answer: Any) -> str:
    return str(answer.body["error"]["code"])


def test_one_network_takes_one_write_at_a_time(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(network(rg), space("10.0.0.0/16"))
    path = f"{network(rg)}/subnets"
    first = azure.call("PUT", f"{path}/a?api-version={NETWORK}", {"properties": {"addressPrefix": "10.0.0.0/24"}})
    second = azure.call("PUT", f"{path}/b?api-version={NETWORK}", {"properties": {"addressPrefix": "10.0.1.0/24"}})
    azure.advance(10)
    third = azure.call("PUT", f"{path}/b?api-version={NETWORK}", {"properties": {"addressPrefix": "10.0.1.0/24"}})
    assert [first.status, second.status, third.status] == [201, 409, 201]
    assert code(second) == "AnotherOperationInProgress"


def test_a_network_shows_its_subnets_and_keeps_them_when_a_put_is_silent_about_them(azure: Simulator) -> None:
    path = network(group(azure))
    azure.seed(path, space("10.0.0.0/16"))
    azure.seed(f"{path}/subnets/a", {"properties": {"addressPrefix": "10.0.0.0/24"}})
    put(azure, path, {**space("10.0.0.0/16"), "tags": {"a": "1"}})
    azure.call("PATCH", f"{path}?api-version={NETWORK}", {"tags": {"b": "2"}})
    shown = azure.get(path)
    assert shown is not None
    assert [item["name"] for item in shown["properties"]["subnets"]] == ["a"]


def test_a_put_with_subnets_replaces_them(azure: Simulator) -> None:
    path = network(group(azure))
    azure.seed(path, space("10.0.0.0/16"))
    azure.seed(f"{path}/subnets/a", {"properties": {"addressPrefix": "10.0.0.0/24"}})
    body = space("10.0.0.0/16")
    body["properties"]["subnets"] = [{"name": "b", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    put(azure, path, body)
    assert [item for item in azure.ids(path) if "/subnets/" in item] == [f"{path}/subnets/b"]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("10.1.0.0/24", "NetcfgInvalidSubnet"),
        ("10.0.0.128/25", "NetcfgSubnetRangesOverlap"),
        ("10.0.0.1/24", "InvalidCIDRNotation"),
    ],
)
def test_a_subnet_must_fit(azure: Simulator, prefix: str, expected: str) -> None:
    path = network(group(azure))
    azure.seed(path, space("10.0.0.0/16"))
    azure.seed(f"{path}/subnets/a", {"properties": {"addressPrefix": "10.0.0.0/24"}})
    answer = azure.call("PUT", f"{path}/subnets/b?api-version={NETWORK}", {"properties": {"addressPrefix": prefix}})
    assert (answer.status, code(answer)) == (400, expected)


def test_an_address_space_must_hold_its_subnets(azure: Simulator) -> None:
    path = network(group(azure))
    azure.seed(path, space("10.0.0.0/16"))
    azure.seed(f"{path}/subnets/a", {"properties": {"addressPrefix": "10.0.0.0/24"}})
    assert code(azure.call("PUT", f"{path}?api-version={NETWORK}", space("10.9.0.0/16"))) == "NetcfgInvalidSubnet"


def peered(azure: Simulator) -> tuple[str, str]:
    rg = group(azure)
    one, two = network(rg, "one"), network(rg, "two")
    azure.seed(one, space("10.0.0.0/16"))
    azure.seed(two, space("10.1.0.0/16"))
    return f"{one}/virtualNetworkPeerings/to-two", f"{two}/virtualNetworkPeerings/to-one"


def remote(peering: str) -> dict[str, Any]:
    return {"properties": {"remoteVirtualNetwork": {"id": peering.split("/virtualNetworkPeerings/")[0]}}}


def state(azure: Simulator, peering: str) -> str:
    found = azure.get(peering)
    assert found is not None
    return str(found["properties"]["peeringState"])


def test_a_peering_waits_for_its_other_side_and_outlives_it(azure: Simulator) -> None:
    mine, theirs = peered(azure)
    put(azure, mine, remote(theirs))
    alone = state(azure, mine)
    put(azure, theirs, remote(mine))
    together = (state(azure, mine), state(azure, theirs))
    azure.call("DELETE", f"{theirs}?api-version={NETWORK}")
    azure.advance(60)
    refused = azure.call("PUT", f"{mine}?api-version={NETWORK}", remote(theirs))
    assert (alone, together, state(azure, mine)) == ("Initiated", ("Connected", "Connected"), "Disconnected")
    assert code(refused) == "RemotePeeringIsDisconnected"


def test_no_peering_is_made_beside_one_that_is_disconnected(azure: Simulator) -> None:
    mine, theirs = peered(azure)
    azure.call("PUT", f"{mine}?api-version={NETWORK}", remote(theirs))
    azure.call("PUT", f"{theirs}?api-version={NETWORK}", remote(mine))
    azure.advance(60)
    azure.delete(theirs)
    refused = azure.call("PUT", f"{theirs}?api-version={NETWORK}", remote(mine))
    azure.call("DELETE", f"{mine}?api-version={NETWORK}")
    azure.advance(60)
    made = azure.call("PUT", f"{theirs}?api-version={NETWORK}", remote(mine))
    assert code(refused) == "RemotePeeringIsDisconnected"
    assert made.status == 201


def test_overlapping_networks_cannot_be_peered(azure: Simulator) -> None:
    mine, theirs = peered(azure)
    azure.edit(
        theirs.split("/virtualNetworkPeerings/")[0],
        {"properties": {"addressSpace": {"addressPrefixes": ["10.0.128.0/17"]}}},
    )
    assert code(azure.call("PUT", f"{mine}?api-version={NETWORK}", remote(theirs))) == "VnetAddressSpacesOverlap"


def test_remote_gateways_need_a_gateway(azure: Simulator) -> None:
    mine, theirs = peered(azure)
    body = remote(theirs)
    body["properties"]["useRemoteGateways"] = True
    assert (
        code(azure.call("PUT", f"{mine}?api-version={NETWORK}", body))
        == "RemotePeeringAllowGatewayTransitRequiresGateway"
    )


def test_a_security_group_has_six_rules_of_its_own_and_stays_while_used(azure: Simulator) -> None:
    rg = group(azure)
    nsg = within(rg, "Microsoft.Network/networkSecurityGroups", "nsg")
    put(azure, nsg, {"location": "eastus2", "properties": {"securityRules": []}})
    azure.seed(network(rg), space("10.0.0.0/16"))
    put(
        azure,
        f"{network(rg)}/subnets/a",
        {"properties": {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": nsg}}},
    )
    shown = azure.get(nsg)
    assert shown is not None
    assert len(shown["properties"]["defaultSecurityRules"]) == 6
    assert shown["properties"]["subnets"] == [{"id": f"{network(rg)}/subnets/a"}]
    assert code(azure.call("DELETE", f"{nsg}?api-version={NETWORK}")) == "InUseNetworkSecurityGroupCannotBeDeleted"


def test_a_reference_to_nothing_is_refused(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(network(rg), space("10.0.0.0/16"))
    nsg = within(rg, "Microsoft.Network/networkSecurityGroups", "none")
    answer = put(
        azure,
        f"{network(rg)}/subnets/a",
        {"properties": {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": nsg}}},
    )
    assert (answer.status, code(answer)) == (400, "InvalidResourceReference")


def endpoint_parts(azure: Simulator) -> tuple[str, str, str, dict[str, Any]]:
    """(endpoint, account, zone, endpoint body) with a subnet, an account and a zone that exist."""
    rg = group(azure)
    azure.seed(network(rg), space("10.0.0.0/16"))
    azure.seed(f"{network(rg)}/subnets/pe", {"properties": {"addressPrefix": "10.0.2.0/24"}})
    azure.seed(account(rg), ACCOUNT)
    zone = within(rg, "Microsoft.Network/privateDnsZones", "privatelink.dfs.core.windows.net")
    azure.seed(zone, {"location": "global"})
    connection = {"name": "dfs", "properties": {"privateLinkServiceId": account(rg), "groupIds": ["dfs"]}}
    body = {
        "location": "eastus2",
        "properties": {"subnet": {"id": f"{network(rg)}/subnets/pe"}, "privateLinkServiceConnections": [connection]},
    }
    return within(rg, "Microsoft.Network/privateEndpoints", "pe"), account(rg), zone, body


def status_of(shown: dict[str, Any] | None) -> str:
    assert shown is not None
    return str(
        shown["properties"]["privateLinkServiceConnections"][0]["properties"]["privateLinkServiceConnectionState"][
            "status"
        ]
    )


def test_an_endpoint_connects_and_holds_its_subnet(azure: Simulator) -> None:
    endpoint, service, _, body = endpoint_parts(azure)
    put(azure, endpoint, body)
    held = azure.call("DELETE", f"{body['properties']['subnet']['id']}?api-version={NETWORK}")
    shown = azure.get(service)
    assert status_of(azure.get(endpoint)) == "Approved"
    assert shown is not None
    assert shown["properties"]["privateEndpointConnections"][0]["properties"]["privateEndpoint"]["id"] == endpoint
    assert code(held) == "InUseSubnetCannotBeDeleted"


def test_an_endpoint_does_not_come_back_with_its_service(azure: Simulator) -> None:
    endpoint, service, _, body = endpoint_parts(azure)
    put(azure, endpoint, body)
    shown = azure.get(service)
    azure.delete(service)
    alone = status_of(azure.get(endpoint))
    azure.seed(service, shown)
    put(azure, endpoint, body)
    assert (alone, status_of(azure.get(endpoint))) == ("Disconnected", "Disconnected")


def test_who_may_not_approve_waits_for_somebody_who_may(azure: Simulator) -> None:
    endpoint, service, _, body = endpoint_parts(azure)
    caller = azure.principal(
        "network", roles=[("Network Contributor", azure.group_id("rg")), ("Reader", azure.group_id("rg"))]
    )
    azure.call("PUT", f"{endpoint}?api-version={NETWORK}", body, principal=caller)
    azure.advance(60)
    pending = status_of(azure.get(endpoint))
    connection = azure.ids(f"{service}/privateEndpointConnections")[0]
    azure.call(
        "PUT",
        f"{connection}?api-version=2025-06-01",
        {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}},
    )
    assert (pending, status_of(azure.get(endpoint))) == ("Pending", "Approved")


def test_an_endpoint_asks_for_a_group_that_the_service_has(azure: Simulator) -> None:
    endpoint, _, _, body = endpoint_parts(azure)
    body["properties"]["privateLinkServiceConnections"][0]["properties"]["groupIds"] = ["nothing"]
    assert put(azure, endpoint, body).status == 400


def test_a_zone_group_writes_records_and_takes_them_along(azure: Simulator) -> None:
    endpoint, _, zone, body = endpoint_parts(azure)
    put(azure, endpoint, body)
    group_path = f"{endpoint}/privateDnsZoneGroups/default"
    configs = [{"name": "dfs", "properties": {"privateDnsZoneId": zone}}]
    put(azure, group_path, {"properties": {"privateDnsZoneConfigs": configs}})
    record = azure.get(f"{zone}/A/saloom1")
    second = put(azure, f"{endpoint}/privateDnsZoneGroups/other", {"properties": {"privateDnsZoneConfigs": configs}})
    azure.call("DELETE", f"{endpoint}?api-version={NETWORK}")
    azure.advance(60)
    assert record is not None
    assert record["properties"]["aRecords"] == [{"ipv4Address": "10.0.2.4"}]
    assert code(second) == "PrivateEndpointCannotHaveMultiplePrivateDnsZoneGroups"
    assert azure.get(f"{zone}/A/saloom1") is None


def test_a_zone_group_needs_its_zone(azure: Simulator) -> None:
    endpoint, _, zone, body = endpoint_parts(azure)
    put(azure, endpoint, body)
    configs = [{"name": "dfs", "properties": {"privateDnsZoneId": f"{zone}x"}}]
    answer = put(azure, f"{endpoint}/privateDnsZoneGroups/default", {"properties": {"privateDnsZoneConfigs": configs}})
    assert (answer.status, code(answer)) == (400, "PrivateDnsZoneNotFound")


def test_a_linked_zone_stays_and_one_network_has_one_zone_of_a_name(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(network(rg), space("10.0.0.0/16"))
    zone, twin = (
        within(name, "Microsoft.Network/privateDnsZones", "example.com") for name in (rg, azure.group_id("other"))
    )
    azure.seed(zone, {"location": "global"})
    azure.seed(twin, {"location": "global"})
    link = {"location": "global", "properties": {"virtualNetwork": {"id": network(rg)}, "registrationEnabled": False}}
    made = put(azure, f"{zone}/virtualNetworkLinks/hub", link, DNS)
    second = put(azure, f"{twin}/virtualNetworkLinks/hub", link, DNS)
    shown = azure.get(zone)
    assert (made.status, second.status) == (202, 400)
    assert shown is not None
    assert shown["properties"]["numberOfVirtualNetworkLinks"] == 1
    assert code(azure.call("DELETE", f"{zone}?api-version={DNS}")) == "CannotDeleteResource"


def test_an_environments_subnet_is_big_enough_delegated_and_nobody_elses(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(network(rg), space("10.0.0.0/16"))
    azure.seed(
        f"{network(rg)}/subnets/small", {"properties": {**APPS_SUBNET["properties"], "addressPrefix": "10.0.4.0/28"}}
    )
    azure.seed(f"{network(rg)}/subnets/bare", {"properties": {"addressPrefix": "10.0.6.0/23"}})
    azure.seed(f"{network(rg)}/subnets/apps", APPS_SUBNET)

    def ask(name: str, subnet: str) -> Any:
        vnet = {"infrastructureSubnetId": f"{network(rg)}/subnets/{subnet}", "internal": True}
        path = within(rg, "Microsoft.App/managedEnvironments", name)
        return azure.call(
            "PUT", f"{path}?api-version=2026-01-01", {"location": "eastus2", "properties": {"vnetConfiguration": vnet}}
        )

    assert code(ask("one", "small")) == "ManagedEnvironmentInvalidNetworkConfiguration"
    assert code(ask("one", "bare")) == "ManagedEnvironmentSubnetDelegationError"
    assert ask("one", "apps").body["properties"]["staticIp"].startswith("10.0.1.")
    assert code(ask("two", "apps")) == "ManagedEnvironmentSubnetInUse"
    assert (
        code(azure.call("DELETE", f"{network(rg)}/subnets/apps?api-version={NETWORK}")) == "InUseSubnetCannotBeDeleted"
    )


def test_hubs_live_within_their_namespaces_tier(azure: Simulator) -> None:
    rg = group(azure)
    namespace = within(rg, "Microsoft.EventHub/namespaces", "evhns-loom")
    azure.call("PUT", f"{namespace}?api-version={EVENT_HUB}", NAMESPACE)
    hub = f"{namespace}/eventhubs/orders?api-version={EVENT_HUB}"
    early = azure.call("PUT", hub, {"properties": {"partitionCount": 8}})
    azure.advance(60)
    made = azure.call(
        "PUT", hub, {"properties": {"partitionCount": 8, "retentionDescription": {"retentionTimeInHours": 72}}}
    )
    more = azure.call("PUT", hub, {"properties": {"partitionCount": 16}})
    long = azure.call(
        "PUT", f"{namespace}/eventhubs/long?api-version={EVENT_HUB}", {"properties": {"messageRetentionInDays": 8}}
    )
    for number in range(9):
        azure.seed(f"{namespace}/eventhubs/h{number}", {"properties": {}})
    eleventh = azure.call("PUT", f"{namespace}/eventhubs/eleventh?api-version={EVENT_HUB}", {"properties": {}})
    assert [early.status, made.status, more.status, long.status, eleventh.status] == [409, 200, 400, 400, 403]
    assert made.body["properties"]["partitionIds"] == [str(number) for number in range(8)]
    assert made.body["properties"]["messageRetentionInDays"] == 3
    assert azure.get(f"{namespace}/eventhubs/orders/consumergroups/$Default") is not None


def test_public_access_of_a_namespace_and_of_its_rule_set_are_one(azure: Simulator) -> None:
    namespace = within(group(azure), "Microsoft.EventHub/namespaces", "evhns-loom")
    azure.seed(namespace, NAMESPACE)
    azure.call(
        "PUT",
        f"{namespace}/networkRuleSets/default?api-version={EVENT_HUB}",
        {"properties": {"publicNetworkAccess": "Disabled"}},
    )
    shown = azure.get(namespace)
    assert shown is not None
    assert shown["properties"]["publicNetworkAccess"] == "Disabled"


def test_diagnostic_settings_know_which_resources_take_which_categories(azure: Simulator) -> None:
    rg = group(azure)
    env = environment(azure, rg)
    azure.seed(account(rg), ACCOUNT)
    nsg = within(rg, "Microsoft.Network/networkSecurityGroups", "nsg")
    azure.seed(nsg, {"location": "eastus2"})
    identity = within(rg, "Microsoft.ManagedIdentity/userAssignedIdentities", "id1")
    azure.seed(identity, {"location": "eastus2"})
    workspace = within(rg, "Microsoft.OperationalInsights/workspaces", "logs")

    def ask(scope: str, **settings: Any) -> int:
        path = f"{scope}/providers/Microsoft.Insights/diagnosticSettings/loom?api-version=2021-05-01-preview"
        return azure.call("PUT", path, {"properties": {"workspaceId": workspace, **settings}}).status

    logs, metrics = [{"categoryGroup": "allLogs", "enabled": True}], [{"category": "AllMetrics", "enabled": True}]
    assert ask(env, logs=logs, metrics=metrics) == 200
    assert (ask(account(rg), logs=logs), ask(account(rg), metrics=metrics)) == (400, 200)
    assert (ask(nsg, metrics=metrics), ask(nsg, logs=logs)) == (400, 200)
    assert ask(identity, metrics=metrics) == 400
