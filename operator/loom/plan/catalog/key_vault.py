"""Key Vault: a deleted vault is kept, with its name, until its time is over (Azure docs: Azure Key Vault soft-delete overview)."""

from loom.plan.arm_type import ArmType, Carry, Listing, Revival, Tier

WITHDRAWN = "withdrawn"
"""The content type of a secret whose newest version says only that its key was taken back."""

COPY = "csaloom-copy-of"
"""A tag: the key that a secret repeats, by its id where that fits. With that one gone it opens nothing."""

_VAULT = "Microsoft.KeyVault/vaults"
SECRETS = f"{_VAULT}/secrets"
_OTHERS = "a PUT without it may take it away, and whoever set it does not ask us"

TYPES = (
    ArmType(
        _VAULT, "2025-05-01", "key-vault",
        protected="a vault holds secrets and keys that nobody else may have",
        immutable=("location",),
        carries=(
            Carry("properties.networkAcls.ipRules", _OTHERS),
            Carry("properties.networkAcls.virtualNetworkRules", _OTHERS),
            Carry("properties.enabledForDeployment", _OTHERS),
            Carry("properties.enabledForDiskEncryption", _OTHERS),
            Carry("properties.enabledForTemplateDeployment", _OTHERS),
        ),
        busy_states=frozenset({"RegisteringDns"}),
        revival=Revival(
            "Microsoft.KeyVault/locations/{location}/deletedVaults/{name}", "properties.vaultId", "properties.tags",
            "properties.createMode", "recover",
        ),
        delete_rank=60,
    ),
    ArmType(
        # Azure has no DELETE of a secret by ARM, and its GET never returns the value: a PUT without one would make an empty version.
        SECRETS, "2025-05-01", "secret",
        listing=Listing.EACH, tier=Tier.SLOW, once="properties.value", write_only=("properties.value",),
        protected="whoever goes by a secret needs this very value",
        emptied=("properties.contentType", WITHDRAWN),
        emptying=(
            ("properties.value", WITHDRAWN), ("properties.contentType", WITHDRAWN), ("properties.attributes.enabled", False),
        ),
        copies=f"tags.{COPY}",
        deletable=False,
        delete_rank=55,
    ),
    ArmType(
        "Microsoft.KeyVault/locations/deletedVaults", "2025-05-01", "deleted-key-vault",
        listing=Listing.EACH, tier=Tier.SLOW, deletable=False, writable=False,
    ),
)  # fmt: skip
