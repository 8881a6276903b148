"""What a zone's status says beyond the common fields."""

from typing import Any

import pytest

from loom.plan.checks import Finding, Health
from loom.plan.kinds import KINDS
from loom.plan.outcome import Outcome, ResourceState, State
from loom.plan.resource import Plan
from loom.plan.values import Json, Ref, Unresolved
from loom.plan.zone.app import APPS
from support.plans import known, plan_of
from support.worlds import Obj, rich_zone, world, zone_object

KIND = KINDS["DataLandingZone"]


def report(obj: Obj, outcome: Outcome) -> Any:
    return KIND.report(KIND.parse(obj), plan_of(obj), outcome)


def outcome(plan: Plan, *findings: Finding, waiting: tuple[str, ...] = ()) -> Outcome:
    states = {
        r.key: ResourceState(r.key, "", "", State.WAITING if r.key in waiting else State.READY) for r in plan.resources
    }
    return Outcome(states, known, findings)


def test_status_shows_each_wire_with_its_role_and_its_thing() -> None:
    obj = rich_zone()
    rows = report(obj, outcome(plan_of(obj), waiting=("hub/loom-mirroring-status",)))["wiring"]
    by_setting = {row["setting"]: (row["role"], row["thing"]) for row in rows}
    assert by_setting["BOOTSTRAP_SERVERS"] == ("Ok", "Ok")
    assert by_setting["STATUS_STORAGE_TOPIC"] == ("Ok", "Missing")
    assert by_setting["MCP_AUDIENCE"] == ("NotNeeded", "Ok")


def test_a_thing_that_is_there_counts_though_a_write_to_it_failed_and_one_that_failed_while_it_was_made_does_not() -> (
    None
):
    obj = rich_zone()
    plan = plan_of(obj)
    for fields, told in (("tags.Domain", "Ok"), ("properties.provisioningState", "Missing"), ("", "Missing")):
        found = outcome(plan)
        failed = ResourceState("cosmos", "", "", State.FAILED, fields=(fields,) if fields else ())
        rows = report(obj, Outcome({**found.states, "cosmos": failed}, known))["wiring"]
        assert {row["thing"] for row in rows if row["setting"] == "COSMOS_ENDPOINT"} == {told}


def test_an_app_that_is_not_there_says_what_holds_it() -> None:
    obj = rich_zone()
    found = outcome(plan_of(obj))
    held = ResourceState(
        "app/loom-mcp", "", "", State.WAITING, reason="DependencyNotReady", message="waits for network (PolicyDenied)"
    )
    status = report(obj, Outcome({**found.states, held.key: held}, known))
    (row,) = (row for row in status["apps"] if row["name"] == "loom-mcp")
    assert row == {
        "name": "loom-mcp",
        "health": "Unknown",
        "reason": "DependencyNotReady",
        "message": "not there yet: waits for network (PolicyDenied)",
    }


def test_an_app_that_is_there_and_being_written_is_not_told_to_be_missing() -> None:
    obj = rich_zone()
    found = outcome(plan_of(obj))
    for state, fields in ((State.UPDATING, ()), (State.BLOCKED, ("properties.template",))):
        app = ResourceState("app/loom-mcp", "", "", state, reason="Progressing", message="because", fields=fields)
        status = report(obj, Outcome({**found.states, app.key: app}, known))
        (row,) = (row for row in status["apps"] if row["name"] == "loom-mcp")
        assert row["message"] == "not measured: because"


def test_the_addresses_of_the_network_are_told_given_or_allotted() -> None:
    given, allotted = zone_object(), zone_object(network={})
    for obj, context in ((given, world(given)), (allotted, world(allotted, addresses="10.100.16.0/20"))):
        plan = plan_of(obj, context)
        told = KIND.report(KIND.parse(obj), plan, outcome(plan))["network"]
        assert told == {"addressSpace": "10.100.0.0/20" if obj is given else "10.100.16.0/20"}


def test_status_shows_an_app_as_it_was_measured() -> None:
    obj = rich_zone()
    finding = Finding(
        "app/loom-mirroring", "AppsHealthy", Health.UNHEALTHY, "ActivationFailed", "exit code 1", (("replicas", 0),)
    )
    status = report(obj, outcome(plan_of(obj), finding))
    row = {"name": "loom-mirroring", "health": "Unhealthy", "reason": "ActivationFailed", "message": "exit code 1"}
    assert {**row, "replicas": 0} in status["apps"]
    assert status["appsHealthy"] == f"0/{len(APPS)}"


@pytest.mark.parametrize("health", [Health.PENDING, Health.UNKNOWN])
def test_an_app_that_was_not_measured_is_not_counted_healthy(health: Health) -> None:
    obj = rich_zone()
    status = report(obj, outcome(plan_of(obj), Finding("app/loom-mirroring", "AppsHealthy", health, "NotMeasured")))
    assert status["appsHealthy"] == f"0/{len(APPS)}"
    assert {row["health"] for row in status["apps"]} == {"Unknown"}


def test_an_app_that_was_not_started_says_which_service_it_needs() -> None:
    obj = zone_object(eventHubs=None)
    (row,) = (row for row in report(obj, outcome(plan_of(obj)))["apps"] if row["name"] == "loom-mirroring")
    assert (row["reason"], row["message"]) == ("WaitingForSettings", "does not run: it needs spec.eventHubs")


def test_endpoints_that_are_not_known_yet_are_left_out() -> None:
    def nothing(ref: Ref) -> Json:
        raise Unresolved(ref)

    obj = zone_object()
    endpoints = report(obj, Outcome({}, nothing))["endpoints"]
    assert set(endpoints) == {"eventHubs"}
