"""What the platform's apps need to work: one table. A setting, a role and the thing itself, or the app only looks healthy.

The planner makes from a row the app's setting, the role assignment and the thing; the status shows the row. Only apps that the spec
turns on have rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.plan.checks import Wire
from loom.plan.roles import EVENT_HUBS_DATA_OWNER, Role

MIRRORING = "loom-mirroring"


@dataclass(frozen=True, slots=True)
class Topic:
    """A compacted topic that an app keeps its own state in; `setting` tells the app its name."""

    app: str
    setting: str
    name: str
    partitions: int


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that an app needs: `service` is the field of the spec that brings it, `thing` its key in the plan."""

    app: str
    service: str
    setting: str
    thing: str
    role: Role


# Partitions: Kafka Connect's own defaults; its configuration topic must have exactly one (Kafka docs: Kafka Connect, Running).
TOPICS = (
    Topic(MIRRORING, "CONFIG_STORAGE_TOPIC", "loom-mirroring-configs", 1),
    Topic(MIRRORING, "OFFSET_STORAGE_TOPIC", "loom-mirroring-offsets", 25),
    Topic(MIRRORING, "STATUS_STORAGE_TOPIC", "loom-mirroring-status", 5),
)

NEEDS = (
    Need(MIRRORING, "eventHubs", "BOOTSTRAP_SERVERS", "event-hubs", EVENT_HUBS_DATA_OWNER),
    *(Need(t.app, "eventHubs", t.setting, f"hub/{t.name}", EVENT_HUBS_DATA_OWNER) for t in TOPICS),
)


def apps(spec: DataLandingZoneSpec) -> tuple[str, ...]:
    """The apps that the spec turns on."""
    return (MIRRORING,) if spec.apps and spec.apps.mirroring else ()


def lacks(spec: DataLandingZoneSpec, app: str) -> tuple[str, ...]:
    """The services, as fields of the spec, that the app needs and the zone has not."""
    needed = dict.fromkeys(need.service for need in NEEDS if need.app == app)
    return tuple(service for service in needed if not spec.declares(service))


def topics(spec: DataLandingZoneSpec) -> tuple[Topic, ...]:
    """The topics to make for the apps that can run."""
    return tuple(topic for topic in TOPICS if topic.app in apps(spec) and not lacks(spec, topic.app))


def role_key(app: str, role: Role, service: str) -> str:
    """The plan's key of an app's role on a service."""
    return f"role/{app}/{service}/{role.name.replace(' ', '-').lower()}"


def wires(spec: DataLandingZoneSpec) -> Iterator[Wire]:
    """The rows of the apps that the spec turns on."""
    for need in NEEDS:
        if need.app not in apps(spec):
            continue
        if spec.declares(need.service):
            role = role_key(need.app, need.role, need.service)
            yield Wire(need.app, need.service, need.setting, role=role, thing=need.thing)
        else:
            yield Wire(need.app, need.service, need.setting, missing=f"spec.{need.service}")
