"""The ways in to a zone: what is planned for them, and the rows that the status shows."""

from collections.abc import Mapping
from typing import Any

import pytest

from loom.plan.checks import Finding, Health, WayCheck
from loom.plan.kinds import KINDS
from loom.plan.outcome import Outcome, ResourceState, State
from loom.plan.resource import Plan
from loom.plan.values import at
from support.plans import known, plan_of
from support.worlds import Obj, zone_object

KIND = KINDS["DataLandingZone"]
APP = "app/loom-mirroring"
NOW, BEFORE = "2026-03-01T10:00:00Z", "2026-02-01T10:00:00Z"


def zone(**paths: Any) -> Obj:
    return zone_object(accessPaths=paths)


def ways(plan: Plan) -> list[WayCheck]:
    return [check for check in plan.checks if isinstance(check, WayCheck)]


def rows(obj: Obj, *findings: Finding, before: Mapping[str, Any] | None = None, waiting: tuple[str, ...] = ()) -> Any:
    plan = plan_of(obj)
    states = {
        r.key: ResourceState(r.key, "", "", State.CREATING if r.key in waiting else State.READY) for r in plan.resources
    }
    outcome = Outcome(states, known, findings, before=before or {}, today=NOW)
    return KIND.report(KIND.parse(obj), plan, outcome).get("reachability")


def found(name: str, health: Health = Health.HEALTHY, message: str = "", **details: Any) -> Finding:
    return Finding(name, "Reachable", health, "Succeeded", message, tuple(details.items()))


def test_a_zone_without_access_paths_offers_none_and_keeps_its_ingress_closed() -> None:
    plan = plan_of(zone_object())
    assert ways(plan) == []
    assert at(plan.find(APP).body, "properties.configuration.ingress.external") is False
    assert rows(zone_object()) is None


@pytest.mark.parametrize("path", ["bastion", "external"])
def test_any_way_in_opens_the_ingress_that_it_leads_to(path: str) -> None:
    plan = plan_of(zone(**{path: {}}))
    assert at(plan.find(APP).body, "properties.configuration.ingress.external") is True


def test_access_paths_that_name_no_way_open_nothing() -> None:
    plan = plan_of(zone())
    assert (ways(plan), at(plan.find(APP).body, "properties.configuration.ingress.external")) == ([], False)


def test_each_way_is_one_check_of_an_address_that_azure_reports() -> None:
    checks = ways(plan_of(zone(bastion={}, external={})))
    assert [(check.way, check.key) for check in checks] == [("Bastion", APP), ("External", APP)]
    assert {part.key for part in checks[0].evidence} == {"peering/to-hub", "peering/from-hub", APP}


def test_ways_in_to_an_app_that_is_not_started_lead_nowhere() -> None:
    plan = plan_of(zone_object(eventHubs=None, accessPaths={"bastion": {}}))
    assert ways(plan) == []
    assert plan.held["Reachable"] == (
        "MissingBackingService",
        "loom-mirroring is not started, so no access path leads anywhere",
    )


def test_a_row_says_what_came_and_since_when() -> None:
    finding = found("way/bastion", url="https://console", httpStatus=401, probedFrom="Operator")
    assert rows(zone(bastion={}), finding) == [
        {"path": "Bastion", "result": "Reachable", "url": "https://console", "httpStatus": 401, "probedFrom": "Operator", "since": NOW}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("health", "result"),
    [(Health.UNHEALTHY, "Unreachable"), (Health.PENDING, "Provisioning"), (Health.UNKNOWN, "Unknown")],
)
def test_a_row_that_is_not_reachable_says_why(health: Health, result: str) -> None:
    (row,) = rows(
        zone(bastion={}), found("way/bastion", health, "peering/to-hub is Disconnected", url="https://console")
    )
    assert (row["result"], row["message"]) == (result, "peering/to-hub is Disconnected")


def test_since_moves_only_when_the_result_does() -> None:
    old = {"path": "Bastion", "url": "https://console", "result": "Reachable", "httpStatus": 200, "since": BEFORE}
    before = {"reachability": [old]}
    same = found("way/bastion", url="https://console", httpStatus=401)
    other = found("way/bastion", Health.UNHEALTHY, url="https://console")
    assert [row["since"] for row in rows(zone(bastion={}), same, before=before)] == [BEFORE]
    assert [row["since"] for row in rows(zone(bastion={}), other, before=before)] == [NOW]


def test_what_is_being_made_is_no_failure() -> None:
    (row,) = rows(zone(bastion={}), waiting=(APP,))
    assert row["result"] == "Provisioning"


def test_what_is_there_and_was_not_tried_is_unknown() -> None:
    (row,) = rows(zone(bastion={}))
    assert row["result"] == "Unknown"
