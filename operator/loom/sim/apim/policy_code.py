"""The few policy expressions that the simulated gateway can run: properties of the call put together, and statuses compared.

No code is ever evaluated: what is not of exactly these two shapes is a 501 that says so.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from loom.sim.apim.call import Call, refuse
from loom.sim.apim.places import root_of
from loom.sim.apim.policy_xml import Element, is_expression

CALLER = "x-forwarded-for"
LOOPBACK = "127.0.0.1"
_STATUS = re.compile(r"context\.Response\.StatusCode == (\d{3})")


def caller_of(call: Call) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Where the call comes from."""
    return ipaddress.ip_address(call.request.headers.get(CALLER, LOOPBACK).split(",")[0].strip())


_PROPERTIES: dict[str, Callable[[Call], str]] = {
    "context.Api.Id": lambda call: root_of(call.route.api.name),
    "context.Operation.Id": lambda call: call.route.operation.name if call.route.operation else "",
    "context.Product.Id": lambda call: call.entered.product.name if call.entered.product else "",
    "context.Request.IpAddress": lambda call: str(caller_of(call)),
    "context.Subscription.Id": lambda call: call.entered.subscription.name if call.entered.subscription else "",
}


def text_of(call: Call, code: str, policy: str) -> str:
    """The value of `@(context.Api.Id + context.Subscription.Id)` and the like. Answers 501 for any other expression."""
    parts = code.strip().removeprefix("@(").removesuffix(")").split(" + ")
    if not all(part in _PROPERTIES for part in parts):
        raise refuse(501, f"The simulated gateway does not run the policy expression in '{policy}'.")
    return "".join(_PROPERTIES[part](call) for part in parts)


def holds(call: Call, code: str, policy: str) -> bool:
    """Is the status one of `@(context.Response.StatusCode == 429 || …)`? Answers 501 for any other expression."""
    found = [_STATUS.fullmatch(part) for part in code.strip().removeprefix("@(").removesuffix(")").split(" || ")]
    if not all(found):
        raise refuse(501, f"The simulated gateway does not run the policy expression in '{policy}'.")
    return call.status in {int(match[1]) for match in found if match}


def evaluated(call: Call, policy: Element) -> Element:
    """The policy with the values of its expressions. Answers 501 for what cannot be run."""
    return _evaluated(call, policy, policy.name)


def _evaluated(call: Call, element: Element, policy: str) -> Element:
    put: Callable[[str], str] = lambda text: text_of(call, text, policy) if is_expression(text) else text  # noqa: E731
    content = [
        _evaluated(call, item, policy) if isinstance(item, Element) else put(item) if isinstance(item, str) else item
        for item in element.content
    ]
    attributes = {name: put(value) for name, value in element.attributes.items()}
    return Element(element.name, attributes, element.line, element.column, content)
