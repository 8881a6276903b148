"""Service Bus as the simulated Azure plays it: tiers, states, and the names that it shares with Event Hubs."""

from __future__ import annotations

from typing import Any

import pytest

from support.simulator import Simulator

from .shapes import EVENT_HUB, NAMESPACE, group, within

VERSION = "2026-01-01"
PREMIUM: dict[str, Any] = {"location": "eastus2", "sku": {"name": "Premium", "tier": "Premium", "capacity": 1}}


def bus(azure: Simulator, name: str = "sb-loom-1") -> str:
    return within(group(azure), "Microsoft.ServiceBus/namespaces", name)


def put(azure: Simulator, path: str, body: Any) -> Any:
    return azure.call("PUT", f"{path}?api-version={VERSION}", body)


def state(azure: Simulator, path: str) -> tuple[str, str]:
    properties = azure.call("GET", f"{path}?api-version={VERSION}").body["properties"]
    return properties["provisioningState"], properties["status"]


def test_a_namespace_is_active_after_a_while_and_removing_before_it_is_gone(azure: Simulator) -> None:
    namespace = bus(azure)
    assert put(azure, namespace, PREMIUM).status == 201
    assert state(azure, namespace) == ("Creating", "Creating")
    azure.advance(120)
    assert state(azure, namespace) == ("Succeeded", "Active")
    assert azure.call("DELETE", f"{namespace}?api-version={VERSION}").status == 202
    assert state(azure, namespace) == ("Succeeded", "Removing")
    azure.advance(120)
    assert azure.get(namespace) is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({**PREMIUM, "sku": {"name": "Premium", "capacity": 3}}, "messaging units"),
        ({"location": "eastus2", "properties": {"publicNetworkAccess": "Disabled"}}, "Premium tier only"),
    ],
)
def test_what_a_tier_does_not_have_is_refused(azure: Simulator, body: Any, says: str) -> None:
    answer = put(azure, bus(azure), {"sku": {"name": "Standard"}, **body})
    assert (answer.status, says in answer.body["error"]["message"]) == (400, True)


def test_the_tier_never_changes(azure: Simulator) -> None:
    azure.seed(bus(azure), PREMIUM)
    assert put(azure, bus(azure), {"location": "eastus2", "sku": {"name": "Standard"}}).status == 400


def test_event_hubs_and_service_bus_take_their_names_from_one_list(azure: Simulator) -> None:
    hubs = within(group(azure), "Microsoft.EventHub/namespaces", "ns-loom-1")
    assert azure.call("PUT", f"{hubs}?api-version={EVENT_HUB}", NAMESPACE).status < 300
    answer = put(azure, bus(azure, "ns-loom-1"), PREMIUM)
    assert (answer.status, "not available" in answer.body["error"]["message"]) == (400, True)


def test_a_rule_set_and_its_namespace_say_the_same_of_public_access(azure: Simulator) -> None:
    namespace = bus(azure)
    put(azure, namespace, {**PREMIUM, "properties": {"publicNetworkAccess": "Disabled"}})
    azure.advance(120)
    rules = f"{namespace}/networkRuleSets/default"
    found = azure.get(rules)
    assert found is not None
    assert found["properties"]["publicNetworkAccess"] == "Disabled"
    put(azure, rules, {"properties": {"publicNetworkAccess": "Enabled"}})
    after = azure.get(namespace)
    assert after is not None
    assert after["properties"]["publicNetworkAccess"] == "Enabled"


def test_sessions_of_a_queue_cannot_be_changed(azure: Simulator) -> None:
    azure.seed(bus(azure), PREMIUM)
    queue = f"{bus(azure)}/queues/refresh"
    assert put(azure, queue, {"properties": {"requiresSession": True}}).status == 200
    assert put(azure, queue, {"properties": {}}).status == 400
    assert put(azure, queue, {"properties": {"requiresSession": True, "maxDeliveryCount": 3}}).status == 200
