"""The front of the simulated Azure Resource Manager: every request passes here, from token to counted answer.

The order is the service's: token, budget, route, subscription, rights, then the write or read itself. Nothing here knows a type.
"""

from __future__ import annotations

import re
from uuid import uuid4

from loom.sim import errors
from loom.sim.arm import deletes, reads, writes
from loom.sim.arm.call import BUDGETS, Call
from loom.sim.arm.finish import settle
from loom.sim.arm.pace import retry_headers
from loom.sim.arm.polls import poll
from loom.sim.entra.directory import Principal
from loom.sim.errors import ArmError
from loom.sim.guards.faults import Fault
from loom.sim.ids import Target, name_of, parse, subscription_of
from loom.sim.kinds import Route
from loom.sim.records import Record
from loom.sim.wire import Request, Response
from loom.sim.world import World

STRIKING = ("error", "timeout", "cut")


def handle(world: World, request: Request) -> Response:
    """Answer one request to Azure Resource Manager, and count it."""
    settle(world)
    call = Call(world, request, type=_type_of(request.path))
    fault = world.faults.strike(request.method, request.path, call.type, STRIKING, "begin")
    if fault is None:
        response = _answer(call)
        fault = world.faults.strike(request.method, request.path, call.type, STRIKING, "inflight")
    if fault is not None:
        response = _struck(call, fault)
    told = request.headers.get("x-ms-correlation-request-id")
    response.headers.setdefault("x-ms-request-id", str(uuid4()))
    response.headers.setdefault("x-ms-correlation-request-id", told or str(uuid4()))
    _count(call, request.path, response)
    return response


def _answer(call: Call) -> Response:
    try:
        response = _serve(call)
    except ArmError as error:
        call.code = error.code
        waits = retry_headers(error.retry_after, call.world.clock.speed)
        response = Response(error.status, error.body(), {**error.headers, **waits})
    response.headers = {**call.limits, **response.headers}
    return response


def _struck(call: Call, fault: Fault) -> Response:
    call.code = fault.code if fault.kind == "error" else fault.kind
    if fault.kind == "error":
        body = ArmError(fault.status, fault.code, fault.message).body()
        return Response(fault.status, body, retry_headers(fault.retry_after, call.world.clock.speed))
    return Response(504, None, fate="hang" if fault.kind == "timeout" else "cut")


def _count(call: Call, path: str, response: Response) -> None:
    call.world.records.add(
        Record(
            at=call.world.clock.now(),
            method=call.request.method,
            path=path,
            type=call.type,
            principal=call.caller.name if call.caller else "anonymous",
            status=response.status if response.fate == "answer" else 0,
            code=call.code,
            early=call.early,
            poll=call.poll,
            version=call.request.query.get("api-version", ""),
        )
    )


def _serve(call: Call) -> Response:
    if call.request.method not in BUDGETS:
        raise errors.method_not_allowed(call.request.method)
    caller = call.authenticate()
    call.spend(caller)
    return _poll(call) or _dispatch(call, caller)


def _poll(call: Call) -> Response | None:
    """The answer to a poll of a long operation; `None` when the request is none."""
    request, path = call.request, call.request.path.rstrip("/")
    if request.method != "GET" or ("peration" not in path and "asyncid" not in request.query):
        return None
    operation = call.world.operations.get(request.query.get("asyncid") or name_of(path))
    if operation is None:
        return None
    call.type, call.poll = f"{operation.type}/poll", True
    response, call.early = poll(call.world, operation, request)
    return response


def _dispatch(call: Call, caller: Principal) -> Response:
    path = call.request.path.rstrip("/") or "/"
    subscription = subscription_of(path)
    if subscription and call.world.store.get(f"/subscriptions/{subscription}") is None:
        raise errors.subscription_not_found(subscription)
    found = call.world.catalog.route(call.request.method, path)
    if found is not None:
        return _route(call, caller, *found)
    target = parse(path)
    if target is None or not target.types:
        raise ArmError(404, "NotFound", f"No route is known for '{path}'.")
    call.request = call.world.catalog.meant(call.world, call.request)
    return _resource(call, caller, parse(call.request.path.rstrip("/")) or target)


def _route(call: Call, caller: Principal, route: Route, match: re.Match[str]) -> Response:
    call.type = route.action.rsplit("/", 1)[0] or "Microsoft.Resources"
    if not call.version:
        raise errors.missing_api_version()
    if route.versions and call.version not in route.versions:
        raise errors.unknown_version(call.type, call.version, route.versions, "global")
    if route.action:
        call.authorize(caller, route.action, match.groupdict().get("scope") or "/")
    return route.handler(call.world, call.request, match)


def _resource(call: Call, caller: Principal, target: Target) -> Response:
    world, request = call.world, call.request
    kind, action = world.catalog.resolve(target, call.version)
    call.type = kind.name
    call.authorize(caller, world.catalog.action_name(kind, _verb(request.method, action)), _scope(target, action))
    call.spend_at(kind, target)
    if action:
        if request.method != "POST":
            raise errors.unknown_type(f"{kind.path}/{action}", kind.namespace, call.version)
        return deletes.act(world, kind, target, action, request)
    if not target.is_instance and request.method == "GET":
        return reads.list_kind(world, kind, target, request)
    if not target.is_instance or request.method == "POST":
        raise errors.method_not_allowed(request.method)
    if request.method in ("GET", "HEAD"):
        return reads.read(world, kind, target, request)
    if request.method == "DELETE":
        return deletes.delete(world, kind, target, request)
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


def _type_of(path: str) -> str:
    target = parse(path.rstrip("/"))
    return f"{target.namespace}/{target.type_path}" if target and target.types else ""
