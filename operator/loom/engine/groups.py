"""A kind's own conditions: over the resources, checks and wires that name them."""

from collections.abc import Sequence

from loom.engine.causes import holds, is_stopped, listed, told, told_of
from loom.engine.condition import FALSE, TRUE, UNKNOWN, Condition
from loom.engine.item import CREATE, UPDATE, Item
from loom.engine.one_pass import Pass
from loom.plan.checks import Finding, Health, Wire
from loom.plan.outcome import BUSY, State

_WIRED = "BackingServicesWired"


def group(run: Pass, name: str) -> Condition:
    """A kind's own condition: over the resources, checks and wires that name it, unless the spec itself keeps it False."""
    if name in run.plan.held:
        return _held(run, name)
    if name in run.plan.withheld:
        return Condition(name, FALSE, run.plan.withheld[name].reason, run.plan.withheld[name].message)
    if submitted := [item for item in run.items.values() if item.resource.submission == name]:
        return _submission(run, name, submitted)
    items = [item for item in run.items.values() if item.resource.condition == name and not run.is_relabeled(item)]
    findings = [finding for finding in run.findings if finding.condition == name]
    # That a write failed says less than what was seen of the thing itself.
    broken = {finding.key for finding in findings if finding.health is Health.UNHEALTHY}
    items = [item for item in items if not (item.state is State.FAILED and item.key in broken)]
    wires, beside = (_wires(run), _serving_before(run)) if name == _WIRED else (None, "")
    unwell = _findings(name, findings, Health.UNHEALTHY)
    return (
        wires
        or _stopped(name, items, unwell)
        or unwell
        or _unready(run, name, items)
        or _unmeasured(run, name, findings)
        or Condition(name, TRUE, "Succeeded", beside)
    )


def _submission(run: Pass, name: str, items: Sequence[Item]) -> Condition:
    """Is what was last sent what is declared now? Drift of fields that are no document's does not count here."""
    for item in items:
        hidden = item.type.write_only  # a resource that hides nothing is the document itself
        path = next((change.path for change in item.changes if change.path in hidden or not hidden), "")
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


def _held(run: Pass, name: str) -> Condition:
    """What the spec itself keeps False, and beside it what else is not well."""
    reason, words = run.plan.held[name]
    unwell = _findings(name, [finding for finding in run.findings if finding.condition == name], Health.UNHEALTHY)
    return Condition(name, FALSE, reason, f"{words}; {unwell.message}" if unwell else words)


def _stopped(name: str, items: Sequence[Item], unwell: Condition | None) -> Condition | None:
    """What failed or may not be written, all of it, and after it what is not well."""
    states = (State.FAILED, State.BLOCKED, State.MISSING, State.UNKNOWN)
    if stopped := [item for item in items if item.state in states and item.reason]:
        words = told(told_of(item) for item in stopped)
        return Condition(name, FALSE, stopped[0].reason, f"{words}; {unwell.message}" if unwell else words)
    return None


def _unready(run: Pass, name: str, items: Sequence[Item]) -> Condition | None:
    """What drifted, else what is not there yet, and what holds it."""
    if drifted := [item for item in items if item.state is State.DRIFTED]:
        return Condition(name, FALSE, "DriftFound", told((item.key, f"differs in {item.message}") for item in drifted))
    waiting = [item for item in items if item.state is not State.READY]
    return Condition(name, FALSE, *not_there(run, waiting)) if waiting else None


def not_there(run: Pass, waiting: Sequence[Item]) -> tuple[str, str]:
    """The reason and the words of what is not there yet, or is being changed: it is on its way, or stopped resources hold it."""
    # Access comes last: its names are ids of people's groups, which tell nothing of how far the work is.
    ordered = sorted(waiting, key=lambda item: (item.type.gives_access, item.key))
    changing = [item.key for item in ordered if _is_being_changed(item)]
    coming = [item.key for item in ordered if not _is_being_changed(item)]
    said = (("not there yet", coming), ("being changed", changing))
    words = "; ".join(f"{what}: {listed(names)}" for what, names in said if names)
    if held_by := holds(run, waiting):
        return "DependencyNotReady", f"{words}; held by {told(told_of(item) for item in held_by)}"
    stuck = any(item.reason == "DependencyNotReady" for item in waiting)
    return "DependencyNotReady" if stuck else "Progressing", words


