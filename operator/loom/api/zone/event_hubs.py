"""The Event Hubs namespace of a zone."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import OWNED_WHOLE, Duration, Int, Model, Rule, arm_id, immutable, named
from loom.api.zone.existing import Existing, described_by


class ThroughputUnits(Model):
    """The capacity of an Event Hubs namespace, which grows by itself and does not shrink."""

    rules: ClassVar = (
        Rule(
            field="max",
            cel="self.max >= self.min",
            message="max is at least min",
            holds=lambda u: u.max >= u.min,
        ),
    )

    min: Annotated[Int, Field(ge=1, le=40)]
    """The units to begin with, 1 to 40."""
    max: Annotated[Int, Field(ge=1, le=40)]
    """The most units that it may grow to, 1 to 40."""


class Hub(Model):
    """An event hub: a stream."""

    model_config = OWNED_WHOLE

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable("partitions", "a hub of this tier keeps its partitions for life; make another hub and move to it"),
        Rule(
            field="retention",
            cel="!has(self.retention) || (duration(self.retention) >= duration('1h') && "
            "duration(self.retention) <= duration('168h') && "
            "duration(self.retention).getMilliseconds() % 3600000 == 0)",
            message="retention is a whole number of hours, 1h to 168h",
            holds=lambda h: (
                h.retention % timedelta(hours=1) == timedelta()
                and timedelta(hours=1) <= h.retention <= timedelta(hours=168)
            ),
        ),
    )

    name: Annotated[str, Field(pattern="^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=256)]
    """Its name, such as orders."""
    partitions: Annotated[Int, Field(ge=1, le=32)] = 4
    """How many partitions it has, 1 to 32; never changed afterwards."""
    retention: Duration = timedelta(hours=72)
    """How long events are kept, whole hours, 1h to 168h."""


class ExistingHubs(Existing):
    """An Event Hubs namespace that exists already."""

    id: Annotated[str, arm_id("Microsoft.EventHub/namespaces")]
    """The ARM id of a namespace with Kafka (any tier but Basic), within the scopes of the zone's grant, in the zone's tenant and
    location."""


class EventHubs(Model):
    """An Event Hubs namespace (Standard): private, Kafka on, without keys."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable(
            "name", "a namespace keeps its name for life; take the change back, or make another zone", "existing"
        ),
        described_by("name", "throughputUnits"),
    )

    existing: ExistingHubs | None = None
    """A namespace to attach instead of making one; hubs, and the topics of apps, are made in it. Omitted: the namespace is made."""
    name: Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]$", max_length=50)] | None = None
    """The namespace's name, unique in the world. Omitted: formed from the domain and a hash of what makes the zone unique."""
    throughput_units: ThroughputUnits | None = None
    """The capacity. Omitted: min 2, max 20."""
    hubs: Annotated[tuple[Hub, ...], named(at_most=10)] = ()
    """Hubs to make; the tier allows 10, and apps.mirroring takes three of them. One that is removed here stays in Azure and
    is listed in status.retained. Omitted: none."""
