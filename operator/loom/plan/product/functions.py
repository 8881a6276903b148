"""The HTTP functions of a Function App as an OpenAPI document: what Azure lists of them is all that is known, so bodies are not described.

Where a function is routed stands in its binding (Azure docs: Azure Functions HTTP trigger); what stands before all routes is the app's
own setting, which only the address shows that Azure tells of a function.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from loom.plan.product.contract import IMPORTED
from loom.plan.values import Json, at

_EVERY_METHOD = ("get", "post", "put", "patch", "delete")  # of a function that names none
_PARAMETER = re.compile(r"\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<kind>[a-z]+)[^{}?]*)?(?P<optional>\?)?\}")
_TYPES = {
    "int": "integer",
    "long": "integer",
    "decimal": "number",
    "double": "number",
    "float": "number",
    "bool": "boolean",
}
_ANYBODY = "anonymous"


class FunctionsError(ValueError):
    """Functions that make no API, in words that follow the app's name."""


@dataclass(frozen=True, slots=True)
class _Function:
    """One HTTP function. `path` is where the app answers for it, as far as Azure tells."""

    name: str
    route: str
    methods: tuple[str, ...]
    level: str
    path: str


def document(app: str, listed: Iterable[Mapping[str, Json]], prefix: str, *, is_shown_a_key: bool) -> str:
    """The document, as JSON, of the functions of an app as ARM lists them. `prefix`: what stands before their routes, such as /api.

    Raises `FunctionsError`.
    """
    functions = sorted(_http(listed), key=lambda function: function.name.lower())
    if not functions:
        raise FunctionsError("has no function with an HTTP trigger that is turned on")
    paths: dict[str, dict[str, Any]] = {}
    for function in functions:
        _check(function, prefix, is_shown_a_key)
        for url, suffix in _urls(function):
            operations = {method: _operation(function, method, url, suffix) for method in function.methods}
            paths[url] = {**paths.get(url, {}), **operations}
    root = {"openapi": "3.0.3", "info": {"title": app, "version": "1"}, "paths": paths}
    return json.dumps(root, sort_keys=True)


def _http(listed: Iterable[Mapping[str, Json]]) -> Iterator[_Function]:
    for body in listed:
        # The app's author writes these by hand, and may write anything.
        bindings = at(body, "properties.config.bindings")
        triggers = [one for one in bindings if _is_http(one)] if isinstance(bindings, list) else []
        if not triggers or at(body, "properties.isDisabled"):
            continue
        trigger, name = triggers[0], str(body.get("name") or "").rpartition("/")[2]
        named = trigger.get("methods") if isinstance(trigger.get("methods"), list) else None
        methods = tuple(sorted({str(method).lower() for method in named or _EVERY_METHOD} & IMPORTED))
        if not methods:
            continue
        route = str(trigger.get("route") or name).strip("/")
        path = urlsplit(str(at(body, "properties.invoke_url_template") or "")).path
        yield _Function(name, route, methods, str(trigger.get("authLevel") or "function").lower(), path)


def _is_http(binding: Json) -> TypeGuard[Mapping[str, Json]]:
    return isinstance(binding, Mapping) and str(binding.get("type") or "").lower() == "httptrigger"


def _check(function: _Function, prefix: str, is_shown_a_key: bool) -> None:
    if "{*" in function.route:
        raise FunctionsError(
            f"routes {function.name} by the rest of a path ({function.route}), which is no one operation; describe the API by openapi"
        )
    if function.path and not f"{function.path}/".lower().startswith(f"{prefix}/".lower()):
        raise FunctionsError(
            f"answers for {function.name} at {function.path}, not below {prefix or '/'}; set path to what its host.json says (routePrefix)"
        )
    if function.level != _ANYBODY and not is_shown_a_key:
        raise FunctionsError(
            f"lets nobody call {function.name} without a key (authLevel {function.level}); set key to have one made, keyRef to "
            "where one is, or audience"
        )


def _urls(function: _Function) -> Iterator[tuple[str, str]]:
    """The path of a route, and one without its last parameter where that may be left out; each with what ends its operations' names."""
    yield _plain(function.route), ""
    shorter, _, last = function.route.rpartition("/")
    found = _PARAMETER.fullmatch(last)
    if found and found["optional"]:
        yield _plain(shorter), "-all"


def _plain(route: str) -> str:
    return "/" + _PARAMETER.sub(lambda found: f"{{{found['name']}}}", route)


def _operation(function: _Function, method: str, url: str, suffix: str) -> dict[str, Json]:
    """Called as the portal's import calls it: `get-orders`."""
    parameters: Json = [
        {"name": found["name"], "in": "path", "required": True, "schema": {"type": _TYPES.get(found["kind"], "string")}}
        for found in _PARAMETER.finditer(function.route)
        if f"{{{found['name']}}}" in url
    ]
    return {
        "operationId": f"{method}-{function.name}{suffix}",
        "summary": function.name,
        **({"parameters": parameters} if parameters else {}),
        "responses": {"200": {"description": f"What {function.name} answers"}},
    }
