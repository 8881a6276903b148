"""Reads files and folders of Kubernetes objects.

It decides nothing about the objects but that they say what they are; how YAML is read is `loom.api.documents`'.
"""

from pathlib import Path
from typing import Any

from loom.api.documents import DocumentError, read_documents

Manifest = dict[str, Any]

SUFFIXES = (".yaml", ".yml", ".json")


class ManifestError(ValueError):
    """A file that cannot be read as Kubernetes objects; the message names the file and says what is wrong with it."""


def read_manifests(path: Path) -> list[Manifest]:
    """The objects in a file, or in every YAML and JSON file below a folder, in the order of their names; lists unpacked.

    Raises ManifestError.
    """
    return [manifest for file in files_of(path) for manifest in read_file(file)]


def files_of(path: Path) -> list[Path]:
    """The file itself, or every YAML and JSON file below a folder, in the order of their names. Raises ManifestError."""
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not files:
        raise ManifestError(f"{path} has no file that ends in {', '.join(SUFFIXES)}.")
    return files


def read_file(path: Path) -> list[Manifest]:
    """The objects in one file, lists unpacked. Raises ManifestError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path} cannot be read: {error}") from None
    return read_text(text, str(path))


def read_text(text: str, source: str) -> list[Manifest]:
    """The objects in a text, lists unpacked; `source` is what to call it. Raises ManifestError."""
    try:
        manifests = read_documents(text, source)
    except DocumentError as error:
        raise ManifestError(str(error)) from None
    for manifest in manifests:
        _check(manifest, source)
    return manifests


def _check(manifest: Any, source: str) -> None:
    if not isinstance(manifest, dict) or not manifest.get("apiVersion") or not manifest.get("kind"):
        raise ManifestError(f"{source}: every document must be a Kubernetes object, with apiVersion and kind.")
    metadata = manifest.get("metadata")
    if not isinstance(metadata, dict) or not metadata.get("name"):
        raise ManifestError(f"{source}: an object of kind {manifest['kind']} has no metadata.name.")
