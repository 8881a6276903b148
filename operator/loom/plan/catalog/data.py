"""Types that hold data: storage and Event Hubs. What holds data is never deleted because a line left a spec."""

from loom.plan.arm_type import ArmType, Listing, Marking, Tier

_ACCOUNT = "Microsoft.Storage/storageAccounts"
_NAMESPACE = "Microsoft.EventHub/namespaces"

TYPES = (
    ArmType(
        _ACCOUNT, "2025-06-01", "storage",
        protected="a storage account holds data, and a deleted one cannot be brought back by us",
        immutable=(
            "location", "kind", "properties.isHnsEnabled", "properties.encryption.requireInfrastructureEncryption",
        ),
        busy_states=frozenset({"ResolvingDNS"}),
        delete_rank=60,
    ),
    ArmType(
        f"{_ACCOUNT}/blobServices", "2025-06-01", "blob-service",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW,
        deletable=False, singleton=True,
        delete_rank=58,
    ),
    ArmType(
        # In the slow tier: storage allows 100 lists in five minutes for a subscription and region.
        f"{_ACCOUNT}/blobServices/containers", "2025-06-01", "filesystem",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        protected="a filesystem holds data",
        delete_rank=55,
    ),
    ArmType(
        _NAMESPACE, "2026-01-01", "event-hubs",
        immutable=("location", "sku.name"),
        busy_states=frozenset({"Created"}),
        status_path="properties.status",
        status_busy=frozenset({"Activating", "Creating", "Updating", "Removing"}),
        delete_rank=60,
    ),
    ArmType(
        f"{_NAMESPACE}/eventhubs", "2026-01-01", "hub",
        marking=Marking.NAME, listing=Listing.PARENT,
        protected="an event hub holds the events of its retention time, and its consumers' positions",
        # "CleanupPolicy changes are not allowed in update": azure-cli, issue 26865. Partitions: Event Hubs' tier limits.
        immutable=("properties.partitionCount", "properties.retentionDescription.cleanupPolicy"),
        delete_rank=55,
    ),
)  # fmt: skip
