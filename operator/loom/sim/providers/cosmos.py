"""Microsoft.DocumentDB: accounts, and the roles that they give on their own data. Shapes are those of recorded traffic."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from loom.sim.arm.change import Change
from loom.sim.clouds import host
from loom.sim.entra.directory import guid
from loom.sim.errors import bad_request
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Style
from loom.sim.providers.connections import CONNECTIONS, with_connections
from loom.sim.providers.cosmos_databases import CONTAINERS, DATABASES, Containers, Databases, Enqueued
from loom.sim.regions import display, normal
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
VERSIONS = (
    "2025-10-15", "2025-04-15", "2024-11-15", "2024-08-15", "2024-05-15", "2024-02-15-preview", "2023-11-15", "2023-09-15",
    "2023-04-15", "2023-03-15", "2022-11-15", "2022-08-15", "2022-05-15", "2021-10-15", "2021-06-15", "2021-05-15", "2021-04-15",
)  # fmt: skip
ACCOUNTS = "Microsoft.DocumentDB/databaseAccounts"
ROLES = f"{ACCOUNTS}/sqlRoleAssignments"
READER, CONTRIBUTOR = (f"00000000-0000-0000-0000-{number:012d}" for number in (1, 2))


# Both headers, unsigned and without Retry-After; the status document is bare and says `Dequeued` while it runs.
_STYLE = Style(
    headers="both", created=200, status_path="operationsStatus", bare=True, running="Dequeued", urls="result"
)


def _of_account(seconds: float, update_seconds: float | None = None) -> Style:
    return replace(_STYLE, seconds=seconds, update_seconds=update_seconds)


def _inside(seconds: float) -> Style:
    return replace(_STYLE, seconds=seconds, created=202, updated=202)


class Accounts(Behavior):
    """An account has regions, an endpoint once it is made, and everything that nobody asked for."""

    def check(self, change: Change) -> None:
        regions = [normal(str(item.get("locationName"))) for item in change.properties["locations"]]
        if len(set(regions)) != len(regions) or not all(regions):
            raise bad_request("BadRequest", "Every location of an account needs a name, and none may occur twice.")
        before = change.before
        if before is None:
            return
        if _kind_of(before.properties) == "Continuous" and _kind_of(change.properties) == "Periodic":
            raise bad_request("BadRequest", "Continuous backup mode cannot be changed to periodic.")
        moved = regions != [normal(item["locationName"]) for item in before.properties["locations"]]
        others = ("disableLocalAuth", "publicNetworkAccess", "minimalTlsVersion", "backupPolicy")
        if moved and any(
            name in change.properties and change.properties[name] != before.properties.get(name) for name in others
        ):
            message = "Cannot simultaneously add/remove locations and modify other properties for a Cosmos DB account."
            raise bad_request("BadRequest", message)

    def compose(self, change: Change) -> Json:
        before, stamp = change.before, change.world.clock.stamp()
        made = before.body["systemData"]["createdAt"] if before else stamp
        regions = [_region(change.name, item, "Creating") for item in change.properties["locations"]]
        policies = [{key: item[key] for key in ("id", "locationName", "failoverPriority")} for item in regions]
        consistency = {"maxIntervalInSeconds": 5, "maxStalenessPrefix": 100, **change.properties["consistencyPolicy"]}
        outputs = {
            "EnabledApiTypes": "Sql",
            "enablePartitionKeyMonitor": False,
            "configurationOverrides": {},
            "instanceId": guid("cosmos", change.id.lower()),
            "consistencyPolicy": consistency,
            "backupPolicy": _backup(change.properties["backupPolicy"]),
            "locations": regions,
            "writeLocations": regions[:1],
            "readLocations": regions,
            "failoverPolicies": policies,
        }
        known = {"documentEndpoint": before.properties["documentEndpoint"]} if before else {}
        return {
            **change.body,
            "systemData": {"createdAt": made},
            "properties": {**change.properties, **outputs, **known},
        }

    def settled(self, world: World, resource: Resource) -> None:
        properties = resource.properties
        where = host(f"{resource.name.lower()}.documents.azure.com", str(resource.body.get("location")))
        properties["documentEndpoint"] = f"https://{where}:443/"
        properties["defaultIdentity"] = properties.get("defaultIdentity") or "FirstPartyIdentity"
        regions = [_region(resource.name, item, "Succeeded") for item in properties["locations"]]
        properties |= {"locations": regions, "writeLocations": regions[:1], "readLocations": regions}
        periodic = properties["backupPolicy"].get("periodicModeProperties")
        if periodic and periodic.get("backupStorageRedundancy") == "Invalid":
            periodic["backupStorageRedundancy"] = "Geo"

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return with_connections(world, resource, body)


def _kind_of(properties: Json) -> str:
    return str((properties.get("backupPolicy") or {}).get("type", "Periodic"))


def _backup(sent: Json) -> Json:
    """A continuous backup as it was asked for, a periodic one with its intervals."""
    if sent["type"] == "Continuous":
        return sent
    modes = {"backupIntervalInMinutes": 240, "backupRetentionIntervalInHours": 8, "backupStorageRedundancy": "Invalid"}
    return {**sent, "periodicModeProperties": {**modes, **(sent.get("periodicModeProperties") or {})}}


def _region(account: str, item: Json, state: str) -> Json:
    name = normal(str(item["locationName"]))
    at = f"{account}-{name}".lower()
    ready = (
        {"documentEndpoint": f"https://{host(f'{at}.documents.azure.com', name)}:443/"} if state == "Succeeded" else {}
    )
    return {
        "id": at,
        "locationName": display(name),
        **ready,
        "provisioningState": state,
        "failoverPriority": item.get("failoverPriority", 0),
        "isZoneRedundant": item.get("isZoneRedundant", False),
    }


class RoleAssignments(Enqueued):
    """The account's own role assignments: for principals of the tenant, on the account or on what is in it by its data path."""

    def check(self, change: Change) -> None:
        account = change.target.parent
        sent = change.properties
        role = str(sent.get("roleDefinitionId", "")).lower()
        if role not in {f"{account}/sqlRoleDefinitions/{name}".lower() for name in (READER, CONTRIBUTOR)}:
            raise bad_request("BadRequest", f"The role definition {sent.get('roleDefinitionId')} does not exist.")
        scope = str(sent.get("scope", ""))
        if not re.fullmatch(rf"{re.escape(account)}(/dbs/[^/]+(/colls/[^/]+)?)?", scope, re.IGNORECASE):
            message = f"The scope [{scope}] is none of this account, or of /dbs/<database> or /dbs/<database>/colls/<container> in it."
            raise bad_request("BadRequest", message)
        world, principal = change.world, str(sent.get("principalId", ""))
        known = world.directory.by_object(principal)
        if known is None or world.clock.now() < known.born + world.settings.principal_delay:
            message = (
                f"The provided principal ID [{principal}] was not found in the AAD tenant(s) [{world.directory.tenant}] which are "
                "associated with the customer's subscription."
            )
            raise bad_request("BadRequest", message)


