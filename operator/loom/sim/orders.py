"""Orders: what a person tells the simulator in JSON, held to the dataclass that it is meant for, or refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

Json = dict[str, Any]


def _all(kind: type, found: Iterable[Any]) -> bool:
    return all(type(item) is kind for item in found)


_FORMS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "str": ("a text", lambda v: type(v) is str),
    "int": ("a whole number", lambda v: type(v) is int),
    "float": ("a number", lambda v: type(v) in (int, float)),
    "float | None": ("a number or null", lambda v: v is None or type(v) in (int, float)),
    "bool": ("true or false", lambda v: type(v) is bool),
    "list[str]": ("a list of texts", lambda v: type(v) is list and _all(str, v)),
    "tuple[str, ...]": ("a list of texts", lambda v: type(v) is list and _all(str, v)),
    "dict[str, str]": ("texts by their names", lambda v: type(v) is dict and _all(str, v.values())),
    "dict[str, int]": ("whole numbers by their names", lambda v: type(v) is dict and _all(int, v.values())),
    "Any": ("anything", lambda _: True),
}


def check_order(kind: type, values: Json, what: str, given: bool = True) -> None:
    """Raises ValueError where `values` are none that the dataclass `kind` takes; `what` is how a person calls it ("a fault").

    `given`: what has no default must be there.
    """
    known = {item.name: item for item in fields(kind)}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"{what} has no {name!r}; it has {', '.join(known)}")
        words, fits = _FORMS[str(known[name].type)]
        if not fits(value):
            raise ValueError(f"{name} of {what} is {words}, not {value!r}")
    for name, item in known.items():
        if given and name not in values and item.default is MISSING and item.default_factory is MISSING:
            raise ValueError(f"{what} needs {name!r}")
