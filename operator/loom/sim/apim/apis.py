"""APIs of a service: paths that belong to one API, imports that take time and may fail late, and the lock that they leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from loom.sim.apim import openapi, refusals, wsdl
from loom.sim.apim.api_rules import check_document, check_path, check_revision, source_of
from loom.sim.apim.link import drop_links
from loom.sim.apim.listing import Child, narrowed
from loom.sim.apim.places import APIS, PRODUCTS, VERSION_SETS, api_of, full_id, root_of, service_of
from loom.sim.apim.replace import copy_contents, put_contents
from loom.sim.apim.tags import untag
from loom.sim.arm.change import Change
from loom.sim.arm.finish import remove
from loom.sim.documents import clone, overlay
from loom.sim.kinds import AT_ONCE, Kind, Style
from loom.sim.operations import Operation
from loom.sim.store import Resource
from loom.sim.wire import Request
from loom.sim.world import World

Json = dict[str, Any]
AUTHENTICATION: Json = {
    "oAuth2": None, "openid": None, "oAuth2AuthenticationSettings": [], "openidAuthenticationSettings": [],
    "returnProtectedResourceMetadata": False,
}  # fmt: skip
DEFAULTS: Json = {
    "description": None,
    "subscriptionRequired": True, "serviceUrl": None, "backendId": None, "protocols": ["https"], "mcpProperties": None,
    "a2aProperties": None, "isAgent": False, "agent": None, "jsonRpcProperties": None, "authenticationSettings": AUTHENTICATION,
    "subscriptionKeyParameterNames": {"header": "Ocp-Apim-Subscription-Key", "query": "subscription-key"},
}  # fmt: skip
DOCUMENT = ("value", "format", "translateRequiredQueryParameters", "wsdlSelector", "apiType")
ORDERS = (*DOCUMENT, "sourceApiId", "apiVersionSet", "isOnline", "provisioningState")
"""What a PUT orders or names in passing, and a GET does not show."""
ACCEPTED = Style(
    seconds=10, headers="location", creating="InProgress", updating="InProgress", bare=True, urls="resource",
    created=202, updated=202, empty=True,
)  # fmt: skip


def check_lock(world: World, resource_id: str) -> None:
    """409 while an import holds the API that an id belongs to, and for a moment after it."""
    api = world.store.get(root_of(api_of(resource_id)))
    if api is not None and (api.operation or world.clock.now() < api.hidden.get("lockedUntil", 0.0)):
        raise refusals.locked()


class ApiChild(Child):
    """What lies in an API is locked with it."""

    def check(self, change: Change) -> None:
        check_lock(change.world, change.id)

    def check_delete(self, world: World, resource: Resource) -> None:
        check_lock(world, resource.id)


class Apis(Child):
    """An API, or one of its revisions (`orders;rev=2`)."""

    def check(self, change: Change) -> None:
        check_lock(change.world, change.id)
        check_document(change.properties)
        if change.properties.get("path") is None:
            raise refusals.invalid("path", "API path must not be null.")
        if change.before is not None and _kind(change.before.properties) != _kind(change.properties):
            raise refusals.invalid("type", "API type cannot be changed.")
        if ";rev=" in change.name:
            check_revision(change)
        else:
            check_path(change)
        wanted = change.properties.get("apiVersionSetId")
        if wanted and change.world.store.get(full_id(service_of(change.id), wanted)) is None:
            raise refusals.invalid("apiVersionSetId", "API version set not found.")

    def style(self, change: Change, usual: Style) -> Style:
        if change.properties.get("value") is None:
            return AT_ONCE
        return ACCEPTED if change.world.settings.import_status == 202 else usual

    def compose(self, change: Change) -> Json:
        sent, before = change.properties, change.before
        known = before.properties if before else {}
        order = {key: sent[key] for key in DOCUMENT if sent.get(key) is not None}
        change.notes = {"order": order, "previous": clone(before.body) if before else None, "source": source_of(change)}
        service = service_of(change.id)
        _, _, revision = change.name.partition(";rev=")
        shaped = overlay(DEFAULTS, {key: value for key, value in sent.items() if key not in ORDERS})
        root = change.world.store.get(root_of(change.id)) if revision else None
        known = known or ({"displayName": root.properties["displayName"]} if root else {})
        if order or not sent.get("displayName"):
            shaped = {**{key: known[key] for key in ("displayName", "description") if key in known}, **shaped}
        for name in ("apiVersion", "apiVersionSetId"):
            if not shaped.get(name):
                shaped.pop(name, None)  # null and the empty word are no version
        if sent.get("apiVersionSetId"):
            shaped["apiVersionSetId"] = full_id(service, sent["apiVersionSetId"])
        if _kind(sent) != "http":
            shaped["type"] = _kind(sent)
        if shaped.get("type") == "http":
            del shaped["type"]  # only the other kinds are shown (recorded)
        shaped["displayName"] = shaped.get("displayName") or change.name
        shaped["path"] = str(sent["path"]).strip("/")
        shaped["apiRevision"] = revision or _number(sent.get("apiRevision")) or str(known.get("apiRevision", "1"))
        return {"properties": {**shaped, "isCurrent": not revision}}

    def verdict(self, world: World, resource: Resource, operation: Operation) -> Json | float | None:
        try:
            _read(resource.hidden["order"])
        except openapi.Unreadable as error:
            return refusals.details(("representation", fault) for fault in error.faults)
        resource.hidden["lockedUntil"] = operation.due + world.settings.import_lock
        return None

    def failed(self, world: World, resource: Resource) -> None:
        """A new API is gone again (recorded: a 404 on a later poll); an old one is what it was."""
        previous = resource.hidden.get("previous")
        if previous is None:
            remove(world, resource)
            return
        resource.body, resource.state = previous, "Succeeded"
        resource.hidden.update(order={}, previous=None)

    def settled(self, world: World, resource: Resource) -> None:
        order = resource.hidden.get("order") or {}
        source_id = str(resource.hidden.pop("source", ""))
        source = world.store.get(source_id) or self._current(world, source_id)
        if source is not None:
            copy_contents(world, source, resource)
        if order.get("value") is None:
            return
        description = _read(order)
        mine = resource.properties
        if mine["displayName"] == resource.name:
            mine["displayName"] = description.title[:300]
        mine["description"] = mine.get("description") or description.words or None
        mine["serviceUrl"] = mine.get("serviceUrl") or description.server or None
        put_contents(world, resource, description)
        resource.hidden.update(order={}, previous=None)

    @staticmethod
    def _current(world: World, api_id: str) -> Resource | None:
        """The API itself, where its current revision is named by its number."""
        root = world.store.get(root_of(api_id))
        _, _, revision = api_id.partition(";rev=")
        return root if root is not None and revision == root.properties.get("apiRevision") else None

    def listed(self, world: World, kind: Kind, scope: str, query: Mapping[str, str]) -> list[Resource]:
        current = [item for item in world.store.children(scope, kind.name) if ";rev=" not in item.name]
        return narrowed(current, query)

    def answered(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        if request.method == "GET":
            state = "InProgress" if resource.operation else resource.state
            return {**body, "properties": {**body["properties"], "provisioningState": state}}
        if resource.operation:
            return {**body, "properties": {"ProvisioningState": "InProgress"}}
        return {**body, "properties": {**body["properties"], **_version_set(world, resource)}}

    def asked(self, world: World, resource: Resource, request: Request) -> None:
        super().asked(world, resource, request)
        resource.hidden["deleteRevisions"] = request.query.get("deleterevisions") == "true"

    def check_delete(self, world: World, resource: Resource) -> None:
        check_lock(world, resource.id)
        if revisions(world, resource) and not resource.hidden.pop("deleteRevisions", False):
            raise refusals.invalid("apiRevision", "Cannot delete the current revision of an API.")

    def deleted(self, world: World, resource: Resource) -> None:
        for other in revisions(world, resource):
            remove(world, other)
        for product in world.store.children(service_of(resource.id), PRODUCTS):
            for face in ("apiLinks", "apis"):
                drop_links(world, product, f"{PRODUCTS}/{face}", resource.id)
        untag(world, resource.id)


def revisions(world: World, api: Resource) -> list[Resource]:
    """The revisions of an API that are not current, oldest first; none for a revision."""
    if ";rev=" in api.name:
        return []
    found = world.store.children(service_of(api.id), APIS)
    return [item for item in found if item.key.startswith(f"{api.key};rev=")]


def _kind(properties: Json) -> str:
    """Plain APIs are not called anything."""
    return str(properties.get("type") or properties.get("apiType") or "http")


def _read(order: Json) -> openapi.Description:
    if order["format"] == wsdl.FORMAT:
        return wsdl.read(str(order["value"]), order.get("wsdlSelector") or {})
    wish = str(order.get("translateRequiredQueryParameters") or "template")
    return openapi.read(str(order.get("value", "")), str(order["format"]), wish)


def _number(revision: Any) -> str:
    """`v1` is kept as `1` (recorded)."""
    return "".join(re.findall(r"\d", str(revision or "")))


def _version_set(world: World, resource: Resource) -> Json:
    found = world.store.get(str(resource.properties.get("apiVersionSetId") or ""))
    if found is None or found.type != VERSION_SETS:
        return {}
    known = found.properties
    shown = {
        key: known.get(key) for key in ("description", "versioningScheme", "versionQueryName", "versionHeaderName")
    }
    return {"apiVersionSet": {"id": found.id, "name": known.get("displayName"), **shown}}
