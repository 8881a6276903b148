"""Azure's own word on what may be called: the routes inside the azure-mgmt wheels, and the api-versions of the type tables.

The wheels are generated from Azure's specifications: a function `build_..._request` with a URL template and a method, and a method
that calls it and names the status codes that it takes. They are read as text, because importing them all takes seconds. Routes
that would fit anything (`/{resourceId}`, the generic provider paths) prove nothing and are left out.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import azure.mgmt.core

from support.oracles import ROOT

_BUILDER = re.compile(r'^def (build_\w+_request)\(.*?^    return HttpRequest\(method="(\w+)"', re.DOTALL | re.MULTILINE)
_TEMPLATE = re.compile(r'_url = (?:kwargs\.pop\(\s*"template_url",)?[\s(]*((?:"[^"]*"\s*)+)')
_CALL = re.compile(r"\b_?request = (build_\w+_request)\(.*?status_code not in \[([\d, ]*)\]", re.DOTALL)


@dataclass(frozen=True)
class Route:
    """One operation: what it asks, and the status codes that its SDK takes for success."""

    method: str
    template: str
    takes: frozenset[int] = frozenset()


class Routes:
    """A table of routes that requests are looked up in."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._found: dict[str, list[tuple[re.Pattern[str], Route]]] = {}
        for route in routes:
            if _is_specific(route.template):
                self._found.setdefault(route.method, []).append((_pattern(route.template), route))

    def has(self, method: str, path: str) -> bool:
        """Is there an operation for this request? Literal segments are compared as ARM does, without case."""
        return any(True for _ in self._matching(method, path))

    def takes(self, method: str, path: str) -> frozenset[int]:
        """The status codes that any operation for this request takes."""
        return frozenset().union(*(route.takes for route in self._matching(method, path)))

    def _matching(self, method: str, path: str) -> Iterator[Route]:
        return (route for pattern, route in self._found.get(method, ()) if pattern.fullmatch(path.rstrip("/")))


@cache
def official_routes() -> Routes:
    """The routes of every azure-mgmt wheel that is installed."""
    installed = Path(azure.mgmt.core.__file__).parents[1]
    modules = (path for path in installed.rglob("operations/*.py") if "aio" not in path.parts)
    return Routes(route for module in modules for route in read_routes(module.read_text(encoding="utf-8")))


def read_routes(source: str) -> list[Route]:
    """The routes in the source of one operations module."""
    takes = {name: frozenset(map(int, codes.split(","))) for name, codes in _CALL.findall(source)}
    found = []
    for builder in _BUILDER.finditer(source):
        template = _TEMPLATE.search(builder[0])
        if template is not None:
            url = "".join(re.findall(r'"([^"]*)"', template[1]))
            found.append(Route(builder[2], url, takes.get(builder[1], frozenset())))
    return found


@cache
def official_versions() -> frozenset[str]:
    """Every `type@api-version` of the type tables, in lower case; empty where this machine has no tables."""
    folder = Path(os.environ.get("LOOM_AZURE_TYPES") or ROOT.parent / "shared" / "azure-types")
    index = folder / "index.json"
    return frozenset(name.lower() for name in json.loads(index.read_text())) if index.is_file() else frozenset()


def _is_specific(template: str) -> bool:
    """Does the route name what it is for: a provider, or subscriptions and groups themselves?"""
    _, sign, named = template.lower().rpartition("/providers/")
    return not named.startswith("{") if sign else template.lower().startswith("/subscriptions")


def _pattern(template: str) -> re.Pattern[str]:
    """A parameter stands for one segment; at the start of a template it is a scope, which may be any number of them."""
    segments = template.strip("/").split("/")
    parts = [re.escape(s) if not s.startswith("{") else ("[^/]+" if n else ".+") for n, s in enumerate(segments)]
    return re.compile("/" + "/".join(parts), re.IGNORECASE)
