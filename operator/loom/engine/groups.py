"""A kind's own conditions: over the resources, checks and wires that name them."""

from collections.abc import Sequence

from loom.engine.condition import FALSE, TRUE, UNKNOWN, Condition
from loom.engine.item import CREATE, Item
from loom.engine.one_pass import Pass
from loom.plan.checks import Finding, Health
from loom.plan.outcome import BUSY, State


def group(run: Pass, name: str) -> Condition:
    """A kind's own condition: over the resources, checks and wires that name it, unless the spec itself keeps it False."""
    if name in run.plan.held:
        return Condition(name, FALSE, *run.plan.held[name])
    if submitted := [item for item in run.items.values() if item.resource.submission == name]:
        return _submission(run, name, submitted)
    items = [item for item in run.items.values() if item.resource.condition == name]
    findings = [finding for finding in run.findings if finding.condition == name]
    # That a write failed says less than what was seen of the thing itself.
    broken = {finding.key for finding in findings if finding.health is Health.UNHEALTHY}
    items = [item for item in items if not (item.state is State.FAILED and item.key in broken)]
    wires = _wires(run) if name == "BackingServicesWired" else None
    return (
        wires or _worst_item(name, items) or _worst_finding(name, findings, run) or Condition(name, TRUE, "Succeeded")
    )


def _submission(run: Pass, name: str, items: Sequence[Item]) -> Condition:
    """Was what a GET never returns last sent as it is declared now? Drift of other fields does not count here."""
    for item in items:
        path = next((change.path for change in item.changes if change.path in item.type.write_only), "")
        if item.state in (State.BLOCKED, State.FAILED, State.UNKNOWN) and (path or item.action == CREATE):
            return Condition(name, FALSE, item.reason, f"{item.key}: {item.message}")
        if item.state is State.DRIFTED and path:
            return Condition(name, FALSE, "SourceChanged", f"{item.key}: it is not the document that was imported last")
    waiting = sorted(item.key for item in items if item.state in BUSY or item.action == CREATE)
    if waiting:
        return Condition(name, FALSE, "Progressing", f"being imported: {listed(waiting)}")
    if name in run.plan.unmeasured:
        return Condition(name, UNKNOWN, *run.plan.unmeasured[name])
    return Condition(name, TRUE, "Succeeded")


def _worst_item(name: str, items: Sequence[Item]) -> Condition | None:
    for item in items:
        if item.state in (State.FAILED, State.BLOCKED, State.MISSING, State.UNKNOWN) and item.reason:
            return Condition(name, FALSE, item.reason, f"{item.key}: {item.message}" if item.message else item.key)
    for item in items:
        if item.state is State.DRIFTED:
            return Condition(name, FALSE, "DriftFound", f"{item.key} differs in {item.message}")
    waiting = sorted(item.key for item in items if item.state is not State.READY)
    if waiting:
        stuck = any(item.reason == "DependencyNotReady" for item in items)
        return Condition(
            name, FALSE, "DependencyNotReady" if stuck else "Progressing", f"not there yet: {listed(waiting)}"
        )
    return None


def _worst_finding(name: str, findings: Sequence[Finding], run: Pass) -> Condition | None:
    asked = [check for check in run.plan.checks if check.condition == name]
    for health, status in ((Health.UNHEALTHY, FALSE), (Health.UNKNOWN, UNKNOWN), (Health.PENDING, FALSE)):
        for finding in findings:
            if finding.health is health:
                return Condition(name, status, finding.reason, f"{finding.key}: {finding.message}".removesuffix(": "))
    if len(findings) < len(asked):
        return Condition(name, UNKNOWN, "NotMeasured", "not measured yet")
    return None


def _wires(run: Pass) -> Condition | None:
    """Wiring is the setting, the role and the thing itself; the message names what lacks."""
    name = "BackingServicesWired"
    missing = [wire for wire in run.plan.wiring if wire.missing]
    if missing:
        words = "; ".join(f"{w.app} needs {w.needs} for {w.setting}: add {w.missing}" for w in missing[:5])
        return Condition(name, FALSE, "MissingBackingService", words)
    for wire in run.plan.wiring:
        for key, reason in ((wire.thing, "MissingBackingService"), (wire.role, "RoleNotInForce")):
            item = run.items.get(key)
            if item is not None and item.state is not State.READY:
                busy = item.state in BUSY or item.state is State.MISSING
                return Condition(
                    name, FALSE, "Progressing" if busy else reason, f"{wire.app}: {wire.setting} waits for {key}"
                )
    return None


def listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more
