"""DELETE and POST: taking resources away, and what else can be asked of them."""

from __future__ import annotations

from loom.sim import errors
from loom.sim.arm import checks
from loom.sim.arm.finish import remove
from loom.sim.arm.polls import headers_for
from loom.sim.arm.reads import not_found
from loom.sim.arm.show import show
from loom.sim.guards import locks
from loom.sim.ids import RESOURCES, Target
from loom.sim.kinds import Kind, Style
from loom.sim.operations import NEVER
from loom.sim.regions import normal
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World


def delete(world: World, kind: Kind, target: Target, request: Request) -> Response:
    """Answer a DELETE: 204 when it was not there, 200 when it is gone at once, 202 when that takes time."""
    if not kind.writable:
        raise errors.method_not_allowed("DELETE")
    resource = world.store.get(target.id)
    if resource is None:
        if kind.namespace == RESOURCES:
            raise not_found(world, kind, target)
        return Response(204)
    checks.check_preconditions(kind, resource, request)
    locks.check(world.store, resource.id, "DELETE")
    if resource.state == "Deleting" and resource.operation:
        return _resume(world, kind, resource, request)
    checks.check_busy(world, kind, target)
    kind.behavior.asked(world, resource, request)
    kind.behavior.check_delete(world, resource)
    fault = world.faults.strike("DELETE", resource.id, kind.name, ("stuck", "failLate"))
    style = kind.delete
    if style.seconds <= 0 and fault is None:
        body = show(world, resource) if kind.extension else None
        remove(world, resource)
        return Response(style.updated, body)
    seconds = NEVER if fault is not None and fault.kind == "stuck" else max(style.seconds, 1.0)
    resource.state = style.updating if style.updating != "Updating" else "Deleting"
    region = normal(str(resource.body.get("location", "global")))
    operation = world.begin("delete", resource, seconds, region, request.query.get("api-version", ""))
    if fault is not None and fault.kind == "failLate":
        operation.failure = {"code": fault.code, "message": fault.message}
    return Response(202, None, headers_for(world, kind, style, operation, request.base))


def _resume(world: World, kind: Kind, resource: Resource, request: Request) -> Response:
    """A second DELETE of what is going already answers with the same operation."""
    operation = world.operations.get(resource.operation)
    style: Style = kind.delete
    headers = headers_for(world, kind, style, operation, request.base) if operation else {}
    return Response(202, None, headers)


def act(world: World, kind: Kind, target: Target, action: str, request: Request) -> Response:
    """Answer a POST: `listSecrets`, `restart`, `listKeys`; or begin to, as for `backendhealth`."""
    resource = world.store.get(target.path_of(len(target.names)))
    if resource is None:
        raise not_found(
            world, kind, Target(target.scope, target.namespace, target.types[: len(target.names)], target.names)
        )
    inquiry = next((name for name in kind.behavior.inquiries if name.lower() == action.lower()), "")
    if inquiry:
        return _inquire(world, kind, resource, inquiry, request)
    handler = {name.lower(): item for name, item in kind.behavior.actions.items()}.get(action.lower())
    if handler is None:
        raise errors.unknown_type(f"{kind.path}/{action}", kind.namespace, request.query.get("api-version", ""))
    return handler(world, resource, request)


def _inquire(world: World, kind: Kind, resource: Resource, action: str, request: Request) -> Response:
    """What takes its time to answer: 202, and the answer is at `Location` in the end."""
    region, version = normal(str(resource.body.get("location", "global"))), request.query.get("api-version", "")
    operation = world.inquire(action, resource, kind.post.seconds, region, version)
    return Response(202, None, headers_for(world, kind, kind.post, operation, request.base))
