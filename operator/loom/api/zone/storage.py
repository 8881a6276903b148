"""The storage account of a zone."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Int, Model, Rule, arm_id, immutable, named
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

    name: Annotated[str, Field(pattern="^[a-z0-9](-?[a-z0-9])+$", min_length=3, max_length=63)]
    """Its name, such as bronze."""


class ExistingAccount(Existing):
    """A Data Lake Storage account that exists already."""

    id: Annotated[str, arm_id("Microsoft.Storage/storageAccounts")]
    """The ARM id of a storage account with a hierarchical namespace, within the scopes of the zone's grant, in the zone's tenant
    and location."""


class Storage(Model):
    """A Data Lake Storage account: private, without shared keys."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable("name", "an account keeps its name for life; take the change back, or make another zone", "existing"),
        described_by("name", "redundancy", "softDeleteDays"),
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
