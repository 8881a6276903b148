"""The platform's apps: each with an identity of its own, its roles, and itself, after all that it needs.

An app that lacks what it needs is not started: it would idle and look healthy. Its wiring rows say what is missing.
"""

from collections.abc import Iterable, Iterator, Mapping

from loom.plan.checks import AppCheck
from loom.plan.needs import CACHE, DOCUMENTS, QUERIES, DataRole
from loom.plan.resource import Mode, Named, Resource
from loom.plan.roles import Role, assignment
from loom.plan.wiring import apps, lacks, needs_of, running
from loom.plan.zone.app import App, app_key, identity_key
from loom.plan.zone.app_body import body
from loom.plan.zone.app_image import image_of, not_in_plane, pulling, registry_resource
from loom.plan.zone.app_settings import settings
from loom.plan.zone.cosmos import document_access
from loom.plan.zone.environment import ENVIRONMENT
from loom.plan.zone.key_vault import secret
from loom.plan.zone.kusto import database_access
from loom.plan.zone.redis import cache_access
from loom.plan.zone.services import declared, way_to
from loom.plan.zone.site import APPS_HEALTHY, SERVICES_READY, WIRED, Site

Ids = Mapping[str, str]  # of what is planned, by key

# Who gives the rights that a service keeps in lists of its own.
_GIVEN = {DOCUMENTS: document_access, CACHE: cache_access, QUERIES: database_access}


def app_checks(site: Site) -> Iterator[AppCheck]:
    """Whether the apps' newest revisions run. Ingress can wake one from zero."""
    for app in running(site.spec):
        yield AppCheck(app_key(app), APPS_HEALTHY, wakeable=app.listener is not None)


def held_back(site: Site) -> dict[str, tuple[str, str]]:
    """AppsHealthy, where an app was not started: it does nothing, and that is not well."""
    idle = {app: lacks(site.spec, app) for app in apps(site.spec)}
    words = [f"{app.name} does not run: add {_fields(fields)}" for app, fields in idle.items() if fields]
    return {APPS_HEALTHY: ("WaitingForSettings", "; ".join(words))} if words else {}


def app_resources(site: Site, plane: str, made: Iterable[Resource]) -> Iterator[Resource]:
    """The apps that can work, and what they stand on. `plane` is its name, for people; `made` is all that the zone has."""
    started = running(site.spec)
    if not started:
        return
    if site.plane.application_insights is None:
        raise not_in_plane(plane, "applicationInsights", "an app must send its telemetry somewhere")
    insights = Resource(
        "plane/insights", site.plane.application_insights.id, mode=Mode.EXISTING, condition=SERVICES_READY
    )
    yield insights
    images = {app: image_of(site, app, plane) for app in started}
    if any(image.registry for image in images.values()):
        yield registry_resource(site)
    own = tuple(_own_secrets(site, started))
    yield from own
    ids = {r.key: r.id for r in (*made, insights, *own) if not isinstance(r.id, Named)}
    for app in started:
        yield _identity(site, app)
        roles = (*_roles(site, app, ids), *((pulling(site, app),) if images[app].registry else ()))
        yield from roles
        before = (ENVIRONMENT, *(role.key for role in roles), *_things(site, app))
        yield Resource(
            app_key(app),
            site.id("Microsoft.App/containerApps", app.name),
            body(site, app, images[app], settings(site, app, ids)),
            tuple(dict.fromkeys(before)),
            APPS_HEALTHY,
        )


def _identity(site: Site, app: App) -> Resource:
    tagged = {"location": site.location, "tags": dict(site.tags)}
    return Resource(identity_key(app), site.identity(app.name), tagged, ("group",), SERVICES_READY)


def _own_secrets(site: Site, started: tuple[App, ...]) -> Iterator[Resource]:
    """The secrets that nobody gives: they are made once."""
    for need in (need for app in started for need in needs_of(site.spec, app)):
        if need.says == "{secret}":
            yield secret(site, need.thing.removeprefix("secret/"), WIRED)


def _roles(site: Site, app: App, ids: Ids) -> Iterator[Resource]:
    rows = {need.role_key: need for need in needs_of(site.spec, app)}
    for key, need in rows.items():
        match need.role:
            case Role(name=name):
                why = f"{app.name} of zone {site.spec.domain}: {name}"
                yield assignment(key, ids[need.place], need.role, identity_key(app), why, (need.place,), WIRED)
            case DataRole():
                yield _GIVEN[need.role](key, site, identity_key(app), (need.place,), WIRED)


def _things(site: Site, app: App) -> Iterator[str]:
    """A first start without role, thing or name resolution fails for a quarter of an hour: all of them come before."""
    needs = needs_of(site.spec, app)
    yield from (need.thing for need in needs if need.thing)
    services = {service.field for service in declared(site)}
    for field in dict.fromkeys(need.of for need in needs if need.of in services):
        yield from way_to(site, field)


def _fields(fields: tuple[str, ...]) -> str:
    return " and ".join(f"spec.{field}" for field in fields)
