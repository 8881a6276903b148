"""What the operator does to objects: one finalizer before Azure hears of them, statuses, events, and nothing else."""

import itertools
import json
from typing import Any

import pytest

from support.audit import writes_of
from support.cluster import Cluster
from support.running import Azure, RunningOperator
from support.samples import sample_plane, sample_product, sample_zone
from support.wait import eventually

FINALIZER = "csaloom.io/finalizer"
READY_WITHIN = 120.0
NUMBERS = itertools.count()  # each zone has an address space of its own


def assert_ready(cluster: Cluster, kind: str, name: str, namespace: str = "") -> dict[str, Any]:
    ready = cluster.condition(kind, name, namespace, "Ready")
    assert ready["status"] == "True", f"{ready['reason']}: {ready['message']}"
    return cluster.get(kind, name, namespace)


@pytest.fixture
def storage_zone(cluster: Cluster, operator: RunningOperator, namespace: str) -> dict[str, Any]:
    """A Ready zone of a network and a storage account, in the test's namespace."""
    zone = sample_zone(namespace, next(NUMBERS), "eventHubs", "apps")
    cluster.apply(zone)
    return eventually(lambda: assert_ready(cluster, "DataLandingZone", "finance", namespace), READY_WITHIN)


def test_the_plane_is_ready_once_what_it_names_was_found(cluster: Cluster, operator: RunningOperator) -> None:
    plane = eventually(lambda: assert_ready(cluster, "AdminPlane", "eastus2"), READY_WITHIN)
    assert plane["metadata"]["finalizers"] == [FINALIZER]


def test_nothing_is_written_to_an_object_but_one_finalizer_and_its_status(
    cluster: Cluster, storage_zone: dict[str, Any], namespace: str
) -> None:
    writes = writes_of(cluster, namespace)
    assert writes.count(("patch", "datalandingzones", "")) == 1
    assert {write for write in writes if write[1] == "datalandingzones"} == {
        ("patch", "datalandingzones", ""),
        ("patch", "datalandingzones", "status"),
    }
    assert storage_zone["metadata"].get("annotations") is None
    assert storage_zone["metadata"]["finalizers"] == [FINALIZER]


def ask(cluster: Cluster, namespace: str, when: str) -> None:
    """Somebody asks for a pass, and it is answered."""
    annotation = f"csaloom.io/reconcile-requested-at={when}"
    cluster.kubectl.run("annotate", "dlz", "finance", f"--namespace={namespace}", "--overwrite", annotation)

    def answered() -> None:
        status = cluster.get("DataLandingZone", "finance", namespace)["status"]
        assert status.get("lastHandledReconcileAt") == when

    eventually(answered)


def events_of(cluster: Cluster, namespace: str) -> list[tuple[str, int]]:
    found = json.loads(cluster.kubectl.run("get", "events", f"--namespace={namespace}", "--output=json"))
    return sorted((event["reason"], event.get("count") or 1) for event in found["items"])


def test_a_pass_that_changes_nothing_writes_nothing_but_the_answer(
    cluster: Cluster, azure: Azure, storage_zone: dict[str, Any], namespace: str
) -> None:
    ask(cluster, namespace, "first")
    events, writes = events_of(cluster, namespace), writes_of(cluster, namespace)
    azure.reset_counters()

    ask(cluster, namespace, "second")

    assert azure.requests()["writes"] == 0
    assert writes_of(cluster, namespace)[len(writes) :] == [("patch", "datalandingzones", "status")]
    assert events_of(cluster, namespace) == events


def test_a_status_that_was_emptied_comes_back_and_azure_is_not_written_to(
    cluster: Cluster, azure: Azure, storage_zone: dict[str, Any], namespace: str
) -> None:
    before = storage_zone["status"]
    azure.reset_counters()
    empty = json.dumps([{"op": "replace", "path": "/status", "value": {}}])
    scope = (f"--namespace={namespace}", "--subresource=status", "--type=json")
    cluster.kubectl.run("patch", "dlz", "finance", *scope, f"--patch={empty}")

    after = eventually(lambda: assert_ready(cluster, "DataLandingZone", "finance", namespace), READY_WITHIN)["status"]

    assert after["inventory"] == before["inventory"]
    assert azure.requests()["writes"] == 0


def test_a_product_waits_for_its_zone_and_goes_on_by_itself(
    cluster: Cluster, operator: RunningOperator, namespace: str
) -> None:
    product = sample_product(namespace)
    zone = sample_zone(namespace, next(NUMBERS), "eventHubs", "apps", "storage")
    cluster.apply(product)

    def waiting() -> None:
        assert cluster.condition("ApiProduct", "orders", namespace, "Ready")["reason"] == "ReferenceNotFound"

    eventually(waiting)
    cluster.apply(zone)

    eventually(lambda: assert_ready(cluster, "ApiProduct", "orders", namespace), READY_WITHIN)


def test_a_product_that_its_zone_is_ready_for_takes_four_writes_at_most(
    cluster: Cluster, storage_zone: dict[str, Any], namespace: str
) -> None:
    product = sample_product(namespace)
    cluster.apply(product)

    eventually(lambda: assert_ready(cluster, "ApiProduct", "orders", namespace), READY_WITHIN)

    writes = [write for write in writes_of(cluster, namespace) if write[1] == "apiproducts"]
    assert len(writes) <= 4, writes


def test_a_zone_of_another_namespace_must_allow_its_consumers(
    cluster: Cluster, storage_zone: dict[str, Any], namespace: str
) -> None:
    stranger = cluster.new_namespace({"csaloom.io/domain": "sales"})
    product = sample_product(stranger, landing_zone_namespace=namespace)
    cluster.apply(product)

    def refused() -> None:
        assert cluster.condition("ApiProduct", "orders", stranger, "Ready")["reason"] == "ReferenceNotPermitted"

    eventually(refused)
    cluster.kubectl.run("label", "namespace", stranger, "--overwrite", "csaloom.io/domain=finance")

    def permitted() -> None:
        assert cluster.condition("ApiProduct", "orders", stranger, "Ready")["reason"] != "ReferenceNotPermitted"

    eventually(permitted)


def test_a_grant_that_is_withdrawn_stops_writing_and_nothing_is_deleted(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    plane = sample_plane()
    plane["metadata"]["name"] = "granting"
    zone = sample_zone(namespace, next(NUMBERS), "eventHubs", "apps", "storage")
    zone["spec"]["adminPlaneRef"]["name"] = "granting"
    cluster.apply(plane, zone)
    status = eventually(lambda: assert_ready(cluster, "DataLandingZone", "finance", namespace), READY_WITHIN)["status"]
    azure.reset_counters()

    plane["spec"]["grants"] = []
    cluster.apply(plane)

    def withdrawn() -> None:
        assert cluster.condition("DataLandingZone", "finance", namespace, "Ready")["reason"] == "NotGranted"

    eventually(withdrawn)
    assert azure.requests()["writes"] == 0
    assert azure.get(status["resourceGroupId"]) is not None


def test_a_credential_of_nobody_is_never_in_a_log(operator: RunningOperator, azure: Azure) -> None:
    assert operator.log
    assert azure.simulator.client_secret not in operator.log
    assert "Traceback" not in operator.log
