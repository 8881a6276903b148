"""Which policies the service itself must say that it has (`policyDescriptions`) before a document that uses them is written.

Tiers and clouds differ, and a service knows best what it is: what it does not list is told, and nothing is written.
"""

from collections.abc import Iterable, Iterator, Sequence

from loom.api.policies.table import row_of
from loom.plan.product.place import POLICIES_APPLIED, SERVICE, Place
from loom.plan.product.policies.document import Node, Statements
from loom.plan.product.policies.raw import PLACES
from loom.plan.resource import Mode, Resource

_OFFER = "policy-offer/"


def needed(statements: Statements) -> tuple[str, ...]:
    """The keys of the offers that a document depends on, each once."""
    return tuple(dict.fromkeys(f"{_OFFER}{name}" for nodes in statements.values() for name in _names(nodes)))


def offers(place: Place, resources: Iterable[Resource]) -> Iterator[Resource]:
    """One for each policy that the documents among these resources depend on."""
    keys = sorted({key for resource in resources for key in resource.depends_on if key.startswith(_OFFER)})
    for key in keys:
        name = key.removeprefix(_OFFER)
        yield Resource(
            key=key,
            id=f"{place.service}/policyDescriptions/{name}",
            depends_on=(SERVICE,),
            condition=POLICIES_APPLIED,
            mode=Mode.EXISTING,
            remedy=f"{_asked_for(name)} cannot be had in its tier or cloud: take it out, or publish in another service",
        )


def _names(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if node.name in PLACES or row_of(node.name):
            yield node.name
        yield from _names(node.children)


def _asked_for(name: str) -> str:
    row = row_of(name)
    return f"{row.field}{f' with {row.when}' if row.when else ''}" if row else "xml with that element"
