"""Key Vault as the simulated Azure plays it: soft delete, recovery, and values that are never shown."""

from __future__ import annotations

from typing import Any

from support.simulator import Simulator

from .shapes import group, within

VERSION = "2025-05-01"
DAY = 86400.0


def body(azure: Simulator, **properties: Any) -> dict[str, Any]:
    usual = {"tenantId": azure.tenant_id, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
    return {"location": "eastus2", "tags": {"team": "finance"}, "properties": {**usual, **properties}}


def vault(azure: Simulator, name: str = "kvloom1") -> str:
    return within(group(azure), "Microsoft.KeyVault/vaults", name)


def deleted(azure: Simulator, name: str = "kvloom1") -> str:
    return f"/subscriptions/{azure.subscription_id}/providers/Microsoft.KeyVault/locations/eastus2/deletedVaults/{name}"


def ask(azure: Simulator, method: str, path: str, sent: Any = None) -> Any:
    return azure.call(method, f"{path}?api-version={VERSION}", sent)


def made(azure: Simulator, **properties: Any) -> str:
    found = vault(azure)
    assert ask(azure, "PUT", found, body(azure, **properties)).status == 200
    azure.advance(60)
    return found


def test_no_get_returns_the_value_of_a_secret(azure: Simulator) -> None:
    secret = f"{made(azure)}/secrets/session-secret"
    answer = ask(azure, "PUT", secret, {"properties": {"value": "hush"}})
    assert answer.status == 201
    shown = ask(azure, "GET", secret).body
    assert "hush" not in str(answer.body) + str(shown)
    assert shown["properties"]["secretUri"] == "https://kvloom1.vault.azure.net/secrets/session-secret"


def test_a_secret_must_have_a_value(azure: Simulator) -> None:
    assert ask(azure, "PUT", f"{made(azure)}/secrets/session-secret", {"properties": {}}).status == 400


def test_a_deleted_vault_is_kept_under_its_name(azure: Simulator) -> None:
    found = made(azure)
    assert ask(azure, "DELETE", found).status == 200
    kept = ask(azure, "GET", deleted(azure))
    assert (kept.status, kept.body["properties"]["vaultId"].lower()) == (200, found.lower())
    assert kept.body["properties"]["tags"] == {"team": "finance"}
    refused = ask(azure, "PUT", found, body(azure))
    assert (refused.status, refused.body["error"]["code"]) == (409, "ConflictError")


def test_what_is_recovered_has_its_secrets_and_none_of_its_roles(azure: Simulator) -> None:
    found = made(azure)
    ask(azure, "PUT", f"{found}/secrets/session-secret", {"properties": {"value": "hush"}})
    role = f"{found}/providers/Microsoft.Authorization/roleAssignments/7e2b1f1e-0d3c-4b42-9f52-0a6f4d5f9b11"
    given = (
        f"{azure.group_id('rg')}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6"
    )
    who = {"principalId": "0d4f62a7-6b86-4a39-9d0f-53c7d6d7a001", "roleDefinitionId": given}
    azure.seed(role, {"properties": who})
    ask(azure, "DELETE", found)
    assert ask(azure, "PUT", found, body(azure, createMode="recover")).status == 200
    azure.advance(60)
    assert azure.get(f"{found}/secrets/session-secret") is not None
    assert azure.get(role) is None
    assert "createMode" not in ask(azure, "GET", found).body["properties"]


def test_a_name_is_free_when_the_days_are_over(azure: Simulator) -> None:
    found = made(azure, softDeleteRetentionInDays=7)
    ask(azure, "DELETE", found)
    azure.advance(8 * DAY)
    assert ask(azure, "GET", deleted(azure)).status == 404
    assert ask(azure, "PUT", found, body(azure)).status == 200


def test_another_vault_cannot_take_a_name_that_is_kept(azure: Simulator) -> None:
    ask(azure, "DELETE", made(azure))
    other = within(azure.group_id("rg-other"), "Microsoft.KeyVault/vaults", "kvloom1")
    azure.seed(azure.group_id("rg-other"), {"location": "eastus2"})
    assert ask(azure, "PUT", other, body(azure)).status == 409
    assert ask(azure, "PUT", other, body(azure, createMode="recover")).status in (404, 409)


def test_protection_against_purging_and_the_days_are_for_ever(azure: Simulator) -> None:
    found = made(azure, enablePurgeProtection=True, softDeleteRetentionInDays=7)
    assert ask(azure, "PUT", found, body(azure, enablePurgeProtection=False)).status == 400
    assert ask(azure, "PUT", found, body(azure, enablePurgeProtection=True, softDeleteRetentionInDays=9)).status == 400
