"""DataLandingZone: one domain's part of Azure in one environment, and what is made in it.

Names of Azure resources are not decided here but in `loom.plan`, and neither is the layout of subnets.
"""

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.meta import AdminPlaneRef, CommonSpec, Consumers
from loom.api.schema import Guid, Line, Location, Model, Rule, StatusModel, field_of, immutable, listed
from loom.api.status import CommonStatus, ResourceId, Word
from loom.api.zone.access import Access
from loom.api.zone.access_paths import AccessPaths, Reach
from loom.api.zone.apps import Apps, AppState, Release, Wiring
from loom.api.zone.cosmos import Cosmos
from loom.api.zone.databricks import Databricks
from loom.api.zone.event_grid import EventGrid
from loom.api.zone.event_hubs import EventHubs
from loom.api.zone.existing import Attached, Existing
from loom.api.zone.key_vault import KeyVault
from loom.api.zone.kusto import Kusto
from loom.api.zone.names import Names
from loom.api.zone.network import APPS_SUBNET, ENDPOINTS_SUBNET, Network
from loom.api.zone.redis import Redis
from loom.api.zone.service_bus import ServiceBus
from loom.api.zone.storage import Storage
from loom.api.zone.synapse import Synapse


class Environment(StrEnum):
    """What a zone is used for."""

    DEVELOPMENT = "Development"
    TEST = "Test"
    PRODUCTION = "Production"


class Owner(Model):
    """Who answers for the zone."""

    name: Line
    """A person or a team."""
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
    """Where to write to them; it becomes the Owner tag."""


# Services that are reached through private endpoints of the zone's own, as fields of the spec.
PRIVATE_SERVICES = ("storage", "eventHubs", "serviceBus", "cosmos", "redis", "databricks", "synapse", "keyVault")

ATTACHABLE = (*PRIVATE_SERVICES, "kusto", "apps.environment")
"""What the spec may attach instead of having it made, by its place in the spec."""

_ANY_PRIVATE = " || ".join(f"has(self.{service})" for service in PRIVATE_SERVICES)


def _any_private(zone: "DataLandingZoneSpec") -> bool:
    return any(zone.declares(service) for service in PRIVATE_SERVICES)


_OWN_ENVIRONMENT = "has(self.apps) && !has(self.apps.environment.existing)"


def _own_environment(zone: "DataLandingZoneSpec") -> bool:
    return zone.apps is not None and zone.apps.environment.existing is None


def _has_subnet(zone: "DataLandingZoneSpec", name: str, longest_prefix: int) -> bool:
    if zone.network is None or zone.network.subnets is None:
        return True
    return any(s.name == name and IPv4Network(s.cidr).prefixlen <= longest_prefix for s in zone.network.subnets)


def _subnet_in_cel(name: str, longest_prefix: int) -> str:
    return (
        "!has(self.network) || !has(self.network.subnets) || self.network.subnets.exists(s, "
        f"s.name == '{name}' && isCIDR(s.cidr) && cidr(s.cidr).prefixLength() <= {longest_prefix})"
    )


