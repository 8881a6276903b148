"""Microsoft.Authorization: role assignments on any scope, role definitions, locks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from loom.sim.arm.change import Change
from loom.sim.errors import ArmError
from loom.sim.guards.access import ASSIGNMENTS, BUILT_IN, DEFINITIONS, assignments_of
from loom.sim.guards.locks import LOCKS
from loom.sim.ids import ancestors, name_of, subscription_of
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Route, Style
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
VERSIONS = ("2022-04-01", "2022-05-01-preview", "2020-04-01-preview", "2018-01-01-preview", "2015-07-01")
LOCK_VERSIONS = ("2020-05-01", "2016-09-01")
GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
KNOWN_TYPE = ("ServicePrincipal", "Group", "User", "ForeignGroup", "Device")


class Assignments(Behavior):
    """One principal, one role, one scope, once; and only for principals that the directory already knows."""

    def check(self, change: Change) -> None:
        world, properties = change.world, change.properties
        principal, role = str(properties["principalId"]), str(properties["roleDefinitionId"])
        if not world.access.knows_role(role):
            raise ArmError(
                404,
                "RoleDefinitionDoesNotExist",
                f"The specified role definition with ID '{name_of(role).replace('-', '')}' does not exist.",
            )
        if change.before is not None:
            self._check_same(change, change.before)
            return
        self._check_principal(change, principal)
        for other in assignments_of(world.store, change.target.scope, principal):
            if _is_same(other, principal, role):
                message = f"The role assignment already exists. The ID of the conflicting role assignment is {other.name.replace('-', '')}."
                raise ArmError(409, "RoleAssignmentExists", message)

    @staticmethod
    def _check_same(change: Change, before: Resource) -> None:
        if not _is_same(before, str(change.properties["principalId"]), str(change.properties["roleDefinitionId"])):
            message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
            raise ArmError(400, "RoleAssignmentUpdateNotPermitted", message)

    @staticmethod
    def _check_principal(change: Change, object_id: str) -> None:
        """Without `principalType` a young identity is not found: the directory's replicas do not have it yet."""
        world = change.world
        if change.properties.get("principalType") in KNOWN_TYPE:
            return
        principal = world.directory.by_object(object_id)
        if principal is None or world.clock.now() < principal.born + world.settings.principal_delay:
            message = (
                f"Principal {object_id.replace('-', '')} does not exist in the directory {world.directory.tenant}. Check that you "
                "have the correct principal ID. If you are creating this principal and then immediately assigning a role, this "
                "error might be related to a replication delay. In this case, set the role assignment principalType property to a "
                "value, such as ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype"
            )
            raise ArmError(400, "PrincipalNotFound", message)

    def compose(self, change: Change) -> Json:
        stamp, known = change.world.clock.stamp(), change.before.properties if change.before else {}
        role = str(change.properties["roleDefinitionId"])
        subscription = subscription_of(change.id)
        prefix = f"/subscriptions/{subscription}" if subscription else ""
        outputs = {
            "principalType": change.properties.get("principalType") or _kind_of(change),
            "roleDefinitionId": f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{name_of(role)}",
            "scope": change.target.scope or "/",
            "createdOn": known.get("createdOn", stamp),
            "updatedOn": stamp,
            "createdBy": known.get("createdBy", change.caller.object_id),
            "updatedBy": change.caller.object_id,
            "delegatedManagedIdentityResourceId": change.properties.get("delegatedManagedIdentityResourceId"),
            "description": change.properties.get("description"),
            "condition": change.properties.get("condition"),
            "conditionVersion": change.properties.get("conditionVersion"),
        }
        return {"properties": {**change.properties, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        resource.hidden.setdefault("effective", world.clock.now() + world.settings.role_delay)

    def listed(self, world: World, kind: Kind, scope: str, query: Mapping[str, str]) -> list[Resource]:
        """At the scope and above it; below it too, unless `atScope()` or `atExactScope()` is asked."""
        text = query.get("$filter", "").lower().replace(" ", "")
        if "atexactscope()" in text:
            found = world.store.children(scope, ASSIGNMENTS)
        else:
            above = ["" if item == "/" else item for item in ancestors(scope)]
            found = [item for place in above for item in world.store.children(place, ASSIGNMENTS)]
        if "atscope()" not in text and "atexactscope()" not in text:
            known = {item.key for item in found}
            found += [item for item in world.store.within(ASSIGNMENTS, scope) if item.key not in known]
        wanted = re.search(r"(?:principalid|assignedto)(?:eq|\()'([^']*)'", text)
        return [item for item in found if not wanted or str(item.properties["principalId"]).lower() == wanted[1]]


def _is_same(assignment: Resource, principal: str, role: str) -> bool:
    properties = assignment.properties
    same_principal = str(properties["principalId"]).lower() == principal.lower()
    return same_principal and name_of(str(properties["roleDefinitionId"])).lower() == name_of(role).lower()


def _kind_of(change: Change) -> str:
    principal = change.world.directory.by_object(str(change.properties["principalId"]))
    return principal.kind.replace("ManagedIdentity", "ServicePrincipal") if principal else "ServicePrincipal"


class Locks(Behavior):
    """A lock's list at a scope shows what is inherited too."""

    def listed(self, world: World, kind: Kind, scope: str, query: Mapping[str, str]) -> list[Resource]:
        return world.store.within(LOCKS, scope)


def _built_in(guid: str, scope: str) -> Json:
    role = BUILT_IN[guid]
    permissions = [
        {
            "actions": list(role.actions),
            "notActions": list(role.not_actions),
            "dataActions": list(role.data_actions),
            "notDataActions": [],
        }
    ]
    subscription = subscription_of(scope)
    prefix = f"/subscriptions/{subscription}" if subscription else ""
    return {
        "id": f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
        "name": guid,
        "type": DEFINITIONS,
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": role.name,
            "assignableScopes": ["/"],
            "permissions": permissions,
        },
    }


def _definitions(world: World, request: Request, match: re.Match[str]) -> Response:
    """The list of roles at a scope: all built-in ones, and the custom ones of the subscription."""
    scope = match["scope"] or ""
    value = [_built_in(guid, scope) for guid in BUILT_IN]
    custom = world.store.of_type(DEFINITIONS, subscription_of(scope))
    value += [{"id": item.id, "name": item.name, "type": item.type, **item.body} for item in custom]
    wanted = re.search(r"roleName\s+eq\s+'([^']*)'", request.query.get("$filter", ""), re.IGNORECASE)
    return Response(
        200,
        {
            "value": [
                item for item in value if not wanted or item["properties"]["roleName"].lower() == wanted[1].lower()
            ]
        },
    )


def _definition(world: World, request: Request, match: re.Match[str]) -> Response:
    scope, guid = match["scope"] or "", match["name"].lower()
    if guid in BUILT_IN:
        return Response(200, _built_in(guid, scope))
    custom = next((item for item in world.store.of_type(DEFINITIONS) if item.name.lower() == guid), None)
    if custom is None:
        raise ArmError(
            404,
            "RoleDefinitionDoesNotExist",
            f"The specified role definition with ID '{guid.replace('-', '')}' does not exist.",
        )
    return Response(200, {"id": custom.id, "name": custom.name, "type": custom.type, **custom.body})


READ_DEFINITIONS = f"{DEFINITIONS}/read"
PROVIDER = Provider(
    namespace="Microsoft.Authorization",
    kinds=(
        Kind(
            name=ASSIGNMENTS,
            versions=VERSIONS,
            extension=True,
            patchable=False,
            stateful=False,
            names=NameRule(
                GUID,
                "The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID.",
                "InvalidRoleAssignmentId",
            ),
            put=Style(created=201, updated=201),
            required=("properties.principalId", "properties.roleDefinitionId"),
            behavior=Assignments(),
        ),
        Kind(
            name=DEFINITIONS, versions=VERSIONS, extension=True, patchable=False, stateful=False, put=Style(updated=201)
        ),
        Kind(
            name=LOCKS,
            versions=LOCK_VERSIONS,
            extension=True,
            patchable=False,
            stateful=False,
            required=("properties.level",),
            behavior=Locks(),
        ),
    ),
    routes=(
        Route(
            "GET",
            r"(?P<scope>.*)/providers/Microsoft\.Authorization/roleDefinitions",
            VERSIONS,
            READ_DEFINITIONS,
            _definitions,
        ),
        Route(
            "GET",
            r"(?P<scope>.*)/providers/Microsoft\.Authorization/roleDefinitions/(?P<name>[^/]+)",
            VERSIONS,
            READ_DEFINITIONS,
            _definition,
        ),
    ),
)
