"""Types of Microsoft.App, carried by an SDK of their own."""

from loom.plan.arm_type import ArmType, Client, Listing, Marking, Normal, Tier
from loom.plan.catalog.normals import without_case

_ENVIRONMENT = "Microsoft.App/managedEnvironments"

TYPES = (
    ArmType(
        _ENVIRONMENT, "2026-01-01", "environment",
        client=Client.CONTAINER_APPS,
        immutable=(
            "location", "properties.vnetConfiguration.infrastructureSubnetId", "properties.vnetConfiguration.internal",
            "properties.zoneRedundant",
        ),
        busy_states=frozenset(
            {
                "Waiting", "InitializationInProgress", "InfrastructureSetupInProgress", "InfrastructureSetupComplete",
                "UpgradeRequested",
            }
        ),
        delete_rank=40,
    ),
    ArmType(
        # Whoever asks gives it its name; the words that it carries are what is known of it. Pending is its way of waiting for an answer.
        f"{_ENVIRONMENT}/privateEndpointConnections", "2026-01-01", "connection",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        same=("properties.privateLinkServiceConnectionState.description",),
        asked_from="properties.privateEndpoint.id",
        settled_states=frozenset({"Pending"}),
        delete_rank=38,
    ),
    ArmType(
        "Microsoft.App/containerApps", "2026-01-01", "app",
        client=Client.CONTAINER_APPS,
        immutable=("location", "properties.environmentId"),
        whole=("properties.template.containers", "properties.template.containers.*.env"),  # a setting taken out of the spec goes
        normals=(
            Normal("properties.configuration.ingress.transport", without_case, "`auto` comes back as `Auto` (recorded)"),
        ),
        former="properties.latestReadyRevisionName",
        delete_rank=20,
    ),
)  # fmt: skip
