"""Answers that are kept: by what the call asks for (`cache-lookup`), or by what a prompt says (`llm-semantic-cache-lookup`).

A hit answers at once with what was stored at the end of the way out. Kept answers are saved with the service.
"""

from __future__ import annotations

from typing import Any

from loom.sim.apim.call import Answered, Call, refuse
from loom.sim.apim.policy_xml import Element
from loom.sim.apim.prompts import prompt_of
from loom.sim.wire import Response

Json = dict[str, Any]
KEPT = "gatewayCache"


def lookup(call: Call, element: Element) -> None:
    """Only for GET; not for callers with a token, unless the policy says so."""
    if element.attributes.get("caching-type", "prefer-external") == "external":
        raise refuse(501, "The simulated gateway has no external cache for the policy 'cache-lookup'.")
    private = element.attributes.get("allow-private-response-caching", "false") == "true"
    if call.request.method != "GET" or ("authorization" in call.request.headers and not private):
        return
    named = {
        name: [item.text.lower() for item in element if item.name == name]
        for name in ("vary-by-header", "vary-by-query-parameter")
    }
    queries = named["vary-by-query-parameter"] or sorted(call.request.query)
    parts = [call.route.api.key, call.route.rest]
    parts += [f"{name}={call.request.query.get(name, '')}" for name in queries]
    parts += [f"{name}:{call.request.headers.get(name, '')}" for name in named["vary-by-header"]]
    if element.attributes.get("vary-by-developer") == "true" and call.entered.subscription:
        parts.append(call.entered.subscription.key)
    _answer_or_remember(call, "|".join(parts), "cache")


def semantic_lookup(call: Call, element: Element) -> None:
    """Prompts mean the same here when their words are the same; a real cache asks an embeddings model."""
    prompt = prompt_of(call)
    if prompt:
        varied = [item.text for item in element if item.name == "vary-by"]
        _answer_or_remember(call, "|".join([call.route.api.key, *varied, " ".join(prompt.lower().split())]), "semantic")


def store(call: Call, element: Element) -> None:
    """`cache-store`."""
    _keep(call, element, "cache")


def semantic_store(call: Call, element: Element) -> None:
    """`llm-semantic-cache-store`."""
    _keep(call, element, "semantic")


def _answer_or_remember(call: Call, key: str, kind: str) -> None:
    kept = call.service.hidden.setdefault(KEPT, {}).get(f"{kind}|{key}")
    if kept is not None and kept["until"] > call.world.clock.now():
        raise Answered(Response(kept["status"], kept["body"], dict(kept["headers"])))
    call.keep[kind] = f"{kind}|{key}"


def _keep(call: Call, element: Element, kind: str) -> None:
    if kind in call.keep and call.status == 200:
        until = call.world.clock.now() + float(element.attributes["duration"])
        call.service.hidden.setdefault(KEPT, {})[call.keep[kind]] = {
            "status": call.status, "body": call.body, "headers": dict(call.answer_headers), "until": until,
        }  # fmt: skip
