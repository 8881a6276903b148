"""Microsoft.KeyVault: vaults, kept by their name when they are deleted, and secrets, whose values no GET returns."""

from __future__ import annotations

import re
from typing import Any

from loom.sim.arm.change import Change
from loom.sim.clouds import host
from loom.sim.errors import ArmError, bad_request
from loom.sim.ids import subscription_of
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Route, Style
from loom.sim.providers.connections import CONNECTIONS, with_connections
from loom.sim.regions import normal
from loom.sim.soft_delete import bring_back, forget, hold, keep
from loom.sim.store import Resource
from loom.sim.vault_plane import SECRETS
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
NAMESPACE = "Microsoft.KeyVault"
VERSIONS = ("2025-05-01", "2024-11-01", "2023-07-01", "2023-02-01", "2022-07-01")
VAULTS = f"{NAMESPACE}/vaults"
SPACE = "vault"
DAY = 86400.0


class Vaults(Behavior):
    """A vault's name stays taken after its deletion, until somebody recovers or, after its days, Azure purges it."""

    def check(self, change: Change) -> None:
        recover = change.properties.get("createMode") == "recover"
        kept = _kept_by_name(change.world, change.name) if change.before is None else None
        if kept is not None and not recover:
            message = (
                "A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault. "
                "Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete."
            )
            raise ArmError(409, "ConflictError", message)
        if recover and change.before is None and (kept is None or kept["resource"]["id"].lower() != change.id.lower()):
            raise ArmError(404, "VaultNotFound", f"A deleted vault {change.name} to be recovered was not found.")
        before = change.before.properties if change.before else {}
        if before.get("enablePurgeProtection") and change.properties.get("enablePurgeProtection") is False:
            message = 'The property "enablePurgeProtection" cannot be set to false: it is an irreversible action.'
            raise bad_request("BadRequest", message)
        days, known = change.properties.get("softDeleteRetentionInDays"), before.get("softDeleteRetentionInDays")
        if known is not None and days not in (None, known):
            raise bad_request(
                "BadRequest", 'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.'
            )

    def compose(self, change: Change) -> Json:
        kept = _kept_by_name(change.world, change.name)
        if change.before is None and kept is not None:
            body: Json = kept["resource"]["body"]
            return body
        before = change.before.properties if change.before else {}
        properties = {
            "accessPolicies": [],
            "enabledForDeployment": False,
            "enableSoftDelete": True,
            "enableRbacAuthorization": False,
            "publicNetworkAccess": "Enabled",
            **{key: value for key, value in change.properties.items() if key != "createMode"},
            "softDeleteRetentionInDays": before.get("softDeleteRetentionInDays")
            or change.properties.get("softDeleteRetentionInDays")
            or 90,
            "vaultUri": f"https://{host(f'{change.name.lower()}.vault.azure.net', change.location)}/",
        }
        return {**change.body, "properties": properties}

    def settled(self, world: World, resource: Resource) -> None:
        bring_back(world, resource)

    def check_delete(self, world: World, resource: Resource) -> None:
        hold(resource, world.store.children(resource.id, SECRETS))

    def deleted(self, world: World, resource: Resource) -> None:
        """What is deleted is kept, less the rights on it; its name stays taken."""
        keep(world, SPACE, resource)

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return with_connections(world, resource, body)


