"""Reads files of Kubernetes objects, and reads YAML as kubectl does.

kubectl's YAML is not Python's: a bare date or `12:30:45` is a string, `y` is true, `1e3` is a number (go-yaml v2, on which
sigs.k8s.io/yaml stands). What is planned or applied from a file must be what kubectl would apply. It decides nothing about
the objects but that they say what they are.
"""

import json
import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]

SUFFIXES = (".yaml", ".yml", ".json")


class ManifestError(ValueError):
    """A file that cannot be read as Kubernetes objects; the message names the file and says what is wrong with it."""


def read_manifests(path: Path) -> list[Manifest]:
    """The objects in a file, or in every YAML and JSON file below a folder, in the order of their names; lists unpacked.

    Raises ManifestError.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
        if not files:
            raise ManifestError(f"{path} has no file that ends in {', '.join(SUFFIXES)}.")
        return [manifest for file in files for manifest in read_manifests(file)]
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} cannot be read: {error}") from None
    return parse_manifests(text, str(path))


def parse_manifests(text: str, source: str) -> list[Manifest]:
    """The objects in a YAML or JSON text; `source` is what messages call it. Raises ManifestError."""
    try:
        documents = [document for document in yaml.load_all(text, Loader=KubectlLoader) if document is not None]
    except (yaml.YAMLError, ValueError) as error:
        raise ManifestError(f"{source}: {error}") from None
    return [manifest for document in documents for manifest in _objects(document, source)]


def _objects(document: Any, source: str) -> Iterator[Manifest]:
    if not isinstance(document, dict) or not document.get("apiVersion") or not document.get("kind"):
        raise ManifestError(f"{source}: every document must be a Kubernetes object with apiVersion and kind.")
    if document["kind"].endswith("List") and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from _objects(item, source)
        return
    metadata = document.get("metadata")
    if not isinstance(metadata, dict) or not (metadata.get("name") or metadata.get("generateName")):
        raise ManifestError(f"{source}: a {document['kind']} has no metadata.name.")
    yield document


class KubectlLoader(yaml.SafeLoader):
    """PyYAML's safe loader with go-yaml v2's notion of what a plain word is; keys become strings, as JSON needs them."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own protocol

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: ARG002
        """Every value built at once, so that no later step sees a half-made one; keys as JSON writes them."""
        return {_key(key): value for key, value in super().construct_mapping(node, deep=True).items()}


def _key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key)


def _integer(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int | float:
    text = node.value.replace("_", "")
    digits = text.lstrip("+-")
    if re.fullmatch(r"0[0-9]*[89][0-9]*", digits):  # no octal number: a float
        return _float(_loader, node)
    value = int(digits, 8 if re.fullmatch("0[0-7]+", digits) else 0)
    return -value if text.startswith("-") else value


def _float(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float | int:
    value = float(node.value.replace("_", ""))
    return int(value) if value.is_integer() and abs(value) < 1e21 else value  # as Go writes a float64 in JSON


def _not_a_number(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    raise yaml.constructor.ConstructorError(None, None, f"{node.value} has no form in JSON", node.start_mark)


_TRUE, _FALSE = "y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON", "n|N|no|No|NO|false|False|FALSE|off|Off|OFF"
_RESOLVED = (
    ("bool", rf"^(?:{_TRUE}|{_FALSE})$", "yYnNtTfFoO", lambda _loader, node: bool(re.fullmatch(_TRUE, node.value))),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""], lambda _loader, _node: None),
    ("int", r"^[-+]?(?:0b[01_]+|0o?[0-7_]*|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$", "-+0123456789", _integer),
    ("float", r"^[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$", "-+0123456789.", _float),
    ("notanumber", r"^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$", "-+.", _not_a_number),
    ("merge", r"^<<$", "<", None),
)
for _name, _pattern, _first, _constructor in _RESOLVED:
    _tag = f"tag:yaml.org,2002:{_name}"
    KubectlLoader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))
    if _constructor is not None:
        KubectlLoader.add_constructor(_tag, _constructor)
