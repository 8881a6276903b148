"""The platform's apps: each with its settings, its roles, and its image.

An app that lacks a service that it needs is not started: it would idle and look healthy. Its wiring rows say what is missing.
"""

from collections.abc import Iterator, Mapping

from loom.api.zone.apps import Mirroring, Replicas
from loom.errors import Refusal
from loom.plan.checks import AppCheck
from loom.plan.resource import Mode, Resource
from loom.plan.roles import assignment
from loom.plan.values import Ref, Text, Value
from loom.plan.wiring import MIRRORING, NEEDS, apps, lacks, role_key, topics
from loom.plan.zone.environment import ENVIRONMENT, IDENTITY, PULL, Registry, pulling, registry_of
from loom.plan.zone.event_hubs import KEY as EVENT_HUBS
from loom.plan.zone.event_hubs import bootstrap
from loom.plan.zone.services import way_to
from loom.plan.zone.site import APPS_HEALTHY, SERVICES_READY, WIRED, Site

INSIGHTS = "plane/insights"
_PORT, _HEALTH = 8083, "/connectors"


def app_key(app: str) -> str:
    """The plan's key of an app."""
    return f"app/{app}"


def running(site: Site) -> tuple[str, ...]:
    """The apps that can work with what the zone has."""
    return tuple(app for app in apps(site.spec) if not lacks(site.spec, app))


def app_checks(site: Site) -> Iterator[AppCheck]:
    """Whether the apps' newest revisions run. Ingress can wake mirroring from zero."""
    for app in running(site):
        yield AppCheck(app_key(app), APPS_HEALTHY, wakeable=True)


def app_resources(site: Site, plane: str) -> Iterator[Resource]:
    """The apps that can work, their roles, and what of the plane gives them values. `plane` is its name, for people."""
    mirroring = site.spec.apps.mirroring if site.spec.apps else None
    if mirroring is None or MIRRORING not in running(site):
        return
    if site.plane.application_insights is None:
        raise _not_in_plane(plane, "applicationInsights", "an app must send its telemetry somewhere")
    yield Resource(INSIGHTS, site.plane.application_insights.id, mode=Mode.EXISTING, condition=SERVICES_READY)
    image, registry = _image(site, mirroring, plane)
    if registry:
        yield from pulling(site, registry)
    for role, service in dict.fromkeys((n.role, n.service) for n in NEEDS if n.app == MIRRORING):
        why = f"{MIRRORING} of zone {site.spec.domain}: {role.name}"
        yield assignment(role_key(MIRRORING, role, service), site.event_hubs, role, IDENTITY, why, (EVENT_HUBS,), WIRED)
    yield Resource(
        key=app_key(MIRRORING),
        id=site.id("Microsoft.App/containerApps", MIRRORING),
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "identity": {"type": "UserAssigned", "userAssignedIdentities": {site.identity: {}}},
            "properties": {
                "environmentId": site.environment,
                "workloadProfileName": "Consumption",
                "configuration": _configuration(site, registry),
                "template": _template(site, image, mirroring.replicas),
            },
        },
        depends_on=_before_app(site, registry),
        condition=APPS_HEALTHY,
    )


def _image(site: Site, app: Mirroring, plane: str) -> tuple[Value, Registry | None]:
    """The image, and the registry that it is pulled from with our identity.

    An image given whole from elsewhere must be one that everybody may pull: no identity of ours is shown to another registry.
    """
    registry = registry_of(site)
    if app.image is not None:
        ours = registry is not None and app.image.split("/")[0].lower() == registry.host
        return app.image, registry if ours else None
    release = site.plane.apps
    why = "without it spec.apps.mirroring.image must name a whole image"
    if registry is None:
        raise _not_in_plane(plane, "containerRegistry", why)
    if release is None:
        raise _not_in_plane(plane, "apps", why)
    return Text(f"{{}}/{release.registry_path}/{MIRRORING}:{release.version}", (registry.server,)), registry


def _not_in_plane(plane: str, field: str, why: str) -> Refusal:
    message = f"AdminPlane {plane} has no spec.{field}: {why}; a cluster administrator can add it"
    return Refusal("NotInAdminPlane", message, wait=True)


def _before_app(site: Site, registry: Registry | None) -> tuple[str, ...]:
    """A first start without role, topic or name resolution fails for a quarter of an hour: all of them come before."""
    roles = dict.fromkeys(role_key(n.app, n.role, n.service) for n in NEEDS if n.app == MIRRORING)
    hubs = (f"hub/{topic.name}" for topic in topics(site.spec))
    way = way_to(site, "eventHubs")
    return (ENVIRONMENT, IDENTITY, *roles, *hubs, *way, *((PULL,) if registry else ()))


def _configuration(site: Site, registry: Registry | None) -> Mapping[str, Value]:
    configuration: dict[str, Value] = {
        "activeRevisionsMode": "Single",
        "ingress": {"external": site.is_open, "targetPort": _PORT, "transport": "auto"},
    }
    if registry:
        configuration["registries"] = [{"server": registry.server, "identity": site.identity}]
    return configuration


def _template(site: Site, image: Value, replicas: Replicas) -> Mapping[str, Value]:
    check = {"httpGet": {"path": _HEALTH, "port": _PORT}}
    container = {
        "name": MIRRORING,
        "image": image,
        "resources": {"cpu": 0.5, "memory": "1Gi"},
        "env": [{"name": name, "value": value} for name, value in _settings(site).items()],
        "probes": [
            {"type": "Startup", **check, "periodSeconds": 30, "failureThreshold": 10},
            {"type": "Readiness", **check, "periodSeconds": 10, "failureThreshold": 3},
            {"type": "Liveness", **check, "periodSeconds": 30, "failureThreshold": 3},
        ],
    }
    return {"containers": [container], "scale": {"minReplicas": replicas.min, "maxReplicas": replicas.max}}


def _settings(site: Site) -> Mapping[str, Value]:
    return {
        "APPLICATIONINSIGHTS_CONNECTION_STRING": Ref(INSIGHTS, "properties.ConnectionString"),
        "AZURE_CLIENT_ID": Ref(IDENTITY, "properties.clientId"),
        "CSA_LOOM_BOUNDARY": str(site.plane.boundary),
        "GROUP_ID": site.inner("eventHubs", MIRRORING),
        "BOOTSTRAP_SERVERS": bootstrap(site),
        **{topic.setting: site.inner("eventHubs", topic.name) for topic in topics(site.spec)},
    }
