"""The storage account of a zone."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import OWNED_WHOLE, Int, Model, Rule, arm_id, distinct, immutable, named
from loom.api.zone.existing import Existing, described_by


class Redundancy(StrEnum):
    """How a storage account is replicated."""

    LRS = "LRS"
    ZRS = "ZRS"
    GRS = "GRS"
    RAGRS = "RAGRS"
    GZRS = "GZRS"
    RAGZRS = "RAGZRS"


class Filesystem(Model):
    """A filesystem (container) of the storage account."""

    model_config = OWNED_WHOLE

    name: Annotated[str, Field(pattern="^[a-z0-9](-?[a-z0-9])+$", min_length=3, max_length=63)]
    """Its name, such as bronze."""


class ExistingAccount(Existing):
    """A Data Lake Storage account that exists already."""

    id: Annotated[str, arm_id("Microsoft.Storage/storageAccounts")]
    """The ARM id of a storage account with a hierarchical namespace, within the scopes of the zone's grant, in the zone's tenant
    and location."""


class LifecycleRule(Model):
    """When blobs that nobody has changed for some days go to a cheaper tier, or go."""

    model_config = OWNED_WHOLE

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.coolAfterDays) || has(self.coldAfterDays) || has(self.deleteAfterDays)",
            message="say what becomes of the blobs: give coolAfterDays, coldAfterDays or deleteAfterDays",
            holds=lambda r: bool(_days(r)),
        ),
        Rule(
            cel="(!has(self.coolAfterDays) || ((!has(self.coldAfterDays) || self.coolAfterDays < self.coldAfterDays) && "
            "(!has(self.deleteAfterDays) || self.coolAfterDays < self.deleteAfterDays))) && "
            "(!has(self.coldAfterDays) || !has(self.deleteAfterDays) || self.coldAfterDays < self.deleteAfterDays)",
            message="the days grow from coolAfterDays over coldAfterDays to deleteAfterDays",
            holds=lambda r: _days(r) == sorted(set(_days(r))),
        ),
    )

    name: Annotated[str, Field(pattern="^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=100)]
    """Its name, such as old-landing-files."""
    prefixes: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z0-9](-?[a-z0-9])+(/[^\\?#\x00-\x1f]*)?$", max_length=512)], ...],
        distinct(at_most=10),
    ] = ()
    """Where the blobs are: filesystems, or folders in them such as bronze/landing/. Omitted: in the whole account."""
    cool_after_days: Annotated[Int, Field(ge=1, le=36500)] | None = None
    """Days after the last change until they go to the cool tier. Omitted: they do not."""
    cold_after_days: Annotated[Int, Field(ge=1, le=36500)] | None = None
    """Days after the last change until they go to the cold tier. Omitted: they do not."""
    delete_after_days: Annotated[Int, Field(ge=1, le=36500)] | None = None
    """Days after the last change until they are deleted. Omitted: they are not."""


def _days(rule: LifecycleRule) -> list[int]:
    return [days for days in (rule.cool_after_days, rule.cold_after_days, rule.delete_after_days) if days is not None]


class Storage(Model):
    """A Data Lake Storage account: private, without shared keys."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable("name", "an account keeps its name for life; take the change back, or make another zone", "existing"),
        described_by("name", "redundancy", "softDeleteDays", "lifecycle"),
    )

    existing: ExistingAccount | None = None
    """An account to attach instead of making one; filesystems are made in it. Omitted: the account is made."""
    name: Annotated[str, Field(pattern="^[a-z0-9]{3,24}$", max_length=24)] | None = None
    """The account's name, unique in the world. Omitted: formed from the domain and a hash of what makes the zone unique."""
    redundancy: Redundancy | None = None
    """How the account is replicated: LRS, ZRS, GRS, RAGRS, GZRS or RAGZRS. Omitted: ZRS."""
    filesystems: Annotated[tuple[Filesystem, ...], named(at_most=50)] = ()
    """Filesystems to make. One that is removed here stays in Azure and is listed in status.retained. Omitted: none."""
    soft_delete_days: Annotated[Int, Field(ge=1, le=365)] | None = None
    """For how many days deleted blobs and filesystems can be brought back, 1 to 365. Omitted: 30."""
    lifecycle: Annotated[tuple[LifecycleRule, ...], named(at_most=50)] | None = None
    """Rules for blobs that are no longer changed; they are the account's only ones. Omitted: none."""
