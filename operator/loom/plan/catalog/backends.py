"""What a gateway may call: Function Apps and accounts of language models. Both are only ever read here."""

from loom.plan.arm_type import ArmType

TYPES = (
    ArmType("Microsoft.Web/sites", "2025-03-01", "function-app"),
    ArmType("Microsoft.CognitiveServices/accounts", "2026-05-01", "model-account"),
)
