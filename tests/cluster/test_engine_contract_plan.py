"""Policies on the real parts: a plan is shown, approved and applied once and no further; Observe and suspend write nothing."""

from support.running import Azure
from support.zones import Json, LiveZone, Zones


def actions(zone: LiveZone) -> list[tuple[str, str]]:
    """(action, last name of the id) of each change that the plan shows."""
    changes: list[Json] = zone.status["plan"].get("changes") or []
    return sorted((change["action"], change["id"].rpartition("/")[2]) for change in changes)


def approve(zone: LiveZone) -> str:
    """A person approves the plan that the status shows."""
    approved: str = zone.status["plan"]["hash"]
    zone.apply(approvedPlan=approved)
    return approved


def test_a_plan_shows_what_would_change_and_writes_nothing_until_its_hash_is_approved(
    zones: Zones, azure: Azure
) -> None:
    zone = zones.new(policy="Plan")
    zone.apply()
    zone.says("Converged", "WaitingForApproval")
    shown = zone.status["plan"]
    assert (shown["create"], shown["update"], shown["delete"]) == (1, 0, 0)
    assert actions(zone) == [("Create", zone.group.rpartition("/")[2])]
    assert zone.written() == []
    assert zone.resources() == []

    approve(zone)

    assert zone.becomes_ready()["plan"]["create"] == 0
    assert [found["id"] for found in zone.resources()] == [zone.group]


def test_an_approval_is_used_up_by_its_plan_and_drift_waits_for_the_next(zones: Zones, azure: Azure) -> None:
    zone = zones.new(policy="Plan")
    zone.apply()
    zone.says("Converged", "WaitingForApproval")
    first = approve(zone)
    zone.becomes_ready()
    azure.edit(zone.group, {"tags": {"Domain": "stolen"}})
    azure.reset_counters()

    zone.look()

    zone.says("Converged", "WaitingForApproval")
    zone.says("InSync", "DriftFound")
    assert actions(zone) == [("Update", zone.group.rpartition("/")[2])]
    assert zone.status["plan"]["changes"][0]["fields"] == ["tags.Domain"]
    assert zone.written() == []

    assert approve(zone) != first
    zone.becomes_ready()
    assert zone.written() == [f"PUT {zone.group}"]


def test_an_approval_of_yesterdays_plan_is_worth_nothing(zones: Zones) -> None:
    zone = zones.new(policy="Plan")
    zone.apply()
    zone.says("Converged", "WaitingForApproval")
    shown = zone.status["plan"]["hash"]

    zone.apply(approvedPlan=shown, costCenter="CC-3")

    assert "read status.plan" in zone.says("Converged", "ApprovalOutdated")
    assert zone.status["plan"]["hash"] != shown
    assert zone.resources() == []


def test_observe_reports_what_is_there_and_neither_compares_nor_mends(zones: Zones, azure: Azure) -> None:
    zone = zones.ready()
    zone.apply(policy="Observe")
    zone.becomes_ready()
    azure.edit(zone.group, {"tags": {"Domain": "stolen"}})
    azure.reset_counters()

    zone.look()
    zone.says("Converged", "Observed")
    azure.remove(zone.group)
    zone.look()

    assert "does not exist" in zone.says("Converged", "Observed")
    assert zone.condition("Ready")["status"] == "False"
    assert zone.written() == []


def test_suspended_nothing_is_read_or_written_and_going_on_mends(zones: Zones, azure: Azure) -> None:
    zone = zones.ready()
    zone.apply(suspend=True)
    zone.says("Ready", "Suspended")
    azure.edit(zone.group, {"tags": {"Domain": "stolen"}})
    azure.reset_counters()

    zone.look()
    zone.apply(costCenter="CC-4")
    zone.says("Ready", "Suspended")

    assert zone.asked("GET", "PUT", "DELETE") == []
    zone.apply(suspend=False)
    zone.becomes_ready()
    assert (azure.get(zone.group) or {})["tags"]["Domain"] == zone.spec["domain"]
