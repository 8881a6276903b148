"""Simulated application gateways answer HTTP for the hosts of their listeners, and pass a request on to the app behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from loom.sim.documents import values_at
from loom.sim.providers import app_plane
from loom.sim.providers.gateways import APPLICATION_GATEWAYS
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]


def answer(world: World, request: Request) -> Response | None:
    """A request to a listener's host; `None` when no gateway has it."""
    host = request.headers.get("host", "").split(":")[0].lower()
    for gateway in world.store.of_type(APPLICATION_GATEWAYS):
        if host in values_at(gateway.body, "properties.httpListeners[].properties.hostName"):
            return _pass_on(world, gateway, request)
    return None


def _pass_on(world: World, gateway: Resource, request: Request) -> Response:
    """The app of the first backend's host name, if the pool has its environment's address."""
    if gateway.state not in ("Succeeded", "Updating"):
        return Response(502, "502 Bad Gateway")
    names = values_at(gateway.body, "properties.backendHttpSettingsCollection[].properties.hostName")
    pool = values_at(gateway.body, "properties.backendAddressPools[].properties.backendAddresses[].ipAddress")
    environments = world.store.of_type("Microsoft.App/managedEnvironments")
    if not names or not any(item.properties.get("staticIp") in pool for item in environments):
        return Response(502, "502 Bad Gateway")
    return app_plane.answer(world, replace(request, headers={**request.headers, "host": str(names[0])}))
