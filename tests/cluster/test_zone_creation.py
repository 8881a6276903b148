"""A whole zone, as the sample declares it: everything is there and marked, and nobody was asked more than need be.

Its plane and itself are alone in their subscription, so that every request about them can be told from all others; the operator
writes progress as rarely as one in production.
"""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from loom.engine.inventory import Inventory
from support.audit import writes_of
from support.cluster import Cluster
from support.running import Azure, RunningOperator
from support.samples import TESTERS
from support.statuses import StatusWatch
from support.wait import eventually
from support.zones import NAME, OWNER, SERVICES, Json, LiveZone, Zones

ALONE = "30000000-0000-4000-8000-000000000900"
EVENT_HUBS = "Microsoft.EventHub/namespaces"
APPS = "Microsoft.App/containerApps"
ROLE = "Microsoft.Authorization/roleAssignments"


@dataclass(frozen=True)
class Whole:
    """A zone that has become Ready, with what that took."""

    zone: LiveZone
    seconds: float
    requests: Json
    kubernetes_writes: list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def whole(
    api_server: Cluster, status_watch: StatusWatch, simulated_azure: Azure, installed_operator: RunningOperator
) -> Iterator[Whole]:
    """The sample zone, made once for all tests of this module."""
    installed_operator.stop()
    installed_operator.configure(progressInterval="30s")
    installed_operator.start()
    namespace = api_server.new_namespace(TESTERS)
    zones = Zones(api_server, simulated_azure, namespace)
    zones.plane(ALONE, ALONE)
    eventually(lambda: _is_ready(api_server, namespace), 60.0)
    zone = zones.new(*SERVICES, adminPlaneRef={"name": namespace}, subscriptionId=ALONE)
    simulated_azure.reset_counters()
    began = time.monotonic()
    zone.apply()
    zone.becomes_ready()
    seconds = time.monotonic() - began
    writes = [write for write in writes_of(api_server, namespace) if write[1] == "datalandingzones"]
    yield Whole(zone, seconds, _requests(simulated_azure), writes)
    zones.clear()
    installed_operator.stop()
    installed_operator.configure()


@pytest.fixture
def zone(whole: Whole, cluster: Cluster, operator: RunningOperator) -> LiveZone:
    return whole.zone


def _is_ready(cluster: Cluster, plane: str) -> None:
    assert cluster.condition("AdminPlane", plane, "", "Ready")["status"] == "True"


def _requests(azure: Azure) -> Json:
    """What was asked in the subscription since the last reset."""
    kept = [record for record in azure.requests(last=2000)["last"] if ALONE in record["path"]]
    return {
        "writes": [record for record in kept if record["method"] != "GET"],
        "polls": [record for record in kept if record["poll"]],
        "all": kept,
    }


def is_ready_after_a_look(zone: LiveZone) -> None:
    zone.look()
    assert zone.condition("Ready")["status"] == "True"


def everything(zone: LiveZone) -> list[Json]:
    """What is in the subscription and carries the zone's mark."""
    there = zone.azure.resources(f"/subscriptions/{ALONE}")
    return [found for found in there if zone.mark in json.dumps(found)]


def test_all_conditions_hold_and_say_so(whole: Whole, zone: LiveZone) -> None:
    conditions = {row["type"]: row["status"] for row in zone.status["conditions"]}

    assert conditions == dict.fromkeys(
        (
            "Ready", "Planned", "Converged", "Healthy", "InSync",
            "NetworkReady", "ServicesReady", "BackingServicesWired", "AppsHealthy", "Reachable",
        ),
        "True",
    )  # fmt: skip
    assert zone.status["appsHealthy"] == "1/1"
    assert {(row["setting"], row["role"], row["thing"]) for row in zone.status["wiring"]} == {
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", "Ok", "Ok"),
        ("BOOTSTRAP_SERVERS", "Ok", "Ok"),
        ("CONFIG_STORAGE_TOPIC", "Ok", "Ok"),
        ("OFFSET_STORAGE_TOPIC", "Ok", "Ok"),
        ("KEYVAULT_URI", "Ok", "Ok"),
        ("STATUS_STORAGE_TOPIC", "Ok", "Ok"),
    }
    services = ["cosmos", "eventHubs", "keyVault", "redis", "serviceBus", "storage"]
    assert sorted(zone.status["endpoints"]) == ["apps", *services]


def carries(resource: Json, mark: str) -> bool:
    """Does it say whose it is: in its tags, or, as a role assignment has none, in its description?"""
    if resource["type"] == ROLE:
        return mark in resource["properties"]["description"]
    return bool((resource.get("tags") or {}).get(OWNER) == mark)


