"""Which API and operation a call is for, and whether its key lets it in. The sentences are the gateway's."""

from __future__ import annotations

import re
from collections.abc import Mapping

from loom.sim.apim.call import Pass, Route, refuse
from loom.sim.apim.places import APIS, OPERATIONS, PRODUCTS, SUBSCRIPTIONS, VERSION_SETS, root_of
from loom.sim.apim.subscriptions import keys_of
from loom.sim.store import Resource
from loom.sim.wire import Request
from loom.sim.world import World

NO_KEY = "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."
BAD_KEY = "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."


def find(world: World, service: Resource, request: Request) -> Route:
    """The API with the longest path that fits, and its operation. Answers 404 where there is none."""
    fitting = [
        (len(prefix), item, request.path[len(prefix) :] or "/")
        for item in world.store.children(service.id, APIS)
        if (prefix := _prefix(world, item)) is not None
        and _fits(request.path, prefix)
        and _versioned(world, item, request)
    ]
    if not fitting:
        raise refuse(404, "Resource not found")
    _, api, rest = max(fitting, key=lambda found: found[0])
    if api.properties.get("type") == "graphql":
        return _query(api, request, rest)
    if api.properties.get("type") == "soap":
        return Route(api, _named(world, api, request), rest)
    operation = _operation(world, api, request, rest)
    if operation is None and request.method != "OPTIONS":
        raise refuse(404, "Resource not found")
    return Route(api, operation, rest)


def _named(world: World, api: Resource, request: Request) -> Resource:
    """The operation of a SOAP API that a call names in its SOAPAction."""
    wanted = request.headers.get("soapaction", request.query.get("soapaction", "")).strip('"')
    for operation in world.store.children(api.id, OPERATIONS):
        action = str(operation.properties["urlTemplate"]).partition("soapAction=")[2]
        if request.method == "POST" and action == wanted:
            return operation
    raise refuse(404, "Resource not found")


def _query(api: Resource, request: Request, rest: str) -> Route:
    """A GraphQL API has one address, which takes queries by POST; the rest of it is in them."""
    if rest != "/" or request.method not in ("POST", "OPTIONS"):
        raise refuse(404, "Resource not found")
    return Route(api, None, "")


def _fits(path: str, prefix: str) -> bool:
    return path.lower() == prefix.lower() or path.lower().startswith(f"{prefix.lower()}/")


def _prefix(world: World, api: Resource) -> str | None:
    """Where an API begins; `None` while it is still being imported for the first time."""
    if api.operation and api.hidden.get("previous") is None:
        return None
    known = api.properties
    parts = [str(known.get("path") or "")]
    if _scheme(world, api) == "Segment" and known.get("apiVersion"):
        parts.append(str(known["apiVersion"]))
    prefix = "".join(f"/{part}" for part in parts if part)
    return prefix if known.get("isCurrent") else f"{prefix};rev={known.get('apiRevision')}"


def _version_set(world: World, api: Resource) -> Mapping[str, object]:
    found = world.store.get(str(api.properties.get("apiVersionSetId") or ""))
    return found.properties if found is not None and found.type == VERSION_SETS else {}


def _scheme(world: World, api: Resource) -> str:
    return str(_version_set(world, api).get("versioningScheme", ""))


def _versioned(world: World, api: Resource, request: Request) -> bool:
    """With a query or header scheme the call must name the API's version; an API without one takes what names none."""
    known = _version_set(world, api)
    scheme = known.get("versioningScheme")
    if scheme not in ("Query", "Header"):
        return True
    holder = request.query if scheme == "Query" else request.headers
    shown = holder.get(str(known.get(f"version{scheme}Name", "")).lower(), "")
    return shown == str(api.properties.get("apiVersion") or "")


def _operation(world: World, api: Resource, request: Request, rest: str) -> Resource | None:
    """The operation whose template fits, the most literal one first."""
    found = [
        item
        for item in world.store.children(api.id, OPERATIONS)
        if str(item.properties["method"]).upper() == request.method and _template_fits(item, rest, request)
    ]
    return min(found, key=lambda item: str(item.properties["urlTemplate"]).count("{"), default=None)


def _template_fits(operation: Resource, rest: str, request: Request) -> bool:
    template, _, queries = str(operation.properties["urlTemplate"]).partition("?")
    pieces = re.split(r"(\{[^}]*\}|\*)", template.rstrip("/") or "/")
    pattern = "".join(
        ".*" if piece == "*" or piece.startswith("{*") else "[^/]+" if piece.startswith("{") else re.escape(piece)
        for piece in pieces
    )
    wanted = [pair.partition("=")[0].lower() for pair in queries.split("&") if pair]
    path = rest.rstrip("/") or "/"
    return re.fullmatch(pattern, path, re.IGNORECASE) is not None and all(name in request.query for name in wanted)


def admit(world: World, service: Resource, route: Route, request: Request) -> Pass:
    """Through which product and with which subscription a call enters. Answers 401 where it may not."""
    names = route.api.properties.get("subscriptionKeyParameterNames") or {}
    key = request.headers.get(str(names.get("header", "")).lower()) or request.query.get(
        str(names.get("query", "")).lower()
    )
    products = [item for item in world.store.children(service.id, PRODUCTS) if _has(world, item, route.api)]
    published = [item for item in products if item.properties.get("state") == "published"]
    if key:
        entered = _by_key(world, service, route.api, published, key)
        if entered is not None:
            return entered
    open_product = next((item for item in published if item.properties.get("subscriptionRequired") is False), None)
    if open_product is not None:
        return Pass(product=open_product)
    if route.api.properties.get("subscriptionRequired") is False:
        return Pass()
    words = f'AzureApiManagementKey realm="{request.base}/{route.api.properties["path"]}",name="{names.get("header")}",type="header"'
    raise refuse(401, BAD_KEY if key else NO_KEY, {"WWW-Authenticate": words})


def _has(world: World, product: Resource, api: Resource) -> bool:
    return world.store.get(f"{product.id}/apis/{root_of(api.name)}") is not None


def _by_key(world: World, service: Resource, api: Resource, published: list[Resource], key: str) -> Pass | None:
    for subscription in world.store.children(service.id, SUBSCRIPTIONS):
        if subscription.properties.get("state") != "active" or key not in keys_of(subscription).values():
            continue
        scope = str(subscription.properties.get("scope", "")).lower().rstrip("/")
        if scope in (service.key, f"{service.key}/apis", api.key.split(";rev=")[0]):
            return Pass(subscription)
        product = next((item for item in published if item.key == scope), None)
        if product is not None:
            return Pass(subscription, product)
    return None
