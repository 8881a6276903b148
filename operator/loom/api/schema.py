"""What every model here is made of: frozen, camelCase, bounded, and with rules that are written down once.

A `Rule` holds its sentence, its CEL for the API server, and the same test in Python for where there is no API server
(`loom plan --offline`). A field's docstring is its description in the CRD. This module knows no kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    Strict,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel, to_snake
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from loom.api.durations import PATTERN as DURATION_PATTERN
from loom.api.durations import format_duration, parse_duration


@lru_cache(maxsize=1024)
def field_of(name: str) -> str:
    """A model's field by its name in a manifest (`eventHubs`). Planning asks for the same few in every pass, and working it out is slow."""
    return to_snake(name)


@dataclass(frozen=True)
class Rule:
    """A sentence that holds for an object, as CEL for the API server and as Python for where there is none.

    `field` (camelCase) is what the sentence is about, a member of the object that carries the rule. `holds` judges the object
    as it is. `allows` judges a change, from what was there before to what is to be: for where that is known.
    """

    cel: str
    message: str
    field: str | None = None
    holds: Callable[[Any], bool] | None = None
    allows: Callable[[Any, Any], bool] | None = None

    def as_validation(self) -> dict[str, str]:
        """Print the entry of `x-kubernetes-validations`."""
        path = {"fieldPath": f".{self.field}"} if self.field else {}
        return {"rule": self.cel, "message": self.message, **path}


def immutable(field: str, instead: str, unless: str = "") -> Rule:
    """Refuse any change of `field`, its coming and going included; `instead` says what to do instead.

    `unless`: a field beside it; where that is, before or after the change, the rule says nothing.
    """
    here, before = f"self.{field}", f"oldSelf.{field}"
    name, other = field_of(field), field_of(unless)
    spared = f"has(self.{unless}) || has(oldSelf.{unless}) || " if unless else ""
    held = f"has({here}) == has({before}) && (!has({here}) || {here} == {before})"
    return Rule(
        cel=f"{spared}({held})" if spared else held,
        message=f"{field} cannot be changed; {instead}",
        field=field,
        allows=lambda was, now: bool(
            (other and (getattr(was, other) or getattr(now, other))) or getattr(was, name) == getattr(now, name)
        ),
    )


class Model(BaseModel):
    """A frozen piece of an object, strict about names; its class variable `rules` holds for every instance."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        use_attribute_docstrings=True,
    )

    rules: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="after")
    def _keep_rules(self) -> Self:
        for rule in self.rules:
            if rule.holds is not None and not rule.holds(self):
                raise PydanticCustomError("rule", "{sentence}", {"sentence": rule.message, "field": rule.field})
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Print the rules into the schema; pydantic calls this once a class."""
        printed = handler.resolve_ref_schema(handler(schema))
        if cls.rules:
            printed["x-kubernetes-validations"] = [rule.as_validation() for rule in cls.rules]
        return printed


OWNED_WHOLE = ConfigDict(json_schema_extra={"x-kubernetes-map-type": "atomic"})
"""Of a model that one writer owns from end to end: the API server then keeps one entry of who wrote it, and not one for each field.

A status is the operator's. In a spec it is for the smallest named part of a list, which says one thing: several authors still share the
list, and a hand that adds `deleteAfterDays` to a rule out of git is in conflict with git, where field by field it would go unseen for
ever. Not for what holds parts of its own, nor where another tool may set a single field, as the weight of a backend in a pool.
"""


class StatusModel(Model):
    """A piece of status: what an older or newer operator wrote is read without complaint."""

    model_config = ConfigDict(extra="ignore")


@dataclass(frozen=True)
class Items:
    """How many items a list holds, and how the API server tells them apart: by `key`, by value (set), or not at all."""

    at_most: int
    at_least: int = 0
    kind: Literal["map", "set", "atomic"] = "atomic"
    key: str = "name"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the bounds, and that nothing occurs twice, where there is no API server to do it."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Print the bounds and the list type."""
        printed: dict[str, Any] = {**handler(schema), "maxItems": self.at_most}
        if self.at_least:
            printed["minItems"] = self.at_least
        printed["x-kubernetes-list-type"] = self.kind
        if self.kind == "map":
            printed["x-kubernetes-list-map-keys"] = [self.key]
        return printed

    def key_of(self, item: Any) -> Any:
        """What tells an item of a map apart: its member `key`, which is spelled as people write it."""
        return getattr(item, field_of(self.key))

    def _check(self, items: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self.at_least <= len(items) <= self.at_most:
            raise ValueError(f"there are {len(items)} items; between {self.at_least} and {self.at_most} are allowed")
        keys = [self.key_of(item) if self.kind == "map" else item for item in items]
        twice = next((key for key in keys if keys.count(key) > 1), None) if self.kind != "atomic" else None
        if twice is not None:
            raise ValueError(f"{str(twice)!r} occurs twice")
        return items


def named(at_most: int, at_least: int = 0, key: str = "name") -> Items:
    """Bound a list of objects that are told apart by their name."""
    return Items(at_most, at_least, "map", key)


def distinct(at_most: int, at_least: int = 0) -> Items:
    """Bound a list of values, none of which may occur twice."""
    return Items(at_most, at_least, "set")


def listed(at_most: int, at_least: int = 0) -> Items:
    """Bound a list that is replaced as a whole."""
    return Items(at_most, at_least)


def _read_duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError("a duration is a string, such as 90s, 10m or 1h30m")
    return parse_duration(value)


def arm_id(resource_type: str, longest: int = 600) -> Any:
    """Form the pattern of ids of one type, such as "Microsoft.Network/virtualNetworks"; ARM ids know no case.

    `longest`: fewer characters where the field is in a long list, as Kubernetes reckons with the longest.
    """
    provider = resource_type.replace(".", "[.]")
    return Field(
        pattern=rf"(?i)^/subscriptions/{_GUID}/resourceGroups/[^/\s]+/providers/{provider}/[^/\s]+$", max_length=longest
    )


_GUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

Bool = Annotated[bool, Strict()]
Int = Annotated[int, Strict()]
Line = Annotated[str, Field(min_length=1, max_length=256)]
Guid = Annotated[str, Field(pattern=f"^{_GUID}$", max_length=36)]
Location = Annotated[str, Field(pattern="^[a-z][a-z0-9]*$", max_length=40)]
ResourceGroupName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_().-]*[A-Za-z0-9_()-]$", max_length=90)]
ArmScope = Annotated[
    str, Field(pattern=rf"(?i)^/subscriptions/{_GUID}(/resourceGroups/[^/\s]+(/providers/[^\s]+)?)?$", max_length=600)
]
PartName = Annotated[str, Field(pattern="^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)]
ObjectName = Annotated[str, Field(pattern="^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=63)]
Cidr = Annotated[str, Field(pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$", max_length=18)]
Ipv4 = Annotated[str, Field(pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}$", max_length=15)]
Duration = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    PlainSerializer(format_duration),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN, "maxLength": 16}),
]
Labels = Annotated[Mapping[str, Annotated[str, Field(max_length=63)]], Field(min_length=1, max_length=10)]
