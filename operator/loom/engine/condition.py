"""A condition: its shape, and how a status holds it. `lastTransitionTime` moves only when a status changes.

What the conditions of an object are is decided in `loom.engine.conditions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loom.plan.values import Json

TRUE, FALSE, UNKNOWN = "True", "False", "Unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition before it is stamped with generation and time."""

    type: str
    status: str
    reason: str
    message: str = ""


def stamp(conditions: Sequence[Condition], status: Mapping[str, Json], generation: int, now: str) -> list[Json]:
    """The conditions as status holds them: the moment of the last change kept where the status did not change."""
    before: dict[str, Mapping[str, Any]] = {c["type"]: c for c in status.get("conditions") or [] if "type" in c}
    stamped: list[Json] = []
    for condition in conditions:
        old = before.get(condition.type, {})
        since = old.get("lastTransitionTime") if old.get("status") == condition.status else None
        stamped.append(
            {
                "type": condition.type,
                "status": condition.status,
                "reason": condition.reason,
                "message": condition.message,
                "observedGeneration": generation,
                "lastTransitionTime": since or now,
            }
        )
    return stamped


def read(status: Mapping[str, Json]) -> list[Condition]:
    """The conditions that a status holds. What is none is skipped, and what one lacks is empty: a status may hold anything."""
    found = status.get("conditions")
    rows = [row for row in found if isinstance(row, Mapping) and row.get("type")] if isinstance(found, list) else []
    return [Condition(*(str(row.get(name) or "") for name in ("type", "status", "reason", "message"))) for row in rows]


def status_of(status: Mapping[str, Json], condition: str) -> str:
    """What a status says of a condition; "" where it says nothing."""
    for row in status.get("conditions") or ():
        if isinstance(row, Mapping) and row.get("type") == condition:
            return str(row.get("status"))
    return ""
