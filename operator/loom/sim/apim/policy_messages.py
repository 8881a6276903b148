"""Policies that change a call or its answer, or answer themselves."""

from __future__ import annotations

import re

from loom.sim.apim import pools
from loom.sim.apim.call import Answered, Call
from loom.sim.apim.policy_xml import Element
from loom.sim.wire import Response


def set_header(call: Call, element: Element, section: str) -> None:
    """Of the request on its way in, of the answer on its way out and after a failure."""
    name = element.attributes["name"]
    if section in ("inbound", "backend"):
        _put(call.headers, element, name.lower())
    else:
        _put(call.answer_headers, element, name)


def _put(headers: dict[str, str], element: Element, name: str) -> None:
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


def set_query(call: Call, element: Element) -> None:
    """A parameter of the query."""
    name, action = element.attributes["name"].lower(), element.attributes.get("exists-action", "override")
    if action == "delete":
        call.query.pop(name, None)
    elif action != "skip" or name not in call.query:
        call.query[name] = ",".join(item.text for item in element if item.name == "value")


def set_backend(call: Call, element: Element) -> None:
    """Where the call goes: an entity of the service, or an address."""
    if "backend-id" in element.attributes:
        call.backend_name = element.attributes["backend-id"]
        pools.find(call, call.backend_name)
    else:
        call.backend_name, call.backend = "", element.attributes.get("base-url", call.backend)


def rewrite(call: Call, element: Element) -> None:
    """The template may use the operation's parameters; without `copy-unmatched-params` nothing but its own query goes along."""
    template, _, queries = element.attributes["template"].partition("?")
    operation = call.route.operation
    pattern = str(operation.properties["urlTemplate"]).partition("?")[0] if operation else ""
    named = re.sub(r"\{\*?(\w+)\}", r"(?P<\1>[^/]+)", pattern)
    match = re.fullmatch(named, call.route.rest.rstrip("/") or "/", re.IGNORECASE) if named else None
    values = match.groupdict() if match else {}
    call.path = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], ""), template)
    if element.attributes.get("copy-unmatched-params", "true") == "false":
        call.query.clear()
    for pair in queries.split("&") if queries else ():
        key, _, value = pair.partition("=")
        call.query[key.lower()] = value


def mock(call: Call, element: Element) -> None:
    """An empty object in the place of the document's examples."""
    code = int(element.attributes.get("status-code", "200"))
    kind = element.attributes.get("content-type", "application/json")
    raise Answered(Response(code, "" if code == 204 else "{}", {"Content-Type": kind}))


def return_response(call: Call, element: Element) -> None:
    """The answer that the policy holds."""
    call.status, call.body = 200, None
    call.answer_headers.clear()
    for item in element:
        if item.name == "set-status":
            call.status = int(item.attributes["code"])
        elif item.name == "set-body":
            call.body = item.text
        else:
            set_header(call, item, "outbound")
    raise Answered(call.response())
