"""Simulated container apps answer HTTP under their own names. What they answer is `ok`, or what a person ordered by a knob.

Each publishes an OpenAPI document at /openapi.json, as apps that describe themselves do. A person can order another one, as text:
`POST /sim/knobs {"id": <app>, "http": {"document": "..."}}`; `{"http": {"status": 503}}` is the answer to every call.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from loom.sim.providers.app_health import health_of
from loom.sim.providers.app_revisions import APPS, REVISIONS
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
DOCUMENT = "/openapi.json"
UNKNOWN = "Error 404 - This Container App is stopped or does not exist."


def answer(world: World, request: Request) -> Response:
    """One request to `https://<app>.<environment's domain>/...`. Who asks is outside the environment, but in a joined network."""
    host = request.headers.get("host", "").split(":")[0].lower()
    app = _app(world, host)
    if app is None or app.properties.get("runningStatus") != "Running":
        return Response(404, UNKNOWN)
    ingress = (app.properties.get("configuration") or {}).get("ingress") or {}
    if not ingress.get("external"):
        return Response(404, UNKNOWN)
    app.hidden["asked"] = world.clock.now()
    ordered = world.knobs.get(app.key, {}).get("http") or {}
    if ordered.keys() - {"document"}:
        return Response(int(ordered.get("status", 200)), ordered.get("body", ""), dict(ordered.get("headers", {})))
    if not _is_up(world, app):
        return Response(
            503, "upstream connect error or disconnect/reset before headers. reset reason: connection failure"
        )
    if request.path == DOCUMENT:
        return _document(request, ordered.get("document") or json.dumps(_description(app.name)))
    return Response(200, {"app": app.name, "path": request.path, "status": "ok"})


def _document(request: Request, text: str) -> Response:
    """The app's document, unless the caller has it."""
    etag = f'"{sha256(text.encode()).hexdigest()[:16]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(304, None, {"ETag": etag})
    return Response(200, text, {"ETag": etag, "Content-Type": "application/json; charset=utf-8"})


def _description(name: str) -> Json:
    """What an app says of itself: whether it is well, and one thing by its name."""
    answers = {"200": {"description": "As the app has it"}}
    item = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1.0.0"},
        "paths": {
            "/status": {"get": {"operationId": "getStatus", "responses": answers}},
            "/items": {"get": {"operationId": "listItems", "responses": answers}},
            "/items/{name}": {"get": {"operationId": "getItem", "parameters": [item], "responses": answers}},
        },
    }


def _app(world: World, host: str) -> Resource | None:
    label = host.split(".")[0].split("--")[0]
    for app in world.store.where(APPS, _label, label):
        ingress = (app.properties.get("configuration") or {}).get("ingress") or {}
        if host in (str(ingress.get("fqdn")).lower(), str(app.properties.get("latestRevisionFqdn")).lower()):
            return app
    return None


def _label(app: Resource) -> str:
    return app.name


def _is_up(world: World, app: Resource) -> bool:
    ready = app.properties.get("latestReadyRevisionName")
    revision = next((item for item in world.store.children(app.id, REVISIONS) if item.name == ready), None)
    return revision is not None and health_of(world, app, revision).ready
