"""The key vault of a zone."""

from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Int, Model, Rule, arm_id, immutable
from loom.api.zone.existing import Existing, described_by


class ExistingVault(Existing):
    """A key vault that exists already."""

    id: Annotated[str, arm_id("Microsoft.KeyVault/vaults")]
    """The ARM id of a vault that goes by Azure roles (no access policies), within the scopes of the zone's grant, in the zone's
    tenant and location."""


class KeyVault(Model):
    """A key vault: private, by Azure roles, never purged before its time."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable("name", "a vault keeps its name for life; take the change back, or make another zone", "existing"),
        immutable("softDeleteDays", "Azure takes it at creation only; take the change back", "existing"),
        described_by("name", "softDeleteDays"),
    )

    existing: ExistingVault | None = None
    """A vault to attach instead of making one; secrets of the zone are made in it. Omitted: the vault is made."""
    name: Annotated[str, Field(pattern="^[A-Za-z](-?[A-Za-z0-9]){2,23}$", min_length=3, max_length=24)] | None = None
    """The vault's name, unique in the world. Omitted: formed from the domain and a hash of what makes the zone unique."""
    soft_delete_days: Annotated[Int, Field(ge=7, le=90)] | None = None
    """For how many days a deleted vault, and what was in it, can be brought back, 7 to 90; fixed at creation. Omitted: 90."""
