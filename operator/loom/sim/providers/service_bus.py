"""Microsoft.ServiceBus: namespaces and queues. What a tier does not have is refused; a namespace that goes shows `Removing` first."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.clouds import host
from loom.sim.errors import bad_request
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Style
from loom.sim.providers.connections import connections_of
from loom.sim.providers.messaging import NAMES, furnish, inner_kinds, name_route, not_found, refuse_early
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
NAMESPACE = "Microsoft.ServiceBus"
VERSIONS = (
    "2026-01-01", "2024-01-01", "2021-11-01", "2017-04-01", "2025-05-01-preview", "2023-01-01-preview", "2022-10-01-preview",
    "2022-01-01-preview", "2021-06-01-preview", "2021-01-01-preview",
)  # fmt: skip
NAMESPACES = f"{NAMESPACE}/namespaces"
QUEUES = f"{NAMESPACES}/queues"
CAPACITIES = (1, 2, 4, 8, 16)
FOR_EVER = "P10675199DT2H48M5.4775807S"
NEVER = "0001-01-01T00:00:00"
FIXED = ("requiresSession", "requiresDuplicateDetection", "enablePartitioning")


def _tier(body: Json) -> str:
    return str((body.get("sku") or {}).get("name", "Standard"))


class Namespaces(Behavior):
    """A namespace is usable when `status` is Active. Only Premium can be closed to public addresses, and has units."""

    def check(self, change: Change) -> None:
        sku, properties = change.body.get("sku") or {}, change.properties
        premium = _tier(change.body) == "Premium"
        if premium and (sku.get("capacity") or 1) not in CAPACITIES:
            raise bad_request("BadRequest", f"The messaging units must be one of {CAPACITIES}. CorrelationId: 0")
        if not premium and properties.get("publicNetworkAccess") == "Disabled":
            message = "PublicNetworkAccess can be disabled for namespaces of the Premium tier only. CorrelationId: 0"
            raise bad_request("BadRequest", message)
        if change.before is not None and _tier(change.before.body) != _tier(change.body):
            before = _tier(change.before.body)
            message = f"The tier cannot be changed from {before} to {_tier(change.body)}. CorrelationId: 0"
            raise bad_request("BadRequest", message)

    def compose(self, change: Change) -> Json:
        sku = {"tier": _tier(change.body), **(change.body.get("sku") or {"name": "Standard"})}
        if sku["name"] == "Premium":
            sku["capacity"] = sku.get("capacity") or 1
        stamp = change.world.clock.stamp()
        place = {"locationName": change.location, "roleType": "Primary", "replicaState": "InBuild"}
        outputs: Json = {
            "errors": [],
            "geoDataReplication": {"maxReplicationLagDurationInSeconds": 0, "locations": [place]},
            "premiumMessagingPartitions": 1 if sku["name"] == "Premium" else 0,
            "zoneRedundant": True,
            "metricId": f"{change.id.split('/')[2]}:{change.name}",
            "serviceBusEndpoint": f"https://{host(f'{change.name}.servicebus.windows.net', change.location)}:443/",
            "status": "Updating" if change.before else "Creating",
            "createdAt": change.before.properties.get("createdAt", stamp) if change.before else stamp,
            "updatedAt": stamp,
        }
        return {**change.body, "sku": sku, "properties": {**change.properties, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        resource.properties["status"] = "Active"
        resource.properties["geoDataReplication"]["locations"][0]["replicaState"] = "Ready"
        furnish(world, resource)

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        properties = dict(body["properties"])
        if found := connections_of(world, resource):
            properties["privateEndpointConnections"] = found
        if resource.state == "Deleting":
            properties |= {"provisioningState": "Succeeded", "status": "Removing"}
        return {**body, "properties": properties}


class Queues(Behavior):
    """A queue lives in a ready namespace; what makes it what it is cannot be changed."""

    def check(self, change: Change) -> None:
        refuse_early(change)
        for name in FIXED if change.before else ():
            if change.before and bool(change.before.properties.get(name)) != bool(change.properties.get(name)):
                raise bad_request("BadRequest", f"The value for {name} of a queue cannot be changed. CorrelationId: 0")

    def compose(self, change: Change) -> Json:
        stamp = change.world.clock.stamp()
        namespace = change.world.store.get(change.target.parent)
        counts = ("activeMessageCount", "deadLetterMessageCount", "scheduledMessageCount", "transferMessageCount")
        usual = {
            "maxMessageSizeInKilobytes": 1024 if namespace and _tier(namespace.body) == "Premium" else 256,
            "lockDuration": "PT1M",
            "maxSizeInMegabytes": 1024,
            "requiresDuplicateDetection": False,
            "requiresSession": False,
            "defaultMessageTimeToLive": FOR_EVER,
            "deadLetteringOnMessageExpiration": False,
            "enableBatchedOperations": True,
            "duplicateDetectionHistoryTimeWindow": "PT10M",
            "maxDeliveryCount": 10,
            "status": "Active",
            "autoDeleteOnIdle": FOR_EVER,
            "enablePartitioning": False,
            "enableExpress": False,
        }
        outputs = {
            "sizeInBytes": 0,
            "messageCount": 0,
            "countDetails": {**dict.fromkeys(counts, 0), "transferDeadLetterMessageCount": 0},
            "createdAt": change.before.properties.get("createdAt", stamp) if change.before else stamp,
            "updatedAt": stamp,
            "accessedAt": NEVER,
        }
        location = str(namespace.body.get("location")) if namespace else ""
        return {"location": location, "properties": {**usual, **change.properties, **outputs}}


PROVIDER = Provider(
    namespace=NAMESPACE,
    kinds=(
        Kind(
            name=NAMESPACES,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(
                r"(?!.*(-sb|-mgmt)$)[A-Za-z](?=.{5,49}$)[A-Za-z0-9-]*[A-Za-z0-9]",
                "The specified service namespace is invalid. CorrelationId: 0",
                "BadRequest",
            ),
            identity="spaced",
            unique=NAMES,
            taken=Refusal(400, "BadRequest", "Namespace name is not available. CorrelationId: 0"),
            put=Style(
                seconds=60,
                headers="both",
                creating="Creating",
                updating="Updating",
                update_seconds=15,
                update_headers="none",
                status_path="namespaceOperationResults",
                result_path="namespaceOperationResults",
            ),
            repeat=Style(),
            delete=Style(
                seconds=35,
                headers="location",
                created=202,
                updated=202,
                empty=True,
                updating="Deleting",
                result_path="namespaceOperationResults",
            ),
            defaults={
                "tags": {},
                "sku": {"name": "Standard"},
                "properties": {
                    "minimumTlsVersion": "1.2",
                    "publicNetworkAccess": "Enabled",
                    "disableLocalAuth": False,
                },
            },
            read_only=("properties.privateEndpointConnections",),
            missing=Refusal(404, "NotFound", "Namespace does not exist. CorrelationId: 0"),
            shown_type="Microsoft.ServiceBus/Namespaces",
            behavior=Namespaces(),
        ),
        Kind(
            name=QUEUES,
            versions=VERSIONS,
            patchable=False,
            stateful=False,
            names=NameRule(
                r"(?=.{1,260}$)[A-Za-z0-9]([\w.\-~]*[A-Za-z0-9])?",
                "The specified queue name '{name}' is invalid. CorrelationId: 0",
                "BadRequest",
            ),
            put=Style(created=200),
            missing=not_found("Queue"),
            behavior=Queues(),
        ),
        *inner_kinds(NAMESPACES, VERSIONS),
    ),
    routes=(name_route(NAMESPACE, VERSIONS),),
)
