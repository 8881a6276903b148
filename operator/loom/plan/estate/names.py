"""The names of an estate that a zone would not form by itself, as the spec's `names`."""

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.plan.arm_id import name_of
from loom.plan.estate.found import Found
from loom.plan.naming import zone_names
from loom.plan.ownership import Owner
from loom.plan.values import Json, at
from loom.plan.zone.layout import room_of
from loom.plan.zone.security import SHARED


def names_of_its_own(found: Found, zone: DataLandingZoneSpec, plane: AdminPlaneSpec) -> dict[str, str]:
    """What is called otherwise than the zone would call it, by the field of `spec.names`."""
    formed = zone_names(zone, plane, Owner("", "", "", ""))  # whose they are changes none of these
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
