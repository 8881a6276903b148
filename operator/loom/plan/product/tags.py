"""The tags of a product: what developers find it and its APIs by. API Management has them as things of their own, which are linked.

A service has one tag that reads so (Azure/apiops, issue 855): whoever declares it first makes it, and the others link to that one,
whatever it is called. The links are each product's own. So its name is formed of what it reads, and it is never renamed.
"""

import re
from collections.abc import Iterator

from loom.errors import Refusal
from loom.plan.naming import stable_hash
from loom.plan.product.place import PRODUCT, PUBLISHED, SERVICE, Place
from loom.plan.resource import Resource

_LONGEST = 160  # characters of a display name (type tables)


def tags(place: Place) -> Iterator[Resource]:
    """Each tag, and its links to the product and to every API. Raises `Refusal`."""
    reading: dict[str, str] = {}
    for name, value in place.spec.tags.items():
        shown = f"{name}: {value}" if value else name
        called = f"tag-{_slug(shown)}"
        if (other := reading.setdefault(shown.lower(), name)) != name:
            raise Refusal("InvalidSpec", f"spec.tags: {other} and {name} read alike; leave one of them out")
        if len(shown) > _LONGEST:
            raise Refusal(
                "InvalidSpec", f"spec.tags: {name} and its value have more than {_LONGEST} characters together"
            )
        tag = f"{place.service}/tags/{place.name(called)}"
        key = f"tag/{name}"
        yield Resource(
            key=key,
            id=tag,
            body={"properties": {"displayName": shown}},
            depends_on=(SERVICE,),
            condition=PUBLISHED,
            adopts=True,
        )
        yield Resource(
            key=f"{key}/product",
            id=f"{tag}/productLinks/{place.name(called)}",
            body={"properties": {"productId": place.product}},
            depends_on=(key, PRODUCT),
            condition=PUBLISHED,
        )
        for api in place.spec.apis:
            yield Resource(
                key=f"{key}/api/{api.name}",
                id=f"{tag}/apiLinks/{place.name(f'{called}-{api.name}')}",
                body={"properties": {"apiId": place.api(api.name)}},
                depends_on=(key, f"api/{api.name}"),
                condition=PUBLISHED,
            )


def _slug(shown: str) -> str:
    """What a tag reads as a part of a name: its letters, and a hash, as API Management takes fewer characters and no case."""
    letters = re.sub("[^a-z0-9]+", "-", shown.lower()).strip("-")[:20].strip("-")
    return f"{letters}-{stable_hash(shown.lower())}" if letters else stable_hash(shown.lower())
