"""What a spec asks for cannot be: a condition with a documented reason says so, nothing is written, and the cure is obeyed."""

from typing import Any

from support.cluster import Cluster
from support.running import Azure
from support.samples import sample
from support.wait import eventually
from support.zones import READY_WITHIN, Json, Zones


def a_product(namespace: str, **source: Any) -> Json:
    """The sample product in a namespace, its API imported from this source."""
    product = sample("ApiProduct")
    product["metadata"]["namespace"] = namespace
    product["spec"]["interval"] = "24h"
    api = product["spec"]["apis"][0]
    api["path"] = f"finance/{namespace}"
    if source:
        api["revisions"][0]["source"] = {"openapi": source}
    return product


def product_says(cluster: Cluster, namespace: str, reason: str, within: float = 60.0) -> str:
    """Waits until the product's Ready has this reason, and returns its message."""

    def said() -> str:
        ready = cluster.condition("ApiProduct", "orders", namespace, "Ready")
        assert ready["reason"] == reason, f"{ready['reason']}: {ready['message']}"
        return str(ready["message"])

    return eventually(said, within)


def test_a_plane_that_is_not_there_is_waited_for(zones: Zones, namespace: str) -> None:
    zone = zones.new(adminPlaneRef={"name": namespace})
    zone.apply()
    assert f"AdminPlane {namespace}" in zone.says("Ready", "ReferenceNotFound")
    assert zone.condition("Reconciling")["reason"] == "ReferenceNotFound"
    assert zone.resources() == []

    zones.plane()

    zone.becomes_ready()


def test_a_namespace_without_a_grant_gets_nothing_and_is_told_who_can_change_that(
    zones: Zones, cluster: Cluster
) -> None:
    zone = zones.new(namespace=cluster.new_namespace({"csaloom.io/domain": "nobody"}))
    zone.apply()

    words = zone.says("Ready", "NotGranted")

    assert f"no grant of AdminPlane eastus2 is for namespace {zone.namespace}" in words
    assert "a cluster administrator can change the grants" in words
    assert zone.condition("Stalled")["reason"] == "NotGranted"
    assert zone.status["plan"]["blocked"] == 1
    assert zone.resources() == []


def test_what_a_grant_does_not_cover_is_named(zones: Zones) -> None:
    elsewhere = "30000000-0000-4000-8000-000000000001"
    zone = zones.new(subscriptionId=elsewhere)
    zone.apply()

    assert f"subscription {elsewhere} is not among its subscriptions" in zone.says("Ready", "NotGranted")
    assert zone.resources() == []


def test_while_a_grant_is_withdrawn_drift_is_seen_and_it_is_mended_once_the_grant_is_back(
    zones: Zones, cluster: Cluster, azure: Azure, namespace: str
) -> None:
    plane = zones.plane()
    zone = zones.ready(adminPlaneRef={"name": namespace})
    given = plane["spec"]["grants"]
    plane["spec"]["grants"] = []
    cluster.apply(plane)
    zone.says("Ready", "NotGranted")
    azure.edit(zone.group, {"tags": {"Domain": "stolen"}})
    azure.reset_counters()

    zone.look()

    assert zone.says("InSync", "DriftFound") == "group: tags.Domain"
    assert zone.written() == []
    assert len(zone.resources()) == 1

    plane["spec"]["grants"] = given
    cluster.apply(plane)
    zone.becomes_ready()
    assert zone.one("Microsoft.Resources/resourceGroups")["tags"]["Domain"] == zone.spec["domain"]


def test_the_younger_of_two_zones_with_the_same_addresses_takes_others(zones: Zones, cluster: Cluster) -> None:
    older = zones.ready("network")
    space = older.spec["network"]["addressSpace"]
    younger = zones.new("network", namespace=cluster.new_namespace({"csaloom.io/domain": "finance"}))
    theirs = younger.spec["network"]
    younger.apply(network={"addressSpace": space})

    assert f"{older.namespace}/finance ({space})" in younger.says("Ready", "AddressSpaceOverlaps")
    assert younger.resources() == []
    assert older.condition("Ready")["status"] == "True"

    younger.apply(
        network=None
    )  # addresses are for life; a network that was never made may leave and come back with others
    younger.apply(network=theirs)
    younger.becomes_ready()


def test_the_hubs_own_addresses_are_taken_and_nothing_is_made_before_that_is_told(zones: Zones) -> None:
    zone = zones.new("network")
    zone.apply(network={"addressSpace": "10.0.0.0/20"})

    words = zone.says("Ready", "AddressSpaceOverlaps")
    assert "10.0.0.0/20 overlaps the hub network of AdminPlane eastus2 (10.0.0.0/16)" in words
    assert zone.condition("Stalled")["reason"] == "AddressSpaceOverlaps"
    assert zone.resources() == []


def test_a_document_that_does_not_parse_is_refused_with_its_line(
    zones: Zones, cluster: Cluster, namespace: str
) -> None:
    zones.ready()
    broken = "openapi: 3.0.3\ninfo:\n  title: Orders\n   version: 1\npaths: {}\n"
    cluster.apply(a_product(namespace, inline=broken))

    words = product_says(cluster, namespace, "InvalidOpenApi")

    assert "line 4" in words, words
    assert "orders-v1" in words
    conditions = {c["type"] for c in cluster.get("ApiProduct", "orders", namespace)["status"]["conditions"]}
    assert "Stalled" in conditions
    cluster.delete("ApiProduct", "orders", namespace)


def test_the_younger_of_two_products_with_one_name_is_told_so_and_goes_on_when_the_elder_is_gone(
    zones: Zones, cluster: Cluster, namespace: str
) -> None:
    zones.ready().apply(consumers={"from": "All"})
    cluster.apply(a_product(namespace))
    product_says(cluster, namespace, "Succeeded", READY_WITHIN)
    other = cluster.new_namespace({"csaloom.io/domain": "finance"})
    younger = a_product(other)
    younger["spec"]["landingZoneRef"]["namespace"] = namespace
    cluster.apply(younger)

    words = product_says(cluster, other, "NameTaken")

    assert "spec.displayName Orders is taken" in words
    assert "by an ApiProduct of another namespace" in words
    assert not cluster.get("ApiProduct", "orders", other)["status"].get("inventory")
    cluster.delete("ApiProduct", "orders", namespace)
    product_says(cluster, other, "Succeeded", READY_WITHIN)
    cluster.delete("ApiProduct", "orders", other)


def test_a_config_map_that_a_document_comes_from_is_waited_for(zones: Zones, cluster: Cluster, namespace: str) -> None:
    zones.ready()
    text = sample("ApiProduct")["spec"]["apis"][0]["revisions"][0]["source"]["openapi"]["inline"]
    cluster.apply(a_product(namespace, configMapRef={"name": "orders", "key": "openapi.yaml"}))
    assert "ConfigMap orders is not there" in product_says(cluster, namespace, "ReferenceNotFound")

    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "orders", "namespace": namespace, "labels": {"csaloom.io/use": "true"}},
            "data": {"openapi.yaml": text},
        }
    )

    product_says(cluster, namespace, "Succeeded", READY_WITHIN)
    cluster.delete("ApiProduct", "orders", namespace)
