"""What a gateway may call: Function Apps with their functions, and accounts of language models. All are only ever read here."""

from loom.plan.arm_type import ArmType, Listing

TYPES = (
    ArmType("Microsoft.Web/sites", "2025-03-01", "function-app", delete_rank=90),
    ArmType("Microsoft.Web/sites/functions", "2025-03-01", "function", listing=Listing.PARENT),
    ArmType("Microsoft.CognitiveServices/accounts", "2026-05-01", "model-account"),
)
