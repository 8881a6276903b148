"""Addresses out of a plane's pools: each zone its own, before anything is made, found again when forgotten, free when the zone is gone."""

from typing import Any

import pytest

from support.cluster import Cluster
from support.running import Azure, RunningOperator
from support.samples import TESTERS
from support.wait import eventually
from support.zones import READY_WITHIN, LiveZone, Zones

NETWORK = "Microsoft.Network/virtualNetworks"


def allocations(cluster: Cluster, plane: str) -> dict[str, str]:
    rows = cluster.get("AdminPlane", plane)["status"].get("allocations") or ()
    return {row["zone"]: row["cidr"] for row in rows}


def prefix_of(zone: LiveZone) -> str:
    (prefix,) = zone.one(NETWORK)["properties"]["addressSpace"]["addressPrefixes"]
    return str(prefix)


def with_pools(zones: Zones, cluster: Cluster, cidr: str, **grant: Any) -> dict[str, Any]:
    """A plane of the test's own with one pool of ranges of /22, for every namespace of these tests."""
    plane = zones.plane()
    plane["spec"]["addressPools"] = [{"cidr": cidr, "zonePrefixLength": 22}]
    plane["spec"]["grants"][0] |= {"namespaces": {"matchLabels": TESTERS}, **grant}
    cluster.apply(plane)
    return plane


@pytest.fixture
def trio(zones: Zones, cluster: Cluster, namespace: str) -> list[LiveZone]:
    """Three zones of one plane that give no addresses; not applied yet."""
    with_pools(zones, cluster, "10.64.0.0/20")
    spaces = [namespace, *(cluster.new_namespace(TESTERS) for _ in range(2))]
    made = [zones.new("network", namespace=space, adminPlaneRef={"name": namespace}) for space in spaces]
    for zone in made:
        zone.object["spec"] |= {"network": {}, "deletionPolicy": "Delete"}
    return made


def test_zones_of_the_same_second_get_ranges_of_their_own_and_keep_them(
    trio: list[LiveZone], cluster: Cluster, operator: RunningOperator, namespace: str
) -> None:
    cluster.apply(*(zone.object for zone in trio))
    for zone in trio:
        zone.becomes_ready()
    given = {f"{zone.namespace}/finance": prefix_of(zone) for zone in trio}
    assert sorted(given.values()) == ["10.64.0.0/22", "10.64.4.0/22", "10.64.8.0/22"]
    assert allocations(cluster, namespace) == given

    operator.stop()
    cluster.patch_status("AdminPlane", namespace, "", {"allocations": None})
    newcomer = trio[0].object | {"metadata": {"name": "finance", "namespace": cluster.new_namespace(TESTERS)}}
    newcomer["spec"] = {**newcomer["spec"], "domain": newcomer["metadata"]["namespace"]}
    cluster.apply(newcomer)
    operator.start()

    def rebuilt() -> dict[str, str]:
        found = allocations(cluster, namespace)
        assert given.items() < found.items(), found
        return found

    found = eventually(rebuilt, READY_WITHIN)
    assert found[f"{newcomer['metadata']['namespace']}/finance"] == "10.64.12.0/22"
    cluster.delete("DataLandingZone", "finance", newcomer["metadata"]["namespace"])


def test_a_range_is_free_again_when_its_zone_is_gone(trio: list[LiveZone], cluster: Cluster, namespace: str) -> None:
    zone = trio[0]
    zone.apply()
    zone.becomes_ready()
    assert set(allocations(cluster, namespace)) == {f"{namespace}/finance"}
    zone.delete()
    zone.goes()

    def freed() -> None:
        assert allocations(cluster, namespace) == {}

    eventually(freed)


def test_a_pool_that_is_used_up_is_told_and_a_further_one_is_used(
    zones: Zones, cluster: Cluster, azure: Azure, namespace: str
) -> None:
    plane = with_pools(zones, cluster, "10.64.32.0/22")
    first = zones.new(adminPlaneRef={"name": namespace})
    first.apply(network={})
    first.becomes_ready()
    second = zones.new(namespace=cluster.new_namespace(TESTERS), adminPlaneRef={"name": namespace})
    second.apply(network={})

    words = second.says("Ready", "AddressPoolExhausted")

    assert "are used up (10.64.32.0/22 in ranges of /22)" in words
    assert second.resources() == []
    plane["spec"]["addressPools"].append({"cidr": "10.64.40.0/22", "zonePrefixLength": 22})
    cluster.apply(plane)
    second.becomes_ready()
    assert prefix_of(second) == "10.64.40.0/22"


def test_a_grant_that_is_narrowed_stops_writing_and_moves_nothing(
    zones: Zones, cluster: Cluster, azure: Azure, namespace: str
) -> None:
    plane = with_pools(zones, cluster, "10.64.48.0/22", addressPools=["10.64.0.0/16"])
    zone = zones.new(adminPlaneRef={"name": namespace})
    zone.apply(network={})
    zone.becomes_ready()
    plane["spec"]["grants"][0]["addressPools"] = ["10.65.0.0/16"]
    cluster.apply(plane)

    words = zone.says("Ready", "NotGranted")

    assert "addresses 10.64.48.0/22 lie in none of its addressPools (10.65.0.0/16)" in words
    azure.reset_counters()
    zone.look()
    assert zone.written() == []
    assert prefix_of(zone) == "10.64.48.0/22"
    assert allocations(cluster, namespace) == {f"{namespace}/finance": "10.64.48.0/22"}


def test_a_plan_shows_the_range_before_anything_is_made_and_is_approved_with_it(
    zones: Zones, cluster: Cluster, namespace: str
) -> None:
    with_pools(zones, cluster, "10.64.56.0/22")
    zone = zones.new(adminPlaneRef={"name": namespace})
    zone.apply(network={}, policy="Plan")
    zone.says("Ready", "WaitingForApproval")
    assert zone.resources() == []
    assert allocations(cluster, namespace) == {f"{namespace}/finance": "10.64.56.0/22"}

    zone.apply(approvedPlan=zone.status["plan"]["hash"])

    assert zone.becomes_ready()["appliedPlan"] == zone.spec["approvedPlan"]
    assert prefix_of(zone) == "10.64.56.0/22"
