"""A region that is none, a region without a service, a quota of cores: told in a word and in Azure's own sentence."""

import copy
from typing import Any

import pytest

from loom.kube.key import Key
from loom.sim.clock import StandingClock
from support.rehearsal import Object, Rehearsal, rehearsal
from support.samples import sample
from support.simulator import Simulator

PASSES = 12
SERVICES = (
    "storage",
    "eventHubs",
    "serviceBus",
    "eventGrid",
    "cosmos",
    "redis",
    "kusto",
    "keyVault",
    "apps",
    "accessPaths",
    "access",
)


def a_zone(location: str = "eastus2", **spec: Any) -> tuple[Object, Object]:
    """The sample's plane and zone in a region that is granted; no service but those given."""
    plane, zone = sample("AdminPlane"), sample("DataLandingZone")
    plane["spec"]["grants"][0]["locations"] = [location]
    kept = {name: value for name, value in zone["spec"].items() if name not in SERVICES}
    zone["spec"] = {**kept, "location": location, **spec}
    return plane, copy.deepcopy(zone)


async def said(play: Rehearsal) -> tuple[str, str]:
    """Reason and message of Ready, once a person must act or nothing changes any more."""
    (plane, zone) = play.keys()
    await play.look_at(plane)
    for _ in range(PASSES):
        result = await play.look_at(zone)
        if stalled := condition(play, zone, "Stalled"):
            return stalled["reason"], stalled["message"]
        play.azure.advance(result.requeue_after)
    ready = condition(play, zone, "Ready")
    return ready["reason"], ready["message"]


def condition(play: Rehearsal, key: Key, name: str) -> Object:
    rows = {row["type"]: row for row in play.status(key).get("conditions") or ()}
    found: Object = rows.get(name) or {}
    return found


async def test_a_region_that_is_none_is_told_and_nothing_is_made() -> None:
    async with Simulator(clock=StandingClock()) as azure, rehearsal(azure, a_zone("eastus22")) as play:
        reason, message = await said(play)
        made = [arm_id for arm_id in azure.ids() if "dlz" in arm_id]
    assert reason == "NotAvailable"
    assert "eastus22" in message
    assert made == []


@pytest.mark.parametrize(
    ("path", "status", "code", "words", "reason"),
    [
        (
            "storageAccounts/[^/]+$", 400, "LocationNotAvailableForResourceType",
            "The provided location 'eastus2' is not available for resource type", "NotAvailable",
        ),
        ("storageAccounts/[^/]+$", 409, "SkuNotAvailable", "The requested tier is not available here.", "NotAvailable"),
        (
            "storageAccounts/[^/]+$", 400, "QuotaExceeded",
            "Operation could not be completed as it results in exceeding approved Total Regional Cores quota.", "QuotaExceeded",
        ),
        ("virtualNetworks/[^/]+$", 400, "SubscriptionNotRegistered", "The subscription is not registered.", "ProviderNotRegistered"),
    ],
)  # fmt: skip
async def test_what_a_region_or_a_subscription_lacks_is_told_in_azures_words(
    path: str, status: int, code: str, words: str, reason: str
) -> None:
    zone = a_zone(storage={"filesystems": []})
    async with Simulator(clock=StandingClock()) as azure, rehearsal(azure, zone) as play:
        azure.fault("error", method="PUT", path=path, status=status, code=code, message=words, times=0)
        found, message = await said(play)
    assert found == reason
    assert words in message
