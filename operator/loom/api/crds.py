"""CustomResourceDefinitions, printed from the models: the same text every time, and never edited by hand.

Pydantic's JSON schema is turned into the structural schema that the API server asks for: nothing referred to, nothing
nullable, and no defaults but one. A model's default is told in the field's description instead, as a schema default would
be written into every object and outlive a later change of mind.
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from loom.api.kinds import CATEGORY, GROUP, KINDS, LONGEST_NAME, LOWEST_KUBERNETES, VERSION, Kind

Schema = dict[str, Any]

HEADER = "# Generated from operator/loom/api by `loom crds`. Do not edit.\n"

UNSEEN = {"observedGeneration": -1}
"""The default status: an object that nobody has looked at, or whose status a backup dropped, is in progress for kstatus."""


def crd(kind: Kind, *, words: bool = True) -> dict[str, Any]:
    """Build the CustomResourceDefinition of a kind. `words`: with a sentence beside the patterns (the manual has its own)."""
    names = {
        "kind": kind.name,
        "listKind": f"{kind.name}List",
        "plural": kind.plural,
        "singular": kind.name.lower(),
        "shortNames": list(kind.short_names),
        "categories": [CATEGORY],
    }
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [_column(column) for column in kind.columns],
        "schema": {"openAPIV3Schema": _object(kind, words)},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": kind.crd_name,
            "annotations": {f"{GROUP}/lowest-kubernetes": LOWEST_KUBERNETES},
            "labels": {"app.kubernetes.io/part-of": "csa-loom-operator"},
        },
        "spec": {
            "group": GROUP,
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "names": {key: value for key, value in names.items() if value},
            "versions": [version],
        },
    }


class _Plain(yaml.SafeDumper):
    """Writes every part out where it stands, however many fields share it: people read and compare CRDs."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def render() -> dict[str, str]:
    """Print every CRD: file name to text."""
    return {
        f"{GROUP}_{kind.plural}.yaml": HEADER
        + yaml.dump(crd(kind), Dumper=_Plain, sort_keys=False, width=120, allow_unicode=True)
        for kind in KINDS.values()
    }


def write(folder: Path) -> list[str]:
    """Write the CRDs into a folder, and remove generated ones of kinds that are gone; return the names of what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    differences = check(folder)
    wanted = render()
    for name in differences:
        if name in wanted:
            (folder / name).write_text(wanted[name])
        else:
            (folder / name).unlink()
    return differences


def check(folder: Path) -> list[str]:
    """Return the names of files that are missing, differ from the models, or belong to no kind; none when all is well."""
    wanted = render()
    present = {path.name: path.read_text() for path in folder.glob(f"{GROUP}_*.yaml")}
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def _object(kind: Kind, words: bool) -> Schema:
    name_rule = {
        "rule": f"size(self.metadata.name) <= {LONGEST_NAME}",
        "message": f"metadata.name has at most {LONGEST_NAME} characters, as it becomes part of names and marks in Azure",
    }
    return {
        "type": "object",
        "description": kind.doc,
        "required": ["spec"],
        "properties": {
            "metadata": {"type": "object"},
            "spec": told_in_words(structural(kind.spec)) if words else structural(kind.spec),
            "status": {**structural(kind.status), "default": UNSEEN},
        },
        "x-kubernetes-validations": [name_rule],
    }


def structural(model: Any) -> Schema:
    """Turn a model into a structural schema. Serialization mode, as only there defaults are printed as people write them."""
    printed = model.model_json_schema(by_alias=True, mode="serialization")
    definitions = printed.pop("$defs", {})
    return _inline(printed, definitions)


def told_in_words(schema: Schema, words: str = "", times: int = 1) -> Schema:
    """The same with a rule beside every pattern that can afford one: of a pattern the API server tells nothing but the pattern.

    `times`: how often the field can be in one object. Deep in lists of lists a rule would be beyond what Kubernetes allows.
    """
    words, told = schema.get("description", words), dict(schema)
    if "pattern" in schema and times * _cost(schema) <= _AFFORDABLE:
        meaning = re.sub(r" Default: .*$", "", words)
        rule = {
            "rule": f"self.matches({json.dumps(schema['pattern'])})",
            "message": f"is not what this field takes: {meaning}",
        }
        told["x-kubernetes-validations"] = [*schema.get("x-kubernetes-validations", ()), rule]
    for key, bound in (("items", "maxItems"), ("additionalProperties", "maxProperties")):
        if key in schema:
            told[key] = told_in_words(schema[key], words, times * schema.get(bound, _AFFORDABLE))
    if "properties" in schema:
        told["properties"] = {name: told_in_words(field, words, times) for name, field in schema["properties"].items()}
    return told


_AFFORDABLE = 100_000  # of the 100 million that Kubernetes allows all rules of one CRD together


def _cost(schema: Schema) -> int:
    """What a match is estimated at, as Kubernetes does (k8s.io/apiserver, pkg/cel/library: cost of `matches`)."""
    longest: int = schema.get("maxLength", _AFFORDABLE)
    return (longest // 10 + 1) * (len(schema["pattern"]) // 4 + 1)


_KEPT = (
    "type",
    "format",
    "description",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "required",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
)


def _inline(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """Resolve what is referred to and what may be null, and keep what a structural schema may hold, in a fixed order."""
    schema = _resolved(schema, definitions)
    result = {key: schema[key] for key in _KEPT if key in schema}
    if "description" in schema:
        result["description"] = _described(schema)
    if "items" in schema:
        result["items"] = _inline(schema["items"], definitions)
    if "properties" in schema:
        result["properties"] = {name: _inline(field, definitions) for name, field in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        result["additionalProperties"] = _inline(schema["additionalProperties"], definitions)
    return result


def _resolved(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    alternatives = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(alternatives) > 1:
        raise TypeError(
            f"{schema.get('title')}: a field is of one type; alternatives are members of an object with a rule"
        )
    target = alternatives[0] if alternatives else None
    if "$ref" in schema:
        target = definitions[schema["$ref"].removeprefix("#/$defs/")]
    if target is None:
        return schema
    return {**_resolved(target, definitions), **{k: v for k, v in schema.items() if k not in ("anyOf", "$ref")}}


def _described(schema: Schema) -> str:
    text = re.sub(r"\s+", " ", schema["description"]).strip()
    default = schema.get("default")
    if default is None or isinstance(default, list | dict):
        return text
    return f"{text} Default: {str(default).lower() if isinstance(default, bool) else default}."


def _column(column: Any) -> dict[str, Any]:
    printed = {"name": column.name, "type": column.type, "jsonPath": column.json_path}
    return {**printed, "priority": 1} if column.wide else printed
