"""What the platform's apps need to work: one table. A setting, a role and the thing itself, or the app only looks healthy.

The planner makes from a row the app's setting, the role assignment and the inner thing (never a service); the conditions, the status
and the manual show the row. It is a table: which rows count for a zone is `wiring`'s to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from loom.plan.roles import (
    EVENT_HUBS_DATA_OWNER,
    KEY_VAULT_SECRETS_USER,
    MONITORING_METRICS_PUBLISHER,
    READER,
    SERVICE_BUS_DATA_RECEIVER,
    Role,
)
from loom.plan.zone.app import (
    ACTIVATOR,
    APPS,
    CONSOLE,
    DIRECT_LAKE_SHIM,
    MCP,
    MIRRORING,
    SETUP_ORCHESTRATOR,
    App,
    app_key,
)

GROUP, INSIGHTS = "group", "applicationInsights"
# As clients of the app's kind read it (StackExchange.Redis: Configuration): no password, tokens expire; who signs in is told.
_SIGNED_IN = "{address},ssl=True,abortConnect=False,user={principal}"
SESSION_SECRET = "secret/loom-console-session"  # noqa: S105 - a key of the plan
ALWAYS = frozenset({GROUP, INSIGHTS})
"""What no spec must bring: every zone has a group, and a plane without telemetry is refused before anything is planned."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A compacted topic that an app keeps its own state in; `setting` tells the app its name."""

    app: App
    setting: str
    name: str
    partitions: int


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue that an app reads; `setting` tells the app its name."""

    app: App
    setting: str
    name: str


@dataclass(frozen=True, slots=True)
class Feed:
    """Events of the zone's storage account that an app is told through its queue: of blobs whose names end in `suffix`."""

    queue: Queue
    name: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Container:
    """A container of documents that an app keeps its state in; `setting` tells the app its name, and `partition_key` is the app's."""

    app: App
    setting: str
    database: str
    name: str
    partition_key: str


@dataclass(frozen=True, slots=True)
class DataRole:
    """What an app may do with data by a list of the service's own, where Azure's roles do not count."""

    name: str


DOCUMENTS = DataRole("documents")
"""To read and write all documents of the account."""
CACHE = DataRole("cache")
"""To read and write everything in the cache."""
QUERIES = DataRole("queries")
"""To query the database."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that an app needs, and the setting that says it.

    `of`: the field below spec that brings it ("eventHubs", "apps.mcp.audience"), or one of ALWAYS. `thing`: its key in the plan; ""
    for a mere value. `role`: what the app may do on what is planned as `on` (the thing itself unless given). `says`: the setting's
    value: {address} is where the service answers, or the field's value, {principal} the object id of the app's identity; {name} is
    the thing's own name in Azure; {secret} the secret itself, which the platform reads out of the vault; "" where another row says
    it. `optional`: the app works without, and has no row then.
    """

    app: App
    of: str
    setting: str
    thing: str = ""
    role: Role | DataRole | None = None
    on: str = ""
    says: str = "{address}"
    optional: bool = False

    @property
    def place(self) -> str:
        """The plan's key of what the role is on."""
        return self.on or self.thing

    @property
    def role_key(self) -> str:
        """The plan's key of the role; "" where none is needed."""
        return role_key(self.app, self.role, self.place) if self.role else ""


def role_key(app: App, role: Role | DataRole, place: str) -> str:
    """The plan's key of an app's role on what is planned as `place`."""
    return f"role/{app.name}/{place}/{role.name.replace(' ', '-').lower()}"


# Partitions: Kafka Connect's own defaults; its configuration topic must have exactly one (Kafka docs: Kafka Connect, Running).
TOPICS = (
    Topic(MIRRORING, "CONFIG_STORAGE_TOPIC", "loom-mirroring-configs", 1),
    Topic(MIRRORING, "OFFSET_STORAGE_TOPIC", "loom-mirroring-offsets", 25),
    Topic(MIRRORING, "STATUS_STORAGE_TOPIC", "loom-mirroring-status", 5),
)


