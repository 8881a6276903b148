"""The engines of an estate as fields of a zone's spec: those of them that a zone could have made so, and None for the others.

What is here of an engine in another network or on another account, no field says; it is left alone.
"""

import re
from typing import Any

from loom.api.zone.network import DATABRICKS_CONTAINER_SUBNET, DATABRICKS_HOST_SUBNET
from loom.plan.arm_id import key, name_of
from loom.plan.estate.found import Found, given
from loom.plan.estate.lake import account_of
from loom.plan.values import Json, at
from loom.plan.zone.existing import SIGN_IN
from loom.plan.zone.synapse import FILESYSTEM

CLUSTERS = "Microsoft.Kusto/clusters"
_WORKSPACE, _CONNECTOR = "Microsoft.Databricks/workspaces", "Microsoft.Databricks/accessConnectors"
_SYNAPSE = "Microsoft.Synapse/workspaces"
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def kusto(found: Found) -> Json:
    """The cluster that the activator is told of, where it was found and the database has a name that a zone forms."""
    told = _told(found, "loom-activator")
    uri, database = told.get("ADX_CLUSTER_URI", ""), told.get("ADX_DATABASE", "")
    if not re.fullmatch("loomdb-.+-[0-9a-f]{16}", database):
        return None
    clusters = found.anywhere(CLUSTERS)
    return next(({"clusterId": body["id"]} for body in clusters if at(body, "properties.uri") == uri), None)


def _told(found: Found, app: str) -> dict[str, str]:
    """The settings of an app of the group."""
    body: Any = next((one for one in found.of("Microsoft.App/containerApps") if name_of(one["id"]) == app), {})
    (container, *_) = at(body, "properties.template.containers") or [{}]
    return {str(row["name"]): str(row.get("value") or "") for row in container.get("env") or ()}


def databricks(found: Found) -> Json:
    """The first workspace, where it stands in those subnets of the network that a zone would give it."""
    workspace, network = found.one(_WORKSPACE), found.one("Microsoft.Network/virtualNetworks")
    if not workspace or not network or _place(workspace) != _usual_place(network["id"]):
        return None
    connector = found.one(_CONNECTOR)
    return given(
        name=name_of(workspace["id"]),
        browserAuthentication=None if _has_endpoint(found, workspace["id"], SIGN_IN) else "Skip",
        accessConnector={"name": name_of(connector["id"])} if connector and account_of(found) else None,
    )


def _place(workspace: Json) -> list[str]:
    names = ("customVirtualNetworkId", "customPublicSubnetName", "customPrivateSubnetName")
    return [str(at(workspace, f"properties.parameters.{name}.value") or "").lower() for name in names]


def _usual_place(network: str) -> list[str]:
    return [network.lower(), DATABRICKS_HOST_SUBNET.lower(), DATABRICKS_CONTAINER_SUBNET.lower()]


def _has_endpoint(found: Found, target: str, group_id: str) -> bool:
    connections = (
        connection
        for endpoint in found.of("Microsoft.Network/privateEndpoints")
        for connection in at(endpoint, "properties.privateLinkServiceConnections") or ()
    )
    return any(
        key(str(at(one, "properties.privateLinkServiceId"))) == key(target)
        and group_id in (at(one, "properties.groupIds") or ())
        for one in connections
    )


def synapse(found: Found) -> Json:
    """The first workspace, where it keeps its files in the group's account."""
    workspace, account = found.one(_SYNAPSE), account_of(found)
    lake = at(workspace, "properties.defaultDataLakeStorage") or {}
    if not account or key(str(lake.get("resourceId"))) != key(account["id"]):
        return None
    filesystem = lake.get("filesystem")
    return given(
        name=name_of(workspace["id"]),
        filesystem=filesystem if filesystem != FILESYSTEM else None,
        sqlAdmins=_sql_admins(found.get(f"{workspace['id']}/administrators/activeDirectory")),
    )


def _sql_admins(body: Json) -> Json:
    sid, login = str(at(body, "properties.sid") or ""), str(at(body, "properties.login") or "")
    return {"groupId": sid, "name": login} if _GUID.fullmatch(sid) and login else None
