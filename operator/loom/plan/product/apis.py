"""The APIs of a product with their versions, revisions and policies, and the backends behind them.

Each revision is a resource by its number, the current one too; which one is current is a later step, so that it has its operations
and policies before calls reach it. The API's own id says what holds for all of them. The address that calls go to is ours twice
over: a policy names the backend, and the API's own address is the backend's, so that a policy taken away never uncovers the servers
that the document names.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from loom.api.api_apis import Api, Scheme
from loom.api.api_source import Revision
from loom.plan.arm_id import REVISION, key
from loom.plan.product import bodies, graphql_api, wsdl
from loom.plan.product.backends import address, backend_key
from loom.plan.product.body_changes import broken as broken_bodies
from loom.plan.product.contract import breaks, key_of_live, of_live, sentence_of
from loom.plan.product.document import Document
from loom.plan.product.imports import Import, import_of
from loom.plan.product.place import APIS_IMPORTED, SERVICE, SOURCE_IN_SYNC, Place, revision_key
from loom.plan.product.policies.resources import revision_policies
from loom.plan.product.sources import text_of
from loom.plan.resource import Body, Contents, Ignore, Mode, Resource
from loom.plan.values import Value, at

Objection = Callable[[Body, Sequence[Body], Sequence[Body]], str]

WORDS = Ignore(
    "properties.description", "the import takes it from the document; it is sent lest another write takes it away"
)


def version_sets(place: Place) -> Iterator[Resource]:
    """What makes several APIs versions of one another."""
    for versions in place.spec.version_sets:
        properties: dict[str, Value] = {"displayName": versions.name, "versioningScheme": str(versions.scheme)}
        if versions.scheme is Scheme.HEADER:
            properties["versionHeaderName"] = versions.header
        if versions.scheme is Scheme.QUERY:
            properties["versionQueryName"] = versions.query
        yield Resource(
            key=f"version-set/{versions.name}",
            id=place.version_set(versions.name),
            body={"properties": properties},
            depends_on=(SERVICE,),
            condition=APIS_IMPORTED,
        )


def apis(place: Place) -> Iterator[Resource]:
    """Each API: its current revision first, what holds for all of it, and then the other revisions."""
    for api in place.spec.apis:
        current = api.current
        source = import_of(place, api, current)
        policies = list(revision_policies(place, api, current))
        yield from _revision(place, api, current)
        yield from policies
        yield Resource(
            key=f"current/{api.name}",
            id=place.revision(api.name, current.name),
            body={"properties": {"isCurrent": True}},
            depends_on=(_imported(api, current, source), *(policy.key for policy in policies)),
            condition=APIS_IMPORTED,
            mode=Mode.STAGE,
            contents=_switched(place, api, source),
        )
        yield Resource(
            key=f"api/{api.name}",
            id=place.api(api.name),
            body={"properties": {**_shared(place, api), **_words(api, source.document)}},
            depends_on=(f"current/{api.name}",),
            condition=APIS_IMPORTED,
            ignore=(WORDS,),
        )
        for revision in (one for one in api.revisions if one is not current):
            yield from _revision(place, api, revision)
            yield from revision_policies(place, api, revision)


def history(place: Place) -> Iterator[str]:
    """The ids of revisions that were ours, are named no more, and are kept: the newest of each API."""
    for api in place.spec.apis:
        named = {revision.name for revision in api.revisions}
        stem = key(place.api(api.name)) + REVISION
        numbers = (key(arm_id).removeprefix(stem) for arm_id in place.owned)
        old = sorted({int(number) for number in numbers if number.isdigit() and number not in named}, reverse=True)
        yield from (place.revision(api.name, str(number)) for number in old[: api.revision_history_limit])


def _revision(place: Place, api: Api, revision: Revision) -> Iterator[Resource]:
    """A revision with its operations, or its schema."""
    first = revision is api.current
    source = import_of(place, api, revision)
    document = source.document if source.refusal is None else None
    body = {**_shared(place, api), **_described(place, api, revision, document)}
    if revision.notes is not None:
        body["apiRevisionDescription"] = revision.notes
    yield Resource(
        key=revision_key(api, revision),
        id=place.revision(api.name, revision.name),
        body={"properties": body},
        # The first of an API makes the API; the others are made beside it.
        depends_on=(
            SERVICE,
            backend_key(api.backend),
            *_set_before(place, api),
            *(() if first else (f"api/{api.name}",)),
        ),
        condition=APIS_IMPORTED,
        on_create={"properties": {"apiRevision": revision.name}},
        ignore=(WORDS,),
        contents=_imports(place, api, revision, document) if document and document.format else None,
        submission="" if revision.source.graphql else SOURCE_IN_SYNC,
    )
    if revision.source.graphql and document:
        yield graphql_api.schema(place, api, revision)


def _set_before(place: Place, api: Api) -> Iterator[str]:
    """What must be there of an API's version set: the set, and in it the Original, which has the path while it is not of the set."""
    if api.version is None:
        return
    yield f"version-set/{api.version.set_name}"
    for other in place.spec.apis:
        is_its_original = other.is_original and other.version and other.version.set_name == api.version.set_name
        if is_its_original and other is not api:
            yield revision_key(other, other.current)


