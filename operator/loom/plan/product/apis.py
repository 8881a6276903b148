"""The APIs of a product, their backends and their policies.

The address that calls go to is ours twice over: a policy names the backend, and the API's own address is the backend's, so that a
policy taken away never uncovers the servers that the document names.
"""

from collections.abc import Iterator

from loom.api.api_apis import Api
from loom.plan.product import openapi
from loom.plan.product.place import APIS_IMPORTED, SERVICE, Place, document_of
from loom.plan.product.policies.resources import api_policies
from loom.plan.resource import Resource


def backends(place: Place) -> Iterator[Resource]:
    """The services behind the APIs."""
    for backend in place.spec.backends:
        yield Resource(
            key=f"backend/{backend.name}",
            id=f"{place.service}/backends/{place.backend_name(backend.name)}",
            body={"properties": {"url": backend.url, "protocol": "http"}},
            depends_on=(SERVICE,),
            condition=APIS_IMPORTED,
        )


def apis(place: Place) -> Iterator[Resource]:
    """Each API with its operations, and its policies after it."""
    for api in place.spec.apis:
        yield _api(place, api)
        yield from api_policies(place, api)


def _api(place: Place, api: Api) -> Resource:
    text, where = document_of(api, place.documents)
    document = openapi.read(text, where)
    address = next(backend.url for backend in place.spec.backends if backend.name == api.backend_ref)
    return Resource(
        key=f"api/{api.name}",
        id=place.api(api.name),
        body={
            "properties": {
                "displayName": document.title,
                "path": api.path,
                "protocols": ["https"],
                "serviceUrl": address,
                "subscriptionRequired": True,  # without a key it is entered through the published product, and its policies, only
                "format": document.format,
                "value": text,
            }
        },
        depends_on=(SERVICE, f"backend/{api.backend_ref}"),
        condition=APIS_IMPORTED,
        on_create={"properties": {"apiRevision": api.revisions[0].name}},
    )
