"""Types of Microsoft.Network: a PUT there replaces the whole, so what others put in is repeated from the live body."""

from loom.plan.arm_type import ArmType, Carry, DeadEnd, Footing, Listing, Marking, Normal, Tier
from loom.plan.catalog import normals

NETWORK = "Microsoft.Network/virtualNetworks"

# Read-only members of what is carried: a body that repeats them is refused by a strict reader of the type tables.
_READ_ONLY = frozenset(
    {
        "etag", "type", "actions", "provisioningState", "purpose", "privateEndpoints", "ipConfigurations", "ipConfigurationProfiles",
        "resourceNavigationLinks", "serviceAssociationLinks", "resourceGuid", "remoteVirtualNetworkEncryption",
    }
)  # fmt: skip
_READ_ONLY_RULE = frozenset({"etag", "type", "provisioningState"})
_OTHERS = "a PUT without it takes it away, and the team that put it there does not ask us"

TYPES = (
    ArmType(
        "Microsoft.Network/networkSecurityGroups", "2025-05-01", "nsg",
        immutable=("location",),
        carries=(Carry("properties.securityRules", _OTHERS, _READ_ONLY_RULE),),
        delete_rank=80,
    ),
    ArmType(
        "Microsoft.Network/routeTables", "2025-05-01", "route-table",
        immutable=("location",),
        carries=(Carry("properties.routes", _OTHERS, _READ_ONLY_RULE),),
        delete_rank=80,
    ),
    ArmType(
        NETWORK, "2025-05-01", "network",
        immutable=("location",),
        carries=(
            Carry("properties.subnets", "a PUT without subnets deletes them (Azure quickstart templates, issue 2786)", _READ_ONLY),
            Carry("properties.virtualNetworkPeerings", "a PUT without peerings deletes them", _READ_ONLY),
            Carry("properties.dhcpOptions", _OTHERS),
            Carry("properties.ddosProtectionPlan", _OTHERS),
        ),
        lane=NETWORK,
        delete_rank=75,
    ),
    ArmType(
        "Microsoft.Network/virtualNetworks/subnets", "2025-05-01", "subnet",
        marking=Marking.NAME, listing=Listing.INLINE, inline_path="properties.subnets",
        carries=(
            Carry("properties.routeTable", _OTHERS, _READ_ONLY),
            Carry("properties.natGateway", _OTHERS),
            Carry("properties.serviceEndpoints", _OTHERS, _READ_ONLY),
        ),
        stands_in=(Footing("{}", ("properties.networkSecurityGroup.id",)), Footing("{}", ("properties.routeTable.id",))),
        lane=NETWORK,
        delete_rank=70,
    ),
    ArmType(
        # Ours by its ancestor in a zone's own network, by the owner's hash in its name in the hub.
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", "2025-05-01", "peering",
        marking=Marking.NAME, listing=Listing.INLINE, inline_path="properties.virtualNetworkPeerings",
        immutable=("properties.remoteVirtualNetwork.id",),
        same=("properties.remoteVirtualNetwork.id",),  # Azure allows one peering between two networks, whatever its name
        carries=(
            Carry("properties.allowGatewayTransit", "the gateways between hub and zone are the hub's administrators'"),
            Carry("properties.useRemoteGateways", "the gateways between hub and zone are the hub's administrators'"),
        ),
        lane=NETWORK,
        dead_end=DeadEnd(
            "properties.peeringState", frozenset({"Disconnected"}),
            "the other side was deleted: both are to be deleted and made again (Azure docs: Virtual network peering)",
        ),
        delete_rank=65,
    ),
    ArmType(
        "Microsoft.Network/privateEndpoints", "2025-05-01", "endpoint",
        immutable=(
            "location",
            "properties.subnet.id",
            "properties.privateLinkServiceConnections.0.properties.privateLinkServiceId",
            "properties.privateLinkServiceConnections.0.properties.groupIds.0",
        ),
        # A second one would take the first one's address out of DNS (azure-docs, issue 58044).
        same=(
            "properties.subnet.id",
            "properties.privateLinkServiceConnections.0.properties.privateLinkServiceId",
            "properties.privateLinkServiceConnections.0.properties.groupIds.0",
        ),
        dead_end=DeadEnd(
            "properties.privateLinkServiceConnections.0.properties.privateLinkServiceConnectionState.status",
            frozenset({"Disconnected"}),
            "the service's side was removed, as when it was itself made again (Azure docs: What is a private endpoint)",
        ),
        delete_rank=30,
    ),
    ArmType(
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "2025-05-01", "dns-group",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW,
        delete_rank=25,
    ),
    ArmType("Microsoft.Network/privateDnsZones", "2024-06-01", "dns-zone", delete_rank=90),
    ArmType(
        "Microsoft.Network/privateDnsZones/A", "2024-06-01", "dns-record",
        marking=Marking.FIELD, marker_path="properties.metadata.csaloom_io_owner", listing=Listing.EACH, tier=Tier.SLOW,
        normals=(
            Normal("properties.metadata.creator", normals.without_guid, "a zone group writes the endpoint's GUID after its name"),
        ),
        delete_rank=55,
    ),
    ArmType(
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks", "2024-06-01", "dns-link",
        listing=Listing.PARENT,
        immutable=("properties.virtualNetwork.id",),
        same=("properties.virtualNetwork.id",),  # Azure links a network to a zone once
        delete_rank=60,
    ),
)  # fmt: skip
