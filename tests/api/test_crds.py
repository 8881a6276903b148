"""The rules for every schema, held against the CRDs that are printed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loom.api import crds
from loom.api.kinds import KINDS, Kind

Schema = dict[str, Any]

PRINTED = {kind.name: crds.crd(kind) for kind in KINDS.values()}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


def root(kind: Kind) -> Schema:
    schema: Schema = PRINTED[kind.name]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def walk(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Every schema at and below this one, with its path; fields of the object's metadata are the API server's own."""
    yield path, schema
    for name, field in schema.get("properties", {}).items():
        if f"{path}.{name}" != ".metadata":
            yield from walk(field, f"{path}.{name}")
    if "items" in schema:
        yield from walk(schema["items"], f"{path}[]")
    if "additionalProperties" in schema:
        yield from walk(schema["additionalProperties"], f"{path}{{}}")


def faults(kind: Kind, is_wrong: Any) -> list[str]:
    return [path for path, schema in walk(root(kind), "") if is_wrong(path, schema)]


@every_kind
def test_every_field_has_words(kind: Kind) -> None:
    def is_wordless(path: str, schema: Schema) -> bool:
        return not path.endswith(("[]", "{}")) and not re.search(r"\w.*[.]$", schema.get("description", ""))

    assert faults(kind, is_wordless) == []


@every_kind
def test_everything_has_a_type_and_a_bound(kind: Kind) -> None:
    def is_unbounded(path: str, schema: Schema) -> bool:
        match schema["type"]:
            case "array":
                return "maxItems" not in schema or "x-kubernetes-list-type" not in schema
            case "string":
                return "maxLength" not in schema and "enum" not in schema
            case "object":
                return "additionalProperties" in schema and "maxProperties" not in schema
            case "integer" if path.startswith(".spec"):
                return "minimum" not in schema or "maximum" not in schema
            case _:
                return False

    assert faults(kind, is_unbounded) == []


@every_kind
def test_a_list_of_named_objects_goes_by_name(kind: Kind) -> None:
    def is_positional(path: str, schema: Schema) -> bool:
        named = "name" in schema.get("items", {}).get("required", ())
        return path.startswith(".spec") and named and schema.get("x-kubernetes-list-map-keys") != ["name"]

    assert faults(kind, is_positional) == []


@every_kind
def test_a_part_of_a_spec_that_has_one_author_is_the_smallest_named_part_of_a_list(kind: Kind) -> None:
    def is_too_large(path: str, schema: Schema) -> bool:
        if not path.startswith(".spec") or schema.get("x-kubernetes-map-type") != "atomic":
            return False
        inside = [part["type"] for inner, part in walk(schema, path) if inner != path]
        return not path.endswith("[]") or "object" in inside

    assert faults(kind, is_too_large) == []


@every_kind
def test_the_only_default_is_that_of_an_unseen_status(kind: Kind) -> None:
    assert faults(kind, lambda _path, schema: "default" in schema) == [".status"]
    assert root(kind)["properties"]["status"]["default"] == {"observedGeneration": -1}


@every_kind
def test_names_are_camel_case_and_enums_pascal_case(kind: Kind) -> None:
    def is_misspelled(path: str, schema: Schema) -> bool:
        field = re.search(r"[.](\w+)$", path)
        wrong = field and not re.fullmatch("[a-z][A-Za-z0-9]*", field[1])
        return bool(wrong) or any(not re.fullmatch("[A-Z][A-Za-z0-9]*", word) for word in schema.get("enum", ()))

    assert faults(kind, is_misspelled) == []


@every_kind
def test_every_rule_has_a_sentence_and_points_at_a_field(kind: Kind) -> None:
    def is_mute(_path: str, schema: Schema) -> bool:
        return any(
            len(rule["message"].split()) < 4
            or "\n" in rule["message"]
            or rule.get("fieldPath", ".")[1:] not in ("", *schema.get("properties", ()))
            for rule in schema.get("x-kubernetes-validations", ())
        )

    assert faults(kind, is_mute) == []


