"""The platform's apps of a zone: which run and how, and what the status says of them."""

from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Bool, Guid, Int, Model, Rule, StatusModel, arm_id, immutable
from loom.api.status import Message, Word
from loom.api.zone.existing import Attached, described_by


class ExistingEnvironment(Attached):
    """A Container Apps environment that exists already."""

    id: Annotated[str, arm_id("Microsoft.App/managedEnvironments")]
    """The ARM id of an environment within the scopes of the zone's grant, in the zone's tenant and location. Who answers for its
    domain, and which networks it reaches, is its owner's matter: its apps must find the zone's services."""


class AppsEnvironment(Model):
    """A Container Apps environment: one of the zone's own, internal, in snet-container-apps; or one that exists already."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable("existing", "apps cannot be moved between environments; make another zone and move to it"),
        immutable("zoneRedundant", "an environment keeps it for life; take the change back, or make another zone"),
        described_by("zoneRedundant"),
    )

    existing: ExistingEnvironment | None = None
    """An environment to attach instead of making one. Omitted: the environment is made."""
    zone_redundant: Bool | None = None
    """True: its replicas are spread over the location's availability zones, as far as it has any. Omitted: false."""


class Replicas(Model):
    """How many copies of an app run."""

    rules: ClassVar = (
        Rule(field="max", cel="self.max >= self.min", message="max is at least min", holds=lambda r: r.max >= r.min),
    )

    min: Annotated[Int, Field(ge=1, le=25)]
    """The fewest, at least 1: an app that has gone to 0 copies does no work."""
    max: Annotated[Int, Field(ge=1, le=25)]
    """The most."""


class AppSpec(Model):
    """What every app may be told."""

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
    replicas: Replicas | None = None
    """How many copies run. Omitted: what the app is made for, as the manual page says."""


class Mcp(AppSpec):
    """The app loom-mcp: what the platform's agents may see and do in Azure."""

    audience: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9:/._-]*$", max_length=256)] | None = None
    """Whom tokens for it are issued for, such as api://loom-mcp: the app registration's identifier. Omitted: it is not started."""
    pim_contributor_group_id: Guid | None = None
    """The Entra group whose members are contributors for an hour (Privileged Identity Management). Omitted: it is not started."""


class Activator(AppSpec):
    """The app loom-activator: it watches data and acts by rules."""

    workspace_id: Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)] | None = None
    """The platform's workspace whose rules it follows. Omitted: it is not started."""


class Apps(Model):
    """The platform's apps in this zone, and where they run. An app that lacks what it needs is not started, and
    BackingServicesWired is False and names what to add."""

    environment: AppsEnvironment
    """The Container Apps environment that the apps run in; {} makes one, without redundancy over availability zones."""
    console: AppSpec | None = None
    """The app loom-console: what people see. It needs cosmos, and keyVault for the secret that its sessions are sealed with; {}
    takes every default. Omitted: not run."""
    setup_orchestrator: AppSpec | None = None
    """The app loom-setup-orchestrator: it deploys what the console asks for. It needs apps.mcp and cosmos. Omitted: not run."""
    mcp: Mcp | None = None
    """The app loom-mcp. It needs audience and pimContributorGroupId. Omitted: not run."""
    activator: Activator | None = None
    """The app loom-activator, a worker. It needs workspaceId, kusto, redis and cosmos. Omitted: not run."""
    direct_lake_shim: AppSpec | None = None
    """The app loom-direct-lake-shim, a worker: it refreshes semantic models when files change. It needs serviceBus, eventGrid
    and cosmos. Omitted: not run."""
    mirroring: AppSpec | None = None
    """The app loom-mirroring: change data capture into Event Hubs, over Kafka; {} takes every default. It needs eventHubs.
    Omitted: not run."""


class Release(StatusModel):
    """Which version of the plane's apps the zone runs, and which it waits for."""

    version: Word
    """The version that the zone's apps run, where the spec names no image of its own."""
    next: Word | None = None
    """The plane's version, where the zone does not run it yet."""
    message: Message | None = None
    """What the zone waits for before it takes that version: its turn, or another zone's health."""


class AppState(StatusModel):
    """One app, as last seen."""

    name: Word
    """The app's name, such as loom-mirroring."""
    health: Word
    """Healthy, Unhealthy, or Unknown: it could not be measured, or is still on its way."""
    reason: Word | None = None
    """Why it is not well, in one word, such as ActivationFailed."""
    message: Message | None = None
    """Why it is not well, in a sentence."""
    revision: Word | None = None
    """The newest revision."""
    image: Annotated[str, Field(max_length=400)] | None = None
    """The image that it runs."""
    replicas: Int | None = None
    """How many copies run."""


class Wiring(StatusModel):
    """One thing that an app needs, and how much of the connection is there: setting, role and the thing itself."""

    app: Word
    """The app's name."""
    needs: Word
    """What brings it, such as eventHubs or apps.mcp.audience, below spec; or group or applicationInsights."""
    setting: Word
    """The app's setting that points at it."""
    role: Word
    """The app's role on it: Ok, Missing, or NotNeeded."""
    thing: Word
    """The thing itself: Ok or Missing."""
