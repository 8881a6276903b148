"""Microsoft.App/managedEnvironments: where apps live. It gets a domain and an address, and fixes its network for ever."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Any

from loom.sim.arm.change import Change
from loom.sim.clouds import host
from loom.sim.errors import ArmError, bad_request
from loom.sim.ids import subscription_of
from loom.sim.kinds import Behavior, Kind, Link, NameRule, Refusal, Style
from loom.sim.providers import app_shapes
from loom.sim.providers.addresses import overlap
from loom.sim.providers.app_style import APP, VERSIONS, app_delete, app_patch, app_put
from loom.sim.providers.connections import CONNECTIONS, with_connections
from loom.sim.providers.subnets import environments_in
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
ENVIRONMENTS = f"{APP}/managedEnvironments"
APPS = f"{APP}/containerApps"
WORDS = (
    "blue",
    "calm",
    "green",
    "happy",
    "icy",
    "jolly",
    "kind",
    "lively",
    "mango",
    "nice",
    "orange",
    "proud",
    "red",
    "salmon",
    "wonderful",
)
THINGS = (
    "bay",
    "beach",
    "cliff",
    "dune",
    "field",
    "flower",
    "forest",
    "glacier",
    "grass",
    "hill",
    "island",
    "lake",
    "plant",
    "river",
    "sky",
)
FORBIDDEN = [
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24", "100.100.0.0/17", "100.100.128.0/19", "100.100.160.0/19",
        "100.100.192.0/19",
    )
]  # fmt: skip


class Environments(Behavior):
    """The subnet must be big enough, delegated, and nobody else's."""

    def check(self, change: Change) -> None:
        subnet_id = (change.properties.get("vnetConfiguration") or {}).get("infrastructureSubnetId")
        if subnet_id:
            self._check_subnet(change, str(subnet_id))
        self._check_quota(change)

    @staticmethod
    def _check_subnet(change: Change, subnet_id: str) -> None:
        subnet = change.world.store.get(subnet_id)
        if subnet is None:
            return
        network = ipaddress.ip_network(
            subnet.properties.get("addressPrefix") or subnet.properties["addressPrefixes"][0]
        )
        if network.prefixlen > 27:
            raise bad_request(
                "ManagedEnvironmentInvalidNetworkConfiguration",
                f"The subnet {subnet_id} must have a size of at least /27.",
            )
        if any(overlap(taken, network) for taken in FORBIDDEN):
            raise bad_request(
                "ManagedEnvironmentInvalidNetworkConfiguration",
                f"The subnet {subnet_id} overlaps a range that AKS reserves.",
            )
        delegated = [
            item["properties"].get("serviceName", "").lower() for item in subnet.properties.get("delegations") or []
        ]
        if "microsoft.app/environments" not in delegated:
            message = f"The subnet {subnet_id} must be delegated to the service 'Microsoft.App/environments'."
            raise bad_request("ManagedEnvironmentSubnetDelegationError", message)
        for other in environments_in(change.world, subnet_id):
            if other.key != change.id.lower():
                message = (
                    f"The environment network configuration is invalid: Provided subnet {subnet_id} must not be in use."
                )
                raise bad_request("ManagedEnvironmentSubnetInUse", message)

    @staticmethod
    def _check_quota(change: Change) -> None:
        allowed = change.world.settings.quotas.get("environmentsPerRegion")
        found = change.world.store.of_type(ENVIRONMENTS, subscription_of(change.target.id))
        if change.before is None and allowed is not None and len(found) >= allowed:
            message = (
                f"The subscription '{subscription_of(change.target.id)}' cannot have more than {allowed} Container App Environments in "
                f"{change.body.get('location')}."
            )
            raise bad_request("MaxNumberOfRegionalEnvironmentsInSubExceeded", message)

    def compose(self, change: Change) -> Json:
        digest = hashlib.sha256(change.id.lower().encode()).digest()
        name = f"{WORDS[digest[0] % len(WORDS)]}{THINGS[digest[1] % len(THINGS)]}-{digest[2:6].hex()}"
        region = change.location
        shaped = app_shapes.environment(change.properties)
        internal = bool((shaped["vnetConfiguration"] or {}).get("internal"))
        known = change.before.properties if change.before else {}
        domain = shaped["customDomainConfiguration"]
        place = change.id.replace("/providers/Microsoft.App", "")
        outputs = {
            "defaultDomain": known.get("defaultDomain", host(f"{name}.{region}.azurecontainerapps.io", region)),
            "staticIp": known.get("staticIp", _static_ip(change, digest, internal)),
            "eventStreamEndpoint": f"https://{region}.azurecontainerapps.dev{place}/eventstream",
            "customDomainConfiguration": {
                "customDomainVerificationId": hashlib.sha256(digest).hexdigest().upper(),
                **domain,
            },
            "publicNetworkAccess": change.properties.get("publicNetworkAccess", "Disabled" if internal else "Enabled"),
        }
        return {**change.body, "properties": {**shaped, **outputs}}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return with_connections(world, resource, body)

    def check_delete(self, world: World, resource: Resource) -> None:
        apps = [item for item in world.store.of_type(APPS, subscription_of(resource.id)) if _lives_in(item, resource)]
        if apps:
            names = ", ".join(item.name for item in apps)
            message = f"Managed environment '{resource.name}' cannot be deleted because it has container apps: {names}."
            raise ArmError(409, "ManagedEnvironmentHasDependencies", message)


