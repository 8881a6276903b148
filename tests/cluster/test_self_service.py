"""Self-service: somebody who may create a landing zone in a namespace, and nothing else, gets one within the grants of its plane."""

import copy
import json

import pytest

from loom.dev.failure import SandboxError
from loom.manifests import read_manifests
from support.cluster import ROOT, Cluster
from support.wait import eventually
from support.zones import Zones

REQUESTER = ROOT / "manifests" / "self-service"
USER = "tenant"


@pytest.fixture
def requested_in(cluster: Cluster, namespace: str) -> str:
    """The namespace, in which the user may do what the shipped manifest says."""
    for document in read_manifests(REQUESTER):
        obj = copy.deepcopy(document)
        if obj["kind"] == "RoleBinding":
            obj["metadata"]["namespace"] = namespace
            obj["subjects"] = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": USER}]
        cluster.apply(obj)

    def in_force() -> None:
        assert may(cluster, "create", "datalandingzones", namespace)

    eventually(in_force)
    return namespace


def may(cluster: Cluster, verb: str, resource: str, namespace: str, *more: str) -> bool:
    where = f"--namespace={namespace}"
    try:
        answer = cluster.kubectl.run("auth", "can-i", verb, resource, f"--as={USER}", where, *more)
    except SandboxError:  # kubectl ends with 1 where the answer is no
        return False
    return answer.strip() == "yes"


def test_who_may_ask_for_a_zone_may_do_nothing_else(cluster: Cluster, requested_in: str) -> None:
    verbs = ("get", "list", "watch", "update", "patch", "delete")
    others = ("apiproducts", "adminplanes", "secrets", "configmaps")
    assert not [verb for verb in verbs if may(cluster, verb, "datalandingzones", requested_in)]
    assert not [resource for resource in others if may(cluster, "create", resource, requested_in)]
    assert not may(cluster, "patch", "datalandingzones", requested_in, "--subresource=status")
    assert not may(cluster, "create", "datalandingzones", cluster.new_namespace())


def test_what_they_ask_for_within_the_grants_becomes_ready(zones: Zones, cluster: Cluster, requested_in: str) -> None:
    zone = zones.new()
    cluster.kubectl_as(USER).run("create", "--filename=-", stdin=json.dumps(zone.object))

    zone.becomes_ready()

    assert len(zone.resources()) >= 1


def test_what_no_grant_covers_is_told_with_the_rule_and_who_can_change_it(
    zones: Zones, cluster: Cluster, requested_in: str
) -> None:
    zone = zones.new(location="westus3")
    cluster.kubectl_as(USER).run("create", "--filename=-", stdin=json.dumps(zone.object))

    words = zone.says("Ready", "NotGranted")

    assert "location westus3 is not among its locations (eastus2)" in words
    assert "a cluster administrator can change the grants of AdminPlane eastus2" in words
    assert zone.resources() == []
