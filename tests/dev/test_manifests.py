"""Files and folders of Kubernetes objects are read whole, or refused with the file's name."""

import json
from pathlib import Path

import pytest

from loom.manifests import ManifestError, read_manifests


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_folder_is_read_in_the_order_of_names_with_what_lies_deeper(tmp_path: Path) -> None:
    for name, obj in {"b.yaml": "two", "a.yml": "one", "deep/c.json": "three", "notes.txt": ""}.items():
        written(tmp_path / name, json.dumps({"apiVersion": "v1", "kind": "X", "metadata": {"name": obj}}))

    assert [read["metadata"]["name"] for read in read_manifests(tmp_path)] == ["one", "two", "three"]


def test_yaml_is_read_as_kubectl_reads_it(tmp_path: Path) -> None:
    file = written(tmp_path / "a.yaml", "{apiVersion: v1, kind: X, metadata: {name: a}, spec: {until: 2027-12-31}}")

    assert read_manifests(file)[0]["spec"] == {"until": "2027-12-31"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kind: A\nmetadata: {name: a}", r"x\.yaml: every document must be a Kubernetes object"),
        ("- 1\n- 2", r"x\.yaml: document 1 is not an object of fields"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {}", r"x\.yaml: an object of kind Pod has no metadata\.name"),
        ("a: [1\nb: 2", r"x\.yaml is not YAML: line 2"),
    ],
)
def test_what_is_no_object_is_refused_with_the_file_and_the_matter(tmp_path: Path, text: str, sentence: str) -> None:
    file = written(tmp_path / "x.yaml", text)

    with pytest.raises(ManifestError, match=sentence):
        read_manifests(file)


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"nowhere\.yaml cannot be read"):
        read_manifests(tmp_path / "nowhere.yaml")
    with pytest.raises(ManifestError, match="has no file that ends in"):
        read_manifests(tmp_path)
