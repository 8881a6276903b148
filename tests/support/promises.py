"""Does a status keep what the CRDs and the manual promise: known fields, in their bounds, and no word outside the closed lists?"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from loom.api.kinds import KINDS


def broken_promises(kind: str, status: Mapping[str, Any]) -> list[str]:
    """A sentence for each one; what it names, the API server would cut or refuse, or a person would look up in vain."""
    api, found = KINDS[kind], []
    try:
        api.status.model_validate(status, extra="forbid")
    except ValidationError as error:
        found += [f"status.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False)]
    for condition in status.get("conditions") or ():
        name, reason = condition.get("type"), condition.get("reason")
        if name not in api.conditions:
            found.append(f"condition {name} is not in the manual of {kind}")
        if reason not in api.reasons:
            found.append(f"reason {reason} of {name} is not in the manual of {kind}")
    return found