def test_what_can_carry_a_mark_carries_it_and_everything_is_in_the_inventory(zone: LiveZone) -> None:
    kept = set(Inventory.read(zone.status).ids)
    there = {one["id"].lower() for one in zone.azure.resources(f"/subscriptions/{ALONE}")}

    outermost = [one for one in zone.resources() if one["id"].removeprefix(zone.group).count("/") in (0, 4)]
    assert len(outermost) == 25
    assert [one["id"] for one in outermost if not carries(one, zone.mark)] == []
    assert {one["id"].lower() for one in everything(zone)} <= kept <= there
    others = 3  # the registry and Application Insights are the plane's, and Front Door made its private link
    assert len(kept) == zone.status["resourceCount"] - others


def test_a_zone_takes_few_requests_for_each_of_its_resources_and_no_poll_comes_early(whole: Whole) -> None:
    # Whether Front Door asks for its private link is looked at until the zone is made: a poll that Azure has no operation for.
    waited = [record for record in whole.requests["all"] if is_a_look_for_a_link(record)]
    asked = len(whole.requests["all"]) - len(whole.requests["polls"]) - len(waited)

    assert asked / whole.zone.status["resourceCount"] <= 1.8
    assert len(waited) <= len(whole.requests["polls"]) / 4
    assert [record["path"] for record in whole.requests["all"] if record["early"]] == []
    assert [record["path"] for record in whole.requests["all"] if record["status"] == 429] == []


def is_a_look_for_a_link(record: Json) -> bool:
    return record["method"] == "GET" and str(record["path"]).endswith("/privateEndpointConnections")


def test_a_zone_takes_few_writes_to_kubernetes(whole: Whole) -> None:
    # The finalizer, what is begun and what has ended; and, before more is begun, the names that only Azure can tell: those that
    # hang on an identity, on the system topic and on the environment's domain.
    known = 3 + 3

    assert len(whole.kubernetes_writes) <= known + math.ceil(whole.seconds / 30), whole.kubernetes_writes


def test_a_look_at_a_whole_zone_that_has_not_changed_writes_nothing(zone: LiveZone, azure: Azure) -> None:
    zone.look()
    before = {name: value for name, value in zone.status.items() if name != "lastHandledReconcileAt"}
    azure.reset_counters()

    zone.look()

    assert _requests(azure)["writes"] == []
    assert {name: value for name, value in zone.status.items() if name != "lastHandledReconcileAt"} == before


def test_a_whole_zone_whose_status_was_emptied_is_found_again_without_a_write(
    zone: LiveZone, azure: Azure, status_watch: StatusWatch
) -> None:
    before = zone.status
    azure.reset_counters()
    emptied = json.dumps([{"op": "replace", "path": "/status", "value": {"observedGeneration": -1}}])
    where = (f"--namespace={zone.namespace}", "--subresource=status", "--type=json")

    zone.cluster.kubectl.run("patch", "dlz", NAME, *where, f"--patch={emptied}")

    assert zone.becomes_ready()["inventory"] == before["inventory"]
    assert _requests(azure)["writes"] == []


def test_drift_in_many_places_at_once_is_mended_in_one_look(zone: LiveZone, azure: Azure) -> None:
    def named(arm_type: str, ending: str = "") -> str:
        there: Iterator[str] = (
            one["id"] for one in everything(zone) + zone.resources() if one["type"].lower() == arm_type.lower()
        )
        return next(arm_id for arm_id in there if arm_id.endswith(ending))

    changed: dict[str, Json] = {
        zone.group: {"tags": {"Domain": "stolen"}},
        named(EVENT_HUBS): {"properties": {"minimumTlsVersion": "1.0"}},
        named("Microsoft.Network/virtualNetworks/subnets", "endpoints"): {"properties": {"networkSecurityGroup": None}},
    }
    removed = [
        named("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"),
        named("Microsoft.Insights/diagnosticSettings"),
        named(ROLE),
        named("Microsoft.Network/privateDnsZones/virtualNetworkLinks"),
    ]
    for arm_id, patch in changed.items():
        azure.edit(arm_id, patch)
    for arm_id in removed:
        azure.remove(arm_id)
    azure.reset_counters()

    zone.look()
    eventually(lambda: is_ready_after_a_look(zone), 60.0, every=1.0)  # the app's right to pull takes a while to work

    written = {record["path"].lower() for record in _requests(azure)["writes"]}
    assert written == {arm_id.lower() for arm_id in (*changed, *removed)}
    zone.look()
    assert zone.condition("InSync")["status"] == "True"


def test_an_app_that_fails_is_told_and_is_nobodys_stalling(zone: LiveZone, azure: Azure) -> None:
    app = zone.one(APPS)["id"]
    azure.simulator.call("POST", "/sim/knobs", {"id": app, "failure": "CrashLoop"})

    zone.look()

    assert "app/loom-mirroring" in zone.says("AppsHealthy", "CrashLoop")
    assert zone.condition("Ready")["reason"] == "Unhealthy"
    assert {row["type"] for row in zone.status["conditions"]} & {"Reconciling", "Stalled"} == set()
    azure.simulator.call("POST", "/sim/knobs", {"id": app})
    zone.look()
    zone.becomes_ready()
