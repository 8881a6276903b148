"""The tags of a product: what developers find it and its APIs by. API Management has them as things of their own, which are linked.

A tag belongs to the product that declares it, as its name says; two products may have tags that read alike.
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
    for name, value in place.spec.tags.items():
        called, shown = f"tag-{_slug(name)}", f"{name}: {value}" if value else name
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


def _slug(name: str) -> str:
    """A tag's name as a part of another one: its letters, and a hash, as API Management takes fewer characters and no case."""
    letters = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[:20].strip("-")
    return f"{letters}-{stable_hash(name.lower())}" if letters else stable_hash(name.lower())
