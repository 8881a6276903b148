"""What a list of a whole API Management service tells of the tags of products and APIs, under ids that say both ends.

Its entries (`TagResourceContract`) have no ids, and those that they name begin at the service, as `/products/sales`. The name of the link
between the two is not told.
"""

from collections.abc import Iterable, Iterator

from loom.engine.ports import Observed
from loom.plan.arm_id import key, name_of, without_revision
from loom.plan.values import at

_COLLECTION = "/tagresources"


def tagged(collection: str, listed: Iterable[Observed]) -> Iterator[Observed]:
    """The links that the list shows, as `products/sales/tags/finance` and `apis/orders/tags/finance`; none of any other list."""
    service = collection.rpartition("/")[0]
    for entry in listed if key(collection).endswith(_COLLECTION) else ():
        tag, target = at(entry.body, "tag.id"), at(entry.body, "product.id") or at(entry.body, "api.id")
        if tag and target:
            yield Observed(f"{_within(service, target)}/tags/{name_of(tag)}", entry.body)


def _within(service: str, named: str) -> str:
    """The id of what the service may name from itself on."""
    whole = named if key(named).startswith(f"{key(service)}/") else f"{service}/{named.strip('/')}"
    return without_revision(whole)
