"""The body of an app: its identity, its image, its way in, its probes and its settings."""

from collections.abc import Iterator, Mapping

from loom.api.zone.apps import Replicas
from loom.plan.values import Value
from loom.plan.zone.app import App, Listener, door
from loom.plan.zone.app_image import Image
from loom.plan.zone.app_settings import secrets
from loom.plan.zone.site import Site

Settings = list[Value]


def body(site: Site, app: App, image: Image, settings: Settings) -> Mapping[str, Value]:
    """What is declared of the app; `settings` are its environment variables."""
    spec = app.spec(site.spec)
    replicas = (spec.replicas if spec else None) or app.replicas
    return {
        "location": site.location,
        "tags": dict(site.tags),
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {site.identity(app.name): {}}},
        "properties": {
            "environmentId": site.environment,
            "workloadProfileName": "Consumption",
            "configuration": _configuration(site, app, image),
            "template": _template(app, image, replicas, settings),
        },
    }


def _configuration(site: Site, app: App, image: Image) -> Mapping[str, Value]:
    configuration: dict[str, Value] = {"activeRevisionsMode": "Single"}
    if app.listener:
        outside = app.listener.external or (site.is_open and app is door(site.spec))
        way_in = {"external": outside, "targetPort": app.listener.port, "transport": "auto"}
        configuration["ingress"] = way_in
    if image.registry:
        configuration["registries"] = [{"server": image.registry, "identity": site.identity(app.name)}]
    if kept := secrets(site, app):
        configuration["secrets"] = kept
    return configuration


def _template(app: App, image: Image, replicas: Replicas, settings: Settings) -> Mapping[str, Value]:
    container: dict[str, Value] = {
        "name": app.name,
        "image": image.name,
        "resources": {"cpu": app.cpu, "memory": app.memory},
        "env": settings,
    }
    if app.listener:
        container["probes"] = list(_probes(app.listener))
    return {"containers": [container], "scale": {"minReplicas": replicas.min, "maxReplicas": replicas.max}}


def _probes(listener: Listener) -> Iterator[Mapping[str, Value]]:
    """An app has five minutes to start; a replica that does not answer is left alone after 30 seconds, begun anew after 90."""
    check = {"httpGet": {"path": listener.health, "port": listener.port}}
    yield {"type": "Startup", **check, "periodSeconds": 30, "failureThreshold": 10}
    yield {"type": "Readiness", **check, "periodSeconds": 10, "failureThreshold": 3}
    yield {"type": "Liveness", **check, "periodSeconds": 30, "failureThreshold": 3}
