"""AdminPlane: what zones attach to, and who may ask for what. Only cluster administrators write one."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.meta import DEFAULT_INTERVAL, INTERVAL_RULE, TAG_RULES, Tags, no_tags
from loom.api.schema import (
    ArmScope,
    Bool,
    Duration,
    Guid,
    Int,
    Labels,
    Location,
    Model,
    ResourceGroupName,
    Rule,
    arm_id,
    distinct,
    immutable,
    listed,
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


class AppRelease(Model):
    """Which release of the platform's apps the zones run."""

    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$", max_length=128)]
    """The tag of the images, such as 0.3.0."""
    registry_path: Annotated[str, Field(pattern="^[a-z0-9]+([._/-][a-z0-9]+)*$", max_length=200)] = "loom"
    """The path of the images in the registry, before the app's name."""


class GrantedNamespaces(Model):
    """The namespaces that a grant is for. Who may label namespaces can take a grant that goes by labels."""

    rules: ClassVar = (
        Rule(
            cel="has(self.matchNames) || has(self.matchLabels)",
            message="name the namespaces: give matchNames, matchLabels, or both; a grant to everybody does not exist",
            holds=lambda n: bool(n.match_names or n.match_labels),
        ),
    )

    match_names: (
        Annotated[tuple[Annotated[str, Field(max_length=63)], ...], distinct(at_most=100, at_least=1)] | None
    ) = None
    """The namespaces' names. With matchLabels beside it, a namespace must be in the list and carry the labels too."""
    match_labels: Labels | None = None
    """Labels that a namespace must carry, all of them. With matchNames beside it, both must hold."""


class ApiManagementGrant(Model):
    """What ApiProducts of the namespaces may do in API Management."""

    services: Annotated[
        tuple[Annotated[str, arm_id("Microsoft.ApiManagement/service")], ...], distinct(at_most=20, at_least=1)
    ]
    """ARM ids of the services that they may publish in; the plane's own is not implied."""
    path_prefixes: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9._~/-]+$", max_length=200)], ...],
        distinct(at_most=50, at_least=1),
    ]
    """How the paths of their APIs must begin, such as finance/."""
    backend_hosts: Annotated[
        tuple[Annotated[str, Field(pattern=r"^([*][.])?[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*$", max_length=253)], ...],
        distinct(at_most=100),
    ] = ()
    """Hosts that their backends may be at; *.example.com is every host below example.com. Omitted: none."""
    raw_policies: Bool = False
    """True: their policies may hold `xml`, elements of a closed list as text. No grant allows code, named values, calls to elsewhere, or
    anything that belongs to another owner."""


class Grant(Model):
    """What some namespaces may ask of this plane. Each grant is judged by itself: one of them must cover all of a request."""

    namespaces: GrantedNamespaces
    """Whom the grant is for."""
    subscriptions: Annotated[tuple[Guid, ...], distinct(at_most=200)] = ()
    """Azure subscriptions that zones may be made in. Omitted: none."""
    locations: Annotated[tuple[Location, ...], distinct(at_most=60)] = ()
    """Azure locations that zones may be made in. Omitted: none."""
    max_zones: Annotated[Int, Field(ge=0, le=500)] | None = None
    """How many zones all the grant's namespaces together may have. The oldest have the places.
    Omitted: no limit but the 500 peerings of the hub's network."""
    scopes: Annotated[tuple[ArmScope, ...], distinct(at_most=100)] = ()
    """ARM scopes outside the zones' own resource groups where the operator may adopt resources and assign roles. Omitted: none."""
    api_management: ApiManagementGrant | None = None
    """What ApiProducts may do. Omitted: nothing."""


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
    tags: Tags = Field(default_factory=no_tags)
    """Azure tags for everything made in the plane's zones; a zone's own tags override them. Omitted: none."""
    interval: Duration = DEFAULT_INTERVAL
    """How often the references are looked at, 1m to 24h."""
    suspend: Bool = False
    """True: nothing is looked at, and zones and products of this plane stand still as if they were suspended themselves."""
    grants: Annotated[tuple[Grant, ...], listed(at_most=100)] = ()
    """Who may ask for what. What is not listed is not allowed. A grant withdrawn: reading goes on, writing stops, nothing is
    deleted. Omitted: nobody may ask for anything."""


class AdminPlaneStatus(CommonStatus):
    """What the operator found of the plane."""

    zones: Int | None = None
    """How many DataLandingZones refer to this plane."""
    missing: Annotated[tuple[ResourceId, ...], listed(at_most=20)] = ()
    """ARM ids that the spec names and that do not exist or cannot be read."""
