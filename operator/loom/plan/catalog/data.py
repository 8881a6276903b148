"""Types that hold data: storage, Event Hubs, Service Bus. What holds data is never deleted because a line left a spec."""

from loom.plan.arm_type import ArmType, Carry, Listing, Marking, Tier

_ACCOUNT = "Microsoft.Storage/storageAccounts"
_NAMESPACE = "Microsoft.EventHub/namespaces"

_BUS = "Microsoft.ServiceBus/namespaces"

_OTHERS = "a PUT without it may take it away, and whoever set it does not ask us"
_READ_ONLY_KEYS = frozenset(
    {
        "lastEnabledTime", "currentVersionedKeyIdentifier", "currentVersionedKeyExpirationTimestamp", "lastKeyRotationTimestamp",
    }
)  # fmt: skip

# While a namespace is made, changed and deleted its `status` says so, the last even beside `Succeeded` (recorded traffic).
_MESSAGING_BUSY = frozenset({"Activating", "Creating", "Updating", "Removing"})
_RULES_OF_OTHERS = (
    Carry("properties.defaultAction", _OTHERS),
    Carry("properties.ipRules", _OTHERS),
    Carry("properties.virtualNetworkRules", _OTHERS),
    Carry("properties.trustedServiceAccessEnabled", _OTHERS),
)
_OF_A_QUEUE = (
    "lockDuration", "maxSizeInMegabytes", "maxMessageSizeInKilobytes", "requiresDuplicateDetection", "requiresSession",
    "defaultMessageTimeToLive", "deadLetteringOnMessageExpiration", "duplicateDetectionHistoryTimeWindow", "enableBatchedOperations",
    "autoDeleteOnIdle", "enablePartitioning", "enableExpress", "forwardTo", "forwardDeadLetteredMessagesTo",
)  # fmt: skip

TYPES = (
    ArmType(
        _ACCOUNT, "2025-06-01", "storage",
        protected="a storage account holds data, and a deleted one cannot be brought back by us",
        immutable=(
            "location", "kind", "properties.isHnsEnabled", "properties.encryption.requireInfrastructureEncryption",
        ),
        carries=(
            Carry("identity", "the account's own keys may be read with it", frozenset({"principalId", "tenantId", "clientId"})),
            Carry("properties.encryption", "keys of the customer's own are chosen by others", _READ_ONLY_KEYS),
            Carry("properties.networkAcls.ipRules", _OTHERS),
            Carry("properties.networkAcls.virtualNetworkRules", _OTHERS, frozenset({"state"})),
            Carry("properties.networkAcls.resourceAccessRules", _OTHERS),
        ),
        busy_states=frozenset({"ResolvingDNS"}),
        delete_rank=60,
    ),
    ArmType(
        f"{_ACCOUNT}/blobServices", "2025-06-01", "blob-service",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW,
        carries=(
            Carry("properties.cors", _OTHERS),
            Carry("properties.changeFeed", _OTHERS),
            Carry("properties.isVersioningEnabled", _OTHERS),
            Carry("properties.lastAccessTimeTrackingPolicy", _OTHERS),
        ),
        deletable=False, singleton=True,
        delete_rank=58,
    ),
    ArmType(
        f"{_ACCOUNT}/managementPolicies", "2025-06-01", "lifecycle",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW,
        whole=("properties.policy.rules",),  # a rule taken out of the spec deletes no blobs any more
        singleton=True,
        delete_rank=58,
    ),
    ArmType(
        # In the slow tier: storage allows 100 lists in five minutes for a subscription and region.
        f"{_ACCOUNT}/blobServices/containers", "2025-06-01", "filesystem",
        # Names of metadata are C# identifiers (Azure docs: Naming and referencing containers, blobs, and metadata).
        marking=Marking.INSIDE, marker_path="properties.metadata.csaloom_io_owner", listing=Listing.PARENT, tier=Tier.SLOW,
        protected="a filesystem holds data",
        carries=(Carry("properties.metadata", _OTHERS),),
        delete_rank=55,
    ),
    ArmType(
        _NAMESPACE, "2026-01-01", "event-hubs",
        immutable=("location", "sku.name"),
        busy_states=frozenset({"Created"}),
        status_path="properties.status",
        status_busy=_MESSAGING_BUSY,
        delete_rank=60,
    ),
    ArmType(
        f"{_NAMESPACE}/networkRuleSets", "2026-01-01", "event-hubs-rules",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW,
        carries=_RULES_OF_OTHERS,
        deletable=False, singleton=True,
        delete_rank=58,
    ),
    ArmType(
        f"{_NAMESPACE}/eventhubs", "2026-01-01", "hub",
        marking=Marking.INSIDE, marker_path="properties.userMetadata", listing=Listing.PARENT,
        protected="an event hub holds the events of its retention time, and its consumers' positions",
        # "CleanupPolicy changes are not allowed in update": azure-cli, issue 26865. Partitions: Event Hubs' tier limits.
        immutable=("properties.partitionCount", "properties.retentionDescription.cleanupPolicy"),
        carries=(Carry("properties.captureDescription", _OTHERS),),
        delete_rank=55,
    ),
    ArmType(
        _BUS, "2026-01-01", "service-bus",
        # Azure docs: Migrate Standard namespaces to Premium. No write changes the tier.
        immutable=("location", "sku.name"),
        carries=(
            Carry("identity", "the namespace's own keys may be read with it", frozenset({"principalId", "tenantId", "clientId"})),
            Carry("properties.encryption", "keys of the customer's own are chosen by others"),
            Carry("properties.geoDataReplication", _OTHERS, frozenset({"replicaState"})),
            Carry("properties.premiumMessagingPartitions", "chosen at creation, and fixed since"),
        ),
        busy_states=frozenset({"Created"}),
        status_path="properties.status",
        status_busy=_MESSAGING_BUSY,
        delete_rank=60,
    ),
    ArmType(
        f"{_BUS}/networkRuleSets", "2026-01-01", "service-bus-rules",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW,
        carries=_RULES_OF_OTHERS,
        deletable=False, singleton=True,
        delete_rank=58,
    ),
    ArmType(
        f"{_BUS}/queues", "2026-01-01", "queue",
        marking=Marking.INSIDE, marker_path="properties.userMetadata", listing=Listing.PARENT,
        protected="a queue holds the messages that nobody has taken yet",
        carries=tuple(Carry(f"properties.{name}", _OTHERS) for name in _OF_A_QUEUE),
        delete_rank=55,
    ),
)  # fmt: skip
