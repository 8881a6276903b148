"""The names of an estate against those that a zone would form by itself: only what differs is said, and only where a field says it."""

from collections.abc import Mapping
from copy import deepcopy

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.plan.arm_id import name_of
from loom.plan.estate.found import Found
from loom.plan.estate.ways import APPLICATION_GATEWAY, BASTION, FRONT_DOOR, VPN
from loom.plan.naming import ZoneNames, zone_names
from loom.plan.ownership import Owner
from loom.plan.values import Json, at
from loom.plan.zone.layout import room_of
from loom.plan.zone.security import SHARED

_SERVICES = {
    "storage": "storage", "eventHubs": "event_hubs", "serviceBus": "service_bus", "cosmos": "cosmos", "redis": "redis",
    "keyVault": "key_vault", "databricks": "databricks", "databricks.accessConnector": "access_connector", "synapse": "synapse",
}  # fmt: skip
_GATEWAYS = {
    "frontDoor": (FRONT_DOOR, "front_door"),
    "applicationGateway": (APPLICATION_GATEWAY, "application_gateway"),
    "vpn": (VPN, "vpn_gateway"),
    "bastion": (BASTION, "bastion"),
}


def without_names(spec: Mapping[str, Json]) -> dict[str, Json]:
    """The spec with every service under the name that the zone forms."""
    bare: dict[str, Json] = deepcopy(dict(spec))
    for path in _SERVICES:
        if service := at(bare, path):
            service.pop("name", None)
    return bare


def with_names_that_differ(spec: Mapping[str, Json], found: Found, formed: ZoneNames) -> dict[str, Json]:
    """The spec without the names that are formed anyway, and without gateways whose names no field can say.

    A name that a spec gives can neither be taken back nor be added later, so one that need not be given is not.
    """
    bare = without_names(spec)
    for path, attribute in _SERVICES.items():
        name = at(spec, f"{path}.name")
        if name and name.lower() != getattr(formed, attribute).lower():
            at(bare, path)["name"] = name
    ways = bare.get("accessPaths") or {}
    for way, (kind, attribute) in _GATEWAYS.items():
        if way in ways and _name(found.one(kind)).lower() != getattr(formed, attribute).lower():
            del ways[way]
    return {field: value for field, value in bare.items() if field != "accessPaths" or value}


def formed_names(zone: DataLandingZoneSpec, plane: AdminPlaneSpec) -> ZoneNames:
    """What the zone would call its things; those that carry the owner's hash are none that anybody asks for here."""
    return zone_names(zone, plane, Owner("", "", "", ""))


def names_of_its_own(found: Found, formed: ZoneNames) -> dict[str, str]:
    """What is called otherwise than the zone would call it, by the field of `spec.names`."""
    network = found.one("Microsoft.Network/virtualNetworks")
    environment = found.one("Microsoft.App/managedEnvironments")
    there = {
        "resourceGroup": (name_of(found.group), formed.group),
        "network": (_name(network), formed.network),
        "securityGroup": (_attached(network, "networkSecurityGroup"), formed.security_group),
        "routeTable": (_attached(network, "routeTable"), formed.route_table),
        "environment": (_name(environment), formed.environment),
    }
    return {field: name for field, (name, usual) in there.items() if name and name.lower() != usual.lower()}


def _name(body: Json) -> str:
    return name_of(body["id"]) if body else ""


def _attached(network: Json, what: str) -> str:
    """What the subnets that share a security group have attached."""
    for subnet in at(network, "properties.subnets") or ():
        arm_id = at(subnet, f"properties.{what}.id")
        if arm_id and room_of(str(subnet.get("name"))).security == SHARED:
            return name_of(str(arm_id))
    return ""
