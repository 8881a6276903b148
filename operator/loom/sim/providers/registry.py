"""Microsoft.ContainerRegistry: registries. Whether an app may pull from one is asked of the role assignments, as on the service."""

from __future__ import annotations

import re
from typing import Any

from loom.sim.arm.change import Change
from loom.sim.clouds import REGISTRY_HOSTS, host
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Route, Style
from loom.sim.providers.connections import CONNECTIONS, connections_of
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
REGISTRIES = "Microsoft.ContainerRegistry/registries"
VERSIONS = (
    "2025-11-01", "2025-04-01", "2023-07-01", "2022-12-01", "2021-09-01", "2026-03-01-preview", "2026-01-01-preview",
    "2025-06-01-preview", "2025-05-01-preview", "2025-03-01-preview", "2024-11-01-preview", "2023-11-01-preview",
    "2023-08-01-preview", "2023-06-01-preview", "2023-01-01-preview", "2022-02-01-preview", "2021-12-01-preview",
    "2021-08-01-preview", "2021-06-01-preview",
)  # fmt: skip
SAYS = "Invalid resource name: '{name}'. It may contain alpha numeric characters only and must be between 5 and 50 characters."


class Registries(Behavior):
    """A registry has a login server."""

    def compose(self, change: Change) -> Json:
        sku = {**(change.body.get("sku") or {}), "tier": (change.body.get("sku") or {}).get("name")}
        made = change.before.properties.get("creationDate") if change.before else change.world.clock.stamp()
        outputs = {"loginServer": host(f"{change.name.lower()}.azurecr.io", change.location), "creationDate": made}
        return {**change.body, "sku": sku, "properties": {**change.properties, **outputs}}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return {
            **body,
            "properties": {**body["properties"], "privateEndpointConnections": connections_of(world, resource)},
        }


def registry_of(world: World, server: str) -> Resource | None:
    """The simulated registry behind a login server, if there is one."""
    name = next(
        (server.lower().removesuffix(f".{end}") for end in REGISTRY_HOSTS if server.lower().endswith(f".{end}")), ""
    )
    holder = world.names.get(("registry", name))
    return world.store.get(holder) if holder else None


def _check_name(world: World, request: Request, match: re.Match[str]) -> Response:
    name = str(request.json().get("name", ""))
    taken = ("registry", name.lower()) in world.names
    more = {"reason": "AlreadyExists", "message": f"The registry {name} is already in use."} if taken else {}
    return Response(200, {"nameAvailable": not taken, **more})


PROVIDER = Provider(
    namespace="Microsoft.ContainerRegistry",
    kinds=(
        Kind(
            name=REGISTRIES,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(r"[A-Za-z0-9]{5,50}", SAYS, "InvalidName"),
            unique="registry",
            taken=Refusal(409, "AlreadyInUse", "The registry DNS name {name}.azurecr.io is already in use."),
            put=Style(
                seconds=10,
                headers="async",
                retry_after=10,
                status_path="operationResults",
                update_seconds=0,
                update_headers="none",
            ),
            delete=Style(
                seconds=10, headers="location", retry_after=15, created=202, updated=202, updating="Deleting", done=200
            ),
            required=("sku.name",),
            read_only=("properties.privateEndpointConnections",),
            defaults={
                "tags": {},
                "properties": {
                    "adminUserEnabled": False,
                    "publicNetworkAccess": "Enabled",
                    "zoneRedundancy": "Disabled",
                    "anonymousPullEnabled": False,
                    "dataEndpointEnabled": False,
                    "networkRuleBypassOptions": "AzureServices",
                    "roleAssignmentMode": "LegacyRegistryPermissions",
                },
            },
            system_data=True,
            behavior=Registries(),
        ),
        Kind(name=f"{REGISTRIES}/{CONNECTIONS}", versions=VERSIONS, patchable=False),
    ),
    routes=(
        Route(
            "POST",
            r"(?P<scope>/subscriptions/[^/]+)/providers/Microsoft\.ContainerRegistry/checkNameAvailability",
            VERSIONS,
            "Microsoft.ContainerRegistry/checkNameAvailability/read",
            _check_name,
        ),
    ),
)
