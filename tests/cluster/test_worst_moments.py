"""The worst moments to be killed in: Azure has answered and the status does not know it, or others stand in line behind us.

What was begun is found again by what stands in Azure and in the inventory; nothing is made twice, and nobody waits for who is gone.
"""

import json
from collections import Counter
from functools import partial

import pytest

from loom.engine.inventory import Inventory
from support.cluster import Cluster
from support.running import Azure, RunningOperator
from support.samples import TESTERS
from support.wait import eventually
from support.zones import READY_WITHIN, LiveZone, Zones

PEERING = "/virtualNetworkPeerings/"


@pytest.fixture(autouse=True)
def started(operator: RunningOperator) -> RunningOperator:
    return operator


def is_begun(zone: LiveZone, resources: int) -> None:
    assert len(zone.resources()) >= resources


def created_twice(zone: LiveZone) -> dict[str, int]:
    """What Azure was made to create more than once, by path."""
    created = Counter(one["path"].lower() for one in zone.asked("PUT") if one["status"] == 201)
    return {path: times for path, times in created.items() if times > 1}


def all_in_inventory(zone: LiveZone) -> bool:
    """Does the inventory hold everything that carries the zone's mark?"""
    marked = {one["id"].lower() for one in zone.resources() if zone.mark in (one.get("tags") or {}).values()}
    return marked <= set(Inventory.read(zone.status).ids)


def test_killed_when_azure_has_answered_and_no_status_can_be_written(
    zones: Zones, azure: Azure, cluster: Cluster, operator: RunningOperator
) -> None:
    zone = zones.new("storage", "eventHubs")
    azure.reset_counters()
    zone.apply()
    eventually(partial(is_begun, zone, 2), READY_WITHIN, every=0.01)
    cluster.control_plane.stop_api_server()
    try:
        operator.kill()
    finally:
        cluster.control_plane.start_api_server()
    operator.start()

    zone.becomes_ready()

    assert created_twice(zone) == {}
    assert all_in_inventory(zone)


def test_killed_while_the_status_is_emptied_again_and_again(
    zones: Zones, azure: Azure, cluster: Cluster, operator: RunningOperator
) -> None:
    zone = zones.new("storage", "eventHubs")
    azure.reset_counters()
    zone.apply()
    empty = json.dumps([{"op": "replace", "path": "/status", "value": {}}])
    for resources in (2, 5, 9):
        eventually(partial(is_begun, zone, resources), READY_WITHIN, every=0.01)
        operator.kill()
        patch = ("patch", "dlz", "finance", f"--namespace={zone.namespace}", "--subresource=status", "--type=json")
        cluster.kubectl.run(*patch, f"--patch={empty}")
        operator.start()

    zone.becomes_ready()

    assert created_twice(zone) == {}
    assert all_in_inventory(zone)


def test_killed_in_its_turn_at_the_hubs_network(
    zones: Zones, azure: Azure, cluster: Cluster, operator: RunningOperator
) -> None:
    first, second = zones.new("storage"), zones.new("storage", namespace=cluster.new_namespace(TESTERS))

    def one_is_in_the_hub() -> None:
        assert [one for zone in (first, second) for one in zone.asked("PUT") if PEERING in one["path"]]

    azure.reset_counters()
    first.apply()
    second.apply()
    eventually(one_is_in_the_hub, READY_WITHIN, every=0.01)
    operator.restart()

    for zone in (first, second):
        zone.becomes_ready()
        assert created_twice(zone) == {}
        assert all_in_inventory(zone)
