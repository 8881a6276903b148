"""The services of a DataLandingZone: storage, Event Hubs, and the apps with the environment that they run in."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Duration, Int, Model, Rule, immutable, named


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


class EventHubs(Model):
    """An Event Hubs namespace (Standard): private, Kafka on, without keys."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable("name", "a namespace keeps its name for life; take the change back, or make another zone"),
    )

    name: Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]$", max_length=50)] | None = None
    """The namespace's name, unique in the world. Omitted: formed from the domain and a hash of what makes the zone unique."""
    throughput_units: ThroughputUnits = Field(default_factory=lambda: ThroughputUnits(min=2, max=20))
    """The capacity. Omitted: min 2, max 20."""
    hubs: Annotated[tuple[Hub, ...], named(at_most=10)] = ()
    """Hubs to make; the tier allows 10, and apps.mirroring takes three of them. One that is removed here stays in Azure and
    is listed in status.retained. Omitted: none."""


class AppsEnvironment(Model):
    """A Container Apps environment of the zone's own, internal, in snet-container-apps. It has no settings yet."""


class Replicas(Model):
    """How many copies of an app run."""

    rules: ClassVar = (
        Rule(field="max", cel="self.max >= self.min", message="max is at least min", holds=lambda r: r.max >= r.min),
    )

    min: Annotated[Int, Field(ge=1, le=25)]
    """The fewest, at least 1: an app that has gone to 0 copies does no work."""
    max: Annotated[Int, Field(ge=1, le=25)]
    """The most."""


class Mirroring(Model):
    """The app loom-mirroring: change data capture into Event Hubs, over Kafka."""

    image: (
        Annotated[
            str,
            Field(
                pattern=r"^[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._-]+)+(:[A-Za-z0-9_.-]+|@sha256:[0-9a-f]{64})$",
                max_length=400,
            ),
        ]
        | None
    ) = None
    """The whole image, such as acrloom.azurecr.io/loom/loom-mirroring:0.3.1. Omitted: the release of the admin plane."""
    replicas: Replicas = Field(default_factory=lambda: Replicas(min=1, max=2))
    """How many copies run. Omitted: min 1, max 2."""


class Apps(Model):
    """The platform's apps in this zone, and where they run."""

    environment: AppsEnvironment
    """The Container Apps environment that the apps run in; {} makes one."""
    mirroring: Mirroring | None = None
    """The app loom-mirroring; {} takes every default. It needs eventHubs: without, it is not started, and
    BackingServicesWired is False. Omitted: not run."""
