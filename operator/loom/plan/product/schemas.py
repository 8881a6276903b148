"""What a schema says itself, and what several of them say together: of two statements about one thing the narrower counts.

References are neither followed nor needed here, and what is no schema says nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from loom.plan.product.bodies import Schema
from loom.plan.values import Json

CHOICES = ("oneOf", "anyOf")
NULL = "null"
LOWEST = ("minLength", "minimum", "minItems", "minProperties")
HIGHEST = ("maxLength", "maximum", "maxItems", "maxProperties")


def types_of(schema: Schema) -> frozenset[str]:
    """The types that it may be of; none where it does not say."""
    found = schema.get("type")
    named = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return frozenset(map(str, named)) | ({NULL} if named and schema.get("nullable") is True else frozenset())


def properties_of(schema: Schema) -> Mapping[str, Schema]:
    """The properties that it describes."""
    found = schema.get("properties")
    return {name: one for name, one in found.items() if isinstance(one, Mapping)} if isinstance(found, Mapping) else {}


def required_of(schema: Schema) -> frozenset[str]:
    """The names of the properties that must be there."""
    found = schema.get("required")
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()


def merged(*parts: Schema) -> Schema:
    """What holds where all of these do, without references to others."""
    said = [part for part in map(_bare, parts) if part]
    if len(said) < 2:
        return said[0] if said else {}
    flat: dict[str, Any] = {}
    for one in said:
        flat = {**one, **flat, **dict(_both(flat, one))}
    return flat


def _bare(schema: Schema) -> Schema:
    """What a schema says itself, in one spelling: the types as a list, `const` as an `enum`, and so what is only a tag."""
    left = {
        name: value
        for name, value in schema.items()
        if name not in ("allOf", "$ref", "discriminator", "nullable", *CHOICES)
    }
    if "const" in left:
        left["enum"] = [left.pop("const")]
    if kinds := types_of(schema):
        left["type"] = sorted(kinds)
    left["properties"] = {name: _spelled(one) for name, one in properties_of(schema).items()}
    left["required"] = sorted(required_of(schema))
    return left if any(left.values()) or left.get("additionalProperties") is False else {}


def _spelled(schema: Schema) -> Schema:
    return {**schema, "enum": [schema["const"]]} if "const" in schema else schema


def _both(one: Schema, other: Schema) -> Iterator[tuple[str, Json]]:
    """What two schemas say together of what both speak of."""
    names = properties_of(other)
    twice = {
        name: {"allOf": [mine, names[name]]}
        for name, mine in properties_of(one).items()
        if name in names and mine != names[name]
    }
    yield "properties", {**names, **properties_of(one), **twice}
    yield "required", sorted(required_of(one) | required_of(other))
    if common := _common(types_of(one), types_of(other)):
        yield "type", sorted(common)
    if isinstance(one.get("enum"), list) and isinstance(other.get("enum"), list):
        yield "enum", [value for value in one["enum"] if value in other["enum"]]
    for names_of, narrower in ((LOWEST, max), (HIGHEST, min)):
        for name in names_of:
            if is_number(one.get(name)) and is_number(other.get(name)):
                yield name, narrower(one[name], other[name])
    if False in (one.get("additionalProperties"), other.get("additionalProperties")):
        yield "additionalProperties", False


def _common(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The types that both take: an integer is a number."""
    wholes = (("integer" in mine and "number" in yours) for mine, yours in ((one, other), (other, one)))
    return (one & other) | (frozenset({"integer"}) if any(wholes) else frozenset())


def is_number(value: Json) -> TypeGuard[int | float]:
    """Is it a number, and no truth value?"""
    return isinstance(value, int | float) and not isinstance(value, bool)
