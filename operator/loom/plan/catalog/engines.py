"""Types of the optional engines."""

from loom.plan.arm_type import ArmType, Carry, Footing, Listing, Marking, Tier

_SYNAPSE = "Microsoft.Synapse/workspaces"
_PARAMETERS = "properties.parameters"

_OTHERS = "a PUT without it may take it away, and whoever set it does not ask us"

TYPES = (
    ArmType(
        "Microsoft.Databricks/workspaces", "2026-01-01", "databricks",
        protected="a workspace holds notebooks, jobs and what its own storage keeps",
        immutable=(
            "location", "properties.computeMode",
            "properties.parameters.customVirtualNetworkId", "properties.parameters.customPublicSubnetName",
            "properties.parameters.customPrivateSubnetName",
        ),
        carries=(
            Carry("properties.managedResourceGroupId", "chosen at creation"),
            Carry("properties.parameters", "what was chosen at creation", frozenset({"resourceTags"})),
            *(
                Carry(f"properties.{name}", _OTHERS)
                for name in (
                    "accessConnector", "authorizations", "defaultCatalog", "defaultStorageFirewall", "encryption",
                    "enhancedSecurityCompliance",
                )
            ),
        ),
        stands_in=tuple(
            Footing("{}/subnets/{}", (f"{_PARAMETERS}.customVirtualNetworkId.value", f"{_PARAMETERS}.custom{word}SubnetName.value"))
            for word in ("Public", "Private")
        ),
        delete_rank=60,
    ),
    ArmType(
        "Microsoft.Databricks/accessConnectors", "2026-01-01", "access-connector",
        immutable=("location",),
        carries=(Carry("identity", "others may reach their data by it", frozenset({"principalId", "tenantId", "clientId"})),),
        delete_rank=55,
        gives_access=True,
    ),
    ArmType(
        _SYNAPSE, "2021-06-01", "synapse",
        protected="a workspace holds pipelines, notebooks and what its SQL pools keep",
        immutable=(
            "location", "properties.defaultDataLakeStorage.accountUrl",
            "properties.defaultDataLakeStorage.filesystem", "properties.defaultDataLakeStorage.resourceId",
        ),
        carries=(
            Carry("identity", "keys and sources may be read with those of others", frozenset({"principalId", "tenantId", "clientId"})),
            # Whether a private endpoint to the account is made can be said at creation alone (azure-rest-api-specs, issue 17346).
            Carry(
                "properties.defaultDataLakeStorage", "what was chosen at creation", frozenset({"createManagedPrivateEndpoint"}),
            ),
            Carry("properties.managedResourceGroupName", "chosen at creation"),
            Carry("properties.managedVirtualNetwork", "chosen at creation"),
            Carry("properties.sqlAdministratorLogin", "chosen at creation"),
            Carry(
                "properties.encryption", "keys of the customer's own are chosen by others",
                frozenset({"status", "doubleEncryptionEnabled"}),
            ),
            *(
                Carry(f"properties.{name}", _OTHERS)
                for name in (
                    "cspWorkspaceAdminProperties", "managedVirtualNetworkSettings", "purviewConfiguration",
                    "trustedServiceBypassEnabled", "virtualNetworkProfile", "workspaceRepositoryConfiguration",
                )
            ),
        ),
        delete_rank=60,
    ),
    ArmType(
        # It cannot be deleted, and a workspace's own body never shows it.
        f"{_SYNAPSE}/azureADOnlyAuthentications", "2021-06-01", "synapse-sign-in",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW,
        deletable=False, singleton=True,
        delete_rank=58,
    ),
    ArmType(
        f"{_SYNAPSE}/administrators", "2021-06-01", "synapse-admins",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW,
        singleton=True,
        delete_rank=15,
        gives_access=True,
    ),
)  # fmt: skip
