"""Reading an OpenAPI document as an import does: is it valid, what is the API called, and which operations and schemas has it?

Knows no resource. What it refuses and how it names operations is the service's (Azure docs: API import restrictions).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import yaml

from loom.sim.apim.operations import Shapes

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
FORMATS = ("openapi", "openapi+json", "swagger-json")
LONGEST_NAME = 76
SPECIFICATION = {
    "openapi": "https://github.com/OAI/OpenAPI-Specification/blob/master/versions/3.0.1.md",
    "swagger": "https://github.com/OAI/OpenAPI-Specification/blob/master/versions/2.0.md",
}


class Unreadable(Exception):
    """The document is no API description; `faults` are the sentences that the service answers with."""

    def __init__(self, *faults: str) -> None:
        super().__init__(faults[0])
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Description:
    """What an import takes from a document. `operations` maps names to the properties of each."""

    title: str
    words: str
    version: str
    server: str
    operations: dict[str, Json] = field(default_factory=dict)
    schemas: Json = field(default_factory=dict)


class _Loader(yaml.CSafeLoader):
    """Dates stay strings, as in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str, style: str, required_queries: str = "template") -> Description:
    """Read a document sent in one of `FORMATS`. Raises `Unreadable`.

    `required_queries` is `translateRequiredQueryParameters`: `template` puts them into the operation's URL, `query` does not.
    """
    document = _load(text, style)
    key = "swagger" if style == "swagger-json" else "openapi"
    _check(document, key)
    info = document["info"]
    shapes = Shapes(document, required_queries == "template")
    operations: dict[str, Json] = {}
    seen: set[tuple[str, str]] = set()
    for path, item in document["paths"].items():
        for method in METHODS:
            if isinstance(item.get(method), dict):
                made = shapes.operation(path, method, item)
                _refuse_twins(seen, made)
                operations[_free(_name(method, path, item[method]), operations)] = made
    return Description(
        title=str(info["title"]),
        words=str(info.get("description") or ""),
        version=str(info["version"]),
        server=_server(document),
        operations=operations,
        schemas={**_schemas(document), **shapes.inline},
    )


def _load(text: str, style: str) -> Json:
    try:
        document = yaml.load(text, _Loader) if style == "openapi" else json.loads(text)  # noqa: S506 (a safe loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"(Lin: {mark.line}, Col: {mark.column}, Chr: {mark.index})" if mark else "(Lin: 0, Col: 0, Chr: 0)"
        raise Unreadable(f"Parsing error(s): {place} - {place}: {error.problem}.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(f"Parsing error(s): {error}") from None
    if not isinstance(document, dict):
        raise Unreadable("Parsing error(s): Cannot infer scheme from the document.")
    return document


def _check(document: Json, key: str) -> None:
    version = str(document.get(key, ""))
    faults = []
    if not re.match(r"3\.[01]\." if key == "openapi" else r"2\.0$", version):
        faults.append(f"Parsing error(s): OpenAPI specification version '{version}' is not supported.")
    info = document.get("info")
    for name in ("title", "version"):
        if not isinstance(info, dict) or info.get(name) is None:
            faults.append(f"Parsing error(s): The field '{name}' in 'info' object is REQUIRED. [#/info]")
    paths = document.get("paths")
    if not isinstance(paths, dict):
        faults.append("Parsing error(s): The field 'paths' in 'document' object is REQUIRED. [#/]")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        faults += _path_faults(str(path), item, answers=not version.startswith("3.1."))
    if faults:
        where = SPECIFICATION[key]
        closing = f"Parsing error(s): The input OpenAPI file is not valid for the OpenAPI specification {where}."
        raise Unreadable(*faults, closing)


def _path_faults(path: str, item: Any, answers: bool) -> list[str]:
    """`answers`: an operation must say what it answers, as it must before 3.1."""
    pointer = path.replace("~", "~0").replace("/", "~1")
    if not path.startswith("/"):
        return [f"Parsing error(s): The path item name '{path}' MUST begin with a slash. [#/paths/{pointer}]"]
    if not isinstance(item, dict):
        return [f"Parsing error(s): The path item of '{path}' is no object. [#/paths/{pointer}]"]
    return [
        f"Parsing error(s): The field 'responses' in 'operation' object is REQUIRED. [#/paths/{pointer}/{method}]"
        for method in METHODS
        if method in item and not (isinstance(item[method], dict) and _says(item[method], answers))
    ]


def _says(operation: Json, answers: bool) -> bool:
    return isinstance(operation.get("responses"), dict) or (not answers and "responses" not in operation)


def _refuse_twins(seen: set[tuple[str, str]], operation: Json) -> None:
    """Two operations of one method must not have URLs that differ only in the names of their parameters."""
    key = (operation["method"], re.sub(r"\{[^}]*\}", "{}", operation["urlTemplate"]))
    if key in seen:
        raise Unreadable(f"Operation with the same method and URL template already exists: {' '.join(key)}")
    seen.add(key)


def _name(method: str, path: str, operation: Json) -> str:
    wished = str(operation.get("operationId") or f"{method}-{path}").lower()
    return re.sub(r"[^a-z0-9]+", "-", wished).strip("-")[:LONGEST_NAME].strip("-") or method


def _free(name: str, taken: Json) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name[: LONGEST_NAME - 4]}-{number}"
    return found


def _server(document: Json) -> str:
    if "swagger" in document:
        if not document.get("host"):
            return ""
        scheme = (document.get("schemes") or ["https"])[0]
        return f"{scheme}://{document['host']}{document.get('basePath', '')}".rstrip("/")
    servers = document.get("servers") or [{}]
    url = str(servers[0].get("url") or "")
    for name, variable in (servers[0].get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    return url.rstrip("/") if urljoin(url, "/").startswith("http") else ""


def _schemas(document: Json) -> Json:
    if "swagger" in document:
        return dict(document.get("definitions") or {})
    return dict((document.get("components") or {}).get("schemas") or {})
