"""YAML is read as kubectl reads it, which is asked for its opinion."""

import json
import subprocess
from pathlib import Path

import pytest

from loom.dev.toolchain import find_kubectl
from loom.manifests import ManifestError, parse_manifests, read_manifests

WORDS = """
2027-12-31 2001-01-01T00:00:00Z 12:30:45 1:30 1.2.3 v1 y n Y yes NO on Off true FALSE ~ null = 10m 5s 1Gi 'y' "5"
1e3 1E5 1e-3 1.0 1.5 .5 5. -.5 010 0_7 08 0x1F 0o17 0b11 1_000 +5 -5 0 -0 00 _1 12e 123456789012
"""


def document(words: list[str]) -> str:
    items = "".join(
        f"- {word}\n"
        for word in [*words, "{y: 1, 5: 2, 1.5: 3, 2020-01-01: 4}", "!!str 5", "&a {b: 1}", "{<<: *a, c: 2}"]
    )
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: words}}\nitems_:\n{items}"


def as_kubectl_reads(text: str) -> object:
    kubectl = find_kubectl((1, 36)).path
    command = [str(kubectl), "annotate", "--local", "--filename=-", "--output=json", "a=b"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["items_"]


def test_plain_words_become_what_kubectl_makes_of_them() -> None:
    text = document(WORDS.split())

    [ours] = parse_manifests(text, "words.yaml")

    assert json.dumps(ours["items_"], sort_keys=True) == json.dumps(as_kubectl_reads(text), sort_keys=True)


def test_a_bare_date_stays_the_text_that_was_written() -> None:
    [read] = parse_manifests("{apiVersion: v1, kind: X, metadata: {name: a}, spec: {until: 2027-12-31}}", "x")

    assert read["spec"] == {"until": "2027-12-31"}


def test_a_folder_is_read_in_the_order_of_names_with_what_lies_deeper(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name, objects in {"b.yaml": "two", "a.yml": "one", "deep/c.json": "three", "notes.txt": ""}.items():
        (tmp_path / name).write_text(json.dumps({"apiVersion": "v1", "kind": "X", "metadata": {"name": objects}}))

    assert [read["metadata"]["name"] for read in read_manifests(tmp_path)] == ["one", "two", "three"]


def test_a_list_is_unpacked_and_empty_documents_are_nothing() -> None:
    text = """
---
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: A, metadata: {name: one}}
- {apiVersion: v1, kind: B, metadata: {generateName: two-}}
---
# only a comment
"""
    assert [read["kind"] for read in parse_manifests(text, "x")] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kind: A\nmetadata: {name: a}", "x.yaml: every document must be a Kubernetes object with apiVersion and kind"),
        ("- 1\n- 2", "x.yaml: every document must be a Kubernetes object"),
        ("apiVersion: v1\nkind: A\nmetadata: {}", "x.yaml: a A has no metadata.name"),
        ("a: [1\nb: 2", "x.yaml: while parsing a flow sequence"),
        ("apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: .nan", "x.yaml: .*.nan has no form in JSON"),
        ("a: &a [*a]", "x.yaml: found unconstructable recursive node"),
    ],
)
def test_what_is_no_object_is_refused_with_the_file_and_the_matter(text: str, sentence: str) -> None:
    with pytest.raises(ManifestError, match=sentence):
        parse_manifests(text, "x.yaml")


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"nowhere\.yaml cannot be read"):
        read_manifests(tmp_path / "nowhere.yaml")
    with pytest.raises(ManifestError, match="has no file that ends in"):
        read_manifests(tmp_path)
