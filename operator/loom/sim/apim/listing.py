"""What all children of a service have in common: `$filter` and `$skip` of their lists, and `If-Match` on changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from loom.sim.apim import refusals
from loom.sim.kinds import Behavior, Kind
from loom.sim.store import Resource
from loom.sim.wire import Request
from loom.sim.world import World

_CALL = re.compile(r"(?P<name>contains|startswith|endswith)\(\s*(?P<field>[\w/]+)\s*,\s*'(?P<value>[^']*)'\s*\)", re.I)
_TERM = re.compile(r"(?P<field>[\w/]+)\s+(?P<name>eq|ne)\s+(?:'(?P<value>[^']*)'|(?P<bare>\w+))", re.I)


class Child(Behavior):
    """A child of a service; most need no more than this."""

    demands_match = True

    def listed(self, world: World, kind: Kind, scope: str, query: Mapping[str, str]) -> list[Resource]:
        return narrowed(world.store.children(scope, kind.name), query)

    def asked(self, world: World, resource: Resource, request: Request) -> None:
        if self.demands_match and world.settings.require_if_match and "if-match" not in request.headers:
            raise refusals.without_match()


def narrowed(resources: Sequence[Resource], query: Mapping[str, str]) -> list[Resource]:
    """Those that `$filter` lets through, without the first `$skip`."""
    text = query.get("$filter", "").strip()
    found = [item for item in resources if not text or _holds(item, text)]
    skip = query.get("$skip", "")
    return found[int(skip) :] if skip.isdigit() else found


def _holds(resource: Resource, text: str) -> bool:
    return any(
        all(_term(resource, term.strip(), text) for term in re.split(r"\s+and\s+", part, flags=re.I))
        for part in re.split(r"\s+or\s+", text, flags=re.I)
    )


def _term(resource: Resource, term: str, text: str) -> bool:
    match = _CALL.fullmatch(term) or _TERM.fullmatch(term)
    if match is None:
        raise refusals.invalid("$filter", f"The query specified in the URI is not valid: '{text}'.")
    field = match["field"].rsplit("/", 1)[-1]
    value = resource.name if field.lower() == "name" else _value(resource, field)
    wanted = (match["value"] if match["value"] is not None else match["bare"]).lower()
    found = str(value if value is not None else "").lower()
    return {
        "contains": wanted in found,
        "startswith": found.startswith(wanted),
        "endswith": found.endswith(wanted),
        "eq": found == wanted,
        "ne": found != wanted,
    }[match["name"].lower()]


def _value(resource: Resource, field: str) -> object:
    return next((value for key, value in resource.properties.items() if key.lower() == field.lower()), None)
