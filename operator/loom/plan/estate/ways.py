"""The ways in to an estate's apps as a zone's accessPaths. Which of them come through the open ingress, nothing in Azure says."""

from loom.plan.arm_id import name_of
from loom.plan.estate.found import Found, given
from loom.plan.values import Json, at
from loom.plan.zone.app import DOORS

_WAF = "Microsoft.Network/frontDoorWebApplicationFirewallPolicies"


def access_paths(found: Found) -> Json:
    """Front Door where the group has one; where the ingress of the apps' door is open, the networks."""
    apps = {name_of(body["id"]).lower(): body for body in found.of("Microsoft.App/containerApps")}
    door: Json = next((apps[app.name] for app in DOORS if app.name in apps), {})
    is_open = bool(at(door, "properties.configuration.ingress.external"))
    paths = given(external={} if is_open else None, frontDoor=_front_door(found))
    return paths or None


def _front_door(found: Found) -> Json:
    profile = found.one("Microsoft.Cdn/profiles")
    if not profile:
        return None
    origins = found.of("Microsoft.Cdn/profiles/originGroups/origins", profile["id"])
    places = (at(origin, "properties.sharedPrivateLinkResource.privateLinkLocation") for origin in origins)
    place, here = next(filter(None, places), None), at(found.get(found.group), "location")
    hosts = found.of("Microsoft.Cdn/profiles/customDomains", profile["id"])
    return given(
        wafMode=at(found.one(_WAF), "properties.policySettings.mode"),
        hosts=[{"name": at(host, "properties.hostName")} for host in hosts],
        privateLinkLocation=place if place != here else None,
    )
