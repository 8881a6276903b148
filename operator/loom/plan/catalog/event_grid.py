"""Event Grid: a source has one system topic, whoever made it (Azure docs: System topics in Azure Event Grid)."""

from loom.plan.arm_type import ArmType, Carry, Listing, Marking, Tier

_TOPIC = "Microsoft.EventGrid/systemTopics"

TYPES = (
    ArmType(
        _TOPIC, "2025-02-15", "system-topic",
        same=("properties.source",),
        protected="it is the only topic of its source, and others may have subscriptions there",
        immutable=("location", "properties.source", "properties.topicType"),
        carries=(Carry("identity", "others may deliver by it", frozenset({"principalId", "tenantId", "clientId"})),),
        delete_rank=50,
    ),
    ArmType(
        f"{_TOPIC}/eventSubscriptions", "2025-02-15", "event-subscription",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        carries=(
            Carry("properties.labels", "words of the people who look after it"),
            Carry("properties.retryPolicy", "how long delivery is tried is tuned by others"),
            Carry("properties.deadLetterWithResourceIdentity", "where the rest goes is chosen by others"),
        ),
        delete_rank=20,
    ),
)  # fmt: skip
