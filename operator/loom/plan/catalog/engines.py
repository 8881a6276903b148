"""Types of the optional engines."""

from loom.plan.arm_type import ArmType, Carry

_OTHERS = "a PUT without it may take it away, and whoever set it does not ask us"

TYPES = (
    ArmType(
        "Microsoft.Databricks/workspaces", "2026-01-01", "databricks",
        protected="a workspace holds notebooks, jobs and what its own storage keeps",
        immutable=(
            "location", "properties.computeMode", "properties.managedResourceGroupId",
            "properties.parameters.customVirtualNetworkId", "properties.parameters.customPublicSubnetName",
            "properties.parameters.customPrivateSubnetName",
        ),
        carries=(
            Carry("properties.parameters", "what was chosen at creation", frozenset({"resourceTags"})),
            *(
                Carry(f"properties.{name}", _OTHERS)
                for name in (
                    "accessConnector", "authorizations", "defaultCatalog", "defaultStorageFirewall", "encryption",
                    "enhancedSecurityCompliance",
                )
            ),
        ),
        delete_rank=60,
    ),
)  # fmt: skip
