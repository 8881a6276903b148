"""The key that a product makes on a Function App for its own calls, as API Management's own import does, and the secret that it is kept in.

The key is drawn when it is made, goes from the app into the vault, and from there into the service. The service is told the version of
the secret, so that a key that somebody made anew on the app is shown once that is seen, and not when the service asks the vault again.
"""

from collections.abc import Iterator

from loom.api.api_backend import Backend
from loom.plan.arm_id import name_of
from loom.plan.catalog.key_vault import COPY
from loom.plan.product.place import APIS_IMPORTED, SERVICE, Place
from loom.plan.resource import Resource
from loom.plan.values import Generated, Ref
from loom.plan.vault_secrets import held

_LONGEST_TAG = 256  # characters of a tag's value (Azure docs: Use tags to organize your Azure resources)
_BYTES = 40  # as many as the portal's keys have


def host_key(place: Place, backend: Backend, app: str) -> Iterator[Resource]:
    """The key on the app, which is planned under the key `app`, and its secret. Raises `Refusal` where there is no vault for it."""
    if backend.function_app is None or backend.own_key is None:
        return
    site, name = backend.function_app.id, place.name(f"key-{backend.name}")
    vault = place.vault_of(backend.own_key.vault, f"the key of backend {backend.name}")
    made = f"{site}/host/default/functionKeys/{name}"
    yield Resource(
        key=_host_key(backend),
        id=made,
        body={"properties": {"name": name}},
        depends_on=(SERVICE, app),
        condition=APIS_IMPORTED,
        on_create={"properties": {"value": Generated(_BYTES)}},
    )
    yield Resource(
        key=_secret(backend),
        id=f"{vault}/secrets/{name}",
        body={
            "tags": {COPY: made if len(made) <= _LONGEST_TAG else name_of(site)},
            "properties": held(Ref(_host_key(backend), "properties.value")),
        },
        depends_on=tuple(filter(None, [place.proof_of(name_of(vault))])),
        condition=APIS_IMPORTED,
    )


def secret_version(backend: Backend) -> Ref:
    """The URI of the version of the secret that holds the key as it is now."""
    return Ref(_secret(backend), "properties.secretUriWithVersion")


def _host_key(backend: Backend) -> str:
    return f"host-key/{backend.name}"


def _secret(backend: Backend) -> str:
    return f"key-secret/{backend.name}"
