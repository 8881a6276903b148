"""A zone's own status fields: its apps, their wiring, and where its services answer. It measures nothing."""

from collections.abc import Iterator, Mapping

from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.plan.checks import Finding, Health, Wire
from loom.plan.outcome import Outcome, ResourceState, State
from loom.plan.resource import Plan
from loom.plan.values import Json, Ref, Unresolved, resolve
from loom.plan.wiring import apps, lacks
from loom.plan.zone.app import App, app_key
from loom.plan.zone.ways.reach import reach


def fields(spec: DataLandingZoneSpec, plan: Plan, outcome: Outcome) -> Mapping[str, Json]:
    """`resourceGroupId`, `network`, `release`, `appsHealthy`, `apps`, `wiring`, `reachability`, `endpoints` of DataLandingZoneStatus."""
    rows = [_app(app, spec, outcome) for app in apps(spec)]
    status: dict[str, Json] = {"resourceGroupId": plan.home, **plan.notes}
    if rows:
        status["appsHealthy"] = f"{sum(row['health'] == 'Healthy' for row in rows)}/{len(rows)}"
        status["apps"] = rows
        status["wiring"] = [_wire(wire, outcome) for wire in plan.wiring]
    if ways := reach(plan, outcome):
        status["reachability"] = ways
    endpoints = dict(_known(plan.facts, outcome))
    return {**status, "endpoints": endpoints} if endpoints else status


def _app(app: App, spec: DataLandingZoneSpec, outcome: Outcome) -> dict[str, Json]:
    missing = lacks(spec, app)
    if missing:
        needs = " and ".join(f"spec.{service}" for service in missing)
        return {
            "name": app.name,
            "health": "Unhealthy",
            "reason": "WaitingForSettings",
            "message": f"does not run: it needs {needs}",
        }
    finding = next((f for f in outcome.findings if f.key == app_key(app)), None)
    if finding is None:
        return {"name": app.name, "health": "Unknown", **_unmeasured(outcome.states.get(app_key(app)))}
    return {"name": app.name, "health": _health(finding), **_why(finding), **dict(finding.details)}


def _unmeasured(app: ResourceState | None) -> dict[str, Json]:
    """What holds an app that is not there to be asked, or that nobody asks while it is being written."""
    if app is None or app.state is State.READY or not app.reason:
        return {"reason": "NotMeasured"}
    is_there = bool(app.fields) or app.state in (State.UPDATING, State.DRIFTED)
    words = f"{'not measured' if is_there else 'not there yet'}: {app.message}" if app.message else ""
    return {"reason": app.reason, **({"message": words} if words else {})}


def _health(finding: Finding) -> str:
    # What is on its way has not been measured yet, and unmeasured is not healthy.
    return str(Health.UNKNOWN if finding.health is Health.PENDING else finding.health)


def _why(finding: Finding) -> dict[str, Json]:
    if finding.health is Health.HEALTHY:
        return {}
    return {"reason": finding.reason, **({"message": finding.message} if finding.message else {})}


def _wire(wire: Wire, outcome: Outcome) -> dict[str, Json]:
    role, thing = outcome.states.get(wire.role), outcome.states.get(wire.thing)
    return {
        "app": wire.app,
        "needs": wire.needs,
        "setting": wire.setting,
        "role": _ok(role is not None and role.state is State.READY) if wire.role or wire.missing else "NotNeeded",
        "thing": _ok(thing is not None and thing.serves) if wire.thing or wire.missing else "Ok",
    }


def _ok(holds: bool) -> str:
    return "Ok" if holds else "Missing"


def _known(facts: Mapping[str, Json | Ref], outcome: Outcome) -> Iterator[tuple[str, Json]]:
    for name, value in facts.items():
        try:
            yield name, resolve(value, outcome.lookup)
        except Unresolved:
            continue
