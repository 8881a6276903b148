"""The backing services that a zone may have: one table, in the order in which people read them."""

from collections.abc import Iterator

from loom.plan.checks import LinkCheck
from loom.plan.resource import Resource
from loom.plan.values import Value
from loom.plan.zone.cosmos import COSMOS
from loom.plan.zone.databricks import DATABRICKS
from loom.plan.zone.endpoints import endpoint, endpoint_check, endpoint_key
from loom.plan.zone.event_hubs import EVENT_HUBS
from loom.plan.zone.existing import makes_endpoints
from loom.plan.zone.key_vault import KEY_VAULT
from loom.plan.zone.kusto import KUSTO
from loom.plan.zone.redis import REDIS
from loom.plan.zone.service import Service
from loom.plan.zone.service_bus import SERVICE_BUS
from loom.plan.zone.site import Site
from loom.plan.zone.storage import STORAGE
from loom.plan.zone.synapse import SYNAPSE

SERVICES: tuple[Service, ...] = (STORAGE, EVENT_HUBS, SERVICE_BUS, COSMOS, REDIS, KUSTO, DATABRICKS, SYNAPSE, KEY_VAULT)


def declared(site: Site) -> Iterator[Service]:
    """The services that the zone has."""
    return (service for service in SERVICES if site.spec.declares(service.field))


def service_resources(site: Site) -> Iterator[Resource]:
    """Every service of the zone, with its private endpoints."""
    for service in declared(site):
        yield from service.resources(site)
        for group_id in _own_endpoints(site, service):
            yield from endpoint(site, service.key, service.target(site), group_id)


def service_checks(site: Site) -> Iterator[LinkCheck]:
    """Each service must have let its private endpoints in."""
    for service in declared(site):
        for group_id in _own_endpoints(site, service):
            yield endpoint_check(service.key, group_id)


def way_to(site: Site, field: str) -> tuple[str, ...]:
    """The keys of what must hold before anything in the network finds a service, by its field in the spec: its names resolve."""
    (service,) = (service for service in declared(site) if service.field == field)
    registered = (f"{endpoint_key(service.key, group_id)}/dns" for group_id in _own_endpoints(site, service))
    return (*registered, *(f"dns-link/{group_id}" for group_id in service.group_ids(site)))


def _own_endpoints(site: Site, service: Service) -> tuple[str, ...]:
    return service.group_ids(site) if makes_endpoints(site, service.field) else ()


def endpoint_groups(site: Site) -> tuple[str, ...]:
    """The private endpoint groups that the zone uses, and so the private DNS zones that it must see."""
    groups = (group_id for service in declared(site) for group_id in service.group_ids(site))
    by_zone: dict[str, str] = {}
    for group_id in groups:  # one link is enough where several groups share a DNS zone
        by_zone.setdefault(site.dns_zone(group_id), group_id)
    return tuple(by_zone.values())


def addresses(site: Site) -> dict[str, Value]:
    """Where the services answer, by their name in the spec."""
    return {service.field: service.address(site) for service in declared(site)}