class Secrets(Behavior):
    """A secret's value is written and never read here; a PUT without one is refused where there is none yet."""

    def check(self, change: Change) -> None:
        if not change.properties.get("value"):
            raise bad_request("BadParameter", "The parameter value is missing: a secret must have one.")

    def compose(self, change: Change) -> Json:
        vault = change.world.store.get(change.target.parent)
        uri = str(vault.properties.get("vaultUri")) if vault else ""
        change.notes["value"] = change.properties["value"]
        now = int(change.world.clock.now())
        made = change.before.properties["attributes"].get("created", now) if change.before else now
        attributes = {"enabled": True, **(change.properties.get("attributes") or {}), "created": made, "updated": now}
        version = f"{change.world.next_etag()}".strip('"')
        shown = {key: value for key, value in change.properties.items() if key != "value"}
        outputs = {
            "attributes": attributes,
            "secretUri": f"{uri}secrets/{change.name}",
            "secretUriWithVersion": f"{uri}secrets/{change.name}/{version}",
        }
        location = str(vault.body.get("location")) if vault else ""
        return {"location": location, "tags": change.body.get("tags", {}), "properties": {**shown, **outputs}}


def _kept_by_name(world: World, name: str) -> Json | None:
    """The deleted vault of a name, unless its days are over."""
    for key, kept in list(world.soft_deleted.items()):
        if f"/{VAULTS.lower()}/" not in key or key.rsplit("/", 1)[-1] != name.lower():
            continue
        days = kept["resource"]["body"]["properties"].get("softDeleteRetentionInDays", 90)
        if world.clock.now() - kept["deletedAt"] <= days * DAY:
            found: Json = kept
            return found
        forget(world, SPACE, key)
    return None


def _get_deleted(world: World, request: Request, match: re.Match[str]) -> Response:
    kept = _kept_by_name(world, match["name"])
    subscription = subscription_of(request.path).lower()
    body = kept["resource"]["body"] if kept else {}
    here = kept is not None and subscription_of(kept["resource"]["id"]).lower() == subscription
    if kept is None or not here or normal(str(body.get("location"))) != normal(match["location"]):
        raise ArmError(404, "DeletedVaultNotFound", f"The specified deleted vault {match['name']} does not exist.")
    place = f"/subscriptions/{subscription}/providers/{NAMESPACE}/locations/{normal(match['location'])}/deletedVaults"
    properties = {
        "vaultId": kept["resource"]["id"],
        "location": body.get("location"),
        "tags": body.get("tags", {}),
        "deletionDate": kept["deletionDate"],
        "purgeProtectionEnabled": bool(body["properties"].get("enablePurgeProtection")),
    }
    name, kind = match["name"], f"{NAMESPACE}/deletedVaults"
    return Response(200, {"id": f"{place}/{name}", "name": name, "type": kind, "properties": properties})


PROVIDER = Provider(
    namespace=NAMESPACE,
    kinds=(
        Kind(
            name=VAULTS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(
                r"(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]",
                "The vault name '{name}' is invalid.",
                "VaultNameNotValid",
            ),
            unique=SPACE,
            taken=Refusal(
                409,
                "VaultAlreadyExists",
                "The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the name is already "
                "taken, or that a vault of this name was deleted and not purged yet.",
            ),
            put=Style(seconds=15, created=200, creating="RegisteringDns", update_seconds=0),
            delete=Style(created=200, updated=200),
            required=("properties.tenantId", "properties.sku.family", "properties.sku.name"),
            read_only=("properties.privateEndpointConnections",),
            behavior=Vaults(),
        ),
        Kind(
            name=SECRETS,
            versions=VERSIONS,
            stateful=False,
            names=NameRule(r"[0-9A-Za-z-]{1,127}", "The secret name '{name}' is invalid.", "BadParameter"),
            put=Style(created=201),
            missing=Refusal(404, "SecretNotFound", "A secret with (name/id) {name} was not found in this key vault."),
            behavior=Secrets(),
        ),
        Kind(name=f"{VAULTS}/{CONNECTIONS}", versions=VERSIONS, patchable=False),
    ),
    routes=(
        Route(
            "GET",
            r"(?P<scope>/subscriptions/[^/]+)/providers/Microsoft\.KeyVault/locations/(?P<location>[^/]+)/deletedVaults/(?P<name>[^/]+)",
            VERSIONS,
            f"{NAMESPACE}/locations/deletedVaults/read",
            _get_deleted,
        ),
    ),
)
