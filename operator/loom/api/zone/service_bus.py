"""The Service Bus namespace of a zone."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import OWNED_WHOLE, Int, Model, Rule, arm_id, immutable, named
from loom.api.zone.existing import Existing, described_by

CAPACITIES = (1, 2, 4, 8, 16)


class Tier(StrEnum):
    """A tier of Service Bus."""

    STANDARD = "Standard"
    PREMIUM = "Premium"


class Queue(Model):
    """A queue of messages."""

    model_config = OWNED_WHOLE

    name: Annotated[str, Field(pattern="^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=260)]
    """Its name, such as refresh."""
    max_delivery_count: Annotated[Int, Field(ge=1, le=2000)] | None = None
    """How often a message is delivered before it is moved to the dead letters, 1 to 2000. Omitted: 10."""


class ExistingBus(Existing):
    """A Service Bus namespace that exists already."""

    id: Annotated[str, arm_id("Microsoft.ServiceBus/namespaces")]
    """The ARM id of a namespace within the scopes of the zone's grant, in the zone's tenant and location. It is a Premium one, or
    privateEndpoint is Skip: no other tier has private endpoints."""


class ServiceBus(Model):
    """A Service Bus namespace without keys: Premium is private; Standard is reached over public addresses."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable(
            "name", "a namespace keeps its name for life; take the change back, or make another zone", "existing"
        ),
        described_by("name", "sku", "capacity"),
        Rule(
            field="capacity",
            cel=f"!has(self.capacity) || self.capacity in {list(CAPACITIES)}",
            message="capacity is 1, 2, 4, 8 or 16",
            holds=lambda s: s.capacity is None or s.capacity in CAPACITIES,
        ),
        Rule(
            field="capacity",
            cel="!has(self.capacity) || !has(self.sku) || self.sku == 'Premium'",
            message="only Premium has a capacity: leave it out, or take sku Premium",
            holds=lambda s: s.capacity is None or s.sku in (None, Tier.PREMIUM),
        ),
    )

    existing: ExistingBus | None = None
    """A namespace to attach instead of making one; queues are made in it. Omitted: the namespace is made."""
    name: Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]$", max_length=50)] | None = None
    """The namespace's name, unique in the world, among Event Hubs namespaces too. Omitted: formed from the domain and a hash of what
    makes the zone unique."""
    sku: Tier | None = None
    """Standard or Premium; Azure does not change it afterwards. Only Premium has a private endpoint; Standard is open to public
    addresses, for Entra tokens only. Omitted: Premium."""
    capacity: Annotated[Int, Field(ge=1, le=16)] | None = None
    """The messaging units of a Premium namespace: 1, 2, 4, 8 or 16. Omitted: 1."""
    queues: Annotated[tuple[Queue, ...], named(at_most=50)] = ()
    """Queues to make. One that is removed here stays in Azure and is listed in status.retained. Omitted: none but those that apps
    need."""
