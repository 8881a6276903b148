"""How API Management says no. Only wording and form, never when it is due."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loom.sim.errors import ArmError

INCORRECT = "One or more fields contain incorrect values:"


def details(faults: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The error document for (target, message) pairs."""
    listed = [{"code": "ValidationError", "target": target, "message": message} for target, message in faults]
    return {"code": "ValidationError", "message": INCORRECT, "details": listed}


def invalid(target: str, message: str) -> ArmError:
    """400 that names one field."""
    return ArmError(400, "ValidationError", INCORRECT, details=details([(target, message)])["details"])


def locked() -> ArmError:
    """409 while an import holds an API, and for a moment after it has "succeeded" (seen by many users of imports)."""
    return ArmError(409, "PessimisticConcurrencyConflict", "Operation on the API is in progress")


def without_match() -> ArmError:
    """400 for a PATCH or DELETE that does not say which version it means."""
    return ArmError(400, "ValidationError", "The If-Match header is required for this operation.")


def not_simulated(what: str) -> ArmError:
    """501: this simulator does not play it, and says so rather than pretend."""
    return ArmError(501, "NotSimulated", f"The simulated API Management does not have {what}.")
