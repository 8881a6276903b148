"""Which address a backend stands for in one call: a single one, or a member of a pool by priority, weight and health.

Circuit breakers count what backends answer. Turns and failures are saved with the service.
"""

from __future__ import annotations

import re
from typing import Any

from loom.sim.apim.call import Call, refuse
from loom.sim.apim.places import full_id
from loom.sim.store import Resource

Json = dict[str, Any]
TURNS, BREAKERS = "gatewayTurns", "gatewayBreakers"
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def find(call: Call, name: str) -> Resource:
    """The backend of that name. Answers 500 where there is none."""
    found = call.world.store.get(full_id(call.service.id, f"backends/{name}"))
    if found is None:
        raise refuse(500, f"Internal server error: backend '{name}' is not there.")
    return found


def pick(call: Call, name: str) -> Resource:
    """The single backend that the call goes to. Answers 503 while every one that there is has tripped."""
    found = find(call, name)
    members = (found.properties.get("pool") or {}).get("services") or []
    if not members:
        if _is_tripped(call, found):
            raise refuse(503, f"Service unavailable: the circuit breaker of backend '{name}' has tripped.")
        return found
    alive = [
        (member, single) for member in members if (single := _single(call, member)) and not _is_tripped(call, single)
    ]
    if not alive:
        raise refuse(503, f"Service unavailable: no member of the backend pool '{name}' is available.")
    best = min(_priority(member) for member, _ in alive)
    return _by_turn(call, found, [(member, single) for member, single in alive if _priority(member) == best])


def _single(call: Call, member: Json) -> Resource | None:
    return call.world.store.get(full_id(call.service.id, str(member["id"])))


def _priority(member: Json) -> int:
    """Members without one come first."""
    return int(member.get("priority") or 0)


def _by_turn(call: Call, pool: Resource, members: list[tuple[Json, Resource]]) -> Resource:
    """Each member as often in a round as its weight says; one without a weight counts once."""
    round_ = [single for member, single in members for _ in range(max(1, int(member.get("weight") or 1)))]
    turns = call.service.hidden.setdefault(TURNS, {})
    turns[pool.key] = turns.get(pool.key, -1) + 1
    return round_[int(turns[pool.key]) % len(round_)]


def record(call: Call, backend: Resource, status: int, retry_after: float = 0.0) -> None:
    """Count what a backend answered; enough failures in the interval trip its breaker."""
    now = call.world.clock.now()
    for rule in (backend.properties.get("circuitBreaker") or {}).get("rules") or ():
        condition = rule.get("failureCondition") or {}
        if not any(
            int(r.get("min", 200)) <= status <= int(r.get("max", 599)) for r in condition.get("statusCodeRanges") or ()
        ):
            continue
        state = call.service.hidden.setdefault(BREAKERS, {}).setdefault(backend.key, {"failures": [], "until": 0.0})
        since = now - seconds(str(condition.get("interval", "PT1M")))
        state["failures"] = [*(moment for moment in state["failures"] if moment > since), now]
        if len(state["failures"]) >= int(condition.get("count", 1)):
            trip = (
                retry_after
                if retry_after and rule.get("acceptRetryAfter")
                else seconds(str(rule.get("tripDuration", "PT1M")))
            )
            state.update(failures=[], until=now + trip)


def _is_tripped(call: Call, backend: Resource) -> bool:
    state = call.service.hidden.get(BREAKERS, {}).get(backend.key)
    return bool(state and state["until"] > call.world.clock.now())


def seconds(duration: str) -> float:
    """An ISO 8601 duration of days and smaller."""
    match = _DURATION.fullmatch(duration)
    parts = [int(part or 0) for part in match.groups()] if match else [0, 0, 1, 0]
    return float(parts[0] * 86400 + parts[1] * 3600 + parts[2] * 60 + parts[3])
