"""The rows of `status.reachability`: each way in, its address, and what came of it. It measures nothing.

A row's `since` moves only when its result does: it is taken over from the status as last written.
"""

from collections.abc import Mapping
from contextlib import suppress

from loom.plan.checks import Finding, Health, WayCheck
from loom.plan.outcome import BUSY, Outcome, State
from loom.plan.resource import Plan
from loom.plan.values import Json, Unresolved, resolve

_RESULTS = {
    Health.HEALTHY: "Reachable",
    Health.UNHEALTHY: "Unreachable",
    Health.PENDING: "Provisioning",
    Health.UNKNOWN: "Unknown",
}


def reach(plan: Plan, outcome: Outcome) -> list[Json]:
    """The rows, in the order of the plan."""
    findings = {finding.key: finding for finding in outcome.findings}
    rows = [_row(check, findings.get(check.name), outcome) for check in plan.checks if isinstance(check, WayCheck)]
    return [_since(row, outcome) for row in rows]


def _row(check: WayCheck, finding: Finding | None, outcome: Outcome) -> dict[str, Json]:
    if finding is None:
        return _unmeasured(check, outcome)
    row = {"path": check.way, "result": _RESULTS[finding.health], **dict(finding.details)}
    if finding.message and finding.health is not Health.HEALTHY:
        row["message"] = finding.message
    return row


def _unmeasured(check: WayCheck, outcome: Outcome) -> dict[str, Json]:
    """What is being made is no failure, what could not be made is none the less not there; what is there and was not tried is not known."""
    behind = outcome.states.get(check.key)
    result = "Unknown"
    if behind is None or behind.state in (*BUSY, State.MISSING):
        result = "Provisioning"
    if behind is not None and (behind.state in (State.FAILED, State.BLOCKED) or behind.reason == "DependencyNotReady"):
        result = "Unreachable"
    row: dict[str, Json] = {"path": check.way, "result": result}
    with suppress(Unresolved):
        row["url"] = resolve(check.url, outcome.lookup)
    if behind is not None and behind.message:
        row["message"] = f"{check.key}: {behind.message}"
    return row


def _since(row: dict[str, Json], outcome: Outcome) -> dict[str, Json]:
    before = outcome.before.get("reachability") or []
    same = ("path", "url", "result")
    old: Mapping[str, Json] = next((r for r in before if all(r.get(name) == row.get(name) for name in same)), {})
    return {**row, "since": old.get("since") or outcome.today}
