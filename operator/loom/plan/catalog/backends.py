"""What a gateway may call: Function Apps with their functions, and accounts of language models. They are only ever read here, but for the
host keys that are made on Function Apps to call them with.
"""

from loom.plan.arm_type import ArmType, Client, Listing, Marking, Tier

_SITE = "Microsoft.Web/sites"
HOST_KEYS = f"{_SITE}/host/functionKeys"

TYPES = (
    ArmType(_SITE, "2025-03-01", "function-app", delete_rank=90),
    ArmType(f"{_SITE}/functions", "2025-03-01", "function", listing=Listing.PARENT),
    ArmType(
        # There is no GET for one, only a POST that lists all keys of the app (azure-rest-api-specs, issues 13424 and 25362).
        HOST_KEYS, "2025-03-01", "host-key",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW, client=Client.HOST_KEYS,
    ),
    ArmType("Microsoft.CognitiveServices/accounts", "2026-05-01", "model-account"),
)  # fmt: skip
