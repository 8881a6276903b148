"""Which policies the service itself must say that it has (`policyDescriptions`) before a document that uses them is written.

Tiers and clouds differ, and a service knows best what it is: what it does not list is told, and nothing is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from loom.api.policies.table import row_of
from loom.plan.product.place import POLICIES_APPLIED, SERVICE, Place
from loom.plan.product.policies.document import Node, Statements
from loom.plan.product.policies.raw import PLACES
from loom.plan.resource import Mode, Resource, Unfit

_OFFER = "policy-offer/"


def needed(statements: Statements) -> tuple[str, ...]:
    """The keys of the offers that a document depends on, each once."""
    return tuple(dict.fromkeys(f"{_OFFER}{name}" for nodes in statements.values() for name in _names(nodes)))


def with_offers(place: Place, resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """The resources, with an offer for each policy that their documents depend on, and a service that is of no tier without it."""
    made = tuple(resources)
    names = sorted({key.removeprefix(_OFFER) for one in made for key in one.depends_on if key.startswith(_OFFER)})
    unfit = tuple(_unfit(name) for name in names if (row := row_of(name)) and row.lacking)
    fitted = (replace(one, unfit=unfit) if one.key == SERVICE else one for one in made)
    return (*fitted, *(_offer(place, name) for name in names))


def _offer(place: Place, name: str) -> Resource:
    return Resource(
        key=f"{_OFFER}{name}",
        id=f"{place.service}/policyDescriptions/{name}",
        depends_on=(SERVICE,),
        condition=POLICIES_APPLIED,
        mode=Mode.EXISTING,
        remedy=f"{_asked_for(name)} cannot be had in its tier or cloud: take it out, or publish in another service",
    )


def _unfit(name: str) -> Unfit:
    row = row_of(name)
    lacking = row.lacking if row else ()
    return Unfit(
        "sku.name",
        lacking,
        f"{_asked_for(name)} cannot be had in that tier: take it out, or publish in another service",
    )


def _names(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if node.name in PLACES or row_of(node.name):
            yield node.name
        yield from _names(node.children)


def _asked_for(name: str) -> str:
    row = row_of(name)
    return f"{row.field}{f' with {row.when}' if row.when else ''}" if row else "xml with that element"
