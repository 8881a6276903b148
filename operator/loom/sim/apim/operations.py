"""One operation of an OpenAPI document in the shape of `apis/operations`: template, parameters, request, responses.

Schemas of bodies are called by their types' names; one that is described in place gets a name of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]
BODILESS = ("get", "head", "options")


class Shapes:
    """Turns operations of one document. `required_in_template`: required query parameters become part of the URL."""

    def __init__(self, document: Json, required_in_template: bool) -> None:
        self._document = document
        self._required_in_template = required_in_template
        self.inline: Json = {}  # schemas that were described in place, by the names that they got

    def operation(self, path: str, method: str, item: Json) -> Json:
        """The properties of the operation that the service makes of one method of a path."""
        source = item[method]
        parameters = self._parameters(item, source)
        inside = [one for one in parameters if one.get("in") == "path"]
        queries = [one for one in parameters if one.get("in") == "query"]
        if self._required_in_template:
            inside += [one for one in queries if one.get("required")]
            queries = [one for one in queries if not one.get("required")]
        return {
            "displayName": str(source.get("summary") or source.get("operationId") or f"{path} - {method.upper()}")[
                :300
            ],
            "method": method.upper(),
            "urlTemplate": path + _in_template(one for one in inside if one.get("in") == "query"),
            "templateParameters": [self._parameter(one, required=True) for one in inside],
            "description": str(source.get("description") or "")[:1000],
            "request": {
                "queryParameters": [self._parameter(one) for one in queries],
                "headers": [self._parameter(one) for one in parameters if one.get("in") == "header"],
                "representations": []
                if method in BODILESS
                else self._body(source, parameters, _type_name(path, method)),
            },
            "responses": self._responses(source, _type_name(path, method)),
            "policies": None,
        }

    def _parameters(self, item: Json, source: Json) -> list[Json]:
        """Those of the path and of the operation; the operation's win."""
        found: dict[tuple[str, str], Json] = {}
        for raw in [*(item.get("parameters") or []), *(source.get("parameters") or [])]:
            one = self._followed(raw)
            found[(str(one.get("in")), str(one.get("name")))] = one
        return list(found.values())

    def _followed(self, value: Json) -> Json:
        """What a local `$ref` points at; an external or circular one is left as it is."""
        for _ in range(8):
            reference = str(value.get("$ref") or "")
            if not reference.startswith("#/"):
                return value
            target: Any = self._document
            for step in reference[2:].split("/"):
                target = target.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(target, dict) else {}
            value = target if isinstance(target, dict) else {}
        return value

    def _parameter(self, source: Json, *, required: bool = False) -> Json:
        schema = self._followed(source.get("schema") or source)
        kind = schema.get("type", "string")
        shaped: Json = {
            "name": str(source.get("name")),
            "type": str(kind[0] if isinstance(kind, list) else kind),
            "values": [str(value) for value in schema.get("enum") or []],
        }
        if source.get("description"):
            shaped["description"] = str(source["description"])
        if required or source.get("required"):
            shaped["required"] = True
        if "default" in schema:
            shaped["defaultValue"] = str(schema["default"])
        return shaped

    def _body(self, source: Json, parameters: list[Json], name: str) -> list[Json]:
        name = f"{name}Request"
        if "swagger" in self._document:
            sent = next((one for one in parameters if one.get("in") == "body"), None)
            kinds = source.get("consumes") or self._document.get("consumes") or ["application/json"]
            return [self._representation(kind, sent.get("schema"), name) for kind in kinds] if sent else []
        return self._kinds(self._followed(source.get("requestBody") or {}).get("content"), name)

    def _kinds(self, content: Any, name: str) -> list[Json]:
        found = content.items() if isinstance(content, dict) else ()
        return [self._representation(str(kind), (media or {}).get("schema"), name) for kind, media in found]

    def _representation(self, kind: str, schema: Any, name: str) -> Json:
        if not isinstance(schema, dict):
            return {"contentType": kind}
        reference = str(schema.get("$ref") or "")
        if not reference.startswith(("#/components/schemas/", "#/definitions/")):
            reference = name if self.inline.setdefault(name, schema) == schema else f"{name}{_words(kind)}"
            self.inline[reference] = schema
        return {"contentType": kind, "typeName": reference.rpartition("/")[2]}

    def _answers(self, answer: Json, source: Json, name: str) -> list[Json]:
        if "swagger" in self._document:
            kinds = source.get("produces") or self._document.get("produces") or ["application/json"]
            return [self._representation(kind, answer["schema"], name) for kind in kinds] if "schema" in answer else []
        return self._kinds(answer.get("content"), name)

    def _responses(self, source: Json, name: str) -> list[Json]:
        """Only those with a number: the service has no place for `default`."""
        found = []
        for code, raw in source.get("responses", {}).items():
            if str(code).isdigit():
                answer = self._followed(raw or {})
                headers = [{"name": name, "type": "string", "values": []} for name in answer.get("headers") or {}]
                shaped = {
                    "statusCode": int(code), "description": str(answer.get("description") or ""),
                    "representations": self._answers(answer, source, f"{name}{code}Response"), "headers": headers,
                }  # fmt: skip
                found.append(shaped)
        return found


def _in_template(queries: Iterable[Json]) -> str:
    pairs = [f"{one['name']}={{{one['name']}}}" for one in queries]
    return f"?{'&'.join(pairs)}" if pairs else ""


def _type_name(path: str, method: str) -> str:
    return _words(f"{path}/{method}")


def _words(text: str) -> str:
    return "".join(word.capitalize() for word in re.findall("[A-Za-z0-9]+", text))
