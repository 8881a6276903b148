"""The policy documents of a product as resources: its own, one for each API, and one for each operation that has policies.

An API's document is there even without policies, as it sends the calls to the API's backend.
"""

import re
from collections.abc import Iterator, Sequence

from loom.api.api_apis import Api
from loom.api.api_source import Revision
from loom.api.policies.safety import asks_for_a_token
from loom.api.policies.table import API, OPERATION, PRODUCT, Section
from loom.errors import Refusal
from loom.plan.product.backends import audience, backend_key
from loom.plan.product.imports import import_of
from loom.plan.product.place import POLICIES_APPLIED, Place, revision_key
from loom.plan.product.place import PRODUCT as PRODUCT_KEY
from loom.plan.product.policies.document import Node, Statements, render
from loom.plan.product.policies.entries import statements
from loom.plan.product.policies.offers import needed
from loom.plan.product.policies.scope import Scope
from loom.plan.product.sources import unread
from loom.plan.resource import Ignore, Resource

FORMAT = Ignore("properties.format", "says how a document was sent, not what it holds")


def product_policy(place: Place) -> Iterator[Resource]:
    """The document of the product, where it has policies. Raises `Refusal`."""
    if place.spec.policies is not None:
        made = statements(place.spec.policies, _scope(place, PRODUCT, "spec.policies"))
        yield _resource("product-policy", place.product, made, (PRODUCT_KEY,))


def revision_policies(place: Place, api: Api, revision: Revision) -> Iterator[Resource]:
    """The documents of an API and of its operations, as one of its revisions has them. Raises `Refusal`."""
    holder, is_current = place.revision(api.name, revision.name), revision is api.current
    stem = api.name if is_current else f"{api.name};{revision.name}"
    where = f"spec.apis[{api.name}]"
    made = statements(api.policies, _scope(place, API, f"{where}.policies"))
    needs = (revision_key(api, revision), backend_key(api.backend))
    token_for = audience(place, api.backend)
    document = {**made, Section.INBOUND: _inbound(place, api, made[Section.INBOUND], token_for)}
    yield _resource(f"api-policy/{stem}", holder, document, needs)
    known = _operations(place, api, revision) if api.operations else {}
    for operation in api.operations:
        inside = f"{where}.operations[{operation.name}]"
        if operation.name not in known:
            if not is_current:  # it came or went with another revision
                continue
            words = f"the document has no operationId {operation.name}{_near(known)}"
            why = unread(place)
            raise Refusal("InvalidSpec", f"{inside}: {words}{f'; {why}' if why else ''}")
        if token_for and asks_for_a_token(operation.policies):
            words = (
                "its policies come after the service's own token for the backend has taken the place of the caller's"
            )
            raise Refusal(
                "InvalidSpec", f"{inside}: {words}; ask for a token in the policies of the API or of the product"
            )
        if twin := next(
            (name for name in known if name != operation.name and known[name] == known[operation.name]), ""
        ):
            words = f"the service calls {operation.name} and {twin} alike, so that its policies could meet the other one; rename one"
            raise Refusal("InvalidSpec", f"{inside}: {words}")
        yield _resource(
            f"operation-policy/{stem}/{operation.name}",
            f"{holder}/operations/{known[operation.name]}",
            statements(operation.policies, _scope(place, OPERATION, f"{inside}.policies")),
            (f"api-policy/{stem}",),
        )


def documents(place: Place) -> Iterator[str]:
    """The id of each document that is there or not as the spec asks: the product's, and that of every operation."""
    yield _document(place.product)
    for api in place.spec.apis:
        for revision in api.revisions:
            operations = f"{place.revision(api.name, revision.name)}/operations"
            yield from (_document(f"{operations}/{name}") for name in _operations(place, api, revision).values())


def _inbound(place: Place, api: Api, declared: Sequence[Node], token_for: str) -> tuple[Node, ...]:
    """Where calls go first of all; last, the token that is shown there, of the service's own identity and for that backend alone.

    It takes the place of the caller's own, which whatever is declared has judged by then.
    """
    backend = Node("set-backend-service", {"backend-id": place.backend_name(api.backend)})
    shown = (Node("authentication-managed-identity", {"resource": token_for}),) if token_for else ()
    return (backend, *declared, *shown)


def _resource(key: str, holder: str, made: Statements, depends_on: tuple[str, ...]) -> Resource:
    return Resource(
        key=key,
        id=_document(holder),
        body={"properties": {"format": "rawxml", "value": render(made)}},
        depends_on=(*depends_on, *needed(made)),
        condition=POLICIES_APPLIED,
        ignore=(FORMAT,),
    )


def _document(holder: str) -> str:
    return f"{holder}/policies/policy"


def _scope(place: Place, level: str, where: str) -> Scope:
    backends = {
        backend.name: (place.backend_name(backend.name), backend.address) for backend in place.spec.all_backends
    }
    models = frozenset(one.name for one in place.spec.all_backends if one.model and one.model.azure_open_ai)
    return Scope(level, where, place.tenant, place.cloud, backends, models)


def _operations(place: Place, api: Api, revision: Revision) -> dict[str, str]:
    """The operationIds of the revision's document, and what the service calls those operations."""
    document = import_of(place, api, revision).document
    # Without one, those that have policies are taken to be there as before.
    names = document.operation_ids if document else tuple(operation.name for operation in api.operations)
    return {name: service_name(name) for name in names}


def service_name(operation_id: str) -> str:
    """How the service names an operation that it imports (Azure docs: API import restrictions)."""
    return re.sub("[^a-z0-9]+", "-", operation_id.lower()).strip("-")[:76].strip("-")


def _near(known: dict[str, str]) -> str:
    names = sorted(known)
    return (
        f"; it has {', '.join(names[:5])}{' and more' if len(names) > 5 else ''}" if names else "; it has none at all"
    )
