"""DataLandingZone: the spec as a graph of Azure resources, where it may write, and what its status says beyond the common fields.

What cannot be planned is refused here; what no grant covers is not: it is planned, shown and not written (`authority`).
"""

from collections.abc import Iterator, Mapping

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.data_landing_zone import ATTACHABLE, DataLandingZoneSpec
from loom.errors import Refusal
from loom.plan import zone_report
from loom.plan.addresses import check_addresses, placed
from loom.plan.arm_id import key
from loom.plan.checks import Check, let_through
from loom.plan.clouds import private_zones
from loom.plan.context import Context
from loom.plan.grants import passages, zone_grant
from loom.plan.graph import validate
from loom.plan.outcome import Outcome
from loom.plan.ownership import Authority
from loom.plan.resource import Plan, Resource
from loom.plan.roles import collection
from loom.plan.rollout import follows, turn
from loom.plan.values import Json, Ref, Value
from loom.plan.wiring import wires
from loom.plan.zone.access import access
from loom.plan.zone.apps import app_checks, app_resources, held_back
from loom.plan.zone.diagnostics import diagnostics
from loom.plan.zone.environment import ENVIRONMENT, environment
from loom.plan.zone.event_grid import event_grid
from loom.plan.zone.event_hubs import check_names
from loom.plan.zone.existing import check_places
from loom.plan.zone.network import check_reserved, link_checks, network
from loom.plan.zone.offered import check_offered
from loom.plan.zone.service_bus import check_bus_names
from loom.plan.zone.services import addresses, endpoint_groups, service_checks, service_resources
from loom.plan.zone.site import APPS_HEALTHY, NETWORK_READY, REACHABLE, SERVICES_READY, WIRED, Site, site_of
from loom.plan.zone.ways.ways import closed, way_checks, way_resources

CONDITIONS = (NETWORK_READY, SERVICES_READY, WIRED, APPS_HEALTHY, REACHABLE)


def plan(spec: DataLandingZoneSpec, context: Context) -> Plan:
    """Everything that a zone is made of. Raises `Refusal` for what cannot be."""
    spec = placed(spec, context)
    plane, notes = _released(spec, plane_of(spec, context), context)
    site = site_of(spec, plane, context.owner)
    check_reserved(spec)
    check_addresses(site, context)
    check_names(site)
    check_bus_names(site)
    check_offered(site)
    check_places(site, ATTACHABLE)
    made = tuple(_resources(site, context))
    resources = (*made, *diagnostics(site, made))
    validate(resources)
    held = {**held_back(site), **closed(site)}
    return Plan(
        home=site.group,
        resources=resources,
        checks=tuple(let_through(_checks(site), passages(context))),
        wiring=tuple(wires(spec)),
        conditions=CONDITIONS,
        facts=_endpoints(site),
        held=held,
        warnings=tuple(words for _, words in held.values()),
        notes={**_addressed(spec), **notes},
    )


def authority(spec: DataLandingZoneSpec, context: Context) -> Authority:
    """The zone's own group, the grant's scopes, and single places in the plane: the peering, DNS links, roles for its apps."""
    if context.plane is None:
        return Authority(denied=f"AdminPlane {spec.admin_plane_ref.name} does not exist, so nothing is granted")
    site = site_of(spec, context.plane, context.owner)
    grant, denied = zone_grant(spec, context, context.plane)
    links = (site.dns_link(group_id) for group_id in private_zones(context.plane.cloud))
    # What the apps need of the plane: to pull their images, and to send their telemetry.
    shared = (context.plane.container_registry, context.plane.application_insights)
    return Authority(
        home=site.group,
        scopes=(*(grant.scopes if grant else ()), *(collection(thing.id) for thing in shared if thing)),
        exact=frozenset(key(arm_id) for arm_id in (site.hub_peering, *links)),
        denied=denied,
    )


def report(spec: DataLandingZoneSpec, made: Plan, outcome: Outcome) -> Mapping[str, Json]:
    """The zone's own status fields."""
    return zone_report.fields(spec, made, outcome)


def plane_of(spec: DataLandingZoneSpec, context: Context) -> AdminPlaneSpec:
    """The plane that the zone attaches to. Raises `Refusal` where there is none."""
    if context.plane is None:
        raise Refusal("ReferenceNotFound", f"AdminPlane {spec.admin_plane_ref.name} does not exist", wait=True)
    return context.plane


def _addressed(spec: DataLandingZoneSpec) -> dict[str, Json]:
    """What the status says of the network, whose addresses are known: given, or allotted."""
    return {"network": {"addressSpace": spec.network.address_space}} if spec.network else {}


def _released(
    spec: DataLandingZoneSpec, plane: AdminPlaneSpec, context: Context
) -> tuple[AdminPlaneSpec, dict[str, Json]]:
    """The plane with the version of the apps that is this zone's turn, and what the status says of that."""
    if plane.apps is None or not follows(spec):
        return plane, {}
    now = turn(spec, plane.apps, context)
    release = plane.apps.model_copy(update={"version": now.version})
    return plane.model_copy(update={"apps": release}), {"release": now.shown()}


def _resources(site: Site, context: Context) -> Iterator[Resource]:
    tagged = {"location": site.location, "tags": dict(site.tags)}
    services = tuple(service_resources(site))
    made = (
        Resource("group", site.group, tagged, condition=SERVICES_READY),
        *network(site, endpoint_groups(site)),
        *services,
        *event_grid(site, frozenset(service.key for service in services)),
        *environment(site),
    )
    yield from made
    yield from access(site)
    yield from app_resources(site, context.plane_name, made)
    yield from way_resources(site)


def _checks(site: Site) -> Iterator[Check]:
    yield from link_checks(site)
    yield from service_checks(site)
    yield from app_checks(site)
    yield from way_checks(site)


def _endpoints(site: Site) -> dict[str, Value]:
    found = addresses(site)
    if site.spec.apps:
        found["apps"] = Ref(ENVIRONMENT, "properties.defaultDomain")
    return found
