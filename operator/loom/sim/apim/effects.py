"""What policies do to a call. Documents nest by `<base />`: operation in API in product in service.

What is not played is a 501 that names the element, so that nobody takes silence for obedience.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from loom.sim.apim import counters, policy_cache, policy_callers, policy_code, policy_messages, policy_models
from loom.sim.apim.call import Answered, Call, refuse
from loom.sim.apim.named_values import filled
from loom.sim.apim.played import unplayed
from loom.sim.apim.policies import document_of
from loom.sim.apim.policy_xml import Element
from loom.sim.wire import Response

Effect = Callable[[Call, Element], None]
NOT_PLAYED = 501


def run(call: Call) -> None:
    """Inbound, backend, outbound; the answer is in the call, or raised as `Answered`."""
    for element in statements(call, "inbound"):
        _apply(call, element, "inbound")
    for element in statements(call, "backend"):
        _apply(call, element, "backend")
    for step in call.after:
        step(call)
    for element in statements(call, "outbound"):
        _apply(call, element, "outbound")


def failed(call: Call, response: Response) -> Response:
    """The answer to a call that failed, after `on-error`; what is not played stays what it is."""
    if response.status == NOT_PLAYED:
        return response
    call.status, call.body, call.answer_headers = response.status, response.body, dict(response.headers)
    try:
        for element in statements(call, "on-error"):
            _apply(call, element, "on-error")
    except Answered as done:
        return done.response
    return call.response()


def preflight(call: Call) -> None:
    """A preflight shows no key: the `cors` policy in force answers it before anything else is asked."""
    if call.request.method != "OPTIONS":
        return
    for element in statements(call, "inbound"):
        if element.name == "cors":
            policy_callers.cors(call, element)
    if call.route.operation is None:  # what a GraphQL API's backend says to it is not played
        raise refuse(404, "Resource not found")


def statements(call: Call, section: str) -> Iterator[Element]:
    """The elements of a section, the outer documents unfolded where `<base />` stands."""
    entered, api = call.entered, call.route.api
    scopes = [call.route.operation.id] if call.route.operation else []
    scopes += [api.id, *([entered.product.id] if entered.product else []), call.service.id]
    yield from _unfold(call, section, scopes)


def _unfold(call: Call, section: str, scopes: list[str]) -> Iterator[Element]:
    if not scopes:
        if section == "backend":
            yield Element("forward-request", {}, 0, 0)
        return
    stored = call.world.store.get(f"{scopes[0]}/policies/policy")
    if stored is None:
        yield from _unfold(call, section, scopes[1:])
        return
    for element in document_of(stored).child(section) or ():
        if element.name == "base":
            yield from _unfold(call, section, scopes[1:])
        else:
            yield _filled(call, element)


def _filled(call: Call, element: Element) -> Element:
    """The element with `{{named values}}` put in."""
    attributes = {key: filled(call, value) for key, value in element.attributes.items()}
    content = [
        _filled(call, item) if isinstance(item, Element) else filled(call, item) if isinstance(item, str) else item
        for item in element.content
    ]
    return Element(element.name, attributes, element.line, element.column, content)


def _apply(call: Call, element: Element, section: str) -> None:
    effect = EFFECTS.get(element.name)
    if effect is None and element.name not in ("set-header", "retry"):
        raise refuse(NOT_PLAYED, f"The simulated gateway does not play the policy '{element.name}'.")
    if part := unplayed(element):
        raise refuse(NOT_PLAYED, f"The simulated gateway does not play '{part}' in the policy '{element.name}'.")
    if element.name == "retry":
        _retry(call, element)
        return
    ready = policy_code.evaluated(call, element)
    if effect is None:
        policy_messages.set_header(call, ready, section)
    else:
        effect(call, ready)


def _retry(call: Call, element: Element) -> None:
    """What it holds is done once, and again while its condition holds. Nobody waits: a call takes no simulated time."""
    for _ in range(1 + int(element.attributes["count"])):
        for item in element:
            _apply(call, item, "backend")
        if not policy_code.holds(call, element.attributes["condition"], "retry"):
            break


EFFECTS: dict[str, Effect] = {
    "authentication-managed-identity": policy_callers.own_token,
    "cache-lookup": policy_cache.lookup,
    "cache-store": policy_cache.store,
    "cors": policy_callers.cors,
    "forward-request": policy_models.forward,
    "ip-filter": policy_callers.ip_filter,
    "llm-content-safety": policy_models.content_safety,
    "llm-emit-token-metric": policy_models.metric,
    "llm-semantic-cache-lookup": policy_cache.semantic_lookup,
    "llm-semantic-cache-store": policy_cache.semantic_store,
    "llm-token-limit": policy_models.token_limit,
    "mock-response": policy_messages.mock,
    "quota": counters.quota,
    "rate-limit": counters.rate_limit,
    "rate-limit-by-key": counters.rate_limit_by_key,
    "return-response": policy_messages.return_response,
    "rewrite-uri": policy_messages.rewrite,
    "set-backend-service": policy_messages.set_backend,
    "set-query-parameter": policy_messages.set_query,
    "validate-azure-ad-token": policy_callers.entra_token,
    "validate-client-certificate": policy_callers.certificate,
    "validate-jwt": policy_callers.jwt_token,
}
"""What is played but for `set-header`, which goes by its section, and `retry`, whose content is policies."""
