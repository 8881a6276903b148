"""What policies do to a call. Documents nest by `<base />`: operation in API in product in service.

What is not played is a 501 that names the element, so that nobody takes silence for obedience.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

from loom.sim.apim import counters, upstream
from loom.sim.apim.call import Answered, Call, refuse
from loom.sim.apim.places import NAMED_VALUES
from loom.sim.apim.policies import NAMED_VALUE, document_of
from loom.sim.apim.policy_xml import Element, is_expression
from loom.sim.wire import Response

Effect = Callable[[Call, Element], None]
CALLER = "x-forwarded-for"
LOOPBACK = "127.0.0.1"


def run(call: Call) -> None:
    """Inbound, backend, outbound; the answer is in the call, or raised as `Answered`."""
    for element in statements(call, "inbound"):
        _apply(call, element, "inbound")
    for element in statements(call, "backend"):
        _apply(call, element, "backend")
    for element in statements(call, "outbound"):
        _apply(call, element, "outbound")


def preflight(call: Call) -> None:
    """A preflight shows no key: the `cors` policy in force answers it before anything else is asked."""
    if call.request.method != "OPTIONS":
        return
    for element in statements(call, "inbound"):
        if element.name == "cors":
            _cors(call, element)
    if call.route.operation is None:
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
    values = {
        str(item.properties.get("displayName")): str(item.hidden.get("value", ""))
        for item in call.world.store.children(call.service.id, NAMED_VALUES)
    }
    put: Callable[[str], str] = lambda text: NAMED_VALUE.sub(lambda match: values.get(match[1], ""), text)  # noqa: E731
    attributes = {key: put(value) for key, value in element.attributes.items()}
    content = [
        _filled(call, item) if isinstance(item, Element) else put(item) if isinstance(item, str) else item
        for item in element.content
    ]
    return Element(element.name, attributes, element.line, element.column, content)


def _apply(call: Call, element: Element, section: str) -> None:
    effect = EFFECTS.get(element.name)
    if effect is None:
        raise refuse(501, f"The simulated gateway does not play the policy '{element.name}'.")
    if any(is_expression(text) for item in element.all() for text in (*item.attributes.values(), item.text)):
        raise refuse(501, f"The simulated gateway does not run the policy expression in '{element.name}'.")
    if element.name == "set-header" and section == "outbound":
        _set_header(call.answer_headers, element, element.attributes["name"])
        return
    effect(call, element)


def _set_header(headers: dict[str, str], element: Element, name: str) -> None:
    action = element.attributes.get("exists-action", "override")
    known = next((key for key in headers if key.lower() == name.lower()), None)
    values = ",".join(item.text for item in element if item.name == "value")
    if action == "delete":
        headers.pop(known or name, None)
    elif known is None:
        headers[name] = values
    elif action == "append":
        headers[known] = f"{headers[known]},{values}"
    elif action == "override":
        headers[known] = values


def _request_header(call: Call, element: Element) -> None:
    _set_header(call.headers, element, element.attributes["name"].lower())


def _set_query(call: Call, element: Element) -> None:
    name, action = element.attributes["name"].lower(), element.attributes.get("exists-action", "override")
    if action == "delete":
        call.query.pop(name, None)
    elif action != "skip" or name not in call.query:
        call.query[name] = ",".join(item.text for item in element if item.name == "value")


def _set_backend(call: Call, element: Element) -> None:
    if "backend-id" in element.attributes:
        upstream.choose_backend(call, element.attributes["backend-id"])
    else:
        call.backend = element.attributes.get("base-url", call.backend)


def _rewrite(call: Call, element: Element) -> None:
    """The template may use the operation's parameters."""
    template, _, queries = element.attributes["template"].partition("?")
    operation = call.route.operation
    pattern = str(operation.properties["urlTemplate"]).partition("?")[0] if operation else ""
    named = re.sub(r"\{\*?(\w+)\}", r"(?P<\1>[^/]+)", pattern)
    match = re.fullmatch(named, call.route.rest.rstrip("/") or "/", re.IGNORECASE) if named else None
    values = match.groupdict() if match else {}
    call.path = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], ""), template)
    for pair in queries.split("&") if queries else ():
        key, _, value = pair.partition("=")
        call.query[key.lower()] = value


def _mock(call: Call, element: Element) -> None:
    code = int(element.attributes.get("status-code", "200"))
    kind = element.attributes.get("content-type", "application/json")
    raise Answered(Response(code, "" if code == 204 else "{}", {"Content-Type": kind}))


def _ip_filter(call: Call, element: Element) -> None:
    caller = ipaddress.ip_address(call.request.headers.get(CALLER, LOOPBACK).split(",")[0].strip())
    listed = any(_covers(item, caller) for item in element)
    if listed != (element.attributes["action"] == "allow"):
        raise refuse(403, "Forbidden")


def _covers(item: Element, caller: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if item.name == "address":
        return caller in ipaddress.ip_network(item.text, strict=False)
    first, last = (ipaddress.ip_address(item.attributes[key]) for key in ("from", "to"))
    return int(first) <= int(caller) <= int(last)


def _cors(call: Call, element: Element) -> None:
    origin = call.request.headers.get("origin")
    if origin is None:
        return
    allowed = _words(element, "allowed-origins", "origin")
    if not {"*", origin} & set(allowed):
        if element.attributes.get("terminate-unmatched-request", "true") == "true":
            raise Answered(Response(200))
        return
    headers = {"Access-Control-Allow-Origin": origin if "*" not in allowed else "*"}
    if element.attributes.get("allow-credentials") == "true":
        headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
    asked = call.request.headers.get("access-control-request-method")
    if call.request.method != "OPTIONS" or asked is None:
        call.answer_headers.update(headers)
        return
    methods = _words(element, "allowed-methods", "method") or ["GET", "POST"]
    headers["Access-Control-Allow-Methods"] = asked if "*" in methods else ",".join(methods)
    headers["Access-Control-Allow-Headers"] = ",".join(_words(element, "allowed-headers", "header"))
    raise Answered(Response(200, None, headers))


def _words(element: Element, holder: str, name: str) -> list[str]:
    found = element.child(holder)
    return [item.text for item in found if item.name == name] if found else []


EFFECTS: dict[str, Effect] = {
    "cors": _cors,
    "forward-request": lambda call, element: upstream.call_backend(call),
    "ip-filter": _ip_filter,
    "mock-response": _mock,
    "quota": counters.quota,
    "rate-limit": counters.rate_limit,
    "rewrite-uri": _rewrite,
    "set-backend-service": _set_backend,
    "set-header": _request_header,
    "set-query-parameter": _set_query,
}
