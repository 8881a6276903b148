"""JSON documents: merging, reading and cutting by path. Knows nothing of Azure.

A path is dotted, `[]` stands for every item of a list: `properties.configuration.secrets[].value`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> Json:
    """`below` with all that `above` says put over it: objects merge, everything else replaces. An explicit null replaces too."""
    result: Json = dict(below)
    for key, value in above.items():
        under = result.get(key)
        result[key] = overlay(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return result


def merge_patch(document: Mapping[str, Any], patch: Mapping[str, Any]) -> Json:
    """RFC 7396: null removes, objects merge, everything else replaces."""
    result: Json = dict(document)
    for key, value in patch.items():
        under = result.get(key)
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            result[key] = merge_patch(under if isinstance(under, Mapping) else {}, value)
        else:
            result[key] = value
    return result


def values_at(document: Any, path: str) -> list[Any]:
    """All values at a path; absent ones are left out, nulls too."""
    found = [document]
    for step in path.split("."):
        name, many = step.removesuffix("[]"), step.endswith("[]")
        reached = [item[name] for item in found if isinstance(item, Mapping) and item.get(name) is not None]
        found = [one for item in reached if isinstance(item, list) for one in item] if many else reached
    return found


def value_at(document: Any, path: str) -> Any:
    """The first value at a path, or `None`."""
    found = values_at(document, path)
    return found[0] if found else None


def without(document: Json, paths: tuple[str, ...]) -> Json:
    """A copy in which nothing stands at these paths."""
    if not paths:
        return document
    result: Json = copy.deepcopy(document)
    for path in paths:
        holder, _, last = path.rpartition(".")
        for item in values_at(result, holder) if holder else [result]:
            if isinstance(item, dict):
                item.pop(last, None)
    return result


def without_nulls(document: Any) -> Any:
    """A copy in which no object has a member that is null: ARM takes such a member of a PUT for one that was not sent."""
    if isinstance(document, Mapping):
        return {key: without_nulls(value) for key, value in document.items() if value is not None}
    return [without_nulls(item) for item in document] if isinstance(document, list) else document


def clone(document: Any) -> Any:
    """A copy that shares nothing."""
    return copy.deepcopy(document)
