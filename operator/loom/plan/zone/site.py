"""Where a zone is made and how its things are called, tagged and referred to: what every part of its plan shares."""

from collections.abc import Mapping
from dataclasses import dataclass

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.plan import arm_id
from loom.plan.clouds import SUFFIXES, Suffixes, private_zones
from loom.plan.naming import ZoneNames, zone_names
from loom.plan.ownership import Owner

NETWORK_READY, SERVICES_READY = "NetworkReady", "ServicesReady"
WIRED, APPS_HEALTHY, REACHABLE = "BackingServicesWired", "AppsHealthy", "Reachable"


@dataclass(frozen=True, slots=True)
class Site:
    """One zone's place in Azure. Ids are formed here and nowhere else."""

    spec: DataLandingZoneSpec
    plane: AdminPlaneSpec
    names: ZoneNames
    owner: Owner
    group: str  # id
    tags: Mapping[str, str]

    @property
    def location(self) -> str:
        """The Azure location."""
        return self.spec.location

    @property
    def suffixes(self) -> Suffixes:
        """The DNS suffixes of the zone's cloud."""
        return SUFFIXES[self.plane.cloud]

    @property
    def is_open(self) -> bool:
        """Does a way in lead to the zone's apps? Whoever comes by it comes from outside the environment, which an ingress must allow."""
        paths = self.spec.access_paths
        return paths is not None and any(getattr(paths, name) is not None for name in type(paths).model_fields)

    @property
    def is_linked(self) -> bool:
        """Does Front Door come in by a private link? It takes none to an environment that is open to public networks."""
        paths = self.spec.access_paths
        return paths is not None and paths.front_door is not None

    def id(self, arm_type: str, *names: str) -> str:
        """The id of a resource in the zone's group."""
        return arm_id.resource(self.group, arm_type, *names)

    def attached(self, service: str) -> str:
        """The id of what stands already and is attached as a service, by its field in the spec; "" where it is made."""
        return self.spec.attached(service)

    def inner(self, service: str, name: str) -> str:
        """The name of what the zone makes for its own use in a service: where others have theirs too, with the owner's hash."""
        return f"{name}-{self.owner.hash}" if self.attached(service) else name

    @property
    def network(self) -> str:
        """The id of the zone's virtual network."""
        return self.id("Microsoft.Network/virtualNetworks", self.names.network)

    def subnet(self, name: str) -> str:
        """The id of one of its subnets."""
        return self.id("Microsoft.Network/virtualNetworks/subnets", self.names.network, name)

    @property
    def storage(self) -> str:
        """The id of the storage account."""
        return self.attached("storage") or self.id("Microsoft.Storage/storageAccounts", self.names.storage)

    @property
    def event_hubs(self) -> str:
        """The id of the Event Hubs namespace."""
        return self.attached("eventHubs") or self.id("Microsoft.EventHub/namespaces", self.names.event_hubs)

    def identity(self, app: str) -> str:
        """The id of the user-assigned identity that an app runs as."""
        return self.id("Microsoft.ManagedIdentity/userAssignedIdentities", self.names.identity(app))

    @property
    def service_bus(self) -> str:
        """The id of the Service Bus namespace."""
        return self.attached("serviceBus") or self.id("Microsoft.ServiceBus/namespaces", self.names.service_bus)

    @property
    def cosmos(self) -> str:
        """The id of the Cosmos DB account."""
        return self.attached("cosmos") or self.id("Microsoft.DocumentDB/databaseAccounts", self.names.cosmos)

    @property
    def key_vault(self) -> str:
        """The id of the key vault."""
        return self.attached("keyVault") or self.id("Microsoft.KeyVault/vaults", self.names.key_vault)

    @property
    def redis(self) -> str:
        """The id of the Azure Managed Redis."""
        return self.attached("redis") or self.id("Microsoft.Cache/redisEnterprise", self.names.redis)

    @property
    def redis_database(self) -> str:
        """The id of its one database."""
        return f"{self.redis}/databases/default"

    @property
    def databricks(self) -> str:
        """The id of the Databricks workspace."""
        return self.attached("databricks") or self.id("Microsoft.Databricks/workspaces", self.names.databricks)

    @property
    def synapse(self) -> str:
        """The id of the Synapse workspace."""
        return self.attached("synapse") or self.id("Microsoft.Synapse/workspaces", self.names.synapse)

    @property
    def kusto_database(self) -> str:
        """The id of the zone's database in the Data Explorer cluster."""
        return f"{self.attached('kusto')}/databases/{self.names.kusto_database}"

    @property
    def environment(self) -> str:
        """The id of the Container Apps environment."""
        own = self.id("Microsoft.App/managedEnvironments", self.names.environment)
        return self.attached("apps.environment") or own

    @property
    def hub_peering(self) -> str:
        """The id of the hub's side of the peering: the one thing of ours in the hub's network."""
        return f"{self.plane.hub_network.id}/virtualNetworkPeerings/{self.names.hub_peering}"

    def dns_zone(self, group_id: str) -> str:
        """The id of the plane's privatelink zone for a private endpoint group (`blob`, `dfs`, `namespace`)."""
        zones = self.plane.private_dns_zones
        group = arm_id.resource_group(zones.subscription_id or self.plane.subscription_id, zones.resource_group)
        return arm_id.resource(group, "Microsoft.Network/privateDnsZones", private_zones(self.plane.cloud)[group_id])

    def dns_link(self, group_id: str) -> str:
        """The id of the link between that zone and our network."""
        return f"{self.dns_zone(group_id)}/virtualNetworkLinks/{self.names.dns_link}"


def site_of(spec: DataLandingZoneSpec, plane: AdminPlaneSpec, owner: Owner) -> Site:
    """The place of a zone."""
    names = zone_names(spec, plane, owner)
    group = arm_id.resource_group(spec.subscription_id, names.group)
    return Site(spec, plane, names, owner, group, tags(spec, plane))


def tags(spec: DataLandingZoneSpec, plane: AdminPlaneSpec) -> dict[str, str]:
    """The tags of everything in the zone: the plane's, the zone's own over them, and over both what the spec's typed fields say.

    Azure tells no case apart in tag names, so neither does this.
    """
    typed = {
        "CSA_Loom": "true",
        "Environment": str(spec.environment),
        "Domain": spec.domain,
        "loom-domain": spec.domain,
        "Data_Classification": spec.data_classification,
        "CostCenter": spec.cost_center,
        "Owner": spec.owner.email if spec.owner else None,
    }
    merged: dict[str, tuple[str, str]] = {}
    for layer in (plane.tags, spec.tags, typed):
        merged |= {name.lower(): (name, value) for name, value in layer.items() if value is not None}
    return dict(sorted(merged.values()))
