"""The zone's streams: an Event Hubs namespace (Standard) without keys or public ways in, its hubs, and the topics of its apps."""

from collections.abc import Iterator
from datetime import timedelta

from loom.api.zone.event_hubs import ThroughputUnits
from loom.errors import Refusal
from loom.plan.arm_id import name_of
from loom.plan.resource import Ignore, Resource
from loom.plan.values import Value
from loom.plan.wiring import topics
from loom.plan.zone.existing import existing
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, WIRED, Site

KEY = "event-hubs"
GROUP_ID = "namespace"

_UNITS = ThroughputUnits(min=2, max=20)
_GROWS = Ignore("sku.capacity", "auto-inflate raises it under load and never lowers it", floor=True)


def event_hubs(site: Site) -> Iterator[Resource]:
    """The namespace, unless it exists already, its hubs, and the topics that running apps need."""
    spec = site.spec.event_hubs
    if spec is None:
        return
    if spec.existing:
        yield existing(site, KEY, spec.existing, {"properties": {"kafkaEnabled": True}})
    else:
        yield _namespace(site, spec.throughput_units or _UNITS)
        yield _rules(site)
    for hub in spec.hubs:
        hours = hub.retention // timedelta(hours=1)
        retention = {"cleanupPolicy": "Delete", "retentionTimeInHours": hours}
        yield _hub(f"hub/{hub.name}", _hub_id(site, hub.name), hub.partitions, retention, SERVICES_READY)
    for topic in topics(site.spec):
        # Events without a key are refused by a compacted topic; Kafka Connect gives every one of its own a key.
        own = _hub_id(site, site.inner("eventHubs", topic.name))
        yield _hub(f"hub/{topic.name}", own, topic.partitions, {"cleanupPolicy": "Compact"}, WIRED)


def check_names(site: Site) -> None:
    """Refuse two hubs that are one to Azure: it tells no case apart, and apps need topics of their own."""
    declared = site.spec.event_hubs.hubs if site.spec.event_hubs else ()
    taken = {topic.name.lower(): f"the app {topic.app.name}" for topic in topics(site.spec)}
    for hub in declared:
        other = taken.setdefault(hub.name.lower(), f"hub {hub.name}")
        if other != f"hub {hub.name}":
            raise Refusal(
                "InvalidSpec", f"spec.eventHubs.hubs: {hub.name} is already taken by {other}; take another name"
            )


def bootstrap(site: Site) -> str:
    """The address of the namespace for Kafka clients."""
    return f"{name_of(site.event_hubs)}.{site.suffixes.event_hubs}:9093"


def _namespace(site: Site, units: ThroughputUnits) -> Resource:
    inflates = units.max > units.min
    ignore = (_GROWS,) if inflates else ()
    body: dict[str, Value] = {
        "location": site.location,
        "tags": dict(site.tags),
        "sku": {"name": "Standard", "tier": "Standard", "capacity": units.min},
        "properties": {
            "isAutoInflateEnabled": inflates,
            "maximumThroughputUnits": units.max if inflates else 0,
            "kafkaEnabled": True,
            "disableLocalAuth": True,
            "minimumTlsVersion": "1.2",
            "publicNetworkAccess": "Disabled",
        },
    }
    return Resource(KEY, site.event_hubs, body, ("group",), SERVICES_READY, ignore=ignore)


def _rules(site: Site) -> Resource:
    """Public access is said in two places, of which whoever writes last decides (Azure docs: Network security for Event Hubs)."""
    return Resource(
        key=f"{KEY}/network-rules",
        id=f"{site.event_hubs}/networkRuleSets/default",
        body={"properties": {"publicNetworkAccess": "Disabled"}},
        depends_on=(KEY,),
        condition=SERVICES_READY,
        adopts=True,  # Azure makes it with the namespace
    )


def _hub_id(site: Site, name: str) -> str:
    return f"{site.event_hubs}/eventhubs/{name}"


def _hub(key: str, arm_id: str, partitions: int, retention: dict[str, Value], condition: str) -> Resource:
    return Resource(
        key=key,
        id=arm_id,
        body={"properties": {"partitionCount": partitions, "retentionDescription": retention}},
        depends_on=(KEY,),
        condition=condition,
    )


EVENT_HUBS = Service(
    field="eventHubs",
    key=KEY,
    target=lambda site: site.event_hubs,
    resources=event_hubs,
    group_ids=lambda _: (GROUP_ID,),
    address=bootstrap,
)
