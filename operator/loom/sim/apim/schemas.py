"""Schemas of an API: what an import leaves there, and the one that makes a GraphQL API what it is."""

from __future__ import annotations

from loom.sim.apim import refusals
from loom.sim.apim.apis import ApiChild
from loom.sim.arm.change import Change

GRAPHQL = "application/vnd.ms-azure-apim.graphql.schema"


class Schemas(ApiChild):
    """A schema has a language and a text; a GraphQL text must be one."""

    def check(self, change: Change) -> None:
        super().check(change)
        sent = change.properties
        for field in ("contentType", "document"):
            if not sent.get(field):
                raise refusals.invalid(field, f"The {field[0].upper()}{field[1:]} field is required.")
        if sent["contentType"] == GRAPHQL:
            _check_graphql(str(sent["document"].get("value") or ""))


def _check_graphql(text: str) -> None:
    from graphql import GraphQLError, build_schema  # late: few that run a simulated cloud have GraphQL APIs

    try:
        build_schema(text)
    except (GraphQLError, TypeError) as error:
        raise refusals.invalid("document.value", f"The GraphQL schema is not valid: {error}") from None