class DataLandingZoneSpec(CommonSpec):
    """What a zone is, and what is made in it. A service that is omitted is not made."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *CommonSpec.rules,
        Rule(
            field="network",
            cel=f"has(self.network) || !({_ANY_PRIVATE} || {_OWN_ENVIRONMENT})",
            message="services and apps are private and live in the zone's network: give network too; {} takes what the plane's pools allot",
            holds=lambda z: z.network is not None or not (_any_private(z) or _own_environment(z)),
        ),
        Rule(
            field="network",
            cel=f"!({_OWN_ENVIRONMENT}) || {_subnet_in_cel(APPS_SUBNET, 27)}",
            message=f"apps need a subnet named {APPS_SUBNET} of at least /27: add it to network.subnets",
            holds=lambda z: not _own_environment(z) or _has_subnet(z, APPS_SUBNET, 27),
        ),
        Rule(
            field="network",
            cel=f"!({_ANY_PRIVATE}) || {_subnet_in_cel(ENDPOINTS_SUBNET, 28)}",
            message=f"the services are reached through private endpoints in a subnet named {ENDPOINTS_SUBNET} of at least /28: "
            "add it to network.subnets",
            holds=lambda z: not _any_private(z) or _has_subnet(z, ENDPOINTS_SUBNET, 28),
        ),
        Rule(
            field="eventHubs",
            cel="!has(self.apps) || !has(self.apps.mirroring) || !has(self.eventHubs) || !has(self.eventHubs.hubs) || "
            "size(self.eventHubs.hubs) <= 7",
            message="apps.mirroring takes three of the ten hubs that the tier allows: declare at most 7",
            holds=lambda z: not (z.apps and z.apps.mirroring and z.event_hubs) or len(z.event_hubs.hubs) <= 7,
        ),
        Rule(
            field="accessPaths",
            cel="!has(self.accessPaths) || (has(self.apps) && (has(self.apps.console) || has(self.apps.mirroring)))",
            message="access paths lead to an app: add apps.console, or apps.mirroring",
            holds=lambda z: z.access_paths is None or bool(z.apps and (z.apps.console or z.apps.mirroring)),
        ),
        Rule(
            field="eventGrid",
            cel="!has(self.eventGrid) || (has(self.storage) && has(self.serviceBus))",
            message="events go from the storage account to a queue: give storage and serviceBus too",
            holds=lambda z: z.event_grid is None or (z.storage is not None and z.service_bus is not None),
        ),
        Rule(
            field="databricks",
            cel="!has(self.databricks) || !has(self.databricks.accessConnector) || has(self.storage)",
            message="an access connector leads to the zone's storage account: give storage too, or leave accessConnector out",
            holds=lambda z: not (z.databricks and z.databricks.access_connector) or z.storage is not None,
        ),
        Rule(
            field="synapse",
            cel="!has(self.synapse) || has(self.synapse.existing) || has(self.storage)",
            message="a Synapse workspace keeps its files in the zone's storage account: give storage too",
            holds=lambda z: z.synapse is None or z.synapse.existing is not None or z.storage is not None,
        ),
        immutable("names", "Azure renames nothing; take the change back, or make another zone"),
        immutable("adminPlaneRef", "make another zone on the other plane and move to it"),
        immutable("domain", "make another zone for the other domain and move to it"),
        immutable("environment", "make another zone for the other environment and move to it"),
        immutable("subscriptionId", "make another zone in the other subscription and move to it"),
        immutable("location", "make another zone in the other location and move to it"),
    )

    admin_plane_ref: AdminPlaneRef
    """The AdminPlane that the zone attaches to; one of its grants must cover this namespace, subscription and location."""
    domain: Annotated[str, Field(pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=40)]
    """The business domain, such as finance. It becomes part of resource names."""
    environment: Environment
    """What the zone is used for: Development, Test or Production. It becomes part of resource names."""
    subscription_id: Guid
    """The Azure subscription that the zone is made in."""
    location: Location
    """The Azure location that the zone is made in, such as eastus2."""
    owner: Owner | None = None
    """Who answers for the zone. Omitted: no Owner tag."""
    cost_center: Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)] | None = None
    """Who pays, such as CC-4711. Omitted: no CostCenter tag."""
    data_classification: Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9 _-]*$", max_length=64)] | None = None
    """How the zone's data are classified, such as Confidential. Omitted: no Data_Classification tag."""
    consumers: Consumers | None = None
    """Which namespaces may refer to this zone. Omitted: its own only."""
    names: Names | None = None
    """Names of the resource group, the network and what else has no field of its own, where they are not to be formed. Omitted: all
    are formed."""
    access: Access | None = None
    """Groups that get roles in the zone. Omitted: nobody but those whom Azure lets in from above."""
    network: Network | None = None
    """The zone's virtual network, which services and apps need; {} takes every default, its addresses out of the plane's
    addressPools. Omitted: none is made."""
    storage: Storage | None = None
    """The zone's storage account; {} takes every default. Omitted: none is made; one that was made stays."""
    event_hubs: EventHubs | None = None
    """The zone's Event Hubs namespace; {} takes every default. Omitted: none is made; one with hubs that was made stays."""
    service_bus: ServiceBus | None = None
    """The zone's Service Bus namespace; {} takes every default. Omitted: none is made; one with queues that was made stays."""
    cosmos: Cosmos | None = None
    """The zone's Cosmos DB account; {} takes every default. Omitted: none is made; one that was made stays."""
    key_vault: KeyVault | None = None
    """The zone's key vault; {} takes every default. Omitted: none is made; one that was made stays."""
    redis: Redis | None = None
    """The zone's Azure Managed Redis; {} takes every default. Omitted: none is made; one that was made stays."""
    event_grid: EventGrid | None = None
    """The events of the zone's storage account, which go to its queues. Omitted: none are asked for."""
    kusto: Kusto | None = None
    """The zone's database in a Data Explorer cluster that exists. Omitted: none is made; one that was made stays."""
    databricks: Databricks | None = None
    """The zone's Databricks workspace; {} takes every default. Omitted: none is made; one that was made stays."""
    synapse: Synapse | None = None
    """The zone's Synapse workspace; {} takes every default. Omitted: none is made; one that was made stays."""
    apps: Apps | None = None
    """The platform's apps. Omitted: none run."""
    access_paths: AccessPaths | None = None
    """The ways in to the apps; each is tried at the interval, and is a row of status.reachability. Omitted: none is offered."""

    def declares(self, service: str) -> bool:
        """Is a service there, by its field's name in the spec (`eventHubs`)?"""
        return getattr(self, field_of(service)) is not None

    def existing(self, service: str) -> Existing | None:
        """What stands already and is attached as that service; None where it is made, or not there."""
        found: Existing | None = getattr(getattr(self, field_of(service)), "existing", None)
        return found

    def attached(self, field: str) -> str:
        """The id of what stands already and is attached at a place of the spec (one of ATTACHABLE); "" where it is made, or not there."""
        found = self.value_at(f"{field}.existing")
        return found.id if isinstance(found, Attached) else ""

    def value_at(self, path: str) -> object:
        """What the spec has at a dotted path of its fields (`accessPaths.bastion.own`); None where it has nothing."""
        found: object = self
        for name in path.split("."):
            found = getattr(found, field_of(name), None)
        return found