def _imports(place: Place, api: Api, revision: Revision, document: Document) -> Contents:
    objection = partial(_object_to_import, api, document)
    holder = place.revision(api.name, revision.name)
    return _operations(document, holder, frozenset(document.contract), objection)


def _described(place: Place, api: Api, revision: Revision, document: Document | None) -> dict[str, Value]:
    """What describes an API in its own body: a document to import, where it has one that can be had."""
    if document is None:
        return {}
    if not document.format:
        return _words(api, document)
    text, _ = text_of(place, api, revision)
    words: dict[str, Value] = {"description": document.description} if document.description else {}
    imported: dict[str, Value] = {"format": document.format, "value": text, **words}
    if revision.source.wsdl:
        service, endpoint = document.endpoint
        imported |= {"apiType": "soap", "wsdlSelector": {"wsdlServiceName": service, "wsdlEndpointName": endpoint}}
    return imported


def _imported(api: Api, revision: Revision, source: Import) -> str:
    """The key of the last thing that makes a revision what its document says."""
    is_schema = revision.source.graphql and source.refusal is None
    return graphql_api.schema_key(api, revision) if is_schema else revision_key(api, revision)


def _switched(place: Place, api: Api, source: Import) -> Contents | None:
    document = source.document
    if document is None or (api.current.source.graphql and source.refusal):
        return None
    if api.current.source.graphql:
        return graphql_api.switched(place, api)
    return _operations(document, place.api(api.name), frozenset(), partial(_object_to_switch, api, document))


def _operations(document: Document, holder: str, expected: frozenset[str], objection: Objection) -> Contents:
    show = wsdl.key_of_live if document.format == "wsdl" else key_of_live
    return Contents(f"{holder}/operations", expected, show, objection, partial(_schemas, holder))


def _schemas(holder: str, operations: Sequence[Body]) -> Sequence[str]:
    return [f"{holder}/schemas/{name}" for name in bodies.schemas_of(operations)]


def _object_to_import(
    api: Api, document: Document, live: Body, operations: Sequence[Body], schemas: Sequence[Body]
) -> str:
    """Why the document must not take the place of what callers rely on now; nobody relies on a revision that is not current."""
    return _object(api, document, operations, schemas) if at(live, "properties.isCurrent") else ""


def _object_to_switch(
    api: Api, document: Document, _live: Body, operations: Sequence[Body], schemas: Sequence[Body]
) -> str:
    """The same for another revision in the place of the current one."""
    return _object(api, document, operations, schemas)


def _object(api: Api, document: Document, operations: Sequence[Body], schemas: Sequence[Body]) -> str:
    if api.allow_breaking:
        return ""
    if document.format == "wsdl":
        return sentence_of(api.name, breaks(wsdl.of_live(operations), document.contract))
    said = broken_bodies(bodies.of_live(operations, schemas), bodies.of_document(document.bodies)) if schemas else ()
    return sentence_of(api.name, breaks(of_live(operations), document.contract, said))


def _words(api: Api, document: Document | None) -> dict[str, Value]:
    """What an API is called: only its current revision can say it anew."""
    if document is None:
        return {}
    return {
        "displayName": document.title or api.name,
        **({"description": document.description} if document.description else {}),
    }


def _shared(place: Place, api: Api) -> dict[str, Value]:
    """What holds for all revisions of an API."""
    return {
        **({"type": api.current.source.api_type} if api.current.source.api_type else {}),
        "path": api.path,
        "protocols": ["https"],
        "serviceUrl": address(place, api.backend),
        "subscriptionRequired": True,  # without a key it is entered through the published product, and its policies, only
        # Said where there is none too: a version that somebody gave it by hand, or that it had before, moves its address.
        "apiVersion": api.version.name if api.version else None,
        "apiVersionSetId": place.version_set(api.version.set_name) if api.version else None,
    }
