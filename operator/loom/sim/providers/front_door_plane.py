"""Simulated Front Doors answer HTTP, under their own names and the custom hosts that are proven: they pass a request on to the app."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from loom.sim.providers import app_plane
from loom.sim.providers.front_door_links import is_approved
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
PROFILES = "Microsoft.Cdn/profiles"
ENDPOINTS, ROUTES = f"{PROFILES}/afdEndpoints", f"{PROFILES}/afdEndpoints/routes"
ORIGINS, HOSTS = f"{PROFILES}/originGroups/origins", f"{PROFILES}/customDomains"
ERROR_PAGE = "Our services aren't available right now. We're working to restore all services as soon as possible."
NO_PAGE = "Page not found. Oops! We weren't able to find your Azure Front Door Service configuration."


def answer(world: World, request: Request) -> Response:
    """A request to a Front Door's own name."""
    host = _host(request)
    endpoint = next((item for item in world.store.of_type(ENDPOINTS) if item.properties.get("hostName") == host), None)
    routes = world.store.children(endpoint.id, ROUTES) if endpoint else []
    return _pass_on(world, routes[0] if routes else None, request)


def answer_as_custom_host(world: World, request: Request) -> Response | None:
    """A request to a custom host; `None` when no Front Door has it."""
    host = _host(request)
    mine = next((item for item in world.store.of_type(HOSTS) if item.properties.get("hostName") == host), None)
    if mine is None:
        return None
    served = mine.properties.get("domainValidationState") == "Approved"
    routes = [item for item in world.store.of_type(ROUTES) if served and mine.key in _hosts_of(item)]
    return _pass_on(world, routes[0] if routes else None, request)


def _pass_on(world: World, route: Resource | None, request: Request) -> Response:
    if route is None or route.properties.get("enabledState") != "Enabled":
        return Response(404, NO_PAGE)
    group = str((route.properties.get("originGroup") or {}).get("id", ""))
    origin = next(iter(world.store.children(group, ORIGINS)), None)
    if origin is None or not is_approved(world, origin):
        return Response(503, ERROR_PAGE)
    headers = {**request.headers, "host": str(origin.properties.get("originHostHeader"))}
    return app_plane.answer(world, replace(request, headers=headers))


def _host(request: Request) -> str:
    return request.headers.get("host", "").split(":")[0].lower()


def _hosts_of(route: Resource) -> list[str]:
    return [str(item.get("id", "")).lower() for item in route.properties.get("customDomains") or []]