def _is_being_changed(item: Item) -> bool:
    return item.state is State.UPDATING or bool(item.live and item.action == UPDATE)


def _findings(name: str, findings: Sequence[Finding], health: Health) -> Condition | None:
    """All that was found to be of that health; an unwell finding is False, one that nobody could make is Unknown."""
    found = [finding for finding in findings if finding.health is health]
    if not found:
        return None
    status = UNKNOWN if health is Health.UNKNOWN else FALSE
    return Condition(name, status, found[0].reason, told((finding.key, finding.message) for finding in found))


def _unmeasured(run: Pass, name: str, findings: Sequence[Finding]) -> Condition | None:
    for health in (Health.UNKNOWN, Health.PENDING):
        if row := _findings(name, findings, health):
            return row
    asked = [check for check in run.plan.checks if check.condition == name]
    return Condition(name, UNKNOWN, "NotMeasured", "not measured yet") if len(findings) < len(asked) else None


def _wires(run: Pass) -> Condition | None:
    """Wiring is the setting, the role and the thing itself; the message names what lacks."""
    if lacking := _lacking(run.plan.wiring):
        return Condition(_WIRED, FALSE, "MissingBackingService", lacking)
    for wire in run.plan.wiring:
        thing, role = run.items.get(wire.thing), run.items.get(wire.role)
        if thing is not None and thing.state is not State.READY and not thing.as_state().serves:
            return _unwired(run, wire, thing, "MissingBackingService")
        if role is not None and role.state is not State.READY:
            return _unwired(run, wire, role, "RoleNotInForce")
    return None


def _serving_before(run: Pass) -> str:
    """What serves as it was before a change that failed: others are wired with that."""
    things = [run.items[name] for name in dict.fromkeys(wire.thing for wire in run.plan.wiring) if name in run.items]
    said = ((one.key, f"serves as {one.former}, as its last change failed") for one in things if _failed_later(one))
    return told(said)


def _failed_later(item: Item) -> bool:
    return item.state is State.FAILED and bool(item.former)


def _lacking(wiring: Sequence[Wire]) -> str:
    """All that the spec leaves out, each service of an app once, with the settings that speak of it; "" where nothing is missing."""
    settings: dict[tuple[str, str, str], list[str]] = {}
    for wire in wiring:
        if wire.missing:
            settings.setdefault((wire.app, wire.needs, wire.missing), []).append(wire.setting)
    return "; ".join(
        f"{app} needs {needs} for {', '.join(names)}: add {missing}"
        for (app, needs, missing), names in settings.items()
    )


def _unwired(run: Pass, wire: Wire, item: Item, reason: str) -> Condition:
    """A wire that does not reach: `item` is on its way, is stopped, or waits for what is."""
    words = f"{wire.app}: {wire.setting} waits for {item.key}"
    if is_stopped(item):
        # What is measured itself, as an app is, says by its own condition what is wrong with it.
        unwell = any(one.key == item.key and one.health is Health.UNHEALTHY for one in run.findings)
        why = "DependencyNotReady" if unwell else reason
        return Condition(_WIRED, FALSE, why, f"{words}: {item.message}".removesuffix(": "))
    if held_by := holds(run, [item]):
        words = f"{words}; held by {told(told_of(other) for other in held_by)}"
        return Condition(_WIRED, FALSE, "DependencyNotReady", words)
    busy = item.state in BUSY or item.state is State.MISSING
    return Condition(_WIRED, FALSE, "Progressing" if busy else reason, words)