class NetworkState(StatusModel):
    """What the zone's network was given."""

    address_space: Annotated[str, Field(max_length=18)]
    """Its addresses, in CIDR notation: those of spec.network.addressSpace, else those that were allotted of the plane's addressPools,
    which stay the zone's until it is gone."""


class DataLandingZoneStatus(CommonStatus):
    """What the operator made of a zone."""

    resource_group_id: ResourceId | None = None
    """The ARM id of the zone's resource group."""
    network: NetworkState | None = None
    """What the zone's network was given."""
    apps_healthy: Word | None = None
    """How many of the apps are healthy, such as 5/6."""
    release: Release | None = None
    """The version of the plane's apps that the zone runs."""
    apps: Annotated[tuple[AppState, ...], listed(at_most=20)] = ()
    """The apps, as last seen."""
    wiring: Annotated[tuple[Wiring, ...], listed(at_most=100)] = ()
    """What the apps need, and how much of it is there."""
    reachability: Annotated[tuple[Reach, ...], listed(at_most=30)] = ()
    """The ways in, by path and address, and what came of each."""
    endpoints: Annotated[Mapping[str, Annotated[str, Field(max_length=512)]], Field(max_length=20)] = Field(
        default_factory=dict
    )
    """Where the zone's services answer, by their name in the spec: storage, eventHubs (for Kafka), serviceBus, cosmos, redis,
    kusto (the cluster), databricks, synapse (for SQL without a pool), and apps (the domain)."""
