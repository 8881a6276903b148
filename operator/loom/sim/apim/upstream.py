"""What stands behind a gateway: simulated container apps under their own hosts, and an echo that plays every other host.

No call leaves this process.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from loom.sim.apim import pools
from loom.sim.apim.call import Call, refuse
from loom.sim.apim.named_values import filled
from loom.sim.apim.prompts import completion, prompt_of
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

UPSTREAM = "Microsoft.ApiManagement/upstream"


def call_backend(call: Call) -> None:
    """Ask the backend and keep its answer."""
    chosen = pools.pick(call, call.backend_name) if call.backend_name else None
    if chosen is not None:
        call.backend = str(chosen.properties.get("url") or "")
    if not call.backend:
        raise refuse(500, "Internal server error: the API has no backend address.")
    parts = urlsplit(call.backend)
    below = call.path if call.path.startswith("/") or not call.path else f"/{call.path}"
    path = parts.path.rstrip("/") + below
    headers = {**call.headers, **_credentials(call, chosen), "host": parts.netloc}
    asked = Request(
        call.request.method, path, call.query, headers, call.request.body, f"{parts.scheme}://{parts.netloc}"
    )
    struck_by = struck(call.world, UPSTREAM, asked.method, f"{asked.base}{asked.path}")
    answer = struck_by or _simulated(call, asked, parts.hostname or "") or _model(call, asked) or _echo(asked)
    if chosen is not None:
        pools.record(
            call, chosen, 500 if answer.fate != "answer" else answer.status, float(answer.headers.get("Retry-After", 0))
        )
    if answer.fate != "answer":
        raise refuse(500, "Internal server error")
    call.status, call.body = answer.status, answer.body
    call.answer_headers.update(answer.headers)


def _credentials(call: Call, backend: Resource | None) -> dict[str, str]:
    """What the backend's own entity says that it is shown, `{{named values}}` put in."""
    known = (backend.properties.get("credentials") or {}) if backend is not None else {}
    headers = {key.lower(): ",".join(values) for key, values in (known.get("header") or {}).items()}
    if grant := known.get("authorization"):
        headers["authorization"] = f"{grant['scheme']} {grant['parameter']}"
    return {name: filled(call, value) for name, value in headers.items()}


def struck(world: World, kind: str, method: str, where: str) -> Response | None:
    """The answer of the fault ordered for exactly this kind of thing; a fault without a type means Azure Resource Manager."""
    for rule in world.faults.rules:
        if rule.type.lower() == kind.lower() and rule.strikes(method, where, kind):
            rule.hits += 1
            fate = {"timeout": "hang", "cut": "cut"}.get(rule.kind, "answer")
            return Response(rule.status, {"statusCode": rule.status, "message": rule.message}, fate=fate)
    return None


def _simulated(call: Call, asked: Request, host: str) -> Response | None:
    """A gateway never calls a gateway here, so that no loop can begin."""
    if host.endswith(".azure-api.net"):
        return None
    for pattern, handler in call.world.catalog.hosts:
        if pattern.fullmatch(host) and (answer := handler(call.world, asked)) is not None:
            return answer
    return None


def _model(call: Call, asked: Request) -> Response | None:
    """Every host answers chat completions as OpenAI's do."""
    if not asked.path.endswith("/chat/completions"):
        return None
    return Response(200, completion(prompt_of(call)), {"Content-Type": "application/json; charset=utf-8"})


def _echo(asked: Request) -> Response:
    shown = {key: value for key, value in asked.headers.items() if "key" not in key and key != "authorization"}
    body = {
        "echo": {
            "method": asked.method,
            "url": f"{asked.base}{asked.path}",
            "query": dict(asked.query),
            "headers": shown,
        }
    }
    return Response(200, body, {"Content-Type": "application/json; charset=utf-8"})
