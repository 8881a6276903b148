"""The operator is killed, the API server restarts, Azure goes away: nothing is lost and nothing is made twice."""

from typing import Any

import pytest

from loom.engine.inventory import Inventory
from support.cluster import Cluster
from support.running import Azure, RunningOperator
from support.samples import TESTERS, sample_zone
from support.wait import eventually

READY_WITHIN = 120.0


def a_zone(namespace: str, number: int) -> dict[str, Any]:
    return sample_zone(namespace, number, "eventHubs", "apps")


def assert_ready(cluster: Cluster, namespace: str) -> dict[str, Any]:
    ready = cluster.condition("DataLandingZone", "finance", namespace, "Ready")
    assert ready["status"] == "True", f"{ready['reason']}: {ready['message']}"
    return cluster.get("DataLandingZone", "finance", namespace)


def assert_begun(azure: Azure, number: int, resources: int) -> None:
    """So much of the zone is there."""
    there = [found for found in azure.resources() if f"finance{number}-" in found["id"]]
    assert len(there) >= resources


def assert_missed(operator: RunningOperator) -> None:
    """A write of the operator found nobody."""
    assert "the API server does not answer" in operator.log


@pytest.mark.parametrize("resources", [1, 3, 6])
def test_an_operator_that_is_killed_while_it_makes_a_zone_finishes_it(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str, resources: int
) -> None:
    number = 20 + resources
    cluster.apply(a_zone(namespace, number))
    eventually(lambda: assert_begun(azure, number, resources), every=0.02)
    operator.restart()

    zone = eventually(lambda: assert_ready(cluster, namespace), READY_WITHIN)

    owner = f"sandbox/{namespace}/DataLandingZone/finance"
    made = [
        found["id"].lower() for found in azure.resources() if (found.get("tags") or {}).get("csaloom-io-owner") == owner
    ]
    assert set(made) <= set(Inventory.read(zone["status"]).ids)
    accounts = [one for one in made if "storageaccounts/" in one]
    assert len(accounts) == 1


def test_an_operator_that_was_down_sees_what_changed_meanwhile(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    zone = a_zone(namespace, 30)
    cluster.apply(zone)
    group = eventually(lambda: assert_ready(cluster, namespace), READY_WITHIN)["status"]["resourceGroupId"]
    operator.stop()
    zone["spec"]["costCenter"] = "CC-1"
    cluster.apply(zone)
    operator.start()

    eventually(lambda: assert_ready(cluster, namespace), READY_WITHIN)

    tags = (azure.get(group) or {})["tags"]
    assert tags["CostCenter"] == "CC-1"


def test_a_restart_alone_writes_nothing_to_azure(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    cluster.apply(a_zone(namespace, 31))
    eventually(lambda: assert_ready(cluster, namespace), READY_WITHIN)
    operator.stop()
    azure.reset_counters()
    operator.start()

    def looked() -> None:
        assert azure.requests()["reads"] > 5

    eventually(looked)
    asked = f"csaloom.io/reconcile-requested-at={namespace}"
    cluster.kubectl.run("annotate", "dlz", "finance", f"--namespace={namespace}", asked)

    def answered() -> None:
        status = cluster.get("DataLandingZone", "finance", namespace)["status"]
        assert status.get("lastHandledReconcileAt") == namespace

    eventually(answered)
    assert azure.requests()["writes"] == 0


def test_the_operator_ends_in_order_when_it_is_asked_to(operator: RunningOperator) -> None:
    starts = operator.log.count("watching")
    operator.restart()

    def at_work() -> None:
        assert operator.log.count("watching") == starts + 1

    eventually(at_work)
    operator.stop()
    assert operator.exit_code == 0
    assert "Traceback" not in operator.log


def test_an_api_server_that_restarts_is_found_again(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    cluster.apply(a_zone(namespace, 32))
    eventually(lambda: assert_begun(azure, 32, 2), every=0.02)
    cluster.control_plane.stop_api_server()
    eventually(lambda: assert_missed(operator))
    cluster.control_plane.start_api_server()

    eventually(lambda: assert_ready(cluster, namespace), READY_WITHIN)

    zone = a_zone(namespace, 32)
    zone["spec"]["costCenter"] = "CC-2"
    cluster.apply(zone)  # and the watch tells of changes again

    def seen() -> None:
        assert assert_ready(cluster, namespace)["status"]["observedGeneration"] == 2

    eventually(seen, READY_WITHIN)


def test_an_azure_that_is_away_is_said_to_be_and_waited_for(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    def told() -> None:
        ready = cluster.condition("DataLandingZone", "finance", namespace, "Ready")
        assert ready["reason"] == "CloudUnavailable"

    azure.stop()
    try:
        cluster.apply(a_zone(namespace, 33))
        eventually(told)
    finally:
        azure.start()

    eventually(lambda: assert_ready(cluster, namespace), READY_WITHIN)


def test_an_azure_that_goes_away_in_the_middle_is_waited_for(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    cluster.apply(a_zone(namespace, 34))
    eventually(lambda: assert_begun(azure, 34, 1), every=0.02)
    azure.stop()
    azure.start()

    eventually(lambda: assert_ready(cluster, namespace), READY_WITHIN)


def test_an_operator_that_is_limited_to_a_namespace_leaves_the_others_alone(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    other = cluster.new_namespace(TESTERS)
    operator.stop()
    operator.configure(namespace=namespace)
    operator.start()
    try:
        cluster.apply(a_zone(other, 35), a_zone(namespace, 36))
        eventually(lambda: assert_ready(cluster, namespace), READY_WITHIN)
        untouched = cluster.get("DataLandingZone", "finance", other)
        assert "finalizers" not in untouched["metadata"]
        assert untouched["status"] == {"observedGeneration": -1}
    finally:
        operator.stop()
        operator.configure()
        operator.start()

    eventually(lambda: assert_ready(cluster, other), READY_WITHIN)
