"""Event Grid as the simulated Azure plays it: one system topic for a source, and delivery by its identity."""

from __future__ import annotations

from typing import Any

from support.simulator import Simulator

from .shapes import ACCOUNT, account, group, within

VERSION = "2025-02-15"


def source(azure: Simulator) -> str:
    found = account(group(azure))
    azure.seed(found, ACCOUNT)
    return found


def topic(azure: Simulator, name: str = "evt-1") -> str:
    return within(group(azure), "Microsoft.EventGrid/systemTopics", name)


def body(azure: Simulator, **more: Any) -> dict[str, Any]:
    properties = {"source": source(azure), "topicType": "Microsoft.Storage.StorageAccounts"}
    return {"location": "eastus2", "properties": properties, **more}


def put(azure: Simulator, path: str, sent: Any) -> Any:
    answer = azure.call("PUT", f"{path}?api-version={VERSION}", sent)
    azure.advance(60)
    return answer


def queue(azure: Simulator) -> str:
    namespace = within(group(azure), "Microsoft.ServiceBus/namespaces", "sb-loom-1")
    azure.seed(namespace, {"location": "eastus2", "sku": {"name": "Premium"}})
    azure.seed(f"{namespace}/queues/refresh", {"properties": {}})
    return f"{namespace}/queues/refresh"


def delivery(place: str) -> dict[str, Any]:
    destination = {"endpointType": "ServiceBusQueue", "properties": {"resourceId": place}}
    return {
        "properties": {
            "deliveryWithResourceIdentity": {"identity": {"type": "SystemAssigned"}, "destination": destination}
        }
    }


def test_a_source_has_one_system_topic_at_most(azure: Simulator) -> None:
    assert put(azure, topic(azure), body(azure)).status == 201
    refused = put(azure, topic(azure, "evt-2"), body(azure))
    assert (refused.status, "Only one system topic" in refused.body["error"]["message"]) == (400, True)


def test_a_topic_is_in_the_region_of_its_source(azure: Simulator) -> None:
    assert put(azure, topic(azure), body(azure) | {"location": "westeurope"}).status == 400


def test_delivery_by_identity_needs_one(azure: Simulator) -> None:
    put(azure, topic(azure), body(azure))
    subscription = f"{topic(azure)}/eventSubscriptions/new-files"
    assert put(azure, subscription, delivery(queue(azure))).status == 400
    put(azure, topic(azure), body(azure, identity={"type": "SystemAssigned"}))
    assert put(azure, subscription, delivery(queue(azure))).status == 201


def test_a_destination_must_be_there_and_be_the_only_one(azure: Simulator) -> None:
    put(azure, topic(azure), body(azure, identity={"type": "SystemAssigned"}))
    subscription = f"{topic(azure)}/eventSubscriptions/new-files"
    assert put(azure, subscription, delivery(queue(azure) + "-gone")).status == 400
    assert put(azure, subscription, {"properties": {}}).status == 400
