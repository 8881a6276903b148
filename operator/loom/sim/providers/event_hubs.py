"""Event hubs and consumer groups: what a namespace's tier allows, and what a hub shows."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.errors import ArmError, bad_request
from loom.sim.kinds import Behavior
from loom.sim.providers.messaging import refuse_early
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
HUBS = "Microsoft.EventHub/namespaces/eventhubs"
GROUPS = f"{HUBS}/consumergroups"
MOST_PARTITIONS = {"Basic": 32, "Standard": 32, "Premium": 100}
MOST_HUBS = {"Basic": 10, "Standard": 10, "Premium": 100}
LONGEST_HOURS = {"Basic": 24, "Standard": 168, "Premium": 2160}


class Hubs(Behavior):
    """A hub lives in a ready namespace, within the limits of its tier; its partitions cannot be changed on Standard."""

    def check(self, change: Change) -> None:
        refuse_early(change)
        namespace = change.world.store.get(change.target.parent)
        tier = str((namespace.body.get("sku") or {}).get("name", "Standard")) if namespace else "Standard"
        partitions = change.properties.get("partitionCount", 4)
        if not 1 <= partitions <= MOST_PARTITIONS[tier]:
            raise bad_request(
                "BadRequest",
                f"The partition count {partitions} is outside 1 to {MOST_PARTITIONS[tier]}. CorrelationId: 0",
            )
        self._check_retention(change, tier)
        siblings = len(change.world.store.children(change.target.parent, HUBS))
        if change.before is None and siblings >= MOST_HUBS[tier]:
            raise ArmError(
                403,
                "QuotaExceeded",
                f"The namespace already has {siblings} event hubs, which is the limit of tier {tier}.",
            )
        if (
            change.before is not None
            and tier != "Premium"
            and partitions != change.before.properties.get("partitionCount")
        ):
            raise bad_request(
                "BadRequest",
                "Partition count cannot be changed for an existing event hub of this tier. CorrelationId: 0",
            )

    @staticmethod
    def _check_retention(change: Change, tier: str) -> None:
        days = change.properties.get("messageRetentionInDays")
        description = change.properties.get("retentionDescription") or {}
        hours = description.get("retentionTimeInHours") or (days or 0) * 24
        longest = LONGEST_HOURS[tier]
        if hours > longest:
            raise bad_request(
                "BadRequest",
                f"The message retention of {hours} hours is above the {longest} hours of tier {tier}. CorrelationId: 0",
            )
        if description.get("cleanupPolicy") in ("Compact", "DeleteOrCompact") and tier == "Basic":
            raise bad_request("BadRequest", "Compaction is not available in the Basic tier. CorrelationId: 0")

    def compose(self, change: Change) -> Json:
        count = change.properties.get("partitionCount", 4)
        stamp = change.world.clock.stamp()
        made = change.before.properties.get("createdAt", stamp) if change.before else stamp
        description = change.properties.get("retentionDescription") or {}
        days = change.properties.get("messageRetentionInDays")
        hours = description.get("retentionTimeInHours") or (days or 7) * 24
        sent = {
            key: value
            for key, value in change.properties.items()
            if key not in ("messageRetentionInDays", "retentionDescription")
        }
        properties = {
            "messageRetentionInDays": days or max(1, hours // 24),
            "partitionCount": count,
            "status": "Active",
            **sent,
            "createdAt": made,
            "updatedAt": stamp,
            "partitionIds": [str(number) for number in range(count)],
            "retentionDescription": {"cleanupPolicy": "Delete", **description, "retentionTimeInHours": hours},
        }
        namespace = change.world.store.get(change.target.parent)
        return {"location": str(namespace.body.get("location")) if namespace else "", "properties": properties}

    def settled(self, world: World, resource: Resource) -> None:
        stamp = resource.properties["createdAt"]
        group = f"{resource.id}/consumergroups/$Default"
        if world.store.get(group) is None:
            body = {"properties": {"createdAt": stamp, "updatedAt": stamp}}
            world.store.put(Resource(group, GROUPS, body, created=world.clock.now()))


class ConsumerGroups(Behavior):
    """Consumer groups carry the time they were made at."""

    def compose(self, change: Change) -> Json:
        stamp = change.world.clock.stamp()
        made = change.before.properties.get("createdAt", stamp) if change.before else stamp
        return {"properties": {**change.properties, "createdAt": made, "updatedAt": stamp}}
