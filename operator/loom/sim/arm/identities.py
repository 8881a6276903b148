"""Managed identities of resources: which ones a write may attach, and what a read shows of them."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.arm.checks import check_linked_access
from loom.sim.entra.directory import guid
from loom.sim.errors import ArmError

Json = dict[str, Any]
ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"


def check(change: Change) -> None:
    """Every user-assigned identity must exist, and the caller may assign it."""
    for identity in _attached(change):
        found = change.world.store.get(identity)
        if found is None:
            message = (
                f"Identity operation for resource '{change.id}' failed with error 'Failed to perform resource identity operation. "
                f"Resource '{identity}' was not found.'"
            )
            raise ArmError(400, "FailedIdentityOperation", message)
        check_linked_access(change, identity, ASSIGN)


def _attached(change: Change) -> list[str]:
    sent = (change.body.get("identity") or {}).get("userAssignedIdentities") or {}
    return [str(key) for key, value in sent.items() if value is not None]


def shown(change: Change) -> Json:
    """The identity block with the ids that the directory knows. Some services put a space after the comma."""
    sent = change.body.get("identity") or {}
    words = [word.strip() for word in str(sent.get("type") or "None").split(",")]
    block: Json = {"type": (", " if change.kind.identity == "spaced" else ",").join(words)}
    if "SystemAssigned" in words:
        block["principalId"] = guid("system", change.id.lower())
        block["tenantId"] = change.world.directory.tenant
    attached = {}
    for identity in _attached(change):
        found = change.world.store.get(identity)
        if found is not None:
            attached[identity] = {key: found.properties[key] for key in ("principalId", "clientId")}
    return {**block, "userAssignedIdentities": attached} if attached else block
