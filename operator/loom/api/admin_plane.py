"""AdminPlane: what zones attach to, and who may ask for what. Only cluster administrators write one."""

from enum import StrEnum
from ipaddress import IPv4Network
from itertools import combinations
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.addresses import lies_in
from loom.api.grants import AddressPool, Grant
from loom.api.meta import DEFAULT_INTERVAL, INTERVAL_RULE, TAG_RULES, Tags, no_tags
from loom.api.schema import (
    Bool,
    Duration,
    Guid,
    Int,
    Location,
    Model,
    ResourceGroupName,
    Rule,
    StatusModel,
    arm_id,
    immutable,
    listed,
    named,
)
from loom.api.status import CommonStatus, ResourceId


class Cloud(StrEnum):
    """An Azure cloud: it decides every endpoint and every DNS suffix."""

    AZURE_CLOUD = "AzureCloud"
    AZURE_US_GOVERNMENT = "AzureUSGovernment"
    AZURE_CHINA_CLOUD = "AzureChinaCloud"


class Boundary(StrEnum):
    """The compliance boundary that a plane and its zones are in."""

    COMMERCIAL = "Commercial"
    GCC = "GCC"
    GCC_HIGH = "GCCHigh"
    IL5 = "IL5"


class Identity(Model):
    """A workload identity."""

    client_id: Guid
    """Its client id (not its object id, not its resource id)."""


class HubNetwork(Model):
    """The virtual network that every zone's network is peered with."""

    id: Annotated[str, arm_id("Microsoft.Network/virtualNetworks")]
    """Its ARM id."""


class PrivateDnsZones(Model):
    """Where the privatelink DNS zones are, already linked to the hub."""

    resource_group: ResourceGroupName
    """The resource group that holds them."""
    subscription_id: Guid | None = None
    """The subscription of that group. Omitted: the plane's own."""


class LogAnalytics(Model):
    """Where diagnostic settings send logs and metrics."""

    id: Annotated[str, arm_id("Microsoft.OperationalInsights/workspaces")]
    """Its ARM id."""


class ApplicationInsights(Model):
    """Where apps send their telemetry."""

    id: Annotated[str, arm_id("Microsoft.Insights/components")]
    """Its ARM id."""


class ContainerRegistry(Model):
    """Where the images of the apps come from."""

    id: Annotated[str, arm_id("Microsoft.ContainerRegistry/registries")]
    """Its ARM id."""


class ApiManagementService(Model):
    """An API Management service."""

    id: Annotated[str, arm_id("Microsoft.ApiManagement/service")]
    """Its ARM id."""


class Rollout(Model):
    """How a new version of the apps reaches the zones of the plane: in waves, the oldest zones first."""

    max_unavailable_zones: Annotated[Int, Field(ge=1, le=500)] = 1
    """How many zones may be changing to a new version at once."""
    pause_on_unhealthy: Bool = True
    """True: while a zone that has the new version is unhealthy, no other zone takes it. False: they go on."""


class AppRelease(Model):
    """Which release of the platform's apps the zones run."""

    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$", max_length=128)]
    """The tag of the images, such as 0.3.0."""
    registry_path: Annotated[str, Field(pattern="^[a-z0-9]+([._/-][a-z0-9]+)*$", max_length=200)] = "loom"
    """The path of the images in the registry, before the app's name."""
    rollout: Rollout | None = None
    """How a new version reaches the zones. Omitted: one zone after the other, and none further while one of them is unhealthy."""


def _are_apart(plane: "AdminPlaneSpec") -> bool:
    return not any(IPv4Network(a.cidr).overlaps(IPv4Network(b.cidr)) for a, b in combinations(plane.address_pools, 2))


