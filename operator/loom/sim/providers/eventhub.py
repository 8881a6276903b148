"""Microsoft.EventHub: namespaces, hubs, consumer groups. A namespace PUT has no async headers: its state is the only sign."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.clouds import host
from loom.sim.errors import bad_request
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Style
from loom.sim.providers.connections import with_connections
from loom.sim.providers.event_hubs import GROUPS, HUBS, ConsumerGroups, Hubs
from loom.sim.providers.messaging import NAMES, furnish, inner_kinds, name_route, not_found
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
NAMESPACE = "Microsoft.EventHub"
VERSIONS = (
    "2026-01-01", "2024-01-01", "2021-11-01", "2026-07-01-preview", "2025-05-01-preview", "2024-05-01-preview",
    "2023-01-01-preview", "2022-10-01-preview", "2022-01-01-preview", "2021-06-01-preview", "2021-01-01-preview",
)  # fmt: skip
NAMESPACES = f"{NAMESPACE}/namespaces"


class Namespaces(Behavior):
    """A namespace is usable when `status` is Active; its rule set and root key come with it."""

    def check(self, change: Change) -> None:
        properties, sku = change.properties, change.body.get("sku") or {}
        if properties.get("isAutoInflateEnabled") and sku.get("name") != "Standard":
            raise bad_request("BadRequest", "AutoInflate is supported for the Standard tier only. CorrelationId: 0")
        most = properties.get("maximumThroughputUnits") or 0
        if properties.get("isAutoInflateEnabled") and most < (sku.get("capacity") or 1):
            message = (
                "maximumThroughputUnits must not be below sku.capacity when auto-inflate is enabled. CorrelationId: 0"
            )
            raise bad_request("BadRequest", message)

    def compose(self, change: Change) -> Json:
        sku = {"tier": (change.body.get("sku") or {}).get("name", "Standard"), **(change.body.get("sku") or {})}
        sku["capacity"] = sku.get("capacity") or 1
        stamp = change.world.clock.stamp()
        made = change.before.properties.get("createdAt", stamp) if change.before else stamp
        outputs = {
            "metricId": f"{change.id.split('/')[2]}:{change.name}",
            "serviceBusEndpoint": f"https://{host(f'{change.name}.servicebus.windows.net', change.location)}:443/",
            "kafkaEnabled": sku["name"] != "Basic",
            "status": "Updating" if change.before else "Creating",
            "createdAt": made,
            "updatedAt": stamp,
        }
        return {**change.body, "sku": sku, "properties": {**change.properties, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        resource.properties["status"] = "Active"
        furnish(world, resource)

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return with_connections(world, resource, body)


PROVIDER = Provider(
    namespace=NAMESPACE,
    kinds=(
        Kind(
            name=NAMESPACES,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(
                r"[A-Za-z](?=.{5,49}$)[A-Za-z0-9-]*[A-Za-z0-9]",
                "The specified service namespace is invalid. CorrelationId: 0",
                "BadRequest",
            ),
            identity="spaced",
            unique=NAMES,
            taken=Refusal(
                400,
                "BadRequest",
                "The specified name is not available. For more information visit https://aka.ms/eventhubsarmexceptions. CorrelationId: 0",
            ),
            put=Style(seconds=60, creating="Creating", updating="Updating", update_seconds=15),
            repeat=Style(),
            delete=Style(
                seconds=30,
                headers="both",
                created=202,
                updated=202,
                empty=True,
                updating="Deleting",
                status_path="namespaceOperationResults",
                result_path="namespaceOperationResults",
            ),
            defaults={
                "tags": {},
                "sku": {"name": "Standard"},
                "properties": {
                    "minimumTlsVersion": "1.2",
                    "publicNetworkAccess": "Enabled",
                    "disableLocalAuth": False,
                    "zoneRedundant": False,
                    "isAutoInflateEnabled": False,
                    "maximumThroughputUnits": 0,
                },
            },
            read_only=("properties.privateEndpointConnections",),
            immutable=("properties.zoneRedundant",),
            fixed=Refusal(400, "BadRequest", "The property {name} cannot be changed. CorrelationId: 0"),
            missing=not_found(""),
            shown_type="Microsoft.EventHub/Namespaces",
            budget="eventhub",
            behavior=Namespaces(),
        ),
        Kind(
            name=HUBS,
            versions=VERSIONS,
            patchable=False,
            stateful=False,
            names=NameRule(
                r"(?=.{1,256}$)[A-Za-z0-9]([\w.\-]*[A-Za-z0-9])?",
                "The specified event hub name '{name}' is invalid. CorrelationId: 0",
                "BadRequest",
            ),
            put=Style(created=200),
            missing=not_found("EventHub"),
            behavior=Hubs(),
        ),
        Kind(
            name=GROUPS,
            versions=VERSIONS,
            patchable=False,
            stateful=False,
            put=Style(created=200),
            quota=(
                20,
                Refusal(403, "QuotaExceeded", "The event hub already has {limit} consumer groups, which is the limit."),
            ),
            missing=not_found("ConsumerGroup"),
            behavior=ConsumerGroups(),
        ),
        *inner_kinds(NAMESPACES, VERSIONS),
    ),
    routes=(name_route(NAMESPACE, VERSIONS),),
)
