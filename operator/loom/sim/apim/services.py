"""Microsoft.ApiManagement/service: what a service shows of itself, what it brings along, and its soft delete of 48 hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loom.sim.apim.places import GROUPS, SERVICE, SPACE, SUBSCRIPTIONS, ensure
from loom.sim.arm.change import Change
from loom.sim.errors import ArmError
from loom.sim.ids import subscription_of
from loom.sim.kinds import Behavior, Style
from loom.sim.regions import display, normal
from loom.sim.soft_delete import bring_back, forget, hold, keep
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
KEPT_SECONDS = 48 * 3600.0
_SECURITY = "Microsoft.WindowsAzure.ApiManagement.Gateway"
PROTOCOLS = {
    f"{_SECURITY}.{name}": "False"
    for name in (
        "Security.Protocols.Tls10", "Security.Protocols.Tls11", "Security.Protocols.Ssl30", "Security.Ciphers.TripleDes168",
        "Security.Backend.Protocols.Tls10", "Security.Backend.Protocols.Tls11", "Security.Backend.Protocols.Ssl30",
        "Protocols.Server.Http2",
    )
}  # fmt: skip
UNSET = (
    "gatewayRegionalUrl", "portalUrl", "developerPortalUrl", "dataApiUrl", "scmUrl", "publicIPAddresses", "privateIPAddresses",
    "additionalLocations", "virtualNetworkConfiguration", "certificates", "outboundPublicIPAddresses", "publicIpAddressId",
    "configurationApi",
)  # fmt: skip
"""What a v2 service shows as null (recorded traffic)."""
BUILT_IN_GROUPS = {
    "administrators": (
        "Administrators",
        "Administrators is a built-in group containing the admin email account provided at the time of service creation. "
        "Its membership is managed by the system.",
    ),
    "developers": (
        "Developers",
        "Developers is a built-in group. Its membership is managed by the system. Signed-in users fall into this group.",
    ),
    "guests": (
        "Guests",
        "Guests is a built-in group. Its membership is managed by the system. Unauthenticated users visiting the "
        "developer portal fall into this group.",
    ),
}


class Services(Behavior):
    """A service has a gateway, three groups, an administrator and a subscription that opens everything."""

    def check(self, change: Change) -> None:
        kept = _kept(change.world, change.id)
        restore = change.properties.get("restore") is True
        if change.before is None and kept is not None and not restore:
            message = (
                f"Api service {change.name} was soft-deleted. In order to create the new service with the same name, you have to "
                "either undelete the service or purge it. See https://aka.ms/apimsoftdelete."
            )
            raise ArmError(409, "ServiceAlreadyExistsInSoftDeletedState", message)
        if change.before is None and kept is None and restore:
            raise ArmError(
                400, "ServiceUndeleteNotPossible", f"Api service {change.name} is not in soft-deleted state."
            )

    def style(self, change: Change, usual: Style) -> Style:
        """The v2 tiers are there in minutes, the classic ones take half an hour; what is restored is quick too."""
        tier = str((change.body.get("sku") or {}).get("name", ""))
        quick = tier.endswith("V2") or change.properties.get("restore") is True
        return replace(usual, seconds=300) if change.before is None and quick else usual

    def compose(self, change: Change) -> Json:
        kept = _kept(change.world, change.id) if change.before is None else None
        if kept is not None:
            return dict(kept["resource"]["body"])
        known = change.before.properties if change.before else {}
        sent = {key: value for key, value in change.properties.items() if key != "restore"}
        stamp = known.get("createdAtUtc", change.world.clock.stamp())
        shaped = {**dict.fromkeys(UNSET), **_outputs(change, stamp), **sent}
        shaped["customProperties"] = {**PROTOCOLS, **(sent.get("customProperties") or {})}
        return {"tags": {}, "zones": None, **change.body, "properties": shaped}

    def settled(self, world: World, resource: Resource) -> None:
        bring_back(world, resource)
        resource.properties["targetProvisioningState"] = ""
        for name, (title, words) in BUILT_IN_GROUPS.items():
            group = {"displayName": title, "description": words, "builtIn": True, "type": "system", "externalId": None}
            ensure(world, f"{resource.id}/groups/{name}", GROUPS, group)
        email = str(resource.properties.get("publisherEmail", ""))
        person = {"firstName": "Administrator", "lastName": "", "email": email, "state": "active", "note": None}
        ensure(world, f"{resource.id}/users/1", f"{SERVICE}/users", person)
        everything = {
            "scope": f"{resource.id}/", "displayName": "Built-in all-access subscription", "state": "active", "allowTracing": False,
        }  # fmt: skip
        ensure(world, f"{resource.id}/subscriptions/master", SUBSCRIPTIONS, everything)

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        identity = body.get("identity") or {}
        made = dict.fromkeys(("createdBy", "createdByType", "createdAt"))  # the service never says (recorded)
        told = {**(body.get("systemData") or {}), **made}
        return {
            **body,
            "systemData": told,
            "etag": resource.etag,
            "identity": None if identity.get("type", "None") == "None" else identity,
        }

    def check_delete(self, world: World, resource: Resource) -> None:
        hold(resource, sorted(world.store.below(resource.id), key=_age))

    def deleted(self, world: World, resource: Resource) -> None:
        keep(world, SPACE, resource)


def _age(resource: Resource) -> int:
    return resource.serial


def _outputs(change: Change, created: str) -> Json:
    host = f"{change.name.lower()}.azure-api.net"
    state = "Updating" if change.before else "Activating"
    tier = str((change.body.get("sku") or {}).get("name", ""))
    regional = (
        None if tier.endswith("V2") else f"https://{change.name.lower()}-{change.location}-01.regional.azure-api.net"
    )
    proxy = {
        "type": "Proxy", "hostName": host, "encodedCertificate": None, "keyVaultId": None, "certificatePassword": None,
        "negotiateClientCertificate": False, "certificate": None, "defaultSslBinding": True, "identityClientId": None,
        "certificateSource": "BuiltIn", "certificateStatus": None,
    }  # fmt: skip
    return {
        "notificationSenderEmail": "apimgmt-noreply@mail.windowsazure.com",
        "targetProvisioningState": state,
        "createdAtUtc": created,
        "gatewayUrl": f"https://{host}",
        "gatewayRegionalUrl": regional,
        "managementApiUrl": f"https://{change.name.lower()}.management.azure-api.net",
        "hostnameConfigurations": [proxy],
        "virtualNetworkType": "None",
        "natGatewayState": "Enabled",
        "apiVersionConstraint": {"minApiVersion": None},
        "publicNetworkAccess": "Enabled",
        "privateEndpointConnections": None,
        "platformVersion": "undetermined",
        "legacyPortalStatus": "Disabled",
        "developerPortalStatus": "Disabled",
    }


def _kept(world: World, resource_id: str) -> Json | None:
    """What is kept of a deleted service; forgotten after 48 hours."""
    kept = world.soft_deleted.get(resource_id.lower())
    if kept is not None and world.clock.now() - kept["deletedAt"] > KEPT_SECONDS:
        forget(world, SPACE, resource_id)
        return None
    return kept


def _shown(kept: Json) -> Json:
    body, name = kept["resource"]["body"], str(kept["resource"]["id"]).rsplit("/", 1)[-1]
    subscription, place = subscription_of(kept["resource"]["id"]), str(body.get("location", ""))
    return {
        "id": f"/subscriptions/{subscription}/providers/Microsoft.ApiManagement/locations/{normal(place)}/deletedservices/{name}",
        "type": "Microsoft.ApiManagement/deletedservices",
        "name": name,
        "location": display(place),
        "properties": {"serviceId": kept["resource"]["id"], "deletionDate": kept["deletionDate"]},
    }


def _all_kept(world: World, subscription: str) -> list[Json]:
    ids = [key for key in world.soft_deleted if "/microsoft.apimanagement/service/" in key]
    found = [kept for key in ids if (kept := _kept(world, key)) is not None]
    return [kept for kept in found if subscription_of(kept["resource"]["id"]).lower() == subscription.lower()]


def list_deleted(world: World, request: Request, match: re.Match[str]) -> Response:
    """`deletedservices` of a subscription."""
    return Response(200, {"value": [_shown(kept) for kept in _all_kept(world, subscription_of(request.path))]})


def _one(world: World, match: Mapping[str, str], path: str) -> Json:
    for kept in _all_kept(world, subscription_of(path)):
        shown = _shown(kept)
        if shown["name"].lower() == match["name"].lower() and normal(shown["location"]) == normal(match["location"]):
            return kept
    raise ArmError(404, "ServiceNotFound", f"Api service does not exist: {match['name']}")


def get_deleted(world: World, request: Request, match: re.Match[str]) -> Response:
    """One deleted service."""
    return Response(200, _shown(_one(world, match.groupdict(), request.path)))


def purge(world: World, request: Request, match: re.Match[str]) -> Response:
    """A deleted service goes for good, and its name is free."""
    forget(world, SPACE, _one(world, match.groupdict(), request.path)["resource"]["id"])
    return Response(204)


def check_name(world: World, request: Request, match: re.Match[str]) -> Response:
    """Whether a service may be called so."""
    name = str(request.json().get("name", "")).lower()
    taken = (SPACE, name) in world.names
    message = f"{name} is already in use. Please select a different name." if taken else ""
    return Response(
        200, {"nameAvailable": not taken, "message": message, "reason": "AlreadyExists" if taken else "Valid"}
    )
