"""Gateways of simulated services: what `https://<service>.azure-api.net/...` answers. Decides the order, not the single steps.

A person can break one: `POST /sim/knobs {"id": <service>, "gateway": {"fate": "hang" | "cut"}}`, or `{"gateway": {"status": 503}}`;
faults of type `Microsoft.ApiManagement/gateway` strike single calls, those of `Microsoft.ApiManagement/upstream` the backends.
"""

from __future__ import annotations

from loom.sim.apim import effects, routing
from loom.sim.apim.call import Answered, Call
from loom.sim.apim.places import SPACE
from loom.sim.apim.upstream import struck
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

HOST = r"(?P<service>[a-z][a-z0-9-]*)\.azure-api\.net|(?P<regional>[a-z][a-z0-9-]*)-[a-z0-9]+-\d\d\.regional\.azure-api\.net"
STATUS_PATHS = ("/status-0123456789abcdef", "/internal-status-0123456789abcdef")
GATEWAY = "Microsoft.ApiManagement/gateway"
NOT_UP = ("Activating", "Deleting", "Failed")


def answer(world: World, request: Request) -> Response:
    """Answer one call to a gateway."""
    host = request.headers.get("host", "").split(":")[0].lower()
    service = _service(world, host)
    if service is None or service.state in NOT_UP or service.properties.get("disableGateway"):
        return Response(504, None, fate="cut")
    broken = _broken(world, service, request)
    if broken is not None:
        return broken
    if request.path in STATUS_PATHS:
        return Response(200, "Service Operational", {"Content-Type": "text/plain; charset=utf-8"})
    try:
        return _served(world, service, request)
    except Answered as done:
        return done.response


def _service(world: World, host: str) -> Resource | None:
    """The service behind a host name; the regional name carries region and unit behind the service's."""
    name = host.removesuffix(".azure-api.net").removesuffix(".regional")
    if host.endswith(".regional.azure-api.net"):
        name = name.rsplit("-", 2)[0]
    holder = world.names.get((SPACE, name))
    return world.store.get(holder) if holder else None


def _broken(world: World, service: Resource, request: Request) -> Response | None:
    ordered = world.knobs.get(service.key, {}).get("gateway")
    if ordered:
        return Response(
            int(ordered.get("status", 503)), ordered.get("body", ""), fate=str(ordered.get("fate", "answer"))
        )
    return struck(world, GATEWAY, request.method, request.path)


def _served(world: World, service: Resource, request: Request) -> Response:
    route = routing.find(world, service, request)
    call = Call(world, service, request, route)
    try:
        effects.preflight(call)
        call.entered = routing.admit(world, service, route, request)
        effects.run(call)
    except Answered as done:
        return effects.failed(call, done.response) if done.failed else done.response
    return call.response()
