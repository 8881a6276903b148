"""The zone's events: the system topic of its storage account, with an identity that may send, and subscriptions that fill queues.

A source has one system topic at most. Where somebody has made it already, as Defender for Storage does, that one is used and given an
identity (Azure docs: System topics in Azure Event Grid); it is never deleted by us.
"""

from collections.abc import Iterator

from loom.api.zone.event_grid import EventSubscription
from loom.errors import Refusal
from loom.plan.arm_id import name_of
from loom.plan.resource import Resource
from loom.plan.roles import SERVICE_BUS_DATA_SENDER, assignment
from loom.plan.values import Value
from loom.plan.wiring import feeds
from loom.plan.zone.service_bus import KEY as SERVICE_BUS
from loom.plan.zone.service_bus import queue_id
from loom.plan.zone.site import SERVICES_READY, WIRED, Site
from loom.plan.zone.storage import KEY as STORAGE

KEY = "event-grid"
ROLE = f"role/{KEY}/{SERVICE_BUS}/azure-service-bus-data-sender"
_RULES = f"{SERVICE_BUS}/network-rules"


def event_grid(site: Site, planned: frozenset[str]) -> Iterator[Resource]:
    """The topic, its right to send, the declared subscriptions, and those that running apps need.

    `planned`: the keys of the zone's services, already planned.
    """
    spec = site.spec.event_grid
    if spec is None:
        return
    topic = _topic(site)
    yield topic
    why = f"events of zone {site.spec.domain} go to its queues"
    # A closed namespace lets Event Grid in only as a service that Azure trusts.
    before = (SERVICE_BUS, *((_RULES,) if _RULES in planned else ()))
    yield assignment(
        ROLE,
        site.service_bus,
        SERVICE_BUS_DATA_SENDER,
        KEY,
        why,
        before,
        SERVICES_READY,
        principal="identity.principalId",
    )
    for wanted in spec.subscriptions:
        if f"queue/{wanted.queue}" not in planned:
            raise Refusal(
                "InvalidSpec",
                f"spec.eventGrid.subscriptions: {wanted.name} delivers to the queue {wanted.queue}, which is not in "
                "spec.serviceBus.queues; add it there",
            )
        yield subscription(site, wanted)
    declared = {wanted.name.lower() for wanted in spec.subscriptions}
    for feed in feeds(site.spec):
        if feed.name in declared:
            words = f"{feed.name} is what {feed.queue.app.name} needs, and is made for it; take another name"
            raise Refusal("InvalidSpec", f"spec.eventGrid.subscriptions: {words}")
        wanted = EventSubscription(name=feed.name, queue=feed.queue.name, suffix=feed.suffix)
        yield subscription(site, wanted, WIRED)


def subscription(site: Site, wanted: EventSubscription, condition: str = SERVICES_READY) -> Resource:
    """Events of created blobs, delivered to a queue of the zone by the topic's identity; its name is one that only we form."""
    folder = f"/blobServices/default/containers/{wanted.filesystem}/" if wanted.filesystem else ""
    where: dict[str, Value] = {"subjectBeginsWith": folder, "subjectEndsWith": wanted.suffix or ""}
    destination = {
        "endpointType": "ServiceBusQueue",
        "properties": {"resourceId": queue_id(site, wanted.queue)},
    }
    return Resource(
        key=f"{KEY}/{wanted.name}",
        id=f"{_id(site)}/eventSubscriptions/{wanted.name}-{site.owner.hash}",
        body={
            "properties": {
                "deliveryWithResourceIdentity": {"identity": {"type": "SystemAssigned"}, "destination": destination},
                "eventDeliverySchema": "EventGridSchema",
                "filter": {"includedEventTypes": ["Microsoft.Storage.BlobCreated"], **where},
            }
        },
        depends_on=(KEY, ROLE, f"queue/{wanted.queue}"),
        condition=condition,
    )


def _id(site: Site) -> str:
    return site.id("Microsoft.EventGrid/systemTopics", f"evt-{name_of(site.storage).lower()}")


def _topic(site: Site) -> Resource:
    return Resource(
        key=KEY,
        id=_id(site),
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "identity": {"type": "SystemAssigned"},
            "properties": {"source": site.storage, "topicType": "Microsoft.Storage.StorageAccounts"},
        },
        depends_on=("group", STORAGE),
        condition=SERVICES_READY,
        adopts=True,
    )