QUEUES = (Queue(DIRECT_LAKE_SHIM, "EVENTGRID_QUEUE", "refresh"),)

# A table has changed when its log has another entry (Delta Lake protocol: Log entries).
FEEDS = (Feed(QUEUES[0], "direct-lake", ".json"),)

CONTAINERS = (
    Container(CONSOLE, "COSMOS_CONTAINER", "loom", "workspaces", "/tenantId"),
    Container(SETUP_ORCHESTRATOR, "COSMOS_SETUP_CONTAINER", "workspace-registry", "deployments", "/id"),
    Container(ACTIVATOR, "COSMOS_CONTAINER", "activator-state", "rules", "/workspaceId"),
    Container(DIRECT_LAKE_SHIM, "COSMOS_CONTAINER", "direct-lake-config", "refresh-policies", "/semanticModelId"),
)


def _of_every_app(app: App) -> Iterator[Need]:
    connection = "APPLICATIONINSIGHTS_CONNECTION_STRING"
    yield Need(app, INSIGHTS, connection, "plane/insights", MONITORING_METRICS_PUBLISHER)
    yield Need(app, "keyVault", "KEYVAULT_URI", "key-vault", KEY_VAULT_SECRETS_USER, optional=True)


def _of_container(inner: Container) -> Iterator[Need]:
    key = f"cosmos/{inner.database}"
    yield Need(inner.app, "cosmos", "COSMOS_ENDPOINT", "cosmos", DOCUMENTS)
    yield Need(inner.app, "cosmos", "COSMOS_DATABASE", key, DOCUMENTS, "cosmos", "{name}")
    yield Need(inner.app, "cosmos", inner.setting, f"{key}/{inner.name}", DOCUMENTS, "cosmos", "{name}")


def _of_queue(inner: Queue) -> Iterator[Need]:
    yield Need(inner.app, "serviceBus", "SERVICEBUS_NAMESPACE", "service-bus")
    yield Need(inner.app, "serviceBus", inner.setting, f"queue/{inner.name}", SERVICE_BUS_DATA_RECEIVER, says="{name}")


def _of_feed(feed: Feed) -> Need:
    return Need(feed.queue.app, "eventGrid", feed.queue.setting, f"event-grid/{feed.name}", says="")


def _of_topic(inner: Topic) -> Need:
    return Need(
        inner.app, "eventHubs", inner.setting, f"hub/{inner.name}", EVENT_HUBS_DATA_OWNER, "event-hubs", "{name}"
    )


NEEDS = (
    *(need for app in APPS for need in _of_every_app(app)),
    Need(MCP, GROUP, "AZURE_CLOUD", "group", READER),
    Need(MCP, "apps.mcp.audience", "MCP_AUDIENCE"),
    Need(MCP, "apps.mcp.pimContributorGroupId", "PIM_CONTRIBUTOR_GROUP_ID"),
    Need(ACTIVATOR, "apps.activator.workspaceId", "WORKSPACE_ID"),
    Need(ACTIVATOR, "kusto", "ADX_CLUSTER_URI", "kusto", QUERIES, "kusto/database"),
    Need(ACTIVATOR, "kusto", "ADX_DATABASE", "kusto/database", QUERIES, says="{name}"),
    Need(ACTIVATOR, "redis", "REDIS_CONNECTION", "redis/database", CACHE, says=_SIGNED_IN),
    Need(MIRRORING, "eventHubs", "BOOTSTRAP_SERVERS", "event-hubs", EVENT_HUBS_DATA_OWNER),
    *(_of_topic(inner) for inner in TOPICS),
    *(need for inner in QUEUES for need in _of_queue(inner)),
    *(_of_feed(feed) for feed in FEEDS),
    *(need for inner in CONTAINERS for need in _of_container(inner)),
    Need(CONSOLE, "keyVault", "SESSION_SECRET", SESSION_SECRET, KEY_VAULT_SECRETS_USER, "key-vault", "{secret}"),
    Need(SETUP_ORCHESTRATOR, "apps.mcp", "MCP_ENDPOINT", app_key(MCP)),
)
