"""URLs of long operations: how they are made, and what a poll of one answers."""

from __future__ import annotations

from loom.sim.arm.pace import retry_headers
from loom.sim.arm.reads import not_found
from loom.sim.arm.show import show
from loom.sim.errors import ArmError
from loom.sim.ids import RESOURCES, parse, subscription_of
from loom.sim.kinds import Kind, Style
from loom.sim.operations import Operation
from loom.sim.wire import Request, Response
from loom.sim.world import World

STATUS = "azureasyncoperation"
RESULT = "asyncid"


def headers_for(world: World, kind: Kind, style: Style, operation: Operation, base: str) -> dict[str, str]:
    """The headers that announce an operation, in the way of its service."""
    headers = {}
    if style.headers in ("async", "both"):
        headers["Azure-AsyncOperation"] = _url(kind, style, operation, base, status=True)
    if style.headers in ("location", "both"):
        headers["Location"] = _url(kind, style, operation, base, status=False)
    if style.headers == "none":
        return headers
    operation.retry_after = style.retry_after
    return {**headers, **_wait(world, operation, style.retry_after)}


def poll(world: World, operation: Operation, request: Request) -> tuple[Response, bool]:
    """Answer one poll. The second value says whether it came earlier than the client had been asked to wait."""
    early = operation.running and world.clock.now() < operation.next_poll - 1e-3
    kind = world.catalog.kind(operation.type)
    if kind is None:
        raise ArmError(404, "NotFound", f"Nothing is known of operation '{operation.id}'.")
    style = {"delete": kind.delete, "post": kind.post}.get(operation.verb, kind.put)
    if style.urls == "region" and request.query.get("s") != _signature(operation):
        raise ArmError(403, "AuthorizationFailed", "The signature of the operation URL is not valid.")
    operation.polls += 1
    if _asks_status(style, request):
        return _status(world, style, operation, request), early
    return _result(world, kind, style, operation, request.base), early


def _asks_status(style: Style, request: Request) -> bool:
    """Is it the status that is asked for, or the result?"""
    if style.urls == "result":
        return request.path.partition("/locations/")[2] != ""
    return STATUS in request.query or (style.urls == "resource" and RESULT not in request.query)


def _status(world: World, style: Style, operation: Operation, request: Request) -> Response:
    body = operation.document(request.path)
    if operation.running:
        body["status"] = style.running
        if style.dated:
            body["endTime"] = world.clock.stamp()
    if style.bare:
        body = {key: body[key] for key in ("status", "error") if key in body}
    headers: dict[str, str] = {}
    if operation.running:
        headers = _wait(world, operation, style.retry_after if style.poll_retry_after else None)
    return Response(200, body, headers)


def _result(world: World, kind: Kind, style: Style, operation: Operation, base: str) -> Response:
    if operation.running:
        headers = {"Location": _url(kind, style, operation, base, status=False)} if style.moving else {}
        return Response(202, None, {**headers, **_wait(world, operation, style.retry_after)})
    resource = world.store.get(operation.target)
    if resource is None and operation.verb == "put" and style.urls == "resource":
        target = parse(operation.target)
        if target is not None:
            raise not_found(world, kind, target)
    if operation.error:
        return Response(409 if style.urls == "region" else 400, {"error": operation.error})
    if operation.verb == "delete":
        return Response(style.done)
    if resource is None:
        return Response(204)
    if operation.verb == "post":
        return Response(200, kind.behavior.inquiries[operation.action](world, resource))
    body = kind.behavior.answered(world, resource, show(world, resource), Request("GET", operation.target))
    return Response(style.created if operation.created and style.urls == "resource" else 200, body)


def _wait(world: World, operation: Operation, seconds: float | None) -> dict[str, str]:
    headers = retry_headers(seconds, world.clock.speed)
    operation.next_poll = world.clock.now() + (seconds or 0.0)
    return headers


def _url(kind: Kind, style: Style, operation: Operation, base: str, *, status: bool) -> str:
    subscription = f"{base}/subscriptions/{subscription_of(operation.target)}"
    signed = operation.signature(str(operation.polls) if style.moving else "")
    if style.urls == "resource":
        return _own_url(style, operation, base, status=status)
    if style.urls == "result" and not status:
        return f"{base}{operation.target}/{style.result_path}/{operation.id}?api-version={operation.api_version}"
    flag = f"&{STATUS}=true" if status else ""
    query = f"api-version={operation.api_version}"
    if not status and not style.result_path:
        return f"{base}{operation.target}?{query}"
    if style.urls == "region":
        query += f"{flag}&{signed}"
    if kind.namespace == RESOURCES:
        return f"{subscription}/operationresults/{operation.id}?{query}"
    word = style.status_path if status else style.result_path
    return f"{subscription}/providers/{kind.namespace}/locations/{operation.region}/{word}/{operation.id}?{query}"


def _own_url(style: Style, operation: Operation, base: str, *, status: bool) -> str:
    query = f"api-version={operation.api_version}"
    if status:
        root = "/".join(operation.target.split("/")[:9])
        return f"{base}{root}/tenant/operationResults/{operation.id}?{query}"
    code = style.done if operation.verb == "delete" else 201 if operation.created else 200
    return f"{base}{operation.target}?{query}&asyncId={operation.id}&asyncCode={code}"


def _signature(operation: Operation) -> str:
    return next(part[2:] for part in operation.signature().split("&") if part.startswith("s="))
