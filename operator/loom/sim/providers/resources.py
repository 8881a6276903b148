"""Microsoft.Resources: subscriptions, resource groups, provider registration and the lists across all types."""

from __future__ import annotations

import re
from typing import Any

from loom.sim import errors
from loom.sim.arm.filters import matching
from loom.sim.arm.reads import page
from loom.sim.arm.show import show, show_brief
from loom.sim.ids import RESOURCES, subscription_of
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Route, Style
from loom.sim.regions import DISPLAY
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
VERSIONS = (
    "2025-04-01",
    "2025-03-01",
    "2024-11-01",
    "2024-07-01",
    "2024-03-01",
    "2023-07-01",
    "2022-12-01",
    "2022-09-01",
    "2021-04-01",
    "2021-01-01",
    "2020-10-01",
    "2020-06-01",
    "2020-01-01",
    "2019-11-01",
    "2019-10-01",
    "2019-08-01",
    "2019-06-01",
    "2018-05-01",
    "2016-06-01",
)
READ_RESOURCES = f"{RESOURCES}/subscriptions/resources/read"


class Subscriptions(Behavior):
    """A subscription shows nothing of a resource's envelope."""

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return {
            "id": resource.id,
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
            "subscriptionId": resource.name,
            "tenantId": world.directory.tenant,
            "displayName": resource.body.get("displayName", resource.name),
            "state": "Enabled",
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "Internal_2014-09-01",
                "spendingLimit": "Off",
            },
        }


def _subscriptions(world: World, request: Request, match: re.Match[str]) -> Response:
    found = world.store.of_type(f"{RESOURCES}/subscriptions")
    return Response(
        200, {"value": [show(world, item) for item in found], "count": {"type": "Total", "value": len(found)}}
    )


def _tenants(world: World, request: Request, match: re.Match[str]) -> Response:
    tenant = world.directory.tenant
    value = {"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": "Simulated", "tenantCategory": "Home"}
    return Response(200, {"value": [value]})


def _locations(world: World, request: Request, match: re.Match[str]) -> Response:
    scope = match["scope"]
    value = [
        {
            "id": f"{scope}/locations/{name}",
            "name": name,
            "type": "Region",
            "displayName": shown,
            "regionalDisplayName": shown,
            "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
        }
        for name, shown in DISPLAY.items()
        if name != "global"
    ]
    return Response(200, {"value": value})


def _all_resources(world: World, request: Request, match: re.Match[str]) -> Response:
    """The generic lists: top-level resources of every type, without properties."""
    scope = match["scope"]
    if match["group"] is None:
        found = world.store.in_subscription(subscription_of(scope))
    else:
        if world.store.get(scope) is None:
            raise errors.group_not_found(match["group"])
        found = world.store.children(scope)
    shown = [item for item in found if _is_listed(world, item)]
    return page(world, request, matching(shown, request.query.get("$filter", "")), 1000, show_brief)


def _is_listed(world: World, item: Resource) -> bool:
    kind = world.catalog.kind(item.type)
    if kind is None or not kind.tracked or kind.namespace == RESOURCES:
        return False
    return item.created + world.settings.list_lag <= world.clock.now()


def _provider(world: World, subscription: str, namespace: str) -> Json:
    provider = world.catalog.providers[namespace.lower()]
    since = world.registered.get((subscription.lower(), namespace.lower()))
    state = "NotRegistered" if since is None else "Registered" if since <= world.clock.now() else "Registering"
    kinds = [
        {
            "resourceType": kind.path,
            "locations": list(DISPLAY.values()),
            "apiVersions": list(kind.versions),
            "capabilities": "None",
        }
        for kind in provider.kinds
    ]
    return {
        "id": f"/subscriptions/{subscription}/providers/{provider.namespace}",
        "namespace": provider.namespace,
        "resourceTypes": kinds,
        "registrationState": state,
        "registrationPolicy": "RegistrationRequired",
    }


def _providers(world: World, request: Request, match: re.Match[str]) -> Response:
    subscription = subscription_of(request.path)
    return Response(200, {"value": [_provider(world, subscription, name) for name in world.catalog.providers]})


def _one_provider(world: World, request: Request, match: re.Match[str]) -> Response:
    if match["namespace"].lower() not in world.catalog.providers:
        raise errors.unknown_namespace(match["namespace"])
    return Response(200, _provider(world, subscription_of(request.path), match["namespace"]))


def _register(world: World, request: Request, match: re.Match[str]) -> Response:
    namespace = match["namespace"].lower()
    if namespace not in world.catalog.providers:
        raise errors.unknown_namespace(match["namespace"])
    key = (subscription_of(request.path).lower(), namespace)
    if match["verb"].lower() == "unregister":
        world.registered.pop(key, None)
    elif key not in world.registered:
        world.registered[key] = world.clock.now() + world.settings.register_seconds
    return Response(200, _provider(world, subscription_of(request.path), match["namespace"]))


SUBSCRIPTION = r"(?P<scope>/subscriptions/[^/]+)"
PROVIDER = Provider(
    namespace=RESOURCES,
    kinds=(
        Kind(
            name=f"{RESOURCES}/subscriptions",
            versions=VERSIONS,
            writable=False,
            stateful=False,
            behavior=Subscriptions(),
        ),
        Kind(
            name=f"{RESOURCES}/resourceGroups",
            versions=VERSIONS,
            tracked=True,
            lists=("subscription",),
            names=NameRule(
                r"[\w\-().]{0,89}[\w\-()]",
                "The provided resource group name '{name}' has these invalid characters.",
                "InvalidResourceGroupName",
            ),
            delete=Style(seconds=60, headers="location", retry_after=15, moving=True, empty=True, done=200),
            page=1000,
        ),
    ),
    routes=(
        Route("GET", r"/subscriptions", VERSIONS, "", _subscriptions),
        Route("GET", r"/tenants", VERSIONS, "", _tenants),
        Route("GET", rf"{SUBSCRIPTION}/locations", VERSIONS, f"{RESOURCES}/subscriptions/locations/read", _locations),
        Route("GET", rf"{SUBSCRIPTION}/providers", VERSIONS, f"{RESOURCES}/subscriptions/providers/read", _providers),
        Route(
            "GET",
            rf"{SUBSCRIPTION}/providers/(?P<namespace>[^/]+)",
            VERSIONS,
            f"{RESOURCES}/subscriptions/providers/read",
            _one_provider,
        ),
        Route(
            "POST",
            rf"{SUBSCRIPTION}/providers/(?P<namespace>[^/]+)/(?P<verb>register|unregister)",
            VERSIONS,
            f"{RESOURCES}/subscriptions/providers/register/action",
            _register,
        ),
        Route(
            "GET",
            r"(?P<scope>/subscriptions/[^/]+(?:/resourceGroups/(?P<group>[^/]+))?)/resources",
            VERSIONS,
            READ_RESOURCES,
            _all_resources,
        ),
    ),
)
