"""Microsoft.Databricks: workspaces in networks of their owners, each with a resource group of the platform's; access connectors."""

from __future__ import annotations

import zlib
from typing import Any

from loom.sim.arm.change import Change
from loom.sim.clouds import host
from loom.sim.errors import ArmError, bad_request
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Style
from loom.sim.providers.connections import CONNECTIONS, with_connections
from loom.sim.providers.platform_groups import make_group, remove_group
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
VERSIONS = ("2026-01-01", "2025-10-01-preview", "2024-05-01", "2023-02-01")
WORKSPACES = "Microsoft.Databricks/workspaces"
CONNECTORS = "Microsoft.Databricks/accessConnectors"


class Workspaces(Behavior):
    """A workspace of mode Hybrid wants a group that does not exist yet, and two subnets delegated to it under one security group."""

    def check(self, change: Change) -> None:
        properties = change.properties
        if properties["computeMode"] != "Hybrid":
            return
        group = str(properties.get("managedResourceGroupId") or "")
        if not group:
            raise bad_request("BadRequest", "A workspace of compute mode Hybrid needs managedResourceGroupId.")
        if change.before is None and change.world.store.get(group) is not None:
            message = f"The managed resource group {group} exists already. Use a name that no resource group has."
            raise ArmError(409, "ApplicationManagedResourceGroupExists", message)
        network = _parameter(properties, "customVirtualNetworkId")
        if network:
            names = [_parameter(properties, f"custom{word}SubnetName") for word in ("Public", "Private")]
            self._check_subnets(change, [f"{network}/subnets/{name}" for name in names])

    @staticmethod
    def _check_subnets(change: Change, ids: list[str]) -> None:
        groups = set()
        for subnet_id in ids:
            subnet = change.world.store.get(subnet_id)
            delegated = [
                str(item["properties"]["serviceName"]).lower()
                for item in ((subnet.properties.get("delegations") or []) if subnet else [])
            ]
            if WORKSPACES.lower() not in delegated:
                message = f"The subnet {subnet_id} must exist and be delegated to {WORKSPACES}."
                raise bad_request("InvalidSubnetDelegation", message)
            groups.add(str(((subnet.properties if subnet else {}).get("networkSecurityGroup") or {}).get("id")).lower())
        if len(groups) > 1 or "none" in groups:
            raise bad_request(
                "InvalidNetworkSecurityGroup", "Both subnets need a network security group, the same one."
            )

    def compose(self, change: Change) -> Json:
        number = zlib.crc32(change.id.lower().encode())
        before, stamp = change.before, change.world.clock.stamp()
        outputs = {
            "workspaceId": str(number),
            "workspaceUrl": host(f"adb-{number}.{number % 20}.azuredatabricks.net", change.location),
            "createdDateTime": before.properties["createdDateTime"] if before else stamp,
            "authorizations": change.properties.get("authorizations", []),
            "parameters": {
                name: {"type": "Bool" if isinstance(item["value"], bool) else "String", **item}
                for name, item in (change.properties.get("parameters") or {}).items()
            },
        }
        return {**change.body, "properties": {**change.properties, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        make_group(world, resource, str(resource.properties.get("managedResourceGroupId") or ""))

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return with_connections(world, resource, body)

    def deleted(self, world: World, resource: Resource) -> None:
        remove_group(world, resource, str(resource.properties.get("managedResourceGroupId") or ""))


def _parameter(properties: Json, name: str) -> str:
    return str(((properties.get("parameters") or {}).get(name) or {}).get("value") or "")


PROVIDER = Provider(
    namespace="Microsoft.Databricks",
    kinds=(
        Kind(
            name=WORKSPACES,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(r"[A-Za-z0-9][\w\-]{1,62}[A-Za-z0-9]", "The name '{name}' is not valid.", "InvalidName"),
            put=Style(seconds=180, headers="async", retry_after=10, creating="Accepted", updating="Updating"),
            delete=Style(
                seconds=180, headers="both", retry_after=10, created=202, updated=202, empty=True, updating="Deleting",
                done=204,
            ),
            defaults={"tags": {}, "sku": {"name": "premium"}, "properties": {"publicNetworkAccess": "Enabled"}},
            required=("properties.computeMode",),
            read_only=("properties.privateEndpointConnections",),
            immutable=(
                "properties.computeMode",
                "properties.managedResourceGroupId",
                "properties.parameters.customVirtualNetworkId.value",
                "properties.parameters.customPublicSubnetName.value",
                "properties.parameters.customPrivateSubnetName.value",
            ),
            fixed=Refusal(400, "BadRequest", "The property '{name}' of a workspace cannot be changed."),
            busy=Refusal(409, "Conflict", "The workspace '{name}' is busy with operation '{operation}'."),
            behavior=Workspaces(),
        ),
        Kind(
            name=CONNECTORS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(r"[A-Za-z0-9][\w\-]{1,62}[A-Za-z0-9]", "The name '{name}' is not valid.", "InvalidName"),
            identity="tight",
            put=Style(seconds=15, headers="async", retry_after=10, creating="Accepted", updating="Updating"),
            delete=Style(
                seconds=15, headers="both", retry_after=10, created=202, updated=202, empty=True, updating="Deleting", done=204,
            ),
            defaults={"tags": {}, "properties": {}},
        ),
        Kind(name=f"{WORKSPACES}/{CONNECTIONS}", versions=VERSIONS, patchable=False),
    ),
)  # fmt: skip
