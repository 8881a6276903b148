"""The ways in to an estate's apps as a zone's accessPaths. Which of them come through the open ingress, nothing in Azure says."""

import re

from loom.plan.arm_id import name_of
from loom.plan.estate.found import Found, given
from loom.plan.values import Json, at
from loom.plan.zone.app import DOORS

FRONT_DOOR, BASTION = "Microsoft.Cdn/profiles", "Microsoft.Network/bastionHosts"
APPLICATION_GATEWAY, VPN = "Microsoft.Network/applicationGateways", "Microsoft.Network/virtualNetworkGateways"
VAULTS = "Microsoft.KeyVault/vaults"
_WAF = "Microsoft.Network/frontDoorWebApplicationFirewallPolicies"
_GATEWAYS_WAF = "Microsoft.Network/applicationGatewayWebApplicationFirewallPolicies"
_SECRET = re.compile(r"https://([A-Za-z0-9-]+)\.[a-z.]+/secrets/([A-Za-z0-9-]+)")


def access_paths(found: Found) -> Json:
    """The gateways that the group has; where the ingress of the apps' door is open, the networks."""
    apps = {name_of(body["id"]).lower(): body for body in found.of("Microsoft.App/containerApps")}
    door: Json = next((apps[app.name] for app in DOORS if app.name in apps), {})
    is_open = bool(at(door, "properties.configuration.ingress.external"))
    paths = given(
        bastion={"own": {}} if found.one(BASTION) else None,
        external={} if is_open else None,
        frontDoor=_front_door(found),
        applicationGateway=_application_gateway(found),
        vpn=_vpn(found),
    )
    return paths or None


def _front_door(found: Found) -> Json:
    profile = found.one(FRONT_DOOR)
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


def _application_gateway(found: Found) -> Json:
    """The gateway, if its certificate is the newest version of one in a vault that was found."""
    gateway = found.one(APPLICATION_GATEWAY)
    secret = _SECRET.fullmatch(str(at(gateway, "properties.sslCertificates.0.properties.keyVaultSecretId") or ""))
    host = at(gateway, "properties.httpListeners.0.properties.hostName")
    if not secret or not host:
        return None
    vaults = {name_of(body["id"]).lower(): body["id"] for body in found.anywhere(VAULTS)}
    vault = vaults.get(secret[1].lower())
    if not vault:
        return None
    return given(
        hostName=host,
        certificate={"keyVault": {"id": vault, "secretName": secret[2]}},
        wafMode=at(found.one(_GATEWAYS_WAF), "properties.policySettings.mode"),
    )


def _vpn(found: Found) -> Json:
    pools = at(found.one(VPN), "properties.vpnClientConfiguration.vpnClientAddressPool.addressPrefixes") or []
    return {"clientAddressPool": pools[0]} if len(pools) == 1 else None
