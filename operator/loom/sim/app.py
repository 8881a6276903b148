"""Which part of the simulated cloud a request is for: its own door, the directory, a data plane by host name, or ARM."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from loom.sim.arm import front
from loom.sim.arm.finish import settle
from loom.sim.door import door
from loom.sim.entra import documents
from loom.sim.entra.refusal import TokenError
from loom.sim.wire import Request, Response
from loom.sim.world import World

_TOKEN = re.compile(r"/(?P<tenant>[^/]+)/oauth2/(?:v2\.0/)?token", re.IGNORECASE)
_OPENID = re.compile(r"/(?P<tenant>[^/]+)/(?P<version>v2\.0/)?\.well-known/openid-configuration", re.IGNORECASE)
_KEYS = re.compile(r"/[^/]+/discovery/(?:v2\.0/)?keys", re.IGNORECASE)


def serve(world: World, request: Request) -> Response:
    """Answer any request."""
    host = request.headers.get("host", "").split(":")[0]
    for pattern, handler in world.catalog.hosts:
        if pattern.fullmatch(host):
            settle(world)
            if (response := handler(world, request)) is not None:
                return response
    if request.path == "/sim" or request.path.startswith("/sim/"):
        return door.answer(world, request)
    return _directory(world, request) or front.handle(world, request)


def _directory(world: World, request: Request) -> Response | None:
    """The answers of the login host; `None` when the request is not for it."""
    tenant, base = world.directory.tenant, request.base
    if request.method == "POST" and (match := _TOKEN.fullmatch(request.path)):
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        try:
            return world.tokens.grant(match["tenant"], form, base, world.clock.now())
        except TokenError as error:
            return error.response(world.clock.stamp())
    if request.method != "GET":
        return None
    if match := _OPENID.fullmatch(request.path):
        return Response(200, documents.openid_configuration(base, tenant, match["version"] or ""))
    if _KEYS.fullmatch(request.path):
        return Response(200, documents.key_set(world.tokens.public_key))
    if request.path == "/common/discovery/instance":
        return Response(200, documents.instance_discovery(base, tenant))
    if request.path == "/metadata/endpoints":
        return Response(200, documents.endpoints(base, tenant, request.query.get("api-version", "")))
    return None
