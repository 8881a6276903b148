"""YAML as kubectl reads it: what it takes for a boolean or a number, and no dates out of what looks like one.

PyYAML's own idea of scalars differs from kubectl's in small ways that hurt (`n`, `1e3`, `12:30`, `2027-12-31`), so the rules
are given here. A test holds them against kubectl itself. One difference is wanted: a field written twice is refused.
"""

import re
from typing import Any

import yaml

_TRUE = re.compile("y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON")
_FALSE = re.compile("n|N|no|No|NO|false|False|FALSE|off|Off|OFF")
_NUMBER = re.compile(
    r"[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*|([.][0-9]+|[0-9]+([.][0-9]*)?)([eE][-+]?[0-9]+)?)$"
)
_BASES = (("0x", 16), ("0o", 8), ("0b", 2), ("0", 8))


class DocumentError(ValueError):
    """A text that is not YAML, or holds something other than objects; the sentence has the line."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with kubectl's scalars; it makes nothing but what JSON can hold."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a field's name is one word", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} is written twice", key.start_mark)
            seen.add(key.value)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        self.flatten_mapping(node)  # puts what is merged in (<<) before what is written
        return {
            _as_key(self.construct_object(key)): self.construct_object(value, deep=deep) for key, value in node.value
        }


def _as_key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _read_bool(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> bool:
    return bool(_TRUE.fullmatch(node.value))


def _read_number(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int | float:
    text = node.value.replace("_", "")
    sign, digits = (-1 if text.startswith("-") else 1), text.lstrip("+-")
    for prefix, base in _BASES:
        if digits.startswith(prefix) and digits != "0":
            try:
                return sign * int(digits.removeprefix(prefix), base)
            except ValueError:
                continue
    if digits.isdecimal():
        return sign * int(digits)
    number = float(text)
    return int(number) if number.is_integer() else number


def _read_text(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    """JSON writes a character beyond the first 65,536 as two halves (`\\ud83d\\ude00`), which YAML leaves apart."""
    return str(node.value).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", re.compile(f"({_TRUE.pattern}|{_FALSE.pattern})$"), "yYnNtTfFoO"),
    ("float", _NUMBER, "-+.0123456789"),
    ("null", re.compile("(~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("merge", re.compile("<<$"), "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, list(_first))
_Loader.add_constructor("tag:yaml.org,2002:str", _read_text)
_Loader.add_constructor("tag:yaml.org,2002:bool", _read_bool)
_Loader.add_constructor("tag:yaml.org,2002:float", _read_number)


def read_documents(text: str, name: str = "input") -> list[dict[str, Any]]:
    """Read every object of a text; empty documents are left out, and a v1 List is its items.

    `name` is what the text is called in a DocumentError.
    """
    try:
        documents = list(yaml.load_all(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise DocumentError(f"{name} is not YAML: {_one_line(error)}") from None
    objects: list[dict[str, Any]] = []
    for number, document in enumerate(documents, start=1):
        if document is None:
            continue
        if not isinstance(document, dict):
            raise DocumentError(f"{name}: document {number} is not an object of fields")
        objects += document["items"] if _is_list(document) else [document]
    return objects


def _is_list(document: dict[str, Any]) -> bool:
    return document.get("kind") == "List" and isinstance(document.get("items"), list)


def _one_line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be read"
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else str(problem)