class Connections(Behavior):
    """A connection is asked for by whoever wants one; here it can only be answered."""

    def check(self, change: Change) -> None:
        if change.before is None:
            raise ArmError(404, "PrivateEndpointConnectionNotFound", f"There is no connection '{change.name}'.")

    def compose(self, change: Change) -> Json:
        known = change.before.properties if change.before else {}
        return {**change.body, "properties": {**known, **change.properties}}


def _lives_in(app: Resource, environment: Resource) -> bool:
    return str(app.properties.get("environmentId", "")).lower() == environment.key


def _static_ip(change: Change, digest: bytes, internal: bool) -> str:
    if not internal:
        return f"20.{digest[7] % 200 + 10}.{digest[8]}.{digest[9] % 250 + 2}"
    subnet = change.world.store.get(str(change.properties["vnetConfiguration"].get("infrastructureSubnetId") or ""))
    prefix = (
        (subnet.properties.get("addressPrefix") or subnet.properties["addressPrefixes"][0]) if subnet else "10.0.0.0/23"
    )
    return str(ipaddress.ip_network(prefix)[-10])


KINDS = (
    Kind(
        name=ENVIRONMENTS,
        versions=VERSIONS,
        tracked=True,
        lists=("subscription", "group"),
        names=NameRule(
            r"(?=.{2,60}$)[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?",
            "Invalid ManagedEnvironment name '{name}'.",
            "ManagedEnvironmentInvalidName",
        ),
        display_location=True,
        put=app_put(
            150, "managedEnvironmentOperationStatuses", creating="Waiting", updating="Updating", update_seconds=30
        ),
        repeat=Style(),
        patch=app_patch(30, "managedEnvironmentOperationResults", "Updating"),
        delete=app_delete(60, "managedEnvironmentOperationResults", "ScheduledForDelete"),
        read_only=("properties.privateEndpointConnections",),
        write_only=("properties.appLogsConfiguration.logAnalyticsConfiguration.sharedKey",),
        immutable=(
            "properties.vnetConfiguration.infrastructureSubnetId",
            "properties.vnetConfiguration.internal",
            "properties.zoneRedundant",
            "properties.infrastructureResourceGroup",
        ),
        fixed=Refusal(
            400, "ManagedEnvironmentPropertyCannotBeChanged", "The property '{name}' cannot be changed after creation."
        ),
        links=(
            Link(
                "properties.vnetConfiguration.infrastructureSubnetId",
                "Microsoft.Network/virtualNetworks/subnets/join/action",
            ),
        ),
        identity="tight",
        busy=Refusal(
            409,
            "ManagedEnvironmentOperationInProgress",
            "Cannot modify the environment '{name}' because another operation is in progress.",
        ),
        system_data=True,
        budget="app",
        behavior=Environments(),
    ),
    Kind(
        name=f"{ENVIRONMENTS}/{CONNECTIONS}",
        versions=VERSIONS,
        patchable=False,
        put=app_put(10, "managedEnvironmentOperationStatuses", creating="Updating", updating="Updating"),
        delete=app_delete(10, "managedEnvironmentOperationResults"),
        read_only=("properties.groupIds", "properties.privateEndpoint"),
        behavior=Connections(),
    ),
)
