"""Subscriptions of an ApiProduct: how callers get a key, the subscriptions made by name, and where their keys go."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Bool, Duration, Int, Model, ObjectName, PartName, Rule, StatusModel, arm_id
from loom.api.status import Word

SHORTEST_ROTATION = timedelta(hours=24)
DEFAULT_OVERLAP = timedelta(hours=24)


class Approval(StrEnum):
    """Who lets a developer subscribe."""

    REQUIRED = "Required"
    AUTOMATIC = "Automatic"


class SubscriptionTerms(Model):
    """How a caller gets a key, and whether one is needed."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="!has(self.required) || self.required || (!has(self.approval) && !has(self.limit))",
            message="approval and limit speak of subscriptions; with required: false there are none",
            holds=lambda s: s.required or (s.approval is None and s.limit is None),
        ),
    )

    required: Bool = True
    """True: a call needs the key of a subscription. False: the product is open to callers without a key."""
    approval: Approval | None = None
    """Required: an administrator approves each subscription. Automatic: it works at once. Omitted: Required, where
    subscriptions are required."""
    limit: Annotated[Int, Field(ge=1, le=10000)] | None = None
    """How many subscriptions one developer may have at a time. Omitted: any number."""


class SubscriptionState(StrEnum):
    """Whether the keys of a subscription are good."""

    ACTIVE = "Active"
    SUSPENDED = "Suspended"
    CANCELLED = "Cancelled"


class SubscriptionOwner(Model):
    """Who answers for the calls of a subscription."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.email) != has(self.userId)",
            message="an owner is either an email or the userId of an account in the service, exactly one of the two",
            holds=lambda owner: (owner.email is None) != (owner.user_id is None),
        ),
    )

    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=120)] | None = None
    """One of email and userId: where to write to them. It stands in the subscription's display name; no account is made."""
    user_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$", max_length=80)] | None = None
    """One of email and userId: the name of an account in the API Management service, who then sees the keys in its developer
    portal."""


class Rotation(Model):
    """When the keys of a subscription are made anew: first the secondary one, then, after `overlap`, the primary one."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.every) || has(self.request)",
            message="a rotation says when: give every, or request, or both",
            holds=lambda r: r.every is not None or r.request is not None,
        ),
        Rule(
            field="every",
            cel="!has(self.every) || (duration(self.every) >= duration('24h') && duration(self.every) <= duration('26280h'))",
            message="every is between 24h and 26280h (three years)",
            holds=lambda r: r.every is None or SHORTEST_ROTATION <= r.every <= timedelta(hours=26280),
        ),
        Rule(
            field="overlap",
            cel="!has(self.overlap) || (duration(self.overlap) >= duration('1m') && duration(self.overlap) <= duration('720h'))",
            message="overlap is between 1m and 720h",
            holds=lambda r: r.overlap is None or timedelta(minutes=1) <= r.overlap <= timedelta(hours=720),
        ),
        Rule(
            field="overlap",
            cel="!has(self.every) || !has(self.overlap) || duration(self.overlap) < duration(self.every)",
            message="overlap is shorter than every: one rotation ends before the next begins",
            holds=lambda r: r.every is None or r.overlap is None or r.overlap < r.every,
        ),
    )

    every: Duration | None = None
    """The age at which keys are made anew, 24h to 26280h. Omitted: age alone makes no new keys."""
    request: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """Any text, such as a date; keys are made anew once whenever it is changed. Omitted: nobody asks."""
    overlap: Duration | None = None
    """How long the old primary key stays good after the new secondary one was handed out, 1m to 720h. Omitted: 24h, or half of
    `every` where that is shorter."""


class SecretTarget(Model):
    """Names a Secret in the object's own namespace, which the operator makes and keeps."""

    name: ObjectName
    """The Secret's name. One that the operator did not make is never written."""


class VaultTarget(Model):
    """Names a secret of a Key Vault, which the operator makes and keeps by Azure Resource Manager."""

    id: Annotated[str, arm_id("Microsoft.KeyVault/vaults", longest=300)] | None = None
    """The vault's ARM id; the namespace's grant must list it under keyVaults, unless it is that of a landing zone in this namespace.
    Omitted: the landing zone's own vault."""
    secret_name: Annotated[str, Field(pattern="^[A-Za-z0-9-]+$", max_length=127)]
    """The secret's name. One that the operator did not make for this object is never written."""


class KeyTarget(Model):
    """Where the keys of a subscription are written to, and nowhere else."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.secretRef) != has(self.keyVault)",
            message="keys go either to a Secret (secretRef) or to a Key Vault (keyVault), exactly one of the two",
            holds=lambda target: (target.secret_ref is None) != (target.key_vault is None),
        ),
    )

    secret_ref: SecretTarget | None = None
    """One of secretRef and keyVault: a Secret of this namespace, with the entries key (the one to use), primaryKey and secondaryKey.
    The namespace must bind the role loom-secrets to the operator."""
    key_vault: VaultTarget | None = None
    """One of secretRef and keyVault: a secret of a Key Vault, which holds the key to use. It is written and never read; the operator's
    identity needs Microsoft.KeyVault/vaults/secrets/read and /write there."""


class Subscription(Model):
    """A consumer's right to call the product, with two keys."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            field="rotation",
            cel="!has(self.rotation) || has(self.exportKeysTo)",
            message="keys that are made anew must go somewhere, or their user is cut off: give exportKeysTo too",
            holds=lambda s: s.rotation is None or s.export_keys_to is not None,
        ),
    )

    name: PartName
    """The consumer's name, such as partner-a."""
    owner: SubscriptionOwner | None = None
    """Who answers for its calls. Omitted: nobody is named."""
    state: SubscriptionState = SubscriptionState.ACTIVE
    """Active: its keys are good. Suspended: they are not, until it is Active again. Cancelled: they are not."""
    rotation: Rotation | None = None
    """When its keys are made anew. Omitted: never."""
    export_keys_to: KeyTarget | None = None
    """Where its keys are written to. Omitted: nowhere; administrators of the service can read them there."""


class SubscriptionStatus(StatusModel):
    """One subscription, as last seen."""

    name: Word
    """Its name in the spec."""
    state: Word
    """Active, Suspended or Cancelled, as the service says; Missing while there is none."""
    keys_exported_to: Annotated[str, Field(max_length=600)] | None = None
    """Where its keys are: secret/<name>, or keyVault/<vault>/<name>."""
    rotated_at: Annotated[str, Field(max_length=32)] | None = None
    """When its keys were last made anew, or first handed out."""
    rotation: Word | None = None
    """Overlap: the secondary key is new, and the primary one is made anew when the overlap ends."""
