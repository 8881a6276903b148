"""Objects that are deleted before, during and after their creation go away, and what others need does not."""

from typing import Any

from loom.api.data_landing_zone import PRIVATE_SERVICES
from support.cluster import Cluster
from support.running import Azure, RunningOperator
from support.samples import sample_plane, sample_product, sample_zone
from support.wait import eventually

READY_WITHIN = 120.0


def a_zone(namespace: str, number: int, **spec: Any) -> dict[str, Any]:
    """A zone of a network alone, which is deleted with what it made."""
    zone = sample_zone(namespace, number, *PRIVATE_SERVICES, "apps")
    zone["spec"] |= {"deletionPolicy": "Delete", **spec}
    return zone


def assert_gone(cluster: Cluster, kind: str, name: str, namespace: str = "") -> None:
    assert not cluster.exists(kind, name, namespace), cluster.get(kind, name, namespace).get("status")


def assert_condition(cluster: Cluster, kind: str, name: str, namespace: str, reason: str) -> str:
    ready = cluster.condition(kind, name, namespace, "Ready")
    assert ready["reason"] == reason, f"{ready['reason']}: {ready['message']}"
    return str(ready["message"])


def assert_held(cluster: Cluster, namespace: str) -> None:
    assert cluster.get("DataLandingZone", "finance", namespace)["metadata"].get("finalizers")


def group_of(azure: Azure, number: int) -> list[dict[str, Any]]:
    found = azure.resources(arm_type="Microsoft.Resources/resourceGroups")
    return [group for group in found if f"finance{number}-" in group["id"]]


def test_an_object_that_nobody_had_looked_at_goes_at_once(
    cluster: Cluster, operator: RunningOperator, namespace: str
) -> None:
    operator.stop()
    cluster.apply(a_zone(namespace, 10))
    cluster.delete("DataLandingZone", "finance", namespace)
    assert_gone(cluster, "DataLandingZone", "finance", namespace)


def test_an_object_that_is_deleted_while_it_is_being_made_takes_what_there_is_with_it(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    cluster.apply(a_zone(namespace, 11))
    eventually(lambda: assert_held(cluster, namespace))
    cluster.delete("DataLandingZone", "finance", namespace)

    eventually(lambda: assert_gone(cluster, "DataLandingZone", "finance", namespace), READY_WITHIN)

    assert group_of(azure, 11) == []


def test_an_object_that_is_deleted_when_it_is_done_takes_everything_with_it(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    cluster.apply(a_zone(namespace, 12))
    eventually(lambda: assert_condition(cluster, "DataLandingZone", "finance", namespace, "Succeeded"), READY_WITHIN)
    assert len(group_of(azure, 12)) == 1
    cluster.delete("DataLandingZone", "finance", namespace)

    eventually(lambda: assert_gone(cluster, "DataLandingZone", "finance", namespace), READY_WITHIN)

    assert group_of(azure, 12) == []


def test_an_object_that_is_detached_leaves_everything_and_says_so(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    cluster.apply(a_zone(namespace, 13, deletionPolicy="Detach"))
    eventually(lambda: assert_condition(cluster, "DataLandingZone", "finance", namespace, "Succeeded"), READY_WITHIN)
    azure.reset_counters()
    cluster.delete("DataLandingZone", "finance", namespace)

    eventually(lambda: assert_gone(cluster, "DataLandingZone", "finance", namespace), READY_WITHIN)

    assert azure.requests()["writes"] == 0
    assert len(group_of(azure, 13)) == 1
    assert "Detached" in cluster.kubectl.run(
        "get", "events", f"--namespace={namespace}", "--output=name", "--output=wide"
    )


def test_an_object_that_was_allowed_nothing_goes_away(
    cluster: Cluster, azure: Azure, operator: RunningOperator
) -> None:
    stranger = cluster.new_namespace({"csaloom.io/domain": "nobody"})
    cluster.apply(a_zone(stranger, 14))
    eventually(lambda: assert_condition(cluster, "DataLandingZone", "finance", stranger, "NotGranted"))
    cluster.delete("DataLandingZone", "finance", stranger)

    eventually(lambda: assert_gone(cluster, "DataLandingZone", "finance", stranger))


def test_an_object_without_its_plane_goes_away(cluster: Cluster, operator: RunningOperator, namespace: str) -> None:
    zone = a_zone(namespace, 15)
    zone["spec"]["adminPlaneRef"]["name"] = "nowhere"
    cluster.apply(zone)
    eventually(lambda: assert_condition(cluster, "DataLandingZone", "finance", namespace, "ReferenceNotFound"))
    cluster.delete("DataLandingZone", "finance", namespace)

    eventually(lambda: assert_gone(cluster, "DataLandingZone", "finance", namespace))


def test_a_deletion_that_azure_does_not_answer_goes_on_when_it_does(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    cluster.apply(a_zone(namespace, 16))
    eventually(lambda: assert_condition(cluster, "DataLandingZone", "finance", namespace, "Succeeded"), READY_WITHIN)
    azure.fault("error", method="DELETE", status=503, times=3)
    cluster.delete("DataLandingZone", "finance", namespace)

    eventually(lambda: assert_gone(cluster, "DataLandingZone", "finance", namespace), READY_WITHIN)

    assert group_of(azure, 16) == []


def test_a_plane_in_use_stays_and_names_its_users(cluster: Cluster, operator: RunningOperator, namespace: str) -> None:
    plane = sample_plane()
    plane["metadata"]["name"] = "leaving"
    zone = a_zone(namespace, 17)
    zone["spec"]["adminPlaneRef"]["name"] = "leaving"
    cluster.apply(plane, zone)
    eventually(lambda: assert_condition(cluster, "DataLandingZone", "finance", namespace, "Succeeded"), READY_WITHIN)
    cluster.delete("AdminPlane", "leaving")

    words = eventually(lambda: assert_condition(cluster, "AdminPlane", "leaving", "", "DeletionBlocked"))
    assert f"{namespace}/finance" in words
    cluster.delete("DataLandingZone", "finance", namespace)

    eventually(lambda: assert_gone(cluster, "DataLandingZone", "finance", namespace), READY_WITHIN)
    eventually(lambda: assert_gone(cluster, "AdminPlane", "leaving"))


def test_a_zone_in_use_stays_until_its_last_product_is_gone(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    product = sample_product(namespace)
    cluster.apply(a_zone(namespace, 18), product)
    eventually(lambda: assert_condition(cluster, "ApiProduct", "orders", namespace, "Succeeded"), READY_WITHIN)
    cluster.delete("DataLandingZone", "finance", namespace)

    words = eventually(lambda: assert_condition(cluster, "DataLandingZone", "finance", namespace, "DeletionBlocked"))
    assert f"{namespace}/orders" in words
    assert len(group_of(azure, 18)) == 1
    cluster.delete("ApiProduct", "orders", namespace)

    eventually(lambda: assert_gone(cluster, "DataLandingZone", "finance", namespace), READY_WITHIN)
