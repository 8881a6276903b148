"""Types that everything stands on: groups, identities, roles, diagnostics, and what a plane brings along."""

from loom.plan.arm_type import ArmType, Carry, Listing, Marking, Tier

TYPES = (
    ArmType(
        "Microsoft.Resources/resourceGroups", "2025-04-01", "group",
        immutable=("location",),
        delete_rank=100,
    ),
    ArmType(
        "Microsoft.ManagedIdentity/userAssignedIdentities", "2024-11-30", "identity",
        immutable=("location",),
        delete_rank=85,
    ),
    ArmType(
        "Microsoft.Authorization/roleAssignments", "2022-04-01", "role",
        marking=Marking.FIELD, marker_path="properties.description",
        # Listed, not read by id: Azure allows one assignment for a scope, principal and role, whatever its name.
        listing=Listing.PARENT, tier=Tier.SLOW,
        same=("properties.scope", "properties.principalId", "properties.roleDefinitionId"),
        immutable=("properties.principalId", "properties.roleDefinitionId"),
        gives_access=True,
        delete_rank=15,
    ),
    ArmType(
        "Microsoft.Insights/diagnosticSettings", "2021-05-01-preview", "diagnostics",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW,
        carries=(
            Carry("properties.logAnalyticsDestinationType", "chosen by the workspace's administrators"),
        ),
        delete_rank=10,
    ),
    ArmType("Microsoft.OperationalInsights/workspaces", "2025-07-01", "workspace"),
    ArmType("Microsoft.Insights/components", "2020-02-02", "insights"),
    ArmType("Microsoft.ContainerRegistry/registries", "2025-11-01", "registry"),
)  # fmt: skip
