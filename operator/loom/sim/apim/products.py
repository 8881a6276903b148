"""Products, and what they are linked with: APIs and groups, each link seen under two types (`products/apiLinks`, `products/apis`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loom.sim.apim import refusals
from loom.sim.apim.link import Link
from loom.sim.apim.listing import Child, narrowed
from loom.sim.apim.places import APIS, GROUPS, PRODUCTS, SUBSCRIPTIONS, ensure, service_of
from loom.sim.apim.tags import untag
from loom.sim.arm.change import Change
from loom.sim.arm.finish import remove
from loom.sim.entra.directory import guid
from loom.sim.errors import ArmError
from loom.sim.kinds import Kind
from loom.sim.store import Resource
from loom.sim.wire import Request
from loom.sim.world import World

Json = dict[str, Any]
HAS_SUBSCRIPTIONS = (
    "Product cannot be deleted since it has existing subscriptions. Delete subscriptions before deleting the product or pass in "
    "deleteSubscriptions=true as query param"
)


def linked(world: World, product: str, members: str) -> list[Resource]:
    """The APIs (`members` = APIS) or groups (GROUPS) of a product."""
    twin = f"{PRODUCTS}/{members.rsplit('/', 1)[-1]}"
    found = [world.store.get(item.hidden["target"]) for item in world.store.children(product, twin)]
    return [item for item in found if item is not None]


def subscriptions_to(world: World, scope: str) -> list[Resource]:
    """The subscriptions whose scope is an id."""
    every = world.store.children(service_of(scope), SUBSCRIPTIONS)
    return [item for item in every if str(item.properties.get("scope", "")).lower() == scope.lower()]


class Products(Child):
    """A product is seen by administrators at once, and by others when it is published and their group is linked."""

    def check(self, change: Change) -> None:
        sent = change.properties
        if not sent.get("displayName"):
            raise refusals.invalid("displayName", "The DisplayName field is required.")
        if sent.get("subscriptionRequired", True) is False and (
            sent.get("approvalRequired") is not None or sent.get("subscriptionsLimit") is not None
        ):
            message = "approvalRequired and subscriptionsLimit can be set only if subscriptionRequired is true."
            raise refusals.invalid("subscriptionRequired", message)
        same = str(sent["displayName"]).lower()
        for other in change.world.store.children(service_of(change.id), PRODUCTS):
            if other.key != change.id.lower() and str(other.properties.get("displayName", "")).lower() == same:
                raise refusals.invalid("name", f"Product with name '{sent['displayName']}' already exists.")

    def compose(self, change: Change) -> Json:
        needed = change.properties.get("subscriptionRequired", True)
        shaped = {
            "description": None, "terms": None, "subscriptionRequired": True, "approvalRequired": False if needed else None,
            "subscriptionsLimit": None, "state": "notPublished", **change.properties,
        }  # fmt: skip
        change.notes = {"new": change.before is None}
        return {"properties": shaped}

    def settled(self, world: World, resource: Resource) -> None:
        if not resource.hidden.get("new"):
            return
        service = service_of(resource.id)
        put_link(world, f"{resource.id}/groups/administrators", f"{service}/groups/administrators")
        if resource.properties["subscriptionRequired"] and world.settings.product_subscriptions:
            scope: Json = {
                "scope": resource.id, "displayName": None, "state": "active", "ownerId": f"{service}/users/1", "allowTracing": False,
                "createdDate": world.clock.stamp(),
            }  # fmt: skip
            ensure(world, f"{service}/subscriptions/{guid('maker', resource.key)[-12:]}", SUBSCRIPTIONS, scope)

    def answered(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        groups = _groups(world, resource) if request.method != "GET" else []
        return {**body, "properties": {**body["properties"], "groups": groups}}

    def entry(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        if request.query.get("expandgroups", "").lower() != "true":
            return body
        return {**body, "properties": {**body["properties"], "groups": _groups(world, resource)}}

    def asked(self, world: World, resource: Resource, request: Request) -> None:
        super().asked(world, resource, request)
        resource.hidden["deleteSubscriptions"] = request.query.get("deletesubscriptions", "").lower() == "true"

    def check_delete(self, world: World, resource: Resource) -> None:
        if subscriptions_to(world, resource.id) and not resource.hidden.pop("deleteSubscriptions", False):
            raise ArmError(400, "ValidationError", HAS_SUBSCRIPTIONS)

    def deleted(self, world: World, resource: Resource) -> None:
        for item in subscriptions_to(world, resource.id):
            remove(world, item)
        untag(world, resource.id)


def _groups(world: World, product: Resource) -> list[Json]:
    """The groups that see a product, as its answers and its lists with `expandGroups` show them (recorded traffic; Azure docs)."""
    found = linked(world, product.id, GROUPS)
    return [{"id": item.id, "name": item.properties["displayName"], **_group(item)} for item in found]


def _group(group: Resource) -> Json:
    return {key: group.properties.get(key) for key in ("description", "builtIn", "type", "externalId")}


def put_link(world: World, short_id: str, target: str) -> None:
    """Link a product with an API or a group: both faces of the link appear."""
    product, kind, _ = short_id.rsplit("/", 2)
    face = f"{PRODUCTS}/{kind}"
    ensure(world, short_id, face, {}).hidden.update(target=target, linkedAt=world.clock.stamp())
    word = kind.removesuffix("s")
    if not any(
        item.hidden.get("target") == target for item in world.store.children(product, f"{PRODUCTS}/{word}Links")
    ):
        long_id = f"{product}/{word}Links/{guid('link', product.lower(), target.lower())[:24].replace('-', '')}"
        link = ensure(world, long_id, f"{PRODUCTS}/{word}Links", {f"{word}Id": target})
        link.hidden["target"] = target


class Links(Link):
    """`products/apiLinks/<any name>` with the id of the API, or the same with groups."""

    holder, collection = "Product", PRODUCTS

    def settled(self, world: World, resource: Resource) -> None:
        product = resource.id.rsplit("/", 2)[0]
        target = str(resource.hidden["target"])
        put_link(world, f"{product}/{self.word}s/{target.rsplit('/', 1)[-1]}", target)

    def deleted(self, world: World, resource: Resource) -> None:
        product = resource.id.rsplit("/", 2)[0]
        world.store.remove(f"{product}/{self.word}s/{str(resource.hidden['target']).rsplit('/', 1)[-1]}")


class Members(Child):
    """`products/apis/<api>` and `products/groups/<group>`: no body, HEAD instead of GET, lists that show the member itself."""

    demands_match = False

    def __init__(self, members: str) -> None:
        self._members = members

    def check(self, change: Change) -> None:
        if change.world.store.get(self._target(change)) is None:
            word = "aid" if self._members == APIS else "gid"
            raise refusals.invalid(word, f"{'Api' if self._members == APIS else 'Group'} not found")

    def _target(self, change: Change) -> str:
        return f"{service_of(change.id)}/{self._members.rsplit('/', 1)[-1]}/{change.target.name}"

    def compose(self, change: Change) -> Json:
        change.notes = {"target": self._target(change)}
        return {"properties": {}}

    def settled(self, world: World, resource: Resource) -> None:
        put_link(world, resource.id, str(resource.hidden["target"]))

    def listed(self, world: World, kind: Kind, scope: str, query: Mapping[str, str]) -> list[Resource]:
        return narrowed(linked(world, scope, self._members), query)

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        member = world.store.get(str(resource.hidden.get("target", "")))
        if member is None:
            return body
        shaped = {**member.properties}
        if self._members == APIS:
            shaped.pop("apiVersionSetId", None)
            shaped["specificationLastUpdated"] = resource.hidden.get("linkedAt")
            shaped |= dict.fromkeys(("protocols", "authenticationSettings", "subscriptionKeyParameterNames"))
        return {**body, "properties": shaped}

    def deleted(self, world: World, resource: Resource) -> None:
        product, kind, _ = resource.id.rsplit("/", 2)
        for link in world.store.children(product, f"{PRODUCTS}/{kind.removesuffix('s')}Links"):
            if link.hidden.get("target") == resource.hidden.get("target"):
                world.store.remove(link.id)
