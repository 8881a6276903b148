"""YAML as kubectl reads it: many documents in a text, the booleans of YAML 1.1, and no dates out of what looks like one."""

from typing import Any

import yaml


class DocumentError(ValueError):
    """A text that is not YAML, or holds something other than objects; the sentence has the line."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader without the timestamps that JSON cannot hold."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


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
