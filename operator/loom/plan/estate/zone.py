"""A DataLandingZone's spec out of the resource group that it would make.

What cannot be told from Azure is a note for the person; what is there and no field says is one as well.
"""

import re
from collections.abc import Iterator, Mapping

from loom.api.data_landing_zone import Environment
from loom.errors import Refusal
from loom.plan.arm_id import is_within, name_of, subscription_of, type_of
from loom.plan.estate.found import ROLE_ASSIGNMENTS, Found, given, tags_of
from loom.plan.estate.services import READINGS
from loom.plan.estate.ways import access_paths
from loom.plan.roles import Role
from loom.plan.values import Json, at
from loom.plan.wiring import rows_of
from loom.plan.zone.access import ACCESS
from loom.plan.zone.access import GROUP as ON_GROUP
from loom.plan.zone.app import APPS, App
from loom.plan.zone.layout import ROOMS

_DOMAIN = re.compile("^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
_TYPED = {"csa_loom", "environment", "domain", "loom-domain", "data_classification", "costcenter", "owner"}
_NETWORK = "Microsoft.Network/virtualNetworks"


def zone_spec(found: Found, plane: str, domain: str = "") -> dict[str, Json]:
    """The spec, for an AdminPlane of that name. Raises `Refusal` where nothing says which domain it is."""
    group = found.get(found.group)
    tags = {name.lower(): value for name, value in tags_of(group).items()}
    return {
        "adminPlaneRef": {"name": plane},
        **given(
            domain=domain or _domain(found, tags),
            environment=_environment(tags),
            subscriptionId=subscription_of(found.group),
            location=at(group, "location"),
            owner=_owner(tags.get("owner", "")),
            costCenter=tags.get("costcenter"),
            dataClassification=tags.get("data_classification"),
            tags=_shared_tags(found) or None,
            adoption="Adopt",
            access=_access(found),
            network=_network(found),
            **{field: read(found) for field, read in READINGS.items()},
            apps=_apps(found),
            accessPaths=access_paths(found),
        ),
    }


def _domain(found: Found, tags: dict[str, str]) -> str:
    guess = tags.get("loom-domain") or tags.get("domain") or ""
    if not _DOMAIN.match(guess):
        raise Refusal(
            "InvalidSpec",
            f"nothing says which domain {name_of(found.group)} is of: it has no tag loom-domain that could be one; give --domain",
        )
    return guess


def _environment(tags: dict[str, str]) -> str:
    words = {str(environment).lower(): str(environment) for environment in Environment}
    return words.get(tags.get("environment", "").lower(), str(Environment.PRODUCTION))


def _owner(email: str) -> Json:
    return {"name": email, "email": email} if "@" in email else None


def _shared_tags(found: Found) -> dict[str, str]:
    """What everything in the group that carries tags carries alike: the zone's own tags, beside those that typed fields give."""
    tagged = [set(tags_of(body).items()) for body in (found.get(found.group), *found.top_level()) if "tags" in body]
    shared = set.intersection(*tagged) if tagged else set()
    return {name: value for name, value in sorted(shared) if name.lower() not in _TYPED}


def _network(found: Found) -> Json:
    network = found.one(_NETWORK)
    if not network:
        return None
    spaces = at(network, "properties.addressSpace.addressPrefixes") or []
    subnets = at(network, "properties.subnets") or []
    servers = at(network, "properties.dhcpOptions.dnsServers") or []
    return given(
        addressSpace=spaces[0] if spaces else None,
        subnets=[{"name": one["name"], "cidr": _prefix(one)} for one in subnets],
        egress=_egress(found, subnets),
        dnsServers=servers,
    )


def _prefix(subnet: Json) -> str:
    one, several = at(subnet, "properties.addressPrefix"), at(subnet, "properties.addressPrefixes")
    return str(one or (several or [""])[0])


def _egress(found: Found, subnets: list[Json]) -> Json:
    tables = {str(at(one, "properties.routeTable.id")) for one in subnets if at(one, "properties.routeTable.id")}
    for table in sorted(tables):
        for route in at(found.get(table), "properties.routes") or ():
            hop = at(route, "properties.nextHopIpAddress")
            if at(route, "properties.addressPrefix") == "0.0.0.0/0" and hop:
                return {"nextHop": hop}
    return None


def _access(found: Found) -> Json:
    """Groups that have on the resource group what admins or members get there."""
    shares = ((share.role, share.audience) for share in ACCESS if share.thing == ON_GROUP)
    roles = {role.id: audience for role, audience in shares if isinstance(role, Role)}
    audiences: dict[str, list[Json]] = {}
    for body in found.of(ROLE_ASSIGNMENTS):
        audience = roles.get(name_of(str(at(body, "properties.roleDefinitionId"))))
        on_group = str(at(body, "properties.scope") or "").lower() == found.group.lower()
        if audience and on_group and at(body, "properties.principalType") == "Group":
            audiences.setdefault(audience, []).append({"groupId": at(body, "properties.principalId")})
    return audiences or None


def _apps(found: Found) -> Json:
    if not found.one("Microsoft.App/managedEnvironments"):
        return None
    there = {name_of(body["id"]).lower(): body for body in found.of("Microsoft.App/containerApps")}
    apps = {app.place.removeprefix("apps."): _app(app, there[app.name]) for app in APPS if app.name in there}
    return {"environment": {}, **apps}


def _app(app: App, body: Json) -> Json:
    (container, *_) = at(body, "properties.template.containers") or [{}]
    scale = at(body, "properties.template.scale") or {}
    replicas = {"min": scale.get("minReplicas"), "max": scale.get("maxReplicas")}
    settings = {row["name"]: row.get("value") for row in container.get("env") or ()}
    return given(
        image=container.get("image"),
        replicas=replicas if all(replicas.values()) else None,
        **{field: settings.get(setting) for field, setting in _values(app)},
    )


def _values(app: App) -> Iterator[tuple[str, str]]:
    """The fields of an app's spec that it is told as they are, and the settings that tell it."""
    place = f"{app.place}."
    return ((need.of.removeprefix(place), need.setting) for need in rows_of(app) if need.of.startswith(place))


_ALWAYS = frozenset(
    {
        "microsoft.network/virtualnetworks", "microsoft.network/networksecuritygroups", "microsoft.network/routetables",
        "microsoft.network/privateendpoints", "microsoft.network/networkinterfaces", "microsoft.network/privatednszones",
        "microsoft.network/publicipaddresses", "microsoft.managedidentity/userassignedidentities",
    }
)  # fmt: skip
_FIELDS = {
    "microsoft.storage/storageaccounts": "storage",
    "microsoft.eventhub/namespaces": "eventHubs",
    "microsoft.servicebus/namespaces": "serviceBus",
    "microsoft.documentdb/databaseaccounts": "cosmos",
    "microsoft.cache/redisenterprise": "redis",
    "microsoft.keyvault/vaults": "keyVault",
    "microsoft.eventgrid/systemtopics": "eventGrid",
    "microsoft.databricks/workspaces": "databricks",
    "microsoft.databricks/accessconnectors": "databricks.accessConnector",
    "microsoft.synapse/workspaces": "synapse",
    "microsoft.app/managedenvironments": "apps",
    "microsoft.app/containerapps": "apps",
    "microsoft.cdn/profiles": "accessPaths.frontDoor",
    "microsoft.network/frontdoorwebapplicationfirewallpolicies": "accessPaths.frontDoor",
    "microsoft.network/applicationgateways": "accessPaths.applicationGateway",
    "microsoft.network/applicationgatewaywebapplicationfirewallpolicies": "accessPaths.applicationGateway",
    "microsoft.network/bastionhosts": "accessPaths.bastion",
    "microsoft.network/virtualnetworkgateways": "accessPaths.vpn",
}
"""The field that a type of the group is read into."""


def reached(spec: Mapping[str, Json], group: str) -> Iterator[str]:
    """The ids outside the zone's group that the spec attaches or reads: the grant's scopes must hold them."""
    for path in ("kusto.clusterId", "accessPaths.applicationGateway.certificate.keyVault.id"):
        arm_id = str(at(spec, path) or "")
        if arm_id and not is_within(arm_id, group):
            yield arm_id


def unread(found: Found, spec: Mapping[str, Json]) -> Iterator[str]:
    """What is in the group and no field of the spec speaks of, as sentences: it stays as it is."""
    for body in found.top_level():
        kind = type_of(body["id"]).lower()
        field = _FIELDS.get(kind)
        if kind in _ALWAYS or (field and at(spec, field) is not None):
            continue
        why = f"as it is, {field} does not say it" if field else "no field says it"
        yield f"{type_of(body['id'])} {name_of(body['id'])} is in the group, and {why}: it is left alone."
    missing = {room.name for room in ROOMS if not room.needed_by}
    for subnet in at(found.one(_NETWORK), "properties.subnets") or ():
        missing.discard(subnet["name"])
    for name in sorted(missing) if found.one(_NETWORK) else ():
        yield f"The network has no subnet {name}: services and apps need one."
