"""Vaults as other services read them: a secret's value, by its URI. Resource Manager shows none."""

from __future__ import annotations

from loom.sim.world import World

SECRETS = "Microsoft.KeyVault/vaults/secrets"


def secret_at(world: World, uri: str) -> str:
    """What a reader of a secret's URI, with its version or without, is told; "" where there is no such secret, or it is disabled."""
    for secret in world.store.of_type(SECRETS):
        shown = secret.properties
        if uri in (shown["secretUri"], shown["secretUriWithVersion"]) and shown["attributes"]["enabled"]:
            return str(secret.hidden.get("value") or "")
    return ""
