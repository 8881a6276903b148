"""GET, HEAD and lists, and the different ways of not finding something."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from loom.sim import errors
from loom.sim.arm.filters import matching
from loom.sim.arm.show import quoted_etag, show
from loom.sim.errors import ArmError
from loom.sim.ids import RESOURCES, Target, group_of, parse, subscription_of
from loom.sim.kinds import Kind
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]


def read(world: World, kind: Kind, target: Target, request: Request) -> Response:
    """GET or HEAD of one resource."""
    resource = world.store.get(target.id) or kind.behavior.found(world, target)
    if resource is None:
        raise not_found(world, kind, target)
    headers = {"ETag": quoted_etag(kind, resource)} if kind.etag else {}
    if request.method == "HEAD":
        return Response(204 if kind.etag != "header" or not kind.readable else 200, None, headers)
    if not kind.readable:
        raise errors.unsupported_method(request.method)
    body = kind.behavior.answered(world, resource, show(world, resource), request)
    return Response(200, body, headers)


def not_found(world: World, kind: Kind, target: Target) -> ArmError:
    """404 of the one who misses it: ARM for groups and top-level resources, else the provider."""
    group = group_of(target.id)
    if kind.path == "resourceGroups" and kind.namespace == RESOURCES:
        return errors.group_not_found(target.name)
    if group and world.group(target.id) is None:
        return errors.group_not_found(group)
    root = Target(target.scope, target.namespace, target.types[:1], target.names[:1])
    root_kind = world.catalog.kind(root.type_key)
    if (
        root_kind is not None
        and root_kind.tracked
        and (root_kind is not kind or kind.missing is None)
        and world.store.get(root.id) is None
    ):
        return errors.resource_not_found(root_kind.name, root.name, group)
    if kind.missing is not None:
        return ArmError(kind.missing.status, kind.missing.code, kind.missing.says.format(name=target.name))
    return ArmError(404, "ResourceNotFound", f"The resource '{target.id}' was not found.")


def list_kind(world: World, kind: Kind, target: Target, request: Request) -> Response:
    """A list of one type, with properties, page by page."""
    found = matching(_listed(world, kind, target, request), request.query.get("$filter", "") if kind.tracked else "")
    return page(world, request, found, kind.page, partial(_entry, kind, request))


def _entry(kind: Kind, request: Request, world: World, resource: Resource) -> Json:
    return kind.behavior.entry(world, resource, show(world, resource), request)


def _listed(world: World, kind: Kind, target: Target, request: Request) -> list[Resource]:
    holder = target.scope if len(target.types) == 1 else target.parent
    if kind.extension:
        return kind.behavior.listed(world, kind, holder, request.query)
    if kind.parent_name:
        if world.store.get(holder) is None:
            parent_kind = world.catalog.kind(kind.parent_name)
            parent = parse(holder)
            if parent_kind is not None and parent is not None:
                raise not_found(world, parent_kind, parent)
        return kind.behavior.listed(world, kind, holder, request.query)
    if group_of(holder):
        if world.group(holder) is None:
            raise errors.group_not_found(group_of(holder))
        return world.store.children(holder, kind.name)
    if "subscription" not in kind.lists and kind.namespace != RESOURCES:
        raise errors.unknown_type(kind.path, kind.namespace, request.query.get("api-version", ""))
    return world.store.of_type(kind.name, subscription_of(holder))


def page(
    world: World, request: Request, found: Sequence[Resource], size: int, shown: Callable[[World, Resource], Json]
) -> Response:
    """One page: `{"value": [...], "nextLink"?}`. The token is the place of the last item, so that deletions skip nothing."""
    after = _token(request.query.get("$skiptoken", ""))
    top = request.query.get("$top", "")
    size = min(int(top), size) if top.isdigit() and int(top) > 0 else size
    rest = [item for item in found if item.serial > after] if after else list(found)
    rest.sort(key=lambda item: item.serial)
    body: Json = {"value": [shown(world, item) for item in rest[:size]]}
    if len(rest) > size:
        token = base64.urlsafe_b64encode(f"after:{rest[size - 1].serial}".encode()).decode()
        query = {key: value for key, value in request.query.items() if key != "$skiptoken"}
        body["nextLink"] = f"{request.base}{quote(request.path)}?{urlencode({**query, '$skiptoken': token})}"
    return Response(200, body)


def _token(text: str) -> int:
    if not text:
        return 0
    try:
        return int(base64.urlsafe_b64decode(text).decode().removeprefix("after:"))
    except ValueError:
        raise errors.bad_request("InvalidSkipToken", f"The skip token '{text}' is not valid.") from None
