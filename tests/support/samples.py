"""The samples of manifests/samples as objects, and what tests change about them; most are about the one with everything on."""

import copy
from typing import Any

from loom.api.data_landing_zone import PRIVATE_SERVICES
from loom.manifests import read_manifests
from support.cluster import ROOT

ALL_SAMPLES = ROOT / "manifests" / "samples"
SAMPLES = ALL_SAMPLES / "everything"
TESTERS = {"csaloom.io/domain": "finance"}
"""Labels of a namespace that the admin plane of the cluster tests grants something to."""

Object = dict[str, Any]


def sample(kind: str) -> Object:
    """The sample of this kind, a copy of its own."""
    return copy.deepcopy(next(found for found in read_manifests(SAMPLES) if found["kind"] == kind))


def sample_plane() -> Object:
    """The sample plane, granted to every namespace with the labels `TESTERS`, for any number of zones."""
    plane = sample("AdminPlane")
    grant = plane["spec"]["grants"][0]
    grant["namespaces"] = {"matchLabels": TESTERS}
    del grant["maxZones"]
    return plane


def sample_zone(namespace: str, number: int, *without: str) -> Object:
    """The sample zone in a namespace, with the `number`-th /20 of 10.100.0.0/14 (0 to 63), less some fields of its spec.

    Of the services it has storage and Event Hubs, and the app on them: enough for what is no matter of one service. Its domain
    carries the number, so that no two zones form the same names.
    """
    zone = sample("DataLandingZone")
    zone["metadata"]["namespace"] = namespace
    spec = zone["spec"]
    spec["domain"] = f"finance{number}"
    spec["network"]["addressSpace"] = f"10.{100 + number // 16}.{number % 16 * 16}.0/20"
    for field in {*without, *PRIVATE_SERVICES, "kusto", "eventGrid"} - ({"storage", "eventHubs"} - {*without}):
        spec.pop(field, None)
    if "apps" in spec:
        spec["apps"] = apps_on_event_hubs()
        leave_gateways_out(spec)
    else:
        spec.pop("accessPaths", None)  # they lead to an app
    return zone


def bare_zone(*also: str, **spec: Any) -> Object:
    """The sample zone without any service, app or way in, but for what `spec` gives it; `also` are fields that it keeps."""
    zone = sample("DataLandingZone")
    kept = ("adminPlaneRef", "domain", "environment", "subscriptionId", "location", "interval", *also)
    zone["spec"] = {name: zone["spec"][name] for name in kept} | spec
    return zone


def apps_on_event_hubs() -> Object:
    """The apps of a zone that has Event Hubs and no more."""
    return {"environment": {}, "mirroring": {}}


def leave_gateways_out(spec: Object) -> None:
    """Take the ways in away that Azure needs most of an hour for: tests/drift and `loom dev` have them."""
    for gateway in ("applicationGateway", "vpn"):
        spec.get("accessPaths", {}).pop(gateway, None)


def sample_product(namespace: str, landing_zone_namespace: str = "") -> Object:
    """The sample product in a namespace, with a path and a display name that no other namespace's has."""
    product = sample("ApiProduct")
    product["metadata"]["namespace"] = namespace
    spec = product["spec"]
    spec["displayName"] = f"Orders of {namespace}"
    spec["apis"][0]["path"] = f"finance/{namespace}"
    if landing_zone_namespace:
        spec["landingZoneRef"]["namespace"] = landing_zone_namespace
    return product
