"""Samples without a plane get one that is granted what they use."""

from loom.dev.sandbox import default_plane
from support.samples import sample


def test_a_plane_is_granted_to_the_namespaces_and_places_that_the_samples_use() -> None:
    zone = sample("DataLandingZone")
    zone["metadata"]["namespace"] = "mine"
    zone["spec"] |= {"location": "westeurope", "subscriptionId": "30000000-0000-4000-8000-000000000009"}

    grant = default_plane([zone])["spec"]["grants"][0]

    assert "mine" in grant["namespaces"]["matchNames"]
    assert "westeurope" in grant["locations"]
    assert "30000000-0000-4000-8000-000000000009" in grant["subscriptions"]
    assert "maxZones" not in grant


def test_what_is_not_ours_or_says_too_little_changes_no_grant() -> None:
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "elsewhere"}}
    empty_zone = {"apiVersion": "csaloom.io/v1alpha1", "kind": "DataLandingZone", "metadata": {"name": "a"}}

    grant = default_plane([config_map, empty_zone])["spec"]["grants"][0]

    assert "elsewhere" not in grant["namespaces"]["matchNames"]
    assert grant["locations"] == ["eastus2"]
