"""Health in a pass: which checks are asked now, and which findings of before still stand. Nothing is written here."""

from collections.abc import Mapping, Sequence

from loom.engine.one_pass import Pass
from loom.plan.checks import AppCheck, Check, Finding, Health, LinkCheck, finding_key, looked_at
from loom.plan.outcome import State


async def examine(run: Pass, *, done: bool) -> None:
    """Fill `run.findings` with the health of what is there; `done` says that nothing is left to bring about.

    What is still being made is not asked, and while work goes on nothing is in every pass. An app whose write failed is asked, and
    at once: why is in its revision. While it is written again, what was wrong with it before is still told, and what was found well
    stands until the run ends or has lasted an interval.
    """
    now = run.ports.clock.now()
    early = now - run.memory.examined < run.work.rhythm.share
    if early and not done and not _failed_unasked(run):
        run.findings = run.memory.findings
        return
    checks = [check for check in run.plan.checks if _is_there(run, check)]
    bodies = {name: item.live.body for name, item in run.items.items() if item.live is not None}
    well = set() if done or run.afresh else _found_well(run)
    fresh = [check for check in checks if check not in well and not _stands(run, check, bodies)]
    found = dict(zip(fresh, await run.ports.prober.examine(fresh, bodies, run.lookup), strict=True)) if fresh else {}
    known = {**_of_before(run, checks), **run.memory.measured, **found}
    # A link of what this run has read before is as it was then: it is not unmeasured because something else takes its time.
    lasting = {check for check in run.plan.checks if isinstance(check, LinkCheck | AppCheck)}
    run.memory.measured = {check: finding for check, finding in known.items() if check in lasting}
    run.findings = tuple(known[check] for check in checks if check in known)
    if {(f.key, f.health) for f in run.findings} != {(f.key, f.health) for f in run.memory.findings}:
        run.memory.health_since = now
    run.memory.findings, run.memory.examined = run.findings, now


def _of_before(run: Pass, checks: Sequence[Check]) -> dict[Check, Finding]:
    """What was last told of what is being written again, as nobody knows better before that is done.

    Of an app that is what is wrong with it, and of what only gets other tags everything.
    """
    told = {finding.key: finding for finding in run.memory.findings}
    known = {check: told[name] for check in checks if (name := finding_key(check)) in told}
    return {
        check: finding
        for check, finding in known.items()
        if _is_relabeled(run, check) or (_is_rewritten_app(run, check) and finding.health is Health.UNHEALTHY)
    }


def _is_rewritten_app(run: Pass, check: Check) -> bool:
    return isinstance(check, AppCheck) and _is_updating(run, check)


def _is_updating(run: Pass, check: Check) -> bool:
    return run.items[check.key].state is State.UPDATING


def _is_relabeled(run: Pass, check: Check) -> bool:
    """Does anything that it looks at only get other tags?"""
    return any(name in run.items and run.is_relabeled(run.items[name]) for name in looked_at(check))


def _failed_unasked(run: Pass) -> bool:
    """Has an app's write failed, and nobody has asked the app since?"""
    failed = {name for name, item in run.items.items() if item.state is State.FAILED}
    return any(isinstance(c, AppCheck) and c.key in failed and c not in run.memory.measured for c in run.plan.checks)


def _is_there(run: Pass, check: Check) -> bool:
    """Is there something to ask? An app of ours that was made runs on, whatever keeps its next write."""
    item = run.items.get(check.key)
    if item is None:
        return False
    if item.state is State.READY or run.is_relabeled(item):
        return True
    if not isinstance(check, AppCheck):
        return False
    kept = item.state in (State.WAITING, State.BLOCKED, State.DRIFTED) and item.live is not None
    return item.state in (State.FAILED, State.UPDATING) or (kept and item.id in run.inventory)


def _stands(run: Pass, check: Check, bodies: Mapping[str, object]) -> bool:
    """Does the finding before still stand, if there was one?"""
    unread = isinstance(check, LinkCheck) and check.key not in bodies
    return unread or _is_updating(run, check) or _is_relabeled(run, check)


def _found_well(run: Pass) -> set[Check]:
    """What was found healthy and has not been written since."""
    return {check for check, finding in run.memory.measured.items() if finding.health is Health.HEALTHY}
