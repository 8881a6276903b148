"""A connection that the other side must have accepted, by what a body says of it. It reads nothing itself."""

from collections.abc import Mapping

from loom.api.reasons import Reason
from loom.plan.checks import Finding, Health, LinkCheck
from loom.plan.values import Json, at

_WAITING = frozenset({"pending", "initiated", "updating", ""})  # states that another side, or time, resolves


def link(check: LinkCheck, body: Mapping[str, Json] | None) -> Finding:
    """A connection by what its body says: as expected, on its way, or refused."""
    if body is None:
        return Finding(check.key, check.condition, Health.UNKNOWN, Reason.NOT_MEASURED, "was not read")
    state = str(at(body, check.path) or "")
    if state.lower() == check.expect.lower():
        return Finding(check.key, check.condition, Health.HEALTHY)
    if state.lower() in _WAITING:
        words = f"is {state or 'not connected yet'}: the other side has not accepted it yet"
        return Finding(check.key, check.condition, Health.PENDING, Reason.PROGRESSING, words)
    words = f"is {state} where {check.expect} is needed"
    return Finding(check.key, check.condition, Health.UNHEALTHY, Reason.DEGRADED, words)
