"""A GraphQL API: it has no operations in the service, and its schema is a resource of its own, which is shown as it was sent.

So the schema can be compared itself, and what a new one would take from callers is told by the two schemas.
"""

from collections.abc import Sequence
from functools import partial

from loom.api.api_apis import Api
from loom.api.api_source import Revision
from loom.plan.product.contract import sentence_of
from loom.plan.product.graphql_schema import breaks
from loom.plan.product.place import APIS_IMPORTED, SCHEMA, SOURCE_IN_SYNC, Place, revision_key
from loom.plan.product.sources import text_of
from loom.plan.resource import Body, Contents, Resource
from loom.plan.values import at

_LANGUAGE = "application/vnd.ms-azure-apim.graphql.schema"  # Azure docs: Import a GraphQL API using the portal or ARM


def schema_key(api: Api, revision: Revision) -> str:
    """The plan's key of a revision's schema."""
    return f"schema/{api.name}/{revision.name}"


def schema(place: Place, api: Api, revision: Revision) -> Resource:
    """The schema of a revision whose text is one. Raises `Refusal` where it is not there."""
    text, _ = text_of(place, api, revision)
    holder = place.revision(api.name, revision.name)
    objection = partial(_object_to_write, api, text) if revision is api.current else _no_objection
    return Resource(
        key=schema_key(api, revision),
        id=place.schema(api.name, revision.name),
        body={"properties": {"contentType": _LANGUAGE, "document": {"value": text}}},
        depends_on=(revision_key(api, revision),),
        condition=APIS_IMPORTED,
        contents=Contents(f"{holder}/schemas", frozenset(), _name_of, objection),
        submission=SOURCE_IN_SYNC,
    )


def switched(place: Place, api: Api) -> Contents:
    """What must be looked at before another revision takes the place of the current one."""
    text, _ = text_of(place, api, api.current)
    return Contents(f"{place.api(api.name)}/schemas", frozenset(), _name_of, partial(_object_to_switch, api, text))


def _object_to_write(api: Api, text: str, live: Body, _others: Sequence[Body], _more: Sequence[Body]) -> str:
    return _object(api, text, live)


def _object_to_switch(api: Api, text: str, _live: Body, schemas: Sequence[Body], _more: Sequence[Body]) -> str:
    """The same where what calls reach now is another revision's schema."""
    return next((_object(api, text, one) for one in schemas if _name_of(one) == SCHEMA), "")


def _no_objection(_live: Body, _others: Sequence[Body], _more: Sequence[Body]) -> str:
    """Nobody relies on a revision that is not current."""
    return ""


def _object(api: Api, text: str, live: Body) -> str:
    before = str(at(live, "properties.document.value") or "")
    return "" if api.allow_breaking or before == text else sentence_of(api.name, breaks(before, text))


def _name_of(schema: Body) -> str:
    return str(schema.get("name") or "")
