"""Microsoft.Storage: accounts, and what they bring along. What lies in an account is in `blobs`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from loom.sim.arm.change import Change
from loom.sim.clouds import host
from loom.sim.errors import ArmError
from loom.sim.kinds import Action, Behavior, Kind, Link, NameRule, Provider, Refusal, Route, Style
from loom.sim.providers.blobs import ACCOUNTS, KINDS, VERSIONS, ensure_service
from loom.sim.providers.connections import CONNECTIONS, connections_of
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
SAYS = (
    "{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use "
    "numbers and lower-case letters only."
)
CANNOT_UPDATE = (
    "The property '{name}' was specified in the input, but it cannot be updated as it is read-only. "
    "For more information, see - http://aka.ms/storageaccountupdate"
)


def _keys(world: World, resource: Resource, request: Request) -> Response:
    made = resource.properties["creationTime"]
    return Response(
        200,
        {
            "keys": [
                {"keyName": f"key{n}", "value": "c2ltdWxhdGVk", "permissions": "FULL", "creationTime": made}
                for n in (1, 2)
            ]
        },
    )


class Accounts(Behavior):
    """An account has endpoints, a default blob service, and keys."""

    actions: ClassVar[Mapping[str, Action]] = {"listKeys": _keys}

    def check(self, change: Change) -> None:
        acls = change.properties.get("networkAcls")
        if acls is not None and not acls.get("defaultAction"):
            raise ArmError(
                400,
                "InvalidValuesForRequestParameters",
                "Values for request parameters are invalid: networkAcls.defaultAction.",
            )

    def compose(self, change: Change) -> Json:
        ensure_service(change)
        name, body = change.name, change.body
        sku = dict(body.get("sku") or {})
        sku["tier"] = str(sku.get("name", "")).split("_")[0]
        made = change.before.properties.get("creationTime") if change.before else change.world.clock.stamp()
        endpoints = {
            word: f"https://{host(f'{name}.{place}.core.windows.net', change.location)}/"
            for word, place in (
                *((word, word) for word in ("dfs", "blob", "queue", "table", "file")),
                ("web", "z20.web"),
            )
        }
        key_times = {"key1": made, "key2": made}
        services = {word: {"keyType": "Account", "enabled": True, "lastEnabledTime": made} for word in ("file", "blob")}
        sent_encryption = change.properties.get("encryption") or {}
        encryption = {
            "keySource": "Microsoft.Storage",
            **sent_encryption,
            "services": {**services, **(sent_encryption.get("services") or {})},
        }
        properties = {
            **change.properties,
            "keyCreationTime": key_times,
            "encryption": encryption,
            "privateEndpointConnections": [],
            "creationTime": made,
            "primaryEndpoints": endpoints,
            "primaryLocation": change.location,
            "statusOfPrimary": "available",
        }
        return {**body, "sku": sku, "properties": properties}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        found = connections_of(world, resource)
        return {**body, "properties": {**body["properties"], "privateEndpointConnections": found}}


def _check_name(world: World, request: Request, match: re.Match[str]) -> Response:
    name = str(request.json().get("name", ""))
    if not re.fullmatch(r"[a-z0-9]{3,24}", name):
        return Response(
            200, {"nameAvailable": False, "reason": "AccountNameInvalid", "message": SAYS.format(name=name)}
        )
    if ("storage", name) in world.names:
        message = f"The storage account named {name} is already taken."
        return Response(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Response(200, {"nameAvailable": True})


PROVIDER = Provider(
    namespace="Microsoft.Storage",
    kinds=(
        Kind(
            name=ACCOUNTS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(r"[a-z0-9]{3,24}", SAYS, "AccountNameInvalid"),
            identity="tight",
            unique="storage",
            taken=Refusal(409, "StorageAccountAlreadyTaken", "The storage account named {name} is already taken."),
            put=Style(
                seconds=20,
                headers="location",
                retry_after=17,
                created=202,
                empty=True,
                creating="Creating",
                result_path="asyncoperations",
                update_seconds=0,
                update_headers="none",
            ),
            defaults={
                "tags": {},
                "kind": "StorageV2",
                "properties": {
                    "accessTier": "Hot",
                    "supportsHttpsTrafficOnly": True,
                    "minimumTlsVersion": "TLS1_0",
                    "networkAcls": {
                        "bypass": "AzureServices",
                        "virtualNetworkRules": [],
                        "ipRules": [],
                        "defaultAction": "Allow",
                    },
                },
            },
            required=("sku.name", "kind"),
            read_only=("properties.privateEndpointConnections",),
            immutable=("kind", "properties.isHnsEnabled", "properties.encryption.requireInfrastructureEncryption"),
            fixed=Refusal(409, "AccountPropertyCannotBeUpdated", CANNOT_UPDATE),
            links=(
                Link(
                    "properties.networkAcls.virtualNetworkRules[].id",
                    "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
                ),
            ),
            busy=Refusal(
                409,
                "StorageAccountOperationInProgress",
                "An operation is currently performing on this storage account that requires exclusive access.",
            ),
            budget="storage",
            page=1000,
            behavior=Accounts(),
        ),
        *KINDS,
        Kind(name=f"{ACCOUNTS}/{CONNECTIONS}", versions=VERSIONS, patchable=False, budget="storage"),
    ),
    routes=(
        Route(
            "POST",
            r"(?P<scope>/subscriptions/[^/]+)/providers/Microsoft\.Storage/checkNameAvailability",
            VERSIONS,
            "Microsoft.Storage/checknameavailability/read",
            _check_name,
        ),
    ),
)