class AdminPlaneSpec(Model):
    """The part of Azure that exists before any zone, and who may attach to it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *TAG_RULES,
        INTERVAL_RULE,
        Rule(
            field="boundary",
            cel="!(self.boundary in ['GCCHigh', 'IL5']) || self.cloud == 'AzureUSGovernment'",
            message="the boundaries GCCHigh and IL5 exist in the cloud AzureUSGovernment only",
            holds=lambda p: p.boundary not in (Boundary.GCC_HIGH, Boundary.IL5) or p.cloud is Cloud.AZURE_US_GOVERNMENT,
        ),
        Rule(
            field="addressPools",
            cel="!has(self.addressPools) || self.addressPools.all(a, !isCIDR(a.cidr) || self.addressPools.all(b, "
            f"a.cidr == b.cidr || !isCIDR(b.cidr) || !{lies_in('b.cidr', 'a.cidr')}))",
            message="address pools overlap; give each of them addresses of its own",
            holds=_are_apart,
        ),
        immutable("cloud", "make another AdminPlane for the other cloud"),
        immutable("tenantId", "make another AdminPlane for the other tenant"),
        immutable("location", "make another AdminPlane for the other location"),
        immutable("subscriptionId", "make another AdminPlane for the other subscription"),
        immutable("resourceGroup", "make another AdminPlane for the other resource group"),
    )

    cloud: Cloud
    """The Azure cloud: AzureCloud, AzureUSGovernment or AzureChinaCloud. It decides every endpoint and DNS suffix."""
    boundary: Boundary
    """The compliance boundary: Commercial, GCC, GCCHigh or IL5. Apps and tags carry it."""
    tenant_id: Guid
    """The Microsoft Entra tenant of the plane and of its zones."""
    location: Location
    """The Azure location of the plane, such as eastus2. Zones may be elsewhere."""
    subscription_id: Guid
    """The Azure subscription of the plane."""
    resource_group: ResourceGroupName
    """The resource group of the plane."""
    identity: Identity | None = None
    """The workload identity that the operator uses for this plane and its zones. Omitted: the operator's own."""
    hub_network: HubNetwork
    """The network that zones are peered with; the operator adds its side of each peering and changes nothing else."""
    private_dns_zones: PrivateDnsZones
    """Where the privatelink DNS zones are, in which private endpoints are registered."""
    log_analytics: LogAnalytics
    """The workspace that the zones' diagnostic settings send to."""
    application_insights: ApplicationInsights | None = None
    """Where the zones' apps send their telemetry. Omitted: a zone with apps says NotInAdminPlane."""
    container_registry: ContainerRegistry | None = None
    """The registry that apps are pulled from. Omitted: a zone with apps says NotInAdminPlane, unless it names whole images."""
    api_management: ApiManagementService | None = None
    """The service that ApiProducts are published in unless they name another. Omitted: such products say NotInAdminPlane."""
    apps: AppRelease | None = None
    """The release of the apps. Omitted: a zone must name whole images itself."""
    address_pools: Annotated[tuple[AddressPool, ...], named(at_most=20, key="cidr")] = ()
    """What zones without an addressSpace are given ranges of, in this order. What live networks and the peerings of the hub have is
    taken. A range that was given is never moved. Omitted: each zone must name its addresses."""
    tags: Tags = Field(default_factory=no_tags)
    """Azure tags for everything made in the plane's zones; a zone's own tags override them. Omitted: none."""
    interval: Duration = DEFAULT_INTERVAL
    """How often the references are looked at, 1m to 24h."""
    suspend: Bool = False
    """True: nothing is looked at, and zones and products of this plane stand still as if they were suspended themselves."""
    grants: Annotated[tuple[Grant, ...], listed(at_most=100)] = ()
    """Who may ask for what. What is not listed is not allowed. A grant withdrawn: reading goes on, writing stops, nothing is
    deleted. Omitted: nobody may ask for anything."""


class Allocation(StatusModel):
    """A range of addresses that a zone was given."""

    cidr: Annotated[str, Field(max_length=18)]
    """The range, in CIDR notation."""
    zone: Annotated[str, Field(max_length=127)]
    """The zone, as <namespace>/<name>. The range is free again when the zone is gone, and what it had in Azure with it."""


class AdminPlaneStatus(CommonStatus):
    """What the operator found of the plane."""

    zones: Int | None = None
    """How many DataLandingZones refer to this plane."""
    missing: Annotated[tuple[ResourceId, ...], listed(at_most=20)] = ()
    """ARM ids that the spec names and that do not exist or cannot be read."""
    allocations: Annotated[tuple[Allocation, ...], named(at_most=500, key="zone")] = ()
    """Which zones were given which of the addressPools. It is written before anything is made with it, and rebuilt from the
    networks in Azure where it was lost."""
