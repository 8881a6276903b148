"""A complete, valid object of each kind, and cases that change it: tests/data/kinds."""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from loom.api.documents import read_documents

FOLDER = Path(__file__).parents[1] / "data" / "kinds"


def complete(kind: str) -> dict[str, Any]:
    """The object of that kind that has every field."""
    (obj,) = read_documents((FOLDER / f"{kind.lower()}.yaml").read_text())
    return obj


def changed(obj: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with new values at paths such as `spec.apis[0].path`; None takes the field away."""
    result = copy.deepcopy(dict(obj))
    for path, value in changes.items():
        *steps, last = [int(number) if number else name for name, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path)]
        target: Any = result
        for step in steps:
            target = target[step]
        if value is None:
            del target[last]
        else:
            target[last] = copy.deepcopy(value)
    return result


@dataclass(frozen=True)
class Case:
    """One line of refusals.yaml or changes.yaml; the head of each file says what the fields mean."""

    case: str
    kind: str
    set: Mapping[str, Any]
    at: str
    says: str = ""
    first: Mapping[str, Any] = field(default_factory=dict)

    def before(self) -> dict[str, Any]:
        return changed(complete(self.kind), self.first)

    def after(self) -> dict[str, Any]:
        return changed(self.before(), self.set)


def cases(name: str) -> list[Case]:
    """The cases of a file, in its order."""
    return [Case(**line) for line in yaml.safe_load((FOLDER / f"{name}.yaml").read_text())]
