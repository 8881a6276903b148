"""An independent check of request bodies against Azure's published type tables (`--types DIR`).

The tables are the ones that Bicep is built from: `index.json` names a file and a position per type and version, and the files
are lists of type nodes that refer to one another. This module reads them; when to apply them is decided by who writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Node = dict[str, Any]
REQUIRED, READ_ONLY = 1, 2
FROM_THE_URL = frozenset({"id", "name", "type", "apiversion"})
HALF_CORES = re.compile(r"\.(containers|initContainers)\[\d+\]\.resources\.cpu$")


class Tables:
    """The type tables of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        index: dict[str, str] = json.loads((folder / "index.json").read_text())
        self._places = {name.lower(): place for name, place in index.items()}
        self._read = lru_cache(maxsize=None)(self._load)

    def has(self, type_name: str, version: str) -> bool:
        return f"{type_name}@{version}".lower() in self._places

    def faults(self, type_name: str, version: str, body: Json) -> list[str]:
        """What is wrong with a PUT body, each as `path: what`; empty when nothing is, or when there is no table."""
        place = self._places.get(f"{type_name}@{version}".lower())
        if place is None:
            return [f"(api-version): {version} is not in the type tables of {type_name}"]
        file, _, position = place.partition("#/")
        nodes = self._read(file)
        walk = _Walk(nodes, type_name)
        return [f"{path or '(body)'}: {what}" for path, what in walk.root(nodes[int(position)]["body"], body)]

    def _load(self, file: str) -> list[Node]:
        nodes: list[Node] = json.loads((self._folder / file).read_text())
        return nodes


Finding = tuple[str, str]


class _Walk:
    """One walk of a body along a table."""

    def __init__(self, nodes: list[Node], type_name: str) -> None:
        self._nodes = nodes
        self._is_app = type_name.lower().startswith("microsoft.app/")

    def root(self, reference: Node, body: Json) -> Iterator[Finding]:
        node = self._resolve(reference)
        given = {key: value for key, value in body.items() if key.lower() not in FROM_THE_URL}
        fields = {name: item for name, item in self._fields(node, given).items() if name.lower() not in FROM_THE_URL}
        yield from self._fill(fields, node.get("additionalProperties"), given, "")

    def _resolve(self, reference: Node) -> Node:
        return self._nodes[int(str(reference["$ref"]).rpartition("/")[2])]

    def _check(self, reference: Node, value: Any, path: str) -> Iterator[Finding]:
        if value is None:
            return
        node = self._resolve(reference)
        kind = str(node["$type"])
        if kind in ("ObjectType", "DiscriminatedObjectType"):
            yield from self._object(node, value, path)
        elif kind == "ArrayType":
            yield from self._array(node, value, path)
        elif kind == "UnionType":
            yield from self._union(node, value, path)
        else:
            yield from self._scalar(kind, node, value, path)

    def _object(self, node: Node, value: Any, path: str) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield path, "must be an object"
            return
        if "discriminator" in node:
            tag = value.get(node["discriminator"])
            if tag not in node["elements"]:
                yield f"{path}.{node['discriminator']}", f"'{tag}' is none of {', '.join(node['elements'])}"
                return
        yield from self._fill(self._fields(node, value), node.get("additionalProperties"), value, path)

    def _fields(self, node: Node, value: Json) -> Node:
        if "discriminator" not in node:
            return dict(node["properties"])
        chosen = node["elements"].get(value.get(node["discriminator"]))
        more = self._resolve(chosen)["properties"] if chosen else {}
        return {**node["baseProperties"], **more}

    def _fill(self, fields: Node, others: Node | None, value: Json, path: str) -> Iterator[Finding]:
        spelled = {name.lower(): name for name in fields}
        seen = set()
        for key, item in value.items():
            here = f"{path}.{key}" if path else key
            name = spelled.get(key.lower())
            if name is None:
                if others is None:
                    yield here, "is not a property of this type"
                else:
                    yield from self._check(others, item, here)
                continue
            seen.add(name)
            if fields[name]["flags"] & READ_ONLY:
                yield here, "is read-only"
            else:
                yield from self._check(fields[name]["type"], item, here)
        for name, item in fields.items():
            if name not in seen and item["flags"] & REQUIRED and not item["flags"] & READ_ONLY:
                yield f"{path}.{name}" if path else name, "is required"

    def _array(self, node: Node, value: Any, path: str) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield path, "must be an array"
            return
        if not node.get("minLength", 0) <= len(value) <= node.get("maxLength", len(value)):
            yield path, f"has {len(value)} items, outside {node.get('minLength', 0)} to {node.get('maxLength', 'any')}"
        for place, item in enumerate(value):
            yield from self._check(node["itemType"], item, f"{path}[{place}]")

    def _union(self, node: Node, value: Any, path: str) -> Iterator[Finding]:
        options = [self._resolve(item) for item in node["elements"]]
        if any(not list(self._check(item, value, path)) for item in node["elements"]):
            return
        words = [option["value"] for option in options if option["$type"] == "StringLiteralType"]
        if isinstance(value, str) and any(value.lower() == word.lower() for word in words):
            return
        yield path, f"'{value}' is none of {', '.join(words) or 'the allowed shapes'}"

    def _scalar(self, kind: str, node: Node, value: Any, path: str) -> Iterator[Finding]:
        if kind == "IntegerType" and not (self._is_app and HALF_CORES.search(path)):
            if isinstance(value, bool) or not isinstance(value, int):
                yield path, "must be an integer"
            elif not node.get("minValue", value) <= value <= node.get("maxValue", value):
                yield path, f"{value} is outside {node.get('minValue', 'any')} to {node.get('maxValue', 'any')}"
        elif kind == "BooleanType" and not isinstance(value, bool):
            yield path, "must be true or false"
        elif kind in ("StringType", "StringLiteralType") and not isinstance(value, str):
            yield path, "must be a string"
        elif kind == "StringLiteralType" and value.lower() != node["value"].lower():
            yield path, f"'{value}' is not '{node['value']}'"
        elif kind == "StringType":
            yield from _text(node, value, path)


def _text(node: Node, value: str, path: str) -> Iterator[Finding]:
    if not node.get("minLength", 0) <= len(value) <= node.get("maxLength", len(value)):
        yield path, f"has {len(value)} characters, outside {node.get('minLength', 0)} to {node.get('maxLength', 'any')}"
    pattern = node.get("pattern")
    if pattern and (compiled := _compiled(pattern)) is not None and compiled.search(value) is None:
        yield path, f"'{value}' does not match {pattern}"


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:  # written for another dialect of regular expressions
        return None
