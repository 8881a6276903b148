"""Microsoft.EventGrid: system topics, one for each source, and the subscriptions in them."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.errors import ArmError, bad_request
from loom.sim.kinds import Behavior, Kind, Link, NameRule, Provider, Refusal, Style
from loom.sim.regions import normal

Json = dict[str, Any]
NAMESPACE = "Microsoft.EventGrid"
VERSIONS = ("2025-02-15", "2022-06-15", "2021-12-01", "2025-04-01-preview", "2024-12-15-preview", "2023-12-15-preview")
TOPICS = f"{NAMESPACE}/systemTopics"
SUBSCRIPTIONS = f"{TOPICS}/eventSubscriptions"


class Topics(Behavior):
    """A source has one system topic at most, in its own region."""

    def check(self, change: Change) -> None:
        source = str(change.properties["source"])
        found = change.world.store.get(source)
        others = [
            item
            for item in change.world.store.of_type(TOPICS)
            if item.key != change.id.lower() and str(item.properties.get("source", "")).lower() == source.lower()
        ]
        if others:
            message = f"System topic for source {source} already exists: {others[0].id}. Only one system topic is allowed per source."
            raise bad_request("InvalidRequest", message)
        if found is not None and normal(str(found.body.get("location"))) != change.location:
            raise bad_request(
                "InvalidRequest", "System topic's location must match with location of the source resource."
            )

    def compose(self, change: Change) -> Json:
        before = change.before.properties if change.before else {}
        metric = before.get("metricResourceId") or f"{change.name}-metrics"
        return {**change.body, "properties": {**change.properties, "metricResourceId": metric}}


class Subscriptions(Behavior):
    """A subscription that delivers by its topic's identity needs one, and a destination that exists."""

    def check(self, change: Change) -> None:
        delivery = change.properties.get("deliveryWithResourceIdentity") or {}
        if bool(delivery) == bool(change.properties.get("destination")):
            raise bad_request(
                "InvalidRequest", "Exactly one of destination and deliveryWithResourceIdentity must be specified."
            )
        if not delivery:
            return
        topic = change.world.store.get(change.target.parent)
        identity = (topic.body.get("identity") or {}) if topic else {}
        if not identity.get("principalId"):
            message = "The identity of the event subscription's delivery is not enabled on the system topic."
            raise bad_request("InvalidRequest", message)
        place = str(((delivery.get("destination") or {}).get("properties") or {}).get("resourceId", ""))
        if change.world.store.get(place) is None:
            raise ArmError(400, "InvalidRequest", f"The destination {place} was not found.")

    def compose(self, change: Change) -> Json:
        usual = {
            "topic": change.world.store.get(change.target.parent).properties["source"],  # type: ignore[union-attr]
            "labels": None,
            "eventDeliverySchema": "EventGridSchema",
            "retryPolicy": {"maxDeliveryAttempts": 30, "eventTimeToLiveInMinutes": 1440},
        }
        return {
            "properties": {**usual, **{name: value for name, value in change.properties.items() if name != "topic"}}
        }


PROVIDER = Provider(
    namespace=NAMESPACE,
    kinds=(
        Kind(
            name=TOPICS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(r"[A-Za-z0-9-]{3,128}", "The system topic name '{name}' is invalid.", "InvalidRequest"),
            identity="spaced",
            put=Style(seconds=8, headers="async", creating="Creating", updating="Updating", update_seconds=4),
            delete=Style(seconds=8, headers="location", created=202, updated=202, empty=True),
            required=("properties.source", "properties.topicType"),
            immutable=("properties.source", "properties.topicType"),
            fixed=Refusal(400, "InvalidRequest", "The property {name} of a system topic cannot be changed."),
            links=(Link("properties.source"),),
            behavior=Topics(),
        ),
        Kind(
            name=SUBSCRIPTIONS,
            versions=VERSIONS,
            names=NameRule(r"[A-Za-z0-9-]{3,64}", "The event subscription name '{name}' is invalid.", "InvalidRequest"),
            put=Style(seconds=8, headers="async", creating="Creating", updating="Updating", update_seconds=4),
            delete=Style(seconds=6, headers="location", created=202, updated=202, empty=True),
            behavior=Subscriptions(),
        ),
    ),
)
