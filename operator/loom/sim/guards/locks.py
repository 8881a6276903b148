"""Management locks: whether a scope may be changed or deleted. Locks are ordinary resources of Microsoft.Authorization/locks."""

from __future__ import annotations

from loom.sim.errors import ArmError
from loom.sim.ids import ancestors
from loom.sim.store import Resource, Store

LOCKS = "Microsoft.Authorization/locks"


def check(store: Store, resource_id: str, method: str) -> None:
    """Refuse with 409 `ScopeLocked` what a lock on the scope, above it or (for a DELETE) below it forbids."""
    if not store.of_type(LOCKS) or LOCKS.lower() in resource_id.lower():
        return
    found = [
        lock for scope in ancestors(resource_id) for lock in store.children(scope, LOCKS) if _forbids(lock, method)
    ]
    if method == "DELETE":
        found += [lock for lock in store.below(resource_id) if lock.type == LOCKS and _forbids(lock, method)]
    if found:
        verb = "delete" if method == "DELETE" else "write"
        scopes = ", ".join(sorted({lock.id.split("/providers/Microsoft.Authorization/locks")[0] for lock in found}))
        raise ArmError(
            409,
            "ScopeLocked",
            f"The scope '{resource_id}' cannot perform {verb} operation because following scope(s) are locked: '{scopes}'. "
            "Please remove the lock and try again.",
        )


def _forbids(lock: Resource, method: str) -> bool:
    level = str(lock.properties.get("level", "")).lower()
    return level == "readonly" or (level == "cannotdelete" and method == "DELETE")
