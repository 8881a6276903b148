"""The rights in manifests/kustomize are those that the operator uses: none is missing, and none is there for nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from loom.manifests import read_manifests
from support.cluster import ROOT, Cluster
from support.running import RunningOperator
from support.samples import sample, sample_zone
from support.wait import eventually

USER = "system:serviceaccount:csa-loom-system:loom-operator"
Right = tuple[str, str, str]
"""API group, resource with its subresource, verb."""

ONLY_ON_OTHER_DAYS: dict[Right, str] = {
    ("csaloom.io", "adminplanes", "get"): "to take in an object that listing again found and no event had told of",
    ("csaloom.io", "datalandingzones", "get"): "as for planes, and for a reference that the watch has not shown yet",
    ("csaloom.io", "apiproducts", "get"): "as for planes",
    ("", "namespaces", "get"): "for the labels of a namespace that the watch has not shown yet",
    ("", "events", "get"): "to count an event that was told before",
    ("", "events", "patch"): "to count an event that was told before",
}
"""Rights that the life of one zone and one product may have no use for, each with what it is granted for."""


def granted() -> set[Right]:
    roles = [
        m
        for m in read_manifests(ROOT / "manifests" / "kustomize" / "rbac.yaml")
        if m["metadata"]["name"] == "loom-operator"
    ]
    return {
        (group, resource, verb)
        for role in roles
        for rule in role.get("rules") or ()
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def answered(cluster: Cluster, since: int = 0) -> Iterator[tuple[Right, int]]:
    """Every request of the operator for an object since that line of the log, and the HTTP status of its answer."""
    for line in cluster.control_plane.audit_log.read_text().splitlines()[since:]:
        entry: dict[str, Any] = json.loads(line)
        target = entry.get("objectRef")
        if entry["user"]["username"] == USER and target and "resource" in target:
            resource = "/".join(part for part in (target["resource"], target.get("subresource")) if part)
            yield (target.get("apiGroup", ""), resource, entry["verb"]), entry["responseStatus"]["code"]


@pytest.fixture
def began(cluster: Cluster, operator: RunningOperator, namespace: str) -> int:
    """A zone and a product that were made, became Ready and were deleted; where the log stood before.

    An API server that starts refuses everybody for a moment, and other tests restart it.
    """
    began = len(cluster.control_plane.audit_log.read_text().splitlines())
    zone, product = sample_zone(namespace, 60, "apps", "eventHubs"), sample("ApiProduct")
    product["metadata"]["namespace"] = namespace
    source = product["spec"]["apis"][0]["revisions"][0]["source"]["openapi"]
    document = source.pop("inline")
    source["configMapRef"] = {"name": "orders", "key": "openapi.yaml"}
    cluster.kubectl.run(
        "create", "configmap", "orders", f"--namespace={namespace}", f"--from-literal=openapi.yaml={document}"
    )
    cluster.apply(zone, product)

    def ready() -> None:
        condition = cluster.condition("ApiProduct", "orders", namespace, "Ready")
        assert condition["status"] == "True", condition

    eventually(ready, timeout=120)
    cluster.delete("ApiProduct", "orders", namespace)

    def gone() -> None:
        assert not cluster.exists("ApiProduct", "orders", namespace)

    eventually(gone, timeout=60)
    return began


def test_every_right_is_used_and_nothing_is_refused(cluster: Cluster, began: int) -> None:
    refused = [right for right, code in answered(cluster, began) if code == 403]
    unused = granted() - {right for right, _ in answered(cluster)}

    assert refused == []
    assert unused <= set(ONLY_ON_OTHER_DAYS), "grant what is used, or say above what it is granted for"


def test_what_is_said_of_rights_is_said_of_rights_that_are_granted() -> None:
    assert set(ONLY_ON_OTHER_DAYS) <= granted()
