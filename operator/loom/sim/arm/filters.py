"""`$filter` of lists: the few forms that ARM's resource lists take. Anything else is refused as ARM refuses it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loom.sim.errors import bad_request
from loom.sim.ids import group_of
from loom.sim.regions import normal
from loom.sim.store import Resource

_TERM = re.compile(r"\s*(?P<field>\w+)\s+(?P<op>eq|ne)\s+'(?P<value>(?:[^']|'')*)'\s*", re.IGNORECASE)
_STARTS = re.compile(r"\s*startswith\(\s*tagName\s*,\s*'(?P<value>[^']*)'\s*\)\s*", re.IGNORECASE)


def matching(resources: Sequence[Resource], text: str) -> list[Resource]:
    """Those that a filter of terms joined by `and` (or all `or`) lets through."""
    if not text.strip():
        return list(resources)
    joined_by_or = re.search(r"'\s+or\s+", text, re.IGNORECASE) is not None
    terms = re.split(r"(?<=['\)])\s+(?:and|or)\s+", text, flags=re.IGNORECASE)
    parsed = [_parse(term, text) for term in terms]
    tag = next((value for field, op, value in parsed if field == "tagname"), None)
    holds = any if joined_by_or else all
    return [item for item in resources if holds(_holds(item, term, tag) for term in parsed)]


def _parse(term: str, text: str) -> tuple[str, str, str]:
    starts = _STARTS.fullmatch(term)
    if starts is not None:
        return "tagname", "startswith", starts["value"]
    match = _TERM.fullmatch(term)
    if match is None or match["field"].lower() not in (
        "tagname",
        "tagvalue",
        "resourcetype",
        "resourcegroup",
        "location",
        "name",
    ):
        raise bad_request("InvalidFilterInQueryString", f"Invalid $filter '{text}' specified in the query string.")
    return match["field"].lower(), match["op"].lower(), match["value"].replace("''", "'")


def _holds(resource: Resource, term: tuple[str, str, str], tag: str | None) -> bool:
    field, operator, value = term
    tags = resource.body.get("tags") or {}
    if field == "tagname":
        return any(
            key.lower().startswith(value.lower()) if operator == "startswith" else key.lower() == value.lower()
            for key in tags
        )
    found = {
        "tagvalue": next(
            (str(item) for key, item in tags.items() if tag is not None and key.lower() == tag.lower()), ""
        ),
        "resourcetype": resource.type,
        "resourcegroup": group_of(resource.id),
        "location": normal(str(resource.body.get("location", ""))),
        "name": resource.name,
    }[field]
    wanted = normal(value) if field == "location" else value
    same = found == wanted if field == "tagvalue" else found.lower() == wanted.lower()
    return same if operator == "eq" else not same
