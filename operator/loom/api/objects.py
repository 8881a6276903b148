"""From a Kubernetes object, as parsed from JSON or YAML, to its typed spec, or to sentences about what is wrong with it.

What the API server refuses is refused here too (changes excepted: they need the object as it was before), so that
`loom plan --offline` says what `kubectl apply` would.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from loom.api.crds import structural
from loom.api.kinds import API_VERSION, KINDS, LONGEST_NAME, Kind
from loom.api.schema import Model

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True)
class Problem:
    """What is wrong, in a sentence, and where, as a path such as spec.network.subnets[0].cidr."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}"


class SpecError(ValueError):
    """An object that cannot be what it says; `problems` has every one that was found, at least one."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def parse(kind: Kind, obj: Mapping[str, Any]) -> Any:
    """Build the spec of an object of that kind: an instance of `kind.spec`. SpecError when it cannot be one."""
    problems = _about_metadata(obj)
    spec = obj.get("spec")
    if not isinstance(spec, Mapping):
        raise SpecError(*problems, Problem("spec", "is required" if spec is None else "is an object of fields"))
    try:
        parsed: Model = kind.spec.model_validate(spec)
    except ValidationError as error:
        problems += [_problem(kind, details) for details in error.errors(include_url=False, include_context=True)]
    if problems:
        raise SpecError(*problems)
    return parsed


def identify(obj: Mapping[str, Any]) -> Kind:
    """Find the kind of an object by its apiVersion and kind. SpecError when it is none of ours."""
    if obj.get("apiVersion") != API_VERSION:
        raise SpecError(Problem("apiVersion", f"is {obj.get('apiVersion')!r}; this operator knows {API_VERSION}"))
    kind = KINDS.get(str(obj.get("kind")))
    if kind is None:
        raise SpecError(Problem("kind", f"is {obj.get('kind')!r}; known are {', '.join(KINDS)}"))
    return kind


def _about_metadata(obj: Mapping[str, Any]) -> list[Problem]:
    metadata = obj.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if not isinstance(name, str) or not name:
        return [Problem("metadata.name", "is required")]
    if len(name) > LONGEST_NAME:
        return [Problem("metadata.name", f"has {len(name)} characters; {LONGEST_NAME} are allowed")]
    if not _NAME.fullmatch(name):
        return [
            Problem("metadata.name", "has lower-case letters, digits, - and . only, and begins and ends with no sign")
        ]
    return []


def _problem(kind: Kind, details: ErrorDetails) -> Problem:
    where = [*details["loc"]]
    context = details.get("ctx", {})
    if context.get("field"):
        where.append(context["field"])
    path = "spec" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)
    return Problem(path, _sentence(kind, details))


def _sentence(kind: Kind, details: ErrorDetails) -> str:
    match details["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            *parent, name = details["loc"]
            near = get_close_matches(str(name), _schema_at(kind, parent).get("properties", ()), n=1)
            return "is not a field here" + (f"; did you mean {near[0]}?" if near else "")
        case "value_error":
            return details["msg"].removeprefix("Value error, ")
        case "string_pattern_mismatch":
            meaning = _schema_at(kind, details["loc"]).get("description", "").partition(". ")[0].rstrip(".")
            words = f"{details['input']!r} does not match {details['ctx']['pattern']}"
            return f"{words} ({meaning})" if meaning else words
        case "dict_type" | "model_type":
            return "is an object of fields"
        case "tuple_type":
            return "is a list"
        case _:
            return details["msg"][:1].lower() + details["msg"][1:]


def _schema_at(kind: Kind, where: Sequence[int | str]) -> Mapping[str, Any]:
    """The schema of the field at this place of a spec, empty where there is none."""
    schema: Mapping[str, Any] = structural(kind.spec)
    for part in where:
        fields = schema.get("properties", {})
        schema = fields.get(part) or schema.get("items") or schema.get("additionalProperties") or {}
    return schema
