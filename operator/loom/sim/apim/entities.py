"""The plainer children of a service: groups, backends, named values, version sets, operations, loggers, diagnostics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from loom.sim.apim import refusals
from loom.sim.apim.apis import ApiChild
from loom.sim.apim.listing import Child
from loom.sim.apim.places import BACKENDS, full_id, service_of
from loom.sim.apim.services import BUILT_IN_GROUPS
from loom.sim.arm.change import Change
from loom.sim.entra.directory import guid
from loom.sim.errors import ArmError
from loom.sim.kinds import Action
from loom.sim.store import Resource
from loom.sim.vault_plane import secret_at
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]


class Groups(Child):
    """The three built-in groups are the system's."""

    def check(self, change: Change) -> None:
        if change.name.lower() in BUILT_IN_GROUPS:
            raise ArmError(405, "MethodNotAllowed", "System entity cannot be changed.")
        if not change.properties.get("displayName"):
            raise refusals.invalid("displayName", "The DisplayName field is required.")

    def compose(self, change: Change) -> Json:
        shaped = {"description": None, "type": "custom", "externalId": None, **change.properties, "builtIn": False}
        return {"properties": shaped}

    def check_delete(self, world: World, resource: Resource) -> None:
        if resource.name.lower() in BUILT_IN_GROUPS:
            raise ArmError(405, "MethodNotAllowed", "System entity cannot be deleted.")


class Backends(Child):
    """A single backend has an address, a pool has members that exist and are no pools."""

    def check(self, change: Change) -> None:
        sent = change.properties
        if sent.get("type") == "Pool":
            members = (sent.get("pool") or {}).get("services") or []
            if not members:
                raise refusals.invalid("pool", "A backend pool must have at least one service.")
            for member in members:
                self._check_member(change, str(member.get("id", "")))
            return
        if not sent.get("url"):
            raise refusals.invalid("url", "The Url field is required.")
        if not re.match(r"https?://[^/\s]+", str(sent["url"])):
            raise refusals.invalid("url", f"'{sent['url']}' is not a valid absolute URL.")
        if sent.get("protocol") not in ("http", "soap"):
            raise refusals.invalid("protocol", "The Protocol field is required.")

    @staticmethod
    def _check_member(change: Change, reference: str) -> None:
        found = change.world.store.get(full_id(service_of(change.id), reference))
        if found is None or found.type != BACKENDS:
            raise refusals.invalid("pool", f"Backend '{reference}' not found.")
        if found.properties.get("type") == "Pool":
            raise refusals.invalid("pool", f"Backend '{reference}' is a pool; pools cannot be nested.")

    def compose(self, change: Change) -> Json:
        return {"properties": {"title": None, "description": None, **change.properties}}


def _list_value(world: World, resource: Resource, request: Request) -> Response:
    return Response(200, {"value": resource.hidden.get("value", resource.properties.get("value"))})


class LongChild(Child):
    """While its operation runs, the answer holds nothing but `ProvisioningState` (recorded)."""

    def answered(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        if resource.operation and request.method != "GET":
            return {**body, "properties": {"ProvisioningState": "InProgress"}}
        return body


class NamedValues(LongChild):
    """A secret value is shown by an action only."""

    actions: ClassVar[Mapping[str, Action]] = {"listValue": _list_value}

    def check(self, change: Change) -> None:
        sent = change.properties
        if not re.fullmatch(r"[A-Za-z0-9\-._]+", str(sent.get("displayName") or "")):
            message = "Display name may contain only letters, digits, periods, dash, and underscore."
            raise refusals.invalid("displayName", message)
        if not sent.get("value") and not sent.get("keyVault"):
            raise refusals.invalid("value", "The Value field is required.")

    def compose(self, change: Change) -> Json:
        sent = dict(change.properties)
        shaped = {"tags": None, "secret": False, **sent}
        vault = (sent.get("keyVault") or {}).get("secretIdentifier")
        change.notes = {"value": secret_at(change.world, vault) or f"value of {vault}" if vault else sent.get("value")}
        if shaped["secret"] or sent.get("keyVault"):
            shaped.pop("value", None)
        if sent.get("keyVault"):
            status = {"code": "Success", "timeStampUtc": change.world.clock.stamp()}
            shaped = {**shaped, "secret": True, "keyVault": {**sent["keyVault"], "lastStatus": status}}
        return {"properties": shaped}


class VersionSets(Child):
    """Query and header schemes need the name that they look at."""

    def check(self, change: Change) -> None:
        sent = change.properties
        for scheme in ("Query", "Header"):
            field = f"version{scheme}Name"
            if sent.get("versioningScheme") == scheme and not sent.get(field):
                raise refusals.invalid(field, f"{field} is required for the versioning scheme {scheme}.")

    def compose(self, change: Change) -> Json:
        shaped = {"description": None, "versionQueryName": None, "versionHeaderName": None, **change.properties}
        return {"properties": shaped}


class Operations(ApiChild):
    """Every parameter in the URL template is declared."""

    def check(self, change: Change) -> None:
        super().check(change)
        sent = change.properties
        for field in ("displayName", "method", "urlTemplate"):
            if not sent.get(field):
                raise refusals.invalid(field, f"The {field[0].upper()}{field[1:]} field is required.")
        used = {name.lstrip("*") for name in re.findall(r"\{([^}]+)\}", str(sent["urlTemplate"]))}
        declared = {str(one.get("name")) for one in sent.get("templateParameters") or []}
        if used != declared:
            names = ", ".join(sorted(used ^ declared))
            message = (
                "All template parameters used in the UriTemplate must be defined in the Operation, please ensure the Operation has "
                f"the same parameter names: {names}"
            )
            raise refusals.invalid("templateParameters", message)

    def compose(self, change: Change) -> Json:
        empty: Json = {"templateParameters": [], "description": None, "responses": [], "policies": None}
        return {"properties": {**empty, **change.properties}}


class Loggers(Child):
    """Credentials come back as the name of a value that the service made of them."""

    def check(self, change: Change) -> None:
        if not change.properties.get("loggerType"):
            raise refusals.invalid("loggerType", "The LoggerType field is required.")
        if change.properties["loggerType"] == "applicationInsights" and not change.properties.get("credentials"):
            raise refusals.invalid("credentials", "Credentials are required for an Application Insights logger.")

    def compose(self, change: Change) -> Json:
        sent = change.properties
        named = {
            name: "{{Logger-Credentials--" + guid("logger", change.id.lower(), name) + "}}"
            for name in sent.get("credentials") or {}
        }
        return {"properties": {"description": None, "isBuffered": True, **sent, "credentials": named}}


class Diagnostics(ApiChild):
    """A diagnostic names a logger of the same service."""

    def check(self, change: Change) -> None:
        super().check(change)
        logger = full_id(service_of(change.id), str(change.properties.get("loggerId") or ""))
        if change.world.store.get(logger) is None:
            raise refusals.invalid("loggerId", "Logger not found.")

    def compose(self, change: Change) -> Json:
        logger = full_id(service_of(change.id), str(change.properties["loggerId"]))
        return {"properties": {**change.properties, "loggerId": logger}}
