"""The front of the simulated Azure Resource Manager: every request passes here, from token to counted answer.

The order is the service's: token, budget, route, subscription, rights, then the write or read itself. Nothing here knows a type.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from uuid import uuid4

import jwt

from loom.sim import errors
from loom.sim.arm import deletes, reads, writes
from loom.sim.arm.finish import settle
from loom.sim.arm.pace import retry_headers
from loom.sim.arm.polls import poll
from loom.sim.entra.directory import Principal
from loom.sim.entra.tokens import is_arm_audience
from loom.sim.errors import ArmError
from loom.sim.guards.access import denied
from loom.sim.guards.throttle import DELETES, READS, WRITES
from loom.sim.ids import Target, name_of, parse, subscription_of
from loom.sim.kinds import Kind, Route
from loom.sim.records import Record
from loom.sim.wire import Request, Response
from loom.sim.world import World

BUDGETS = {"GET": READS, "HEAD": READS, "PUT": WRITES, "PATCH": WRITES, "POST": WRITES, "DELETE": DELETES}


@dataclass(slots=True)
class _Seen:
    """What becomes known of a request on its way, for the counters."""

    type: str = ""
    principal: str = "anonymous"
    code: str = ""
    poll: bool = False
    early: bool = False


def handle(world: World, request: Request) -> Response:
    """Answer one request to Azure Resource Manager, and count it."""
    settle(world)
    seen = _Seen()
    begun = world.faults.strike(
        request.method, request.path, _type_of(request.path), ("error", "timeout", "cut"), "begin"
    )
    if begun is not None:
        response = _struck(world, begun.kind, begun.status, begun.code, begun.message, begun.retry_after)
        seen.type, seen.code = _type_of(request.path), begun.code if begun.kind == "error" else begun.kind
    else:
        response = _answer(world, request, seen)
        late = world.faults.strike(request.method, request.path, seen.type, ("error", "timeout", "cut"), "inflight")
        if late is not None:
            response = _struck(world, late.kind, late.status, late.code, late.message, late.retry_after)
            seen.code = late.code if late.kind == "error" else late.kind
    response.headers.setdefault("x-ms-request-id", str(uuid4()))
    response.headers.setdefault(
        "x-ms-correlation-request-id", request.headers.get("x-ms-correlation-request-id", str(uuid4()))
    )
    status = response.status if response.fate == "answer" else 0
    world.records.add(
        Record(
            world.clock.now(),
            request.method,
            request.path,
            seen.type,
            seen.principal,
            status,
            seen.code,
            seen.early,
            seen.poll,
        )
    )
    return response


def _answer(world: World, request: Request, seen: _Seen) -> Response:
    try:
        return _serve(world, request, seen)
    except ArmError as error:
        seen.code = error.code
        return Response(
            error.status, error.body(), {**error.headers, **retry_headers(error.retry_after, world.clock.speed)}
        )


def _struck(world: World, kind: str, status: int, code: str, message: str, wait: float | None) -> Response:
    if kind == "error":
        return Response(status, ArmError(status, code, message).body(), retry_headers(wait, world.clock.speed))
    return Response(504, None, fate="hang" if kind == "timeout" else "cut")


def _serve(world: World, request: Request, seen: _Seen) -> Response:
    if request.method not in BUDGETS:
        raise errors.method_not_allowed(request.method)
    caller = _authenticate(world, request)
    seen.principal = caller.name
    budget = _spend(world, request, caller)
    response = _dispatch(world, request, caller, seen, budget)
    response.headers.update({key: value for key, value in budget.items() if key not in response.headers})
    return response


def _authenticate(world: World, request: Request) -> Principal:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    challenge = {
        "WWW-Authenticate": f'Bearer authorization_uri="{request.base}/{world.directory.tenant}", error="invalid_token"'
    }
    if scheme.lower() != "bearer" or not token:
        message = "Authentication failed. The 'Authorization' header is missing."
        raise ArmError(401, "AuthenticationFailed", message, headers=challenge)
    try:
        bearer = world.tokens.read(token)
    except jwt.ExpiredSignatureError:
        moment = time.strftime("%m/%d/%Y %H:%M:%S", time.gmtime())
        message = f"The access token expiry UTC time is earlier than current UTC time '{moment}'."
        raise ArmError(401, "ExpiredAuthenticationToken", message, headers=challenge) from None
    except (jwt.PyJWTError, KeyError):
        raise ArmError(401, "InvalidAuthenticationToken", "The access token is invalid.", headers=challenge) from None
    if not is_arm_audience(bearer.audience):
        message = f"The access token has been obtained for wrong audience or resource '{bearer.audience}'."
        raise ArmError(401, "InvalidAuthenticationTokenAudience", message, headers=challenge)
    return bearer.principal


def _spend(world: World, request: Request, caller: Principal) -> dict[str, str]:
    scope = subscription_of(request.path).lower() or "tenant"
    if not world.settings.enforce_throttling:
        return {}
    return world.throttle.arm(scope, caller.object_id, BUDGETS[request.method], world.clock.now())


def _dispatch(world: World, request: Request, caller: Principal, seen: _Seen, budget: dict[str, str]) -> Response:
    path = request.path.rstrip("/") or "/"
    operation = None
    if request.method == "GET" and ("peration" in path or "asyncid" in request.query):
        operation = world.operations.get(request.query.get("asyncid") or name_of(path))
    if operation is not None:
        seen.type, seen.poll = f"{operation.type}/poll", True
        response, seen.early = poll(world, operation, request)
        return response
    subscription = subscription_of(path)
    if subscription and world.store.get(f"/subscriptions/{subscription}") is None:
        raise errors.subscription_not_found(subscription)
    found = world.catalog.route(request.method, path)
    if found is not None:
        return _route(world, request, caller, seen, found)
    target = parse(path)
    if target is None or not target.types:
        raise ArmError(404, "NotFound", f"No route is known for '{path}'.")
    return _resource(world, request, caller, seen, target, budget)


def _route(
    world: World, request: Request, caller: Principal, seen: _Seen, found: tuple[Route, re.Match[str]]
) -> Response:
    route, match = found
    seen.type = route.action.rsplit("/", 1)[0] or "Microsoft.Resources"
    version = request.query.get("api-version", "")
    if not version:
        raise errors.missing_api_version()
    if route.versions and version not in route.versions:
        raise errors.unknown_version(seen.type, version, route.versions, "global")
    if route.action:
        _authorize(world, caller, route.action, match.groupdict().get("scope") or "/")
    return route.handler(world, request, match)


def _resource(
    world: World, request: Request, caller: Principal, seen: _Seen, target: Target, budget: dict[str, str]
) -> Response:
    kind, action = world.catalog.resolve(target, request.query.get("api-version", ""))
    seen.type = kind.name
    _authorize(world, caller, world.catalog.action_name(kind, _verb(request.method, action)), _scope(target, action))
    own = _spend_provider(world, kind, request, target)
    if own and request.method == "PUT":
        budget.clear()  # recorded: a provider's own figure takes the place of ARM's
    budget.update(own)
    if action:
        if request.method != "POST":
            raise errors.unknown_type(f"{kind.path}/{action}", kind.namespace, request.query.get("api-version", ""))
        return deletes.act(world, kind, target, action, request)
    if not target.is_instance:
        if request.method != "GET":
            raise errors.method_not_allowed(request.method)
        return reads.list_kind(world, kind, target, request)
    if request.method in ("GET", "HEAD"):
        return reads.read(world, kind, target, request)
    if request.method == "DELETE":
        return deletes.delete(world, kind, target, request)
    if request.method == "POST":
        raise errors.method_not_allowed("POST")
    return writes.write(world, kind, target, request, caller)


def _verb(method: str, action: str) -> str:
    if action:
        return f"{action}/action"
    return {"GET": "read", "HEAD": "read", "DELETE": "delete"}.get(method, "write")


def _scope(target: Target, action: str) -> str:
    if action:
        return target.path_of(len(target.names))
    if target.is_instance:
        return target.id
    return target.parent or f"/{target.types[0]}"


def _authorize(world: World, caller: Principal, action: str, scope: str) -> None:
    if world.settings.enforce_access and not world.access.allows(caller.object_id, action, scope):
        raise denied(caller.client_id, caller.object_id, action, scope)


def _spend_provider(world: World, kind: Kind, request: Request, target: Target) -> dict[str, str]:
    if not kind.budget or not world.settings.enforce_throttling:
        return {}
    operation = "writes"
    if request.method in ("GET", "HEAD"):
        operation = "lists" if kind.budget == "storage" and not target.is_instance else "reads"
    return world.throttle.provider(kind.budget, subscription_of(target.scope), operation, world.clock.now())


def _type_of(path: str) -> str:
    target = parse(path.rstrip("/"))
    return f"{target.namespace}/{target.type_path}" if target and target.types else ""