@every_kind
def test_no_rule_needs_a_newer_kubernetes_than_the_lowest(kind: Kind) -> None:
    """Comparing CIDRs makes the CRD too dear before 1.32, and containsCIDR is wrong before 1.33: see `loom.api.addresses`."""

    def is_too_new(_path: str, schema: Schema) -> bool:
        rules = " ".join(rule["rule"] for rule in schema.get("x-kubernetes-validations", ()))
        return bool(re.search(r"containsCIDR|[=!]= (cidr|ip)[(]", rules))

    assert faults(kind, is_too_new) == []


@every_kind
def test_a_pattern_has_the_fields_own_words_beside_it_unless_it_is_deep_in_lists(kind: Kind) -> None:
    """Of a pattern the API server tells nothing but the pattern."""

    def is_mute(path: str, schema: Schema) -> bool:
        shallow = path.startswith(".spec") and path.count("[]") < 2
        rules = [rule["rule"] for rule in schema.get("x-kubernetes-validations", ())]
        return shallow and "pattern" in schema and f"self.matches({json.dumps(schema['pattern'])})" not in rules

    assert [path for path in faults(kind, is_mute) if not path.startswith(".spec.grants")] == []


@every_kind
def test_a_default_of_the_operator_is_told_in_the_description(kind: Kind) -> None:
    """What is optional says what happens without it, unless leaving it out plainly means that it is not wanted."""

    def is_silent(path: str, schema: Schema) -> bool:
        optional = set(schema.get("properties", {})) - set(schema.get("required", ()))
        told = ("Default:", "Omitted:", "With ", "One of ")
        return path.startswith(".spec") and any(
            not any(word in schema["properties"][name]["description"] for word in told) for name in optional
        )

    assert faults(kind, is_silent) == []


@every_kind
def test_the_kind_is_in_the_category_and_has_a_status_of_its_own(kind: Kind) -> None:
    spec = PRINTED[kind.name]["spec"]

    assert spec["names"]["categories"] == ["loom"]
    assert spec["versions"][0]["subresources"] == {"status": {}}
    assert (spec["scope"] == "Cluster") == (kind.name == "AdminPlane")


def test_what_is_committed_is_what_the_models_print() -> None:
    assert crds.check(Path(__file__).parents[2] / "crds") == []


def test_printing_twice_gives_the_same_text() -> None:
    assert crds.render() == crds.render()


def test_an_edited_a_missing_and_a_left_over_file_are_differences(tmp_path: Path) -> None:
    crds.write(tmp_path)
    edited, missing, _ = sorted(path.name for path in tmp_path.iterdir())
    (tmp_path / edited).write_text((tmp_path / edited).read_text().replace("maxLength: 40", "maxLength: 41", 1))
    (tmp_path / missing).unlink()
    (tmp_path / "csaloom.io_ghosts.yaml").write_text("")

    assert crds.check(tmp_path) == sorted([edited, missing, "csaloom.io_ghosts.yaml"])


def test_writing_mends_every_difference_and_touches_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "csaloom.io_ghosts.yaml").write_text("")
    (tmp_path / "kustomization.yaml").write_text("resources: []\n")

    assert len(crds.write(tmp_path)) == len(KINDS) + 1
    assert crds.check(tmp_path) == []
    assert (tmp_path / "kustomization.yaml").read_text() == "resources: []\n"
    assert crds.write(tmp_path) == []


def test_a_default_is_told_as_people_write_it() -> None:
    fields = root(KINDS["DataLandingZone"])["properties"]["spec"]["properties"]

    assert fields["interval"]["description"].endswith("Default: 10m.")
    assert fields["suspend"]["description"].endswith("Default: false.")
    assert fields["policy"]["description"].endswith("Default: Manage.")
