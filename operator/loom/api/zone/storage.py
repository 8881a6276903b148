"""The storage account of a zone."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Int, Model, Rule, immutable, named


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


class Storage(Model):
    """A Data Lake Storage account: private, without shared keys."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable("name", "an account keeps its name for life; take the change back, or make another zone"),
    )

    name: Annotated[str, Field(pattern="^[a-z0-9]{3,24}$", max_length=24)] | None = None
    """The account's name, unique in the world. Omitted: formed from the domain and a hash of what makes the zone unique."""
    redundancy: Redundancy = Redundancy.ZRS
    """How the account is replicated: LRS, ZRS, GRS, RAGRS, GZRS or RAGZRS."""
    filesystems: Annotated[tuple[Filesystem, ...], named(at_most=50)] = ()
    """Filesystems to make. One that is removed here stays in Azure and is listed in status.retained. Omitted: none."""
    soft_delete_days: Annotated[Int, Field(ge=1, le=365)] = 30
    """For how many days deleted blobs and filesystems can be brought back, 1 to 365."""
