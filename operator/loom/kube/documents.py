"""Documents of files, sorted: objects of ours by key, and the others that ours may refer to. What is wrong is told all at once.

It reads nothing and asks nobody; which file a document came from is carried along for the sentences.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from loom.api.kinds import GROUP, KINDS
from loom.api.objects import SpecError, identify, parse
from loom.kube.key import Key, key_of


class Document(NamedTuple):
    """An object, and the file that it stands in."""

    source: str
    obj: Mapping[str, Any]


class WrongDocuments(ValueError):
    """Objects that cannot be what they say: a line for every problem, with file, object, field and sentence."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """`ours` by key, in the order of the files; `others` by kind, namespace and name; `sources` says where each of ours stands."""

    ours: dict[Key, Mapping[str, Any]] = field(default_factory=dict)
    others: dict[tuple[str, str, str], Mapping[str, Any]] = field(default_factory=dict)
    sources: dict[Key, str] = field(default_factory=dict)


def sort(documents: Iterable[Document], namespace: str) -> Sorted:
    """Sort them; `namespace` is for objects that name none. Raises WrongDocuments."""
    found, problems = Sorted(), list[str]()
    for source, obj in documents:
        if not _is_ours(obj):
            metadata = obj.get("metadata") or {}
            place = "" if obj.get("kind") == "Namespace" else str(metadata.get("namespace") or namespace)
            found.others[str(obj.get("kind")), place, str(metadata.get("name"))] = obj
            continue
        try:
            named = _named(obj, namespace)
        except SpecError as error:
            problems += [f"{source}: {_title(obj, namespace)}: {problem}" for problem in error.problems]
            continue
        key = key_of(named)
        if key in found.ours:
            problems.append(f"{source}: {key} is given twice; the other one is in {found.sources[key]}")
        found.ours[key], found.sources[key] = named, source
    if problems:
        raise WrongDocuments("\n".join(problems))
    return found


def _is_ours(obj: Mapping[str, Any]) -> bool:
    return str(obj.get("apiVersion") or "").startswith(f"{GROUP}/")


def _named(obj: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    """The object with the namespace that kubectl would put it into. Raises SpecError when it cannot be one."""
    kind = identify(obj)
    metadata = dict(obj.get("metadata") or {})
    if kind.namespaced:
        metadata["namespace"] = metadata.get("namespace") or namespace
    else:
        metadata.pop("namespace", None)
    named = {**obj, "metadata": metadata}
    parse(kind, named)
    return named


def _title(obj: Mapping[str, Any], namespace: str) -> str:
    metadata, kind = obj.get("metadata") or {}, KINDS.get(str(obj.get("kind")))
    place = metadata.get("namespace") or namespace if kind is not None and kind.namespaced else ""
    return str(Key(str(obj.get("kind")), place, str(metadata.get("name"))))
