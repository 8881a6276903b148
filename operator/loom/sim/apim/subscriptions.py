"""Subscriptions: who may call what, with two keys that only an action shows, and the answer to a PUT (recorded)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from loom.sim.apim import refusals
from loom.sim.apim.listing import Child
from loom.sim.apim.places import PRODUCTS, SUBSCRIPTIONS, full_id, service_of
from loom.sim.apim.products import subscriptions_to
from loom.sim.arm.change import Change
from loom.sim.arm.show import quoted_etag, show
from loom.sim.errors import ArmError
from loom.sim.kinds import Action
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
UNSET = ("startDate", "expirationDate", "endDate", "notificationDate", "stateComment")
KEYS = ("primaryKey", "secondaryKey")


def keys_of(subscription: Resource) -> dict[str, str]:
    """Both keys: those that were sent, else made ones: others for each making of the subscription, and each time they are made anew."""
    return {word: str(subscription.hidden.get(word) or _made(subscription, word)) for word in KEYS}


def _made(subscription: Resource, word: str) -> str:
    turn = subscription.hidden.get(f"{word}Turn", 0)
    return hashlib.sha256(f"{subscription.key}:{subscription.serial}:{word}:{turn}".encode()).hexdigest()[:32]


def _list_secrets(world: World, resource: Resource, request: Request) -> Response:
    kind = world.catalog.kind(resource.type)
    headers = {"ETag": quoted_etag(kind, resource)} if kind else {}
    return Response(200, keys_of(resource), headers)


def _regenerate(word: str, resource: Resource) -> Response:
    resource.hidden.pop(word, None)
    resource.hidden[f"{word}Turn"] = resource.hidden.get(f"{word}Turn", 0) + 1
    return Response(204)


class Subscriptions(Child):
    """A subscription to one product, one API, or all APIs."""

    actions: ClassVar[Mapping[str, Action]] = {
        "listSecrets": _list_secrets,
        "regeneratePrimaryKey": lambda world, resource, request: _regenerate("primaryKey", resource),
        "regenerateSecondaryKey": lambda world, resource, request: _regenerate("secondaryKey", resource),
    }

    def check(self, change: Change) -> None:
        sent, world = change.properties, change.world
        if not sent.get("displayName"):
            raise refusals.invalid("displayName", "The DisplayName field is required.")
        scope = _scope(change)
        holder = scope.rsplit("/", 1)[0] if scope.lower().endswith("/apis") else scope.rstrip("/")
        found = world.store.get(holder)
        if found is None:
            raise refusals.invalid(
                "scope", "Subscription scope should be one of '/apis', '/apis/{apiId}', '/products/{productId}'."
            )
        limit = found.properties.get("subscriptionsLimit") if found.type == PRODUCTS else None
        if change.before is None and limit is not None and len(subscriptions_to(world, scope)) >= limit:
            raise refusals.invalid("limit", f"Subscriptions limit reached for the product '{found.name}'.")
        theirs = {
            key
            for other in world.store.children(service_of(change.id), SUBSCRIPTIONS)
            if other.key != change.id.lower()
            for key in keys_of(other).values()
        }
        if theirs & {sent.get(word) for word in KEYS}:
            raise refusals.invalid("primaryKey", "Subscription key must be unique.")

    def compose(self, change: Change) -> Json:
        sent, before = change.properties, change.before
        scope = _scope(change)
        known = before.properties if before else {}
        change.notes = {word: sent[word] for word in KEYS if sent.get(word)}
        state = known.get("state") or _first_state(change.world, scope)
        shaped = {
            **dict.fromkeys(UNSET), "allowTracing": False, "state": state,
            **{key: value for key, value in sent.items() if key not in KEYS}, "scope": scope,
            "createdDate": known.get("createdDate", change.world.clock.stamp()),
        }  # fmt: skip
        if sent.get("ownerId"):
            shaped["ownerId"] = full_id(service_of(change.id), sent["ownerId"])
        return {"properties": shaped}

    def answered(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        if request.method == "GET":
            return body
        return {**body, "properties": {**body["properties"], **keys_of(resource)}}


def list_of_product(world: World, _: Request, match: re.Match[str]) -> Response:
    """`products/<product>/subscriptions`: those to this product, as the list of all shows them."""
    product = world.store.get(f"{match['scope']}/products/{match['product']}")
    if product is None:
        raise ArmError(404, "ResourceNotFound", "Product not found.")
    value = [show(world, item) for item in subscriptions_to(world, product.id)]
    return Response(200, {"value": value, "count": len(value)})


def _scope(change: Change) -> str:
    return full_id(service_of(change.id), str(change.properties.get("scope") or ""))


def _first_state(world: World, scope: str) -> str:
    """`active` for all APIs (recorded); `submitted` for a product, as the specification says of every scope."""
    found = world.store.get(scope)
    return "submitted" if found is not None and found.type == PRODUCTS else "active"
