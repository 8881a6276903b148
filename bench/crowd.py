"""Many objects: planes, zones and API products as manifests, each with names and addresses of its own."""

import copy
import functools
from collections.abc import Iterator
from typing import Any

from loom.dev.assets import asset
from loom.manifests import read_manifests

Manifest = dict[str, Any]

TENANT = "10000000-0000-4000-8000-000000000001"
NAMESPACE = "bench"
_MEASURED = (
    "adminPlaneRef", "domain", "environment", "subscriptionId", "location", "owner", "costCenter", "dataClassification", "storage",
    "eventHubs",
)  # fmt: skip
_RICH = ("serviceBus", "cosmos", "eventGrid", "keyVault", "redis")  # each in the zone's own group
PLANE_SUBSCRIPTION = "30000000-0000-4000-8000-000000000001"


def subscription(number: int) -> str:
    """The id of the `number`-th subscription for zones."""
    return f"40000000-0000-4000-8000-{number:012d}"


@functools.cache
def _samples() -> tuple[Manifest, ...]:
    """Read once: thousands of objects are made after them."""
    return tuple(read_manifests(asset("manifests/samples/everything")))


def _sample(kind: str) -> Manifest:
    return copy.deepcopy(next(m for m in _samples() if m["kind"] == kind))


def namespace() -> Manifest:
    """The namespace of everything here."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}


def plane(name: str = "bench", subscriptions: int = 20, services: int = 20) -> Manifest:
    """A plane that grants the bench everything that it does."""
    made = _sample("AdminPlane")
    made["metadata"]["name"] = name
    group = f"/subscriptions/{PLANE_SUBSCRIPTION}/resourceGroups/rg-{name}"
    spec = made["spec"]
    spec["resourceGroup"] = spec["privateDnsZones"]["resourceGroup"] = f"rg-{name}"
    for field, word in (
        ("hubNetwork", "Microsoft.Network/virtualNetworks/vnet"),
        ("logAnalytics", "Microsoft.OperationalInsights/workspaces/log"),
        ("applicationInsights", "Microsoft.Insights/components/appi"),
        ("containerRegistry", "Microsoft.ContainerRegistry/registries/acr"),
        ("apiManagement", "Microsoft.ApiManagement/service/apim"),
    ):
        spec[field] = {"id": f"{group}/providers/{word}{name}"}
    spec["interval"] = "10m"
    spec["grants"] = [
        {
            "namespaces": {"matchNames": [NAMESPACE]},
            "subscriptions": [subscription(number) for number in range(subscriptions)],
            "locations": ["eastus2"],
            "apiManagement": {
                "services": [service(name, number) for number in range(services)],
                "pathPrefixes": ["bench/"],
                "backendHosts": ["orders.contoso.com"],
            },
        }
    ]
    return made


def service(plane_name: str, number: int) -> str:
    """The id of the `number`-th API Management service beside a plane."""
    group = f"/subscriptions/{PLANE_SUBSCRIPTION}/resourceGroups/rg-{plane_name}"
    return f"{group}/providers/Microsoft.ApiManagement/service/apim{plane_name}{number:02d}"


def zones(
    first: int, count: int, over: int, interval: str = "10m", planes: tuple[str, ...] = ("bench",)
) -> Iterator[Manifest]:
    """Zones with the numbers `first` on, spread over subscriptions and planes; each has a /20 of 10.0.0.0/8.

    They stay the ones that were measured from the beginning (storage, streams, one app), however rich the sample grows.
    """
    for number in range(first, first + count):
        zone = _sample("DataLandingZone")
        zone["metadata"] = {"name": f"zone-{number:04d}", "namespace": NAMESPACE}
        spec = zone["spec"] = {field: zone["spec"][field] for field in _MEASURED if field in zone["spec"]}
        spec["apps"] = {"environment": {}, "mirroring": {}}
        block = number + 16  # 10.0.0.0/16 is the hub's
        spec |= {
            "domain": f"d{number:04d}",
            "adminPlaneRef": {"name": planes[number % len(planes)]},
            "subscriptionId": subscription(number % over),
            "interval": interval,
            "network": {"addressSpace": f"10.{block // 16}.{block % 16 * 16}.0/20"},
        }
        yield zone


def rich_zones(first: int, count: int, over: int) -> Iterator[Manifest]:
    """The same zones with every service that a zone makes for itself, and each app that these are enough for."""
    sample = _sample("DataLandingZone")["spec"]
    for zone in zones(first, count, over):
        zone["spec"] |= {field: copy.deepcopy(sample[field]) for field in _RICH}
        zone["spec"]["apps"] |= {app: sample["apps"][app] for app in ("console", "setupOrchestrator", "mcp")}
        yield zone


def products(first: int, count: int, zone: str, over: int, interval: str = "10m") -> Iterator[Manifest]:
    """API products with the numbers `first` on, spread over API Management services."""
    for number in range(first, first + count):
        product = _sample("ApiProduct")
        product["metadata"] = {"name": f"p{number:05d}", "namespace": NAMESPACE}
        spec = product["spec"]
        spec |= {
            "landingZoneRef": {"name": zone},
            "displayName": f"Orders p{number:05d}",  # a service has no two products of one name
            "interval": interval,
            "service": {"id": service("bench", number % over)},
        }
        spec["apis"][0]["path"] = f"bench/p{number:05d}"
        yield product
