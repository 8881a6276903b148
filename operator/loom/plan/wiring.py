"""Which rows of the apps' needs count for a zone: those of apps that it turns on, and which of these can run with what it has.

It asks the spec only: what stands in Azure is the engine's to find out.
"""

from collections.abc import Iterator

from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.plan.checks import Wire
from loom.plan.needs import ALWAYS, CONTAINERS, FEEDS, NEEDS, QUEUES, TOPICS, Container, Feed, Need, Queue, Topic
from loom.plan.zone.app import APPS, App

# An app may need another app, which answers only if it runs itself.
_ANSWERS = {app.place: app for app in APPS}
_ROWS = {app.name: tuple(need for need in NEEDS if need.app is app) for app in APPS}


def apps(spec: DataLandingZoneSpec) -> tuple[App, ...]:
    """The apps that the spec turns on."""
    return tuple(app for app in APPS if app.spec(spec) is not None)


def running(spec: DataLandingZoneSpec) -> tuple[App, ...]:
    """The apps that can work with what the zone has."""
    return tuple(app for app in apps(spec) if not lacks(spec, app))


def lacks(spec: DataLandingZoneSpec, app: App) -> tuple[str, ...]:
    """The fields below spec that the app needs and the zone has not."""
    return tuple(dict.fromkeys(field for need in needs_of(spec, app) for field in _missing(spec, need)))


def rows_of(app: App) -> tuple[Need, ...]:
    """All rows of one app."""
    return _ROWS[app.name]


def needs_of(spec: DataLandingZoneSpec, app: App) -> tuple[Need, ...]:
    """The rows of one app, less what it can do without and the zone has not."""
    return tuple(need for need in rows_of(app) if not (need.optional and _missing(spec, need)))


def topics(spec: DataLandingZoneSpec) -> tuple[Topic, ...]:
    """The topics to make for the apps that can run."""
    started = running(spec)
    return tuple(topic for topic in TOPICS if topic.app in started)


def queues(spec: DataLandingZoneSpec) -> tuple[Queue, ...]:
    """The queues to make for the apps that can run."""
    started = running(spec)
    return tuple(queue for queue in QUEUES if queue.app in started)


def feeds(spec: DataLandingZoneSpec) -> tuple[Feed, ...]:
    """The events that the apps that can run are told of."""
    started = running(spec)
    return tuple(feed for feed in FEEDS if feed.queue.app in started)


def containers(spec: DataLandingZoneSpec) -> tuple[Container, ...]:
    """The containers to make for the apps that can run."""
    started = running(spec)
    return tuple(container for container in CONTAINERS if container.app in started)


def wires(spec: DataLandingZoneSpec) -> Iterator[Wire]:
    """The rows of the apps that the spec turns on."""
    for need in (need for app in apps(spec) for need in needs_of(spec, app)):
        missing = _missing(spec, need)
        if missing:
            yield Wire(need.app.name, need.of, need.setting, missing=" and ".join(f"spec.{field}" for field in missing))
        else:
            yield Wire(need.app.name, need.of, need.setting, need.role_key, need.thing)


def _missing(spec: DataLandingZoneSpec, need: Need) -> tuple[str, ...]:
    if need.of in ALWAYS:
        return ()
    if spec.value_at(need.of) is None:
        return (need.of,)
    other = _ANSWERS.get(need.of)
    return lacks(spec, other) if other else ()
