"""What the platform's apps need to work: one table. A setting, a role and the thing itself, or the app only looks healthy.

The planner makes from a row the app's setting, the role assignment and the inner thing (never a service); the conditions, the status
and the manual show the row. Only apps that the spec turns on have rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic.alias_generators import to_snake

from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.plan.checks import Wire
from loom.plan.roles import EVENT_HUBS_DATA_OWNER, MONITORING_METRICS_PUBLISHER, READER, Role
from loom.plan.zone.app import APPS, MCP, MIRRORING, App

GROUP, INSIGHTS = "group", "applicationInsights"
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
class Need:
    """One thing that an app needs, and the setting that says it.

    `of`: the field below spec that brings it ("eventHubs", "apps.mcp.audience"), or one of ALWAYS. `thing`: its key in the plan; ""
    for a mere value. `role`: what the app may do on what is planned as `on` (the thing itself unless given). `says`: the setting's
    value: {address} is where the service answers, or the field's value; {name} is the thing's own name in Azure.
    """

    app: App
    of: str
    setting: str
    thing: str = ""
    role: Role | None = None
    on: str = ""
    says: str = "{address}"

    @property
    def place(self) -> str:
        """The plan's key of what the role is on."""
        return self.on or self.thing

    @property
    def role_key(self) -> str:
        """The plan's key of the role; "" where none is needed."""
        return role_key(self.app, self.role, self.place) if self.role else ""


def role_key(app: App, role: Role, place: str) -> str:
    """The plan's key of an app's role on what is planned as `place`."""
    return f"role/{app.name}/{place}/{role.name.replace(' ', '-').lower()}"


# Partitions: Kafka Connect's own defaults; its configuration topic must have exactly one (Kafka docs: Kafka Connect, Running).
TOPICS = (
    Topic(MIRRORING, "CONFIG_STORAGE_TOPIC", "loom-mirroring-configs", 1),
    Topic(MIRRORING, "OFFSET_STORAGE_TOPIC", "loom-mirroring-offsets", 25),
    Topic(MIRRORING, "STATUS_STORAGE_TOPIC", "loom-mirroring-status", 5),
)


def _of_every_app(app: App) -> Iterator[Need]:
    connection = "APPLICATIONINSIGHTS_CONNECTION_STRING"
    yield Need(app, INSIGHTS, connection, "plane/insights", MONITORING_METRICS_PUBLISHER)


NEEDS = (
    *(need for app in APPS for need in _of_every_app(app)),
    Need(MCP, GROUP, "AZURE_CLOUD", "group", READER),
    Need(MCP, "apps.mcp.audience", "MCP_AUDIENCE"),
    Need(MCP, "apps.mcp.pimContributorGroupId", "PIM_CONTRIBUTOR_GROUP_ID"),
    Need(MIRRORING, "eventHubs", "BOOTSTRAP_SERVERS", "event-hubs", EVENT_HUBS_DATA_OWNER),
    *(
        Need(t.app, "eventHubs", t.setting, f"hub/{t.name}", EVENT_HUBS_DATA_OWNER, on="event-hubs", says="{name}")
        for t in TOPICS
    ),
)

# An app may need another app, which answers only if it runs itself.
_ANSWERS = {f"apps.{app.field}": app for app in APPS}


def apps(spec: DataLandingZoneSpec) -> tuple[App, ...]:
    """The apps that the spec turns on."""
    return tuple(app for app in APPS if app.spec(spec) is not None)


def running(spec: DataLandingZoneSpec) -> tuple[App, ...]:
    """The apps that can work with what the zone has."""
    return tuple(app for app in apps(spec) if not lacks(spec, app))


def lacks(spec: DataLandingZoneSpec, app: App) -> tuple[str, ...]:
    """The fields below spec that the app needs and the zone has not."""
    return tuple(dict.fromkeys(field for need in needs_of(app) for field in _missing(spec, need)))


def needs_of(app: App) -> tuple[Need, ...]:
    """The rows of one app."""
    return tuple(need for need in NEEDS if need.app is app)


def topics(spec: DataLandingZoneSpec) -> tuple[Topic, ...]:
    """The topics to make for the apps that can run."""
    return tuple(topic for topic in TOPICS if topic.app in running(spec))


def wires(spec: DataLandingZoneSpec) -> Iterator[Wire]:
    """The rows of the apps that the spec turns on."""
    for need in (need for app in apps(spec) for need in needs_of(app)):
        missing = _missing(spec, need)
        if missing:
            yield Wire(need.app.name, need.of, need.setting, missing=" and ".join(f"spec.{field}" for field in missing))
        else:
            yield Wire(need.app.name, need.of, need.setting, need.role_key, need.thing)


def value_of(spec: DataLandingZoneSpec, field: str) -> object:
    """What the spec has at a dotted path of its fields; None where it has nothing."""
    found: object = spec
    for name in field.split("."):
        found = getattr(found, to_snake(name), None)
    return found


def _missing(spec: DataLandingZoneSpec, need: Need) -> tuple[str, ...]:
    if need.of in ALWAYS:
        return ()
    if value_of(spec, need.of) is None:
        return (need.of,)
    other = _ANSWERS.get(need.of)
    return lacks(spec, other) if other else ()
