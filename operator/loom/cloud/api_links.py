"""What lists of a whole API Management service tell of links, under ids that say both ends: a link's own name is not in them.

The groups of each product stand in the list of products that is asked to expand them. The tags of products and APIs are a list of their
own, whose entries have no ids (`TagResourceContract`); those that it names begin at the service, as `/products/sales`.
"""

from collections.abc import Iterable, Iterator

from loom.engine.ports import Observed
from loom.plan.arm_id import key, name_of, type_of, without_revision
from loom.plan.values import at

_SERVICE = "microsoft.apimanagement/service"
_TAGGED = f"{_SERVICE}/tagresources"
_PRODUCTS = f"{_SERVICE}/products"


def told(collection: str, listed: Iterable[Observed]) -> Iterator[Observed]:
    """The links that a list shows, as `products/sales/groups/developers` and `apis/orders/tags/finance`."""
    match type_of(f"{collection}/x").lower():
        case kind if kind == _PRODUCTS:
            yield from _groups(listed)
        case kind if kind == _TAGGED:
            yield from _tags(collection.rpartition("/")[0], listed)


def _groups(products: Iterable[Observed]) -> Iterator[Observed]:
    for product in products:
        for group in at(product.body, "properties.groups") or ():
            yield Observed(f"{product.id}/groups/{name_of(str(group.get('id')))}", group)


def _tags(service: str, entries: Iterable[Observed]) -> Iterator[Observed]:
    for entry in entries:
        tag, target = at(entry.body, "tag.id"), at(entry.body, "product.id") or at(entry.body, "api.id")
        if tag and target:
            yield Observed(f"{_within(service, target)}/tags/{name_of(tag)}", entry.body)


def _within(service: str, named: str) -> str:
    """The id of what the service may name from itself on."""
    whole = named if key(named).startswith(f"{key(service)}/") else f"{service}/{named.strip('/')}"
    return without_revision(whole)
