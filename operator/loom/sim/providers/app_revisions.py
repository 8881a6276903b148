"""Revisions and replicas of container apps: a change of the template makes one, and only a ready one takes over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from loom.sim.errors import ArmError
from loom.sim.ids import Target
from loom.sim.kinds import Action, Behavior, Kind
from loom.sim.providers.app_health import Health, failure_of, health_of, replica_count
from loom.sim.providers.app_style import APP, VERSIONS
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
APPS = f"{APP}/containerApps"
REVISIONS = f"{APPS}/revisions"
REPLICAS = f"{REVISIONS}/replicas"


def latest(world: World, app: Resource) -> Resource | None:
    """The newest revision."""
    found = world.store.children(app.id, REVISIONS)
    return found[-1] if found else None


def make(world: World, app: Resource, failure: str = "") -> Resource:
    """The revision for the app's template: a new one if the template changed. `failure` is final for this revision."""
    template = app.properties["template"]
    mark = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()
    newest = latest(world, app)
    if newest is not None and newest.hidden.get("mark") == mark and not newest.hidden.get("failure"):
        newest.hidden["failure"] = failure
        return newest
    count = int(app.hidden.get("revisions", 0)) + 1
    app.hidden["revisions"] = count
    suffix = template.get("revisionSuffix") or _suffix(mark, count)
    revision = Resource(
        id=f"{app.id}/revisions/{app.name}--{suffix}",
        type=REVISIONS,
        body={
            "properties": {"createdTime": world.clock.stamp(), "template": template, "active": True, "trafficWeight": 0}
        },
        hidden={"mark": mark, "failure": failure},
        created=world.clock.now(),
    )
    world.store.put(revision)
    return revision


def _suffix(mark: str, count: int) -> str:
    digest = hashlib.sha256(f"{mark}{count}".encode()).digest()
    return "".join("abcdefghijklmnopqrstuvwxyz0123456789"[byte % 36] for byte in digest[:7])


def hand_over(world: World, app: Resource) -> None:
    """Say which revision is the latest and which is ready; in single mode the ready one alone stays active."""
    newest = latest(world, app)
    if newest is None:
        return
    properties = app.properties
    properties["latestRevisionName"] = newest.name
    if health_of(world, app, newest).ready:
        app.hidden["ready"] = newest.name
        if (properties["configuration"].get("activeRevisionsMode") or "Single") == "Single":
            for revision in world.store.children(app.id, REVISIONS):
                revision.properties["active"] = revision.name == newest.name
                revision.properties["trafficWeight"] = 100 if revision.name == newest.name else 0
    if "ready" in app.hidden:
        properties["latestReadyRevisionName"] = app.hidden["ready"]
    ingress = properties["configuration"].get("ingress")
    if ingress and ingress.get("fqdn"):
        properties["latestRevisionFqdn"] = str(ingress["fqdn"]).replace(app.name, newest.name, 1)


def _app_of(world: World, revision: Resource) -> Resource | None:
    return world.store.get(revision.id.rsplit("/revisions/", 1)[0])


def _set_active(world: World, resource: Resource, active: bool) -> Response:
    resource.properties["active"] = active
    return Response(200)


def _restart(world: World, resource: Resource, request: Request) -> Response:
    app = _app_of(world, resource)
    resource.hidden["failure"] = ""
    if app is not None:
        app.hidden["asked"] = world.clock.now()
        hand_over(world, app)
    return Response(200)


class Revisions(Behavior):
    """How a revision is, is seen when somebody looks."""

    actions: ClassVar[Mapping[str, Action]] = {
        "activate": lambda world, resource, _: _set_active(world, resource, True),
        "deactivate": lambda world, resource, _: _set_active(world, resource, False),
        "restart": _restart,
    }

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        app = _app_of(world, resource)
        if app is None:
            return body
        health = health_of(world, app, resource)
        state: Json = {
            "replicas": _count(world, app, resource, health) if health.ready else 0,
            "healthState": health.health,
            "provisioningState": health.provisioning,
            "runningState": health.running,
        }
        if health.details:
            state["runningStateDetails"] = health.details
        if health.provisioning == "Failed":
            state["provisioningError"] = health.details
        fqdn = ((app.properties.get("configuration") or {}).get("ingress") or {}).get("fqdn")
        if fqdn:
            state["fqdn"] = str(fqdn).replace(app.name, resource.name, 1)
        return {**body, "properties": {**body["properties"], **state}}


