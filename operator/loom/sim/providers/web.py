"""Microsoft.Web: Function Apps, as far as a gateway calls them: a host name of their own, the functions that they list, and the keys that
open all of them, which no GET shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any, ClassVar
from urllib.parse import urlsplit

from loom.sim.arm.change import Change
from loom.sim.kinds import Action, Behavior, Kind, NameRule, Provider, Refusal, Style
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
SITES, FUNCTIONS = "Microsoft.Web/sites", "Microsoft.Web/sites/functions"
HOST, HOST_KEYS = f"{SITES}/host", f"{SITES}/host/functionKeys"
HTTP_TRIGGER = "httptrigger"
VERSIONS = ("2025-03-01", "2024-11-01", "2024-04-01", "2023-12-01", "2022-09-01")


class Sites(Behavior):
    """An app is found under its own name."""

    def compose(self, change: Change) -> Json:
        _ensure_host(change)
        outputs = {"defaultHostName": f"{change.name.lower()}.azurewebsites.net", "state": "Running"}
        return {**change.body, "properties": {**change.properties, **outputs}}


def _ensure_host(change: Change) -> None:
    """The host is there with its app, and so are the key that may do everything and the first of those that open the functions."""
    host, world = f"{change.id}/host/default", change.world
    if world.store.get(host) is None:
        world.store.put(Resource(host, HOST, {}, {"masterKey": token_urlsafe(40)}, created=world.clock.now()))
        first = Resource(
            f"{host}/functionKeys/default", HOST_KEYS, {"properties": {"name": "default", "value": token_urlsafe(40)}}
        )
        world.store.put(first)


def _list_keys(world: World, host: Resource, _request: Request) -> Response:
    """All of them, with their values."""
    keys = {key.name: key.properties["value"] for key in world.store.children(host.id, HOST_KEYS)}
    return Response(200, {"masterKey": host.hidden["masterKey"], "functionKeys": keys, "systemKeys": {}})


class Hosts(Behavior):
    """What runs an app's functions; its keys are listed by an action, together."""

    actions: ClassVar[Mapping[str, Action]] = {"listkeys": _list_keys}


class HostKeys(Behavior):
    """A key without a value is given one."""

    def compose(self, change: Change) -> Json:
        value = change.properties.get("value") or token_urlsafe(40)
        return {"properties": {"name": change.name, "value": value}}


class Functions(Behavior):
    """A function that HTTP triggers tells where it is called: below `routePrefix`, which is the app's own (`api`)."""

    def compose(self, change: Change) -> Json:
        app = change.world.store.get(change.target.parent)
        host = str(app.properties["defaultHostName"]) if app else ""
        config = change.properties.get("config") or {}
        triggers = [one for one in config.get("bindings") or () if str(one.get("type")).lower() == HTTP_TRIGGER]
        route = str(triggers[0].get("route") or change.name).lower() if triggers else ""
        prefix = str(app.properties.get("routePrefix", "api")) if app else ""
        outputs = {
            "function_app_id": change.target.parent,
            "invoke_url_template": "/".join(part for part in (f"https://{host}", prefix, route) if part)
            if triggers
            else None,
        }
        usual = {"language": "python", "isDisabled": False}
        return {**change.body, "properties": {**usual, **change.properties, **outputs}}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        """It is called by its app's name and its own."""
        return {**body, "name": "/".join(resource.id.split("/")[-3::2])}


def _call(world: World, request: Request) -> Response | None:
    """A call of a function that asks for a key, with none of the app's, is refused; whatever else is called, somebody else plays."""
    name = request.headers.get("host", "").partition(".")[0].lower()
    app = next((site for site in world.store.of_type(SITES) if site.name.lower() == name), None)
    if app is None or not any(_asks_for_a_key(one, request) for one in world.store.children(app.id, FUNCTIONS)):
        return None
    host = world.store.get(f"{app.id}/host/default")
    keys = [key.properties["value"] for key in world.store.children(f"{app.id}/host/default", HOST_KEYS)]
    shown = request.headers.get("x-functions-key", "")
    return None if shown in keys or (host and shown == host.hidden["masterKey"]) else Response(401, None)


def _asks_for_a_key(function: Resource, request: Request) -> bool:
    where = urlsplit(str(function.properties.get("invoke_url_template") or "")).path
    pattern = re.sub(r"\\\{[^}]*\}", "[^/]+", re.escape(where))
    bindings = (function.properties.get("config") or {}).get("bindings") or ()
    is_open = any(str(one.get("authLevel")).lower() == "anonymous" for one in bindings)
    return bool(where) and not is_open and re.fullmatch(pattern, request.path, re.IGNORECASE) is not None


PROVIDER = Provider(
    namespace="Microsoft.Web",
    hosts=((r".+\.azurewebsites\.net", _call),),
    kinds=(
        Kind(
            name=SITES,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(
                r"[A-Za-z0-9](?=.{1,59}$)[A-Za-z0-9-]*[A-Za-z0-9]", "The site name '{name}' is invalid.", "BadRequest"
            ),
            unique="site",
            taken=Refusal(409, "Conflict", "Website with given name {name} already exists."),
            display_location=True,
            defaults={"kind": "functionapp", "properties": {"enabled": True, "httpsOnly": True}},
            behavior=Sites(),
        ),
        Kind(name=FUNCTIONS, versions=VERSIONS, stateful=False, patchable=False, behavior=Functions()),
        Kind(name=HOST, versions=VERSIONS, stateful=False, writable=False, readable=False, behavior=Hosts()),
        Kind(
            name=HOST_KEYS,
            versions=VERSIONS,
            stateful=False,
            readable=False,
            tabled=False,  # azure-rest-api-specs, issue 13424
            patchable=False,
            delete=Style(created=204, updated=204),
            behavior=HostKeys(),
        ),
    ),
)
