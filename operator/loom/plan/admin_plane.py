"""AdminPlane: everything that the plane names must exist and be readable. It is looked at; nothing of it is ever written."""

from collections.abc import Iterable, Iterator, Mapping

from loom.api.admin_plane import AdminPlaneSpec
from loom.plan import arm_id
from loom.plan.clouds import private_zones
from loom.plan.context import Allocation, Context
from loom.plan.graph import validate
from loom.plan.outcome import Outcome, State
from loom.plan.ownership import Authority
from loom.plan.resource import Mode, Plan, Resource
from loom.plan.values import Json

REFERENCES_FOUND = "ReferencesFound"
CONDITIONS = (REFERENCES_FOUND,)

# DNS zones that a plane may well do without; a landing zone that has the service tells of the link that it cannot make.
_OF_FEW = frozenset(
    {
        "redisEnterprise", "databricks_ui_api", "browser_authentication", "synapse/Sql", "synapse/SqlOnDemand", "synapse/Dev",
    }
)  # fmt: skip


def plan(spec: AdminPlaneSpec, context: Context) -> Plan:
    """The resources that the plane refers to."""
    home = arm_id.resource_group(spec.subscription_id, spec.resource_group)
    resources = tuple(
        Resource(key, place, mode=Mode.EXISTING, condition=REFERENCES_FOUND) for key, place in _places(spec, home)
    )
    validate(resources)
    facts = {"zones": len(context.neighbors), "allocations": _rows(context.allocations)}
    return Plan(home, resources, conditions=CONDITIONS, facts=facts)


def authority(_spec: AdminPlaneSpec, _context: Context) -> Authority:
    """None: a plane only looks, so nothing is home to it."""
    return Authority()


def report(_spec: AdminPlaneSpec, plan: Plan, outcome: Outcome) -> Mapping[str, Json]:
    """Of AdminPlaneStatus: how many zones refer to it, what does not exist or cannot be read, and who has which addresses."""
    absent = (resource.id for resource in plan.resources if _is_absent(resource.key, outcome))
    return {
        "zones": plan.facts["zones"],
        "missing": [str(place) for place in absent][:20],
        "allocations": plan.facts["allocations"],
    }


def _rows(allocations: Iterable[Allocation]) -> list[Json]:
    return [{"cidr": one.cidr, "zone": one.zone} for one in sorted(allocations, key=lambda one: one.zone)]


def _is_absent(key: str, outcome: Outcome) -> bool:
    state = outcome.states.get(key)
    return state is not None and state.state in (State.MISSING, State.FAILED)


def _places(spec: AdminPlaneSpec, home: str) -> Iterator[tuple[str, str]]:
    yield "group", home
    yield "hub", spec.hub_network.id
    zones = spec.private_dns_zones
    dns = arm_id.resource_group(zones.subscription_id or spec.subscription_id, zones.resource_group)
    for group_id, name in private_zones(spec.cloud).items():
        if group_id in _OF_FEW:
            continue
        yield f"dns/{group_id}", arm_id.resource(dns, "Microsoft.Network/privateDnsZones", name)
    yield "logs", spec.log_analytics.id
    if spec.application_insights:
        yield "insights", spec.application_insights.id
    if spec.container_registry:
        yield "registry", spec.container_registry.id
    if spec.api_management:
        yield "api-management", spec.api_management.id
