"""What an application gateway sees behind it: each server of each pool, by the probe of the settings that lead there.

Azure docs: Application Gateway, Backend health report. Under a route table the gateway is cut off, and nothing is known.
"""

from __future__ import annotations

from typing import Any

from loom.sim.documents import value_at, values_at
from loom.sim.providers import app_plane
from loom.sim.store import Resource
from loom.sim.wire import Request
from loom.sim.world import World

Json = dict[str, Any]


def backend_health(world: World, gateway: Resource) -> Json:
    """The whole report."""
    pools = [
        {
            "backendAddressPool": {"id": pool["id"]},
            "backendHttpSettingsCollection": [
                {"backendHttpSettings": {"id": settings["id"]}, "servers": _servers(world, gateway, pool, settings)}
                for settings in gateway.properties.get("backendHttpSettingsCollection") or []
            ],
        }
        for pool in gateway.properties.get("backendAddressPools") or []
    ]
    return {"backendAddressPools": pools}


def _servers(world: World, gateway: Resource, pool: Json, settings: Json) -> list[Json]:
    addresses = values_at(pool, "properties.backendAddresses[].ipAddress")
    return [{"address": address, **_seen(world, gateway, str(address), settings)} for address in addresses]


def _seen(world: World, gateway: Resource, address: str, settings: Json) -> Json:
    if _is_routed(world, gateway):
        return {"health": "Unknown"}
    environments = world.store.of_type("Microsoft.App/managedEnvironments")
    if not any(item.properties.get("staticIp") == address for item in environments):
        return {
            "health": "Unhealthy",
            "healthProbeLog": "Cannot connect to backend server. Check whether any NSG blocks it.",
        }
    host = str(value_at(settings, "properties.hostName") or "")
    status = app_plane.answer(world, Request("GET", "/", headers={"host": host})).status
    if status < 400:
        return {"health": "Healthy", "healthProbeLog": f"Success. Received {status} status code"}
    log = f"The backend answered with status code {status}. Expected 200 to 399."
    return {"health": "Unhealthy", "healthProbeLog": log}


def _is_routed(world: World, gateway: Resource) -> bool:
    """Does the gateway's subnet have a route table?"""
    names = values_at(gateway.body, "properties.gatewayIPConfigurations[].properties.subnet.id")
    subnets = (world.store.get(str(name)) for name in names)
    return any(subnet is not None and subnet.properties.get("routeTable") for subnet in subnets)