def _count(world: World, app: Resource, revision: Resource, health: Health) -> int:
    return 0 if health.empty else replica_count(world, app, revision)


class Replicas(Behavior):
    """Replicas are not stored: they follow from the revision."""

    def listed(self, world: World, kind: Kind, scope: str, query: Mapping[str, str]) -> list[Resource]:
        revision = world.store.get(scope)
        app = _app_of(world, revision) if revision else None
        if revision is None or app is None:
            return []
        health = health_of(world, app, revision)
        count = _count(world, app, revision, health) or (0 if health.ready else 1)
        return [_replica(world, revision, number) for number in range(count)]

    def found(self, world: World, target: Target) -> Resource | None:
        kind = world.catalog.kind(REPLICAS)
        listed = self.listed(world, kind, target.parent, {}) if kind else []
        return next((item for item in listed if item.name.lower() == target.name.lower()), None)


def _replica(world: World, revision: Resource, number: int) -> Resource:
    app = _app_of(world, revision)
    template = revision.properties.get("template") or {}
    if app is None:
        raise ArmError(404, "ResourceNotFound", f"The app of '{revision.name}' is gone.")
    health = health_of(world, app, revision)
    containers = [
        {
            "name": item.get("name"),
            "containerId": f"containerd://{hashlib.sha256(f'{revision.key}{number}'.encode()).hexdigest()}",
            "ready": health.ready,
            "started": health.ready,
            "restartCount": health.restarts,
            "runningState": health.container,
            "runningStateDetails": health.details,
        }
        for item in template.get("containers") or []
    ]
    digest = hashlib.sha256(revision.key.encode()).hexdigest()
    name = f"{revision.name}-{digest[:10]}-{hashlib.sha256(f'{digest}{number}'.encode()).hexdigest()[:5]}"
    properties = {
        "createdTime": revision.properties["createdTime"],
        "runningState": "Running" if health.ready else "NotRunning",
        "runningStateDetails": health.details,
        "containers": containers,
        "initContainers": [],
    }
    return Resource(f"{revision.id}/replicas/{name}", REPLICAS, {"properties": properties}, serial=number + 1)


def pull_error(world: World, app: Resource) -> Json | float | None:
    """The end of a write as the image decides it: an unknown image fails at once, a forbidden pull is tried for 15 minutes."""
    wrong = failure_of(world, app)
    if wrong == "ImageNotFound":
        return _provision_error(app, "MANIFEST_UNKNOWN: manifest unknown")
    if wrong in ("ImagePullUnauthorized", "OperationExpired"):
        return _provision_error(app, "Operation expired.")
    return None


def _provision_error(app: Resource, details: str) -> Json:
    containers = (app.properties.get("template") or {}).get("containers") or [{}]
    field = f"template.containers.{containers[0].get('name', '')}.image"
    if details.startswith("Operation"):
        message = f"Failed to provision revision for container app '{app.name}'. Error details: {details}"
        return {"code": "ContainerAppOperationError", "message": message}
    message = (
        f"The following field(s) are either invalid or missing. Field '{field}' is invalid with details: 'Invalid value: "
        f'"{containers[0].get("image")}": GET https:: {details}\';.'
    )
    return {"code": "InvalidParameterValueInContainerTemplate", "message": message}


KINDS = (
    Kind(
        name=REVISIONS,
        versions=VERSIONS,
        writable=False,
        stateful=False,
        shown_type="Microsoft.App/containerapps/revisions",
        id_segments={"containerApps": "containerapps"},
        behavior=Revisions(),
    ),
    Kind(
        name=REPLICAS,
        versions=VERSIONS,
        writable=False,
        stateful=False,
        shown_type="Microsoft.App/containerapps/revisions/replicas",
        id_segments={"containerApps": "containerapps"},
        behavior=Replicas(),
    ),
)
