"""The Redis cache of a zone."""

from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Model, Rule, arm_id, immutable
from loom.api.zone.existing import Existing, described_by


class ExistingRedis(Existing):
    """An Azure Managed Redis that exists already."""

    id: Annotated[str, arm_id("Microsoft.Cache/redisEnterprise")]
    """The ARM id of an Azure Managed Redis, within the scopes of the zone's grant, in the zone's tenant and location. What apps
    need is given on its database named default."""


class Redis(Model):
    """An Azure Managed Redis: private, encrypted, without access keys; whoever uses it signs in with Entra."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable("name", "a cache keeps its name for life; take the change back, or make another zone", "existing"),
        described_by("name", "sku"),
    )

    existing: ExistingRedis | None = None
    """A cache to attach instead of making one. Omitted: the cache is made."""
    name: Annotated[str, Field(pattern="^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=60)] | None = None
    """The cache's name, unique in its location. Omitted: formed from the domain and a hash of what makes the zone unique."""
    sku: (
        Annotated[str, Field(pattern="^(Balanced_B|MemoryOptimized_M|ComputeOptimized_X)[0-9]{1,4}$", max_length=40)]
        | None
    ) = None
    """Its kind and size, such as Balanced_B0 or MemoryOptimized_M10, as Azure names them. Omitted: Balanced_B0, the smallest."""