PROVIDER = Provider(
    namespace="Microsoft.DocumentDB",
    kinds=(
        Kind(
            name=ACCOUNTS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(
                r"(?=.{3,44}$)[a-z0-9]+(-[a-z0-9]+)*",
                "The account name '{name}' is invalid. It may hold lower-case letters, digits and single hyphens, 3 to 44 in all.",
                "BadRequest",
            ),
            identity="tight",
            unique="cosmos",
            taken=Refusal(400, "BadRequest", "Dns record for {name} under zone Document is already taken."),
            display_location=True,
            put=_of_account(300, update_seconds=60),
            delete=_of_account(240),
            defaults={
                "tags": {},
                "kind": "GlobalDocumentDB",
                "identity": {"type": "None"},
                "properties": {
                    "publicNetworkAccess": "Enabled",
                    "disableLocalAuth": False,
                    "minimalTlsVersion": "Tls12",
                    "enableAutomaticFailover": False,
                    "enableMultipleWriteLocations": False,
                    "isVirtualNetworkFilterEnabled": False,
                    "virtualNetworkRules": [],
                    "disableKeyBasedMetadataWriteAccess": False,
                    "enableFreeTier": False,
                    "enableAnalyticalStorage": False,
                    "analyticalStorageConfiguration": {"schemaType": "WellDefined"},
                    "defaultIdentity": "",
                    "networkAclBypass": "None",
                    "consistencyPolicy": {"defaultConsistencyLevel": "Session"},
                    "cors": [],
                    "capabilities": [],
                    "ipRules": [],
                    "networkAclBypassResourceIds": [],
                    "backupPolicy": {"type": "Periodic"},
                },
            },
            required=("properties.locations", "properties.databaseAccountOfferType"),
            read_only=("properties.privateEndpointConnections",),
            immutable=("kind",),
            busy=Refusal(
                412,
                "PreconditionFailed",
                "There is already an operation in progress which requires exclusive lock on this service {name}. "
                "Please retry the operation after sometime.",
            ),
            behavior=Accounts(),
        ),
        Kind(
            name=DATABASES,
            versions=VERSIONS,
            patchable=False,
            stateful=False,
            put=_inside(10),
            delete=_inside(10),
            required=("properties.resource.id",),
            behavior=Databases(),
        ),
        Kind(
            name=CONTAINERS,
            versions=VERSIONS,
            patchable=False,
            stateful=False,
            put=_inside(15),
            delete=_inside(10),
            required=("properties.resource.id",),
            immutable=("properties.resource.partitionKey.paths", "properties.resource.partitionKey.kind"),
            fixed=Refusal(400, "BadRequest", "Document collection partition key cannot be changed."),
            behavior=Containers(),
        ),
        Kind(
            name=ROLES,
            versions=VERSIONS,
            patchable=False,
            stateful=False,
            names=NameRule(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", "{name} is no GUID.", "BadRequest"),
            put=_inside(10),
            delete=_inside(10),
            required=("properties.roleDefinitionId", "properties.scope", "properties.principalId"),
            behavior=RoleAssignments(),
        ),
        Kind(name=f"{ACCOUNTS}/{CONNECTIONS}", versions=VERSIONS, patchable=False),
    ),
)
