"""Types of databases and caches. What holds data is never deleted because a line left a spec."""

from loom.plan.arm_type import ArmType, Carry, Listing, Marking, Tier

_COSMOS = "Microsoft.DocumentDB/databaseAccounts"
_REDIS = "Microsoft.Cache/redisEnterprise"
_KUSTO = "Microsoft.Kusto/clusters"

_OTHERS = "a PUT without it may take it away, and whoever set it does not ask us"

TYPES = (
    ArmType(
        _COSMOS, "2025-10-15", "cosmos",
        protected="an account holds documents, and brings them back for as long as it exists only",
        immutable=("location", "kind"),
        carries=(
            Carry("identity", "the account's own keys may be read with it", frozenset({"principalId", "tenantId", "clientId"})),
            # The account refuses a body without them, and one that changes them together with anything else.
            Carry("properties.locations", _OTHERS, frozenset({"id", "documentEndpoint", "provisioningState"})),
            *(
                Carry(f"properties.{name}", _OTHERS)
                for name in (
                    "analyticalStorageConfiguration", "capabilities", "capacity", "cors", "defaultIdentity",
                    "enableAnalyticalStorage", "enableAutomaticFailover", "enableBurstCapacity", "enableFreeTier",
                    "enableMultipleWriteLocations", "enablePartitionMerge", "ipRules", "isVirtualNetworkFilterEnabled", "keyVaultKeyUri",
                    "networkAclBypass", "networkAclBypassResourceIds", "virtualNetworkRules",
                )
            ),
        ),
        delete_rank=60,
    ),
    ArmType(
        f"{_COSMOS}/sqlDatabases", "2025-10-15", "database",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        protected="a database holds documents",
        delete_rank=56,
    ),
    ArmType(
        f"{_COSMOS}/sqlDatabases/containers", "2025-10-15", "container",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        protected="a container holds documents",
        immutable=("properties.resource.partitionKey.paths", "properties.resource.partitionKey.kind"),
        carries=(
            Carry("properties.resource.partitionKey.version", "it is part of what is fixed at creation"),
            *(
                Carry(f"properties.resource.{name}", _OTHERS)
                for name in (
                    "analyticalStorageTtl", "clientEncryptionPolicy", "computedProperties", "conflictResolutionPolicy", "defaultTtl",
                    "fullTextPolicy", "indexingPolicy", "uniqueKeyPolicy", "vectorEmbeddingPolicy",
                )
            ),
        ),
        delete_rank=55,
    ),
    ArmType(
        # An account's own role assignments: they have no words that a mark could stand in, and their names are GUIDs.
        f"{_COSMOS}/sqlRoleAssignments", "2025-10-15", "document-access",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        named_by=("properties.scope", "properties.principalId", "properties.roleDefinitionId"),
        same=("properties.scope", "properties.principalId", "properties.roleDefinitionId"),
        immutable=("properties.scope", "properties.principalId", "properties.roleDefinitionId"),
        delete_rank=15,
        gives_access=True,
    ),
    ArmType(
        _REDIS, "2025-07-01", "redis",
        protected="apps keep in a cache what they cannot read again elsewhere, as sessions and positions",
        immutable=("location",),
        carries=(
            Carry("identity", "the cache's own keys may be read with it", frozenset({"principalId", "tenantId", "clientId"})),
            Carry("zones", "chosen at creation"),
            Carry("properties.encryption", "keys of the customer's own are chosen by others"),
            Carry("properties.highAvailability", _OTHERS),
        ),
        delete_rank=60,
    ),
    ArmType(
        f"{_REDIS}/databases", "2025-07-01", "redis-database",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        protected="it holds what is in the cache",
        immutable=("properties.port",),
        carries=(
            Carry("properties.clusteringPolicy", "chosen at creation"),
            Carry("properties.modules", "chosen at creation", frozenset({"version"})),
            *(
                Carry(f"properties.{name}", _OTHERS, frozenset({"state"}))
                for name in ("deferUpgrade", "evictionPolicy", "geoReplication", "persistence")
            ),
        ),
        singleton=True,
        delete_rank=56,
    ),
    ArmType(
        # No words for a mark, and no dash in a name.
        f"{_REDIS}/databases/accessPolicyAssignments", "2025-07-01", "cache-access",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        named_by=("properties.user.objectId", "properties.accessPolicyName"),
        immutable=("properties.user.objectId",),
        delete_rank=15,
        gives_access=True,
    ),
    ArmType(_KUSTO, "2025-02-14", "kusto", delete_rank=60),
    ArmType(
        f"{_KUSTO}/databases", "2025-02-14", "kusto-database",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        protected="it holds what was sent to it, for as long as it was told to",
        immutable=("location", "kind"),
        carries=tuple(
            Carry(f"properties.{name}", _OTHERS) for name in ("hotCachePeriod", "keyVaultProperties", "softDeletePeriod")
        ),
        delete_rank=55,
    ),
    ArmType(
        f"{_KUSTO}/databases/principalAssignments", "2025-02-14", "database-access",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        immutable=("properties.principalId", "properties.principalType"),
        delete_rank=15,
        gives_access=True,
    ),
)  # fmt: skip
