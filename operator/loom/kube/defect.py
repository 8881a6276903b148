"""What a status says once the operator itself has failed: that it did, and nothing of how, which is the log's.

What failed and what follows is the worker's; this only composes the status.
"""

from collections.abc import Mapping
from typing import Any

from loom.engine.condition import Condition, stamp

_MESSAGE = "the operator met a defect of its own; its log has the details. It tries again slowly."


def with_defect(status: Mapping[str, Any], now: str) -> dict[str, Any]:
    """The status with `InternalError`, all else as it was; `now` is the moment that changed conditions get."""
    ours = [
        Condition("Ready", "False", "InternalError", _MESSAGE),
        Condition("Reconciling", "True", "InternalError", _MESSAGE),
    ]
    others = [c for c in status.get("conditions") or () if c.get("type") not in ("Ready", "Reconciling", "Stalled")]
    # This generation was not looked at to the end: the status keeps speaking of the one before.
    seen = status.get("observedGeneration", -1)
    return {**status, "observedGeneration": seen, "conditions": [*stamp(ours, status, seen, now), *others]}
