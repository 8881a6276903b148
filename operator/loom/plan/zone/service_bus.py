"""The zone's queues: a Service Bus namespace without keys, and its queues. Private endpoints are Premium's alone.

What differs between the tiers: Azure docs, "Service Bus Premium and Standard messaging tiers".
"""

from collections.abc import Iterator

from loom.api.zone.existing import PrivateEndpoint
from loom.api.zone.service_bus import ExistingBus, ServiceBus, Tier
from loom.errors import Refusal
from loom.plan.arm_id import name_of
from loom.plan.resource import Resource
from loom.plan.values import Value
from loom.plan.wiring import queues
from loom.plan.zone.existing import existing
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, WIRED, Site

KEY = "service-bus"
GROUP_ID = "namespace"
_DELIVERIES = 10


def service_bus(site: Site) -> Iterator[Resource]:
    """The namespace, unless it exists already, its queues, and those that running apps need."""
    spec = site.spec.service_bus
    if spec is None:
        return
    if spec.existing:
        yield _attached(site, spec.existing)
    else:
        yield Resource(KEY, site.service_bus, _namespace(site, spec), ("group",), SERVICES_READY)
        if is_premium(spec):
            yield _rules(site)
    for queue in spec.queues:
        yield _queue(site, queue.name, queue.max_delivery_count or _DELIVERIES)
    declared = {queue.name.lower() for queue in spec.queues}
    for needed in queues(site.spec):
        if needed.name.lower() not in declared:
            yield _queue(site, needed.name, _DELIVERIES, WIRED)


def check_bus_names(site: Site) -> None:
    """Refuse two queues that are one to Azure, which tells no case apart, and a namespace that is called as the other one is."""
    spec = site.spec.service_bus
    # What an app needs may be declared, as it is called.
    taken = {needed.name.lower(): needed.name for needed in queues(site.spec)}
    for queue in spec.queues if spec else ():
        other = taken.setdefault(queue.name.lower(), queue.name)
        if other != queue.name:
            raise Refusal("InvalidSpec", f"spec.serviceBus.queues: {queue.name} and {other} are one queue to Azure")
    names = {name_of(site.service_bus).lower(), name_of(site.event_hubs).lower()}
    if spec and site.spec.event_hubs and len(names) == 1:
        raise Refusal(
            "InvalidSpec",
            f"spec.serviceBus and spec.eventHubs are both called {name_of(site.service_bus)}: the two services share their names in "
            "the world; take another for one of them",
        )


def is_premium(spec: ServiceBus) -> bool:
    """Is the namespace, a made one, of the tier that can be private?"""
    return spec.sku in (None, Tier.PREMIUM)


def _attached(site: Site, bus: ExistingBus) -> Resource:
    reached = bus.private_endpoint is PrivateEndpoint.SKIP
    return existing(site, KEY, bus, {} if reached else {"sku": {"name": "Premium"}})


def _namespace(site: Site, spec: ServiceBus) -> dict[str, Value]:
    sku: dict[str, Value] = {"name": str(spec.sku or Tier.PREMIUM), "tier": str(spec.sku or Tier.PREMIUM)}
    return {
        "location": site.location,
        "tags": dict(site.tags),
        "sku": {**sku, "capacity": spec.capacity or 1} if is_premium(spec) else sku,
        "properties": {
            "disableLocalAuth": True,
            "minimumTlsVersion": "1.2",
            "publicNetworkAccess": "Disabled" if is_premium(spec) else "Enabled",
        },
    }


def _rules(site: Site) -> Resource:
    """Closed, but for the services that Azure trusts: Event Grid delivers from public addresses, by its identity."""
    return Resource(
        key=f"{KEY}/network-rules",
        id=f"{site.service_bus}/networkRuleSets/default",
        body={"properties": {"publicNetworkAccess": "Disabled", "trustedServiceAccessEnabled": True}},
        depends_on=(KEY,),
        condition=SERVICES_READY,
        adopts=True,  # Azure makes it with the namespace
    )


def queue_id(site: Site, name: str) -> str:
    """The ARM id of the queue planned as `queue/<name>`: as it is declared, or, where only an app needs it, as we call it."""
    spec = site.spec.service_bus
    declared = spec is not None and name.lower() in {queue.name.lower() for queue in spec.queues}
    return f"{site.service_bus}/queues/{name if declared else site.inner('serviceBus', name)}"


def _queue(site: Site, name: str, deliveries: int, condition: str = SERVICES_READY) -> Resource:
    return Resource(
        key=f"queue/{name}",
        id=queue_id(site, name),
        body={"properties": {"maxDeliveryCount": deliveries}},
        depends_on=(KEY,),
        condition=condition,
    )


def _groups(site: Site) -> tuple[str, ...]:
    spec = site.spec.service_bus
    return (GROUP_ID,) if spec and (spec.existing or is_premium(spec)) else ()


SERVICE_BUS = Service(
    field="serviceBus",
    key=KEY,
    target=lambda site: site.service_bus,
    resources=service_bus,
    group_ids=_groups,
    address=lambda site: f"{name_of(site.service_bus)}.{site.suffixes.event_hubs}",
)
