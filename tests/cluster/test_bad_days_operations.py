"""Operations that go wrong, an Azure that answers badly or not at all, and an operator killed in between: nothing is lost.

The operator here has little patience, so that a request without an answer and an operation without an end are told in seconds.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from support.running import Azure, RunningOperator
from support.wait import eventually
from support.zones import READY_WITHIN, LiveZone, Zones

SECURITY_GROUP = "Microsoft.Network/networkSecurityGroups"
STORAGE = "Microsoft.Storage/storageAccounts"

# What Azure may do to a request. A cut strikes when the request has been carried out: the caller does not learn of it.
FAULTS: dict[str, dict[str, Any]] = {
    "answers 429": {"kind": "error", "status": 429, "code": "SubscriptionRequestsThrottled", "retry_after": 60.0},
    "answers 500": {"kind": "error", "status": 500},
    "answers 503": {"kind": "error", "status": 503, "code": "ServerBusy"},
    "does not answer": {"kind": "timeout"},
    "cuts the connection": {"kind": "cut", "when": "inflight"},
}


@pytest.fixture(scope="module")
def impatient(installed_operator: RunningOperator) -> Iterator[RunningOperator]:
    """The operator of this run, with little patience until the module ends."""
    installed_operator.stop()
    installed_operator.configure(operationPatience="4s", requestTimeout="2s")
    yield installed_operator
    installed_operator.stop()
    installed_operator.configure()


@pytest.fixture
def operator(impatient: RunningOperator, azure: Azure) -> RunningOperator:
    impatient.start()
    return impatient


def is_begun(zone: LiveZone, resources: int) -> None:
    there = len(zone.resources())
    assert there >= resources, f"{there} resources"


def repeated(zone: LiveZone) -> dict[str, int]:
    """What Azure accepted more than one PUT for."""
    puts = Counter(line for line in zone.written() if line.startswith("PUT "))
    return {line: count for line, count in puts.items() if count > 1}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_zone_is_made_once_by_an_azure_that(zones: Zones, azure: Azure, fault: dict[str, Any]) -> None:
    zone = zones.new("storage")
    azure.reset_counters()
    azure.fault(**fault, method="PUT", path=f"{zone.group}$")
    azure.fault(**fault, method="PUT", path=f"{zone.group}/providers/{STORAGE}/[^/]*$")
    azure.fault(**fault, method="GET", path="/locations/", times=2)  # polls of long operations
    zone.apply()

    zone.becomes_ready()

    assert repeated(zone) == {}
    assert [found["hits"] for found in azure.simulator.call("GET", "/sim/faults")["value"]] == [1, 1, 2]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_zone_stays_ready_with_unknown_health_under_an_azure_that(
    zones: Zones, azure: Azure, fault: dict[str, Any]
) -> None:
    zone = zones.ready()
    azure.reset_counters()
    azure.fault(**fault, method="GET", times=0)

    zone.look()

    assert zone.says("Healthy", "NotMeasured")
    ready = zone.condition("Ready")
    assert ready["status"] == "True"
    assert ready["message"].startswith("health could not be measured")
    azure.heal()
    zone.look()
    zone.says("Healthy", "NothingToMeasure")
    assert zone.condition("Ready")["lastTransitionTime"] == ready["lastTransitionTime"]
    assert zone.written() == []


def test_an_operation_that_fails_late_is_told_in_azures_words_and_tried_again(zones: Zones, azure: Azure) -> None:
    zone = zones.new("storage")
    azure.fault("failLate", method="PUT", type=STORAGE, code="ScaleUnitGone", message="The scale unit went away.")
    zone.apply()

    assert "The scale unit went away" in zone.says("Ready", "OperationFailed")
    zone.says("Stalled", "OperationFailed")
    assert zone.one(SECURITY_GROUP)

    zone.look()
    zone.becomes_ready()


def test_an_operation_that_never_ends_is_told_and_still_asked(zones: Zones, azure: Azure) -> None:
    zone = zones.new("storage")
    azure.fault("stuck", method="PUT", type=STORAGE)
    zone.apply()

    assert "has not ended in any reasonable time" in zone.says("Converged", "OperationStuck")
    zone.says("Stalled", "OperationStuck")
    assert zone.one(SECURITY_GROUP)

    azure.remove(zone.one(STORAGE)["id"])  # somebody gives up on it in the portal
    zone.look()
    zone.becomes_ready()


def test_a_spec_edited_during_a_long_operation_wins_in_the_end(zones: Zones, azure: Azure) -> None:
    zone = zones.new("storage", "eventHubs")
    zone.apply()
    eventually(partial(is_begun, zone, 5), every=0.02)

    zone.apply(costCenter="CC-6")
    zone.apply(costCenter="CC-7", storage={**zone.spec["storage"], "filesystems": [{"name": "platinum"}]})
    status = zone.becomes_ready()

    tags = {
        found["tags"].get("CostCenter") for found in zone.resources() if zone.mark in (found.get("tags") or {}).values()
    }
    assert tags == {"CC-7"}
    assert [found for found in zone.resources() if found["id"].endswith("/containers/platinum")]
    assert status["observedGeneration"] == 3


def test_an_operator_killed_again_and_again_makes_everything_once(
    zones: Zones, azure: Azure, operator: RunningOperator
) -> None:
    zone = zones.new("storage", "eventHubs")
    azure.reset_counters()
    zone.apply()
    for resources in (1, 3, 6, 9, 13, 18, 24):
        eventually(partial(is_begun, zone, resources), READY_WITHIN, every=0.01)
        operator.restart()

    zone.becomes_ready()

    assert repeated(zone) == {}
    assert len(zone.written()) > 24
