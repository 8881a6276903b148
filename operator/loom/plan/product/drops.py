"""What API Management leaves out when it imports a document, in words (Azure docs: API import restrictions and known issues).

None of it hinders the import; whoever relies on it should know. The list is short: kinds of things with a count and an example.
"""

from collections.abc import Iterator, Mapping

from loom.plan.product.contract import parameters_of
from loom.plan.product.violations import METHODS
from loom.plan.values import Json

_IMPORTED = METHODS - {"trace"}
_BODILESS = ("get", "head", "options")
_MOST = 10
_LONGEST = 300
_OF_PATHS = {"servers": "servers of a path are not imported", "trace": "trace is not imported"}


def dropped(root: Mapping[str, Json]) -> tuple[str, ...]:
    """A sentence for each kind of thing that is left out, the first ten."""
    found: dict[str, list[str]] = {}
    for words, where in (*_of_document(root), *_of_operations(root)):
        found.setdefault(words, []).append(where)
    return tuple(f"{words}: {_places(where)}"[:_LONGEST] for words, where in found.items())[:_MOST]


def _places(where: list[str]) -> str:
    return where[0] if len(where) == 1 else f"{where[0]} and {len(where) - 1} more"


def _of_document(root: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    if root.get("webhooks"):
        yield "webhooks are not imported", next(iter(root["webhooks"]))
    if root.get("security"):
        yield "security is not enforced; policies and subscriptions are", "the document"
    for url, item in (root.get("paths") or {}).items():
        if isinstance(item, Mapping):
            yield from ((words, url) for name, words in _OF_PATHS.items() if item.get(name))


def _of_operations(root: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for url, item in (root.get("paths") or {}).items():
        for method in item if isinstance(item, Mapping) else ():
            operation, where = item[method], f"{method.upper()} {url}"
            if method in _IMPORTED and isinstance(operation, Mapping):
                yield from (
                    (words, where)
                    for words in _left_out(method, [*parameters_of(item), *parameters_of(operation)], operation)
                )


def _left_out(method: str, parameters: list[Json], operation: Mapping[str, Json]) -> Iterator[str]:
    if operation.get("callbacks"):
        yield "callbacks are not imported"
    if operation.get("servers"):
        yield "servers of an operation are not imported"
    if operation.get("security"):
        yield "security is not enforced; policies and subscriptions are"
    if any(isinstance(one, Mapping) and one.get("in") == "cookie" for one in parameters):
        yield "cookie parameters are not imported"
    if method in _BODILESS and operation.get("requestBody"):
        yield "bodies of GET, HEAD and OPTIONS are not imported"
