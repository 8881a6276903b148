"""A GraphQL schema: is it one, how much does it offer, and what would a new one take from callers? The library that everybody uses says so.

API Management is given the text as it is: it has no import of its own for it (Azure docs: Import a GraphQL API).
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from loom.plan.product.document import Document, Flaw, flaw
from loom.plan.recent import Recent

UNREAD = "type Query { unread: String }"
"""Stands for a schema that nobody reads, in a preview without a network."""

_MOST_TOKENS = 300_000  # seconds of work; the largest public schemas have half of it
_MOST = 5
_compared: Recent[str, Sequence[str]] = Recent(1000)


def judge(text: str, digest: str) -> Document | Flaw:
    """What a text is, or what is wrong with it; `digest` is the text's."""
    from graphql import GraphQLError

    if text.lstrip()[:1] in ("{", "["):
        return Flaw(
            1,
            "it is JSON, such as the answer to an introspection query; give the schema in GraphQL's own language (SDL)",
        )
    try:
        schema = _schema(text)
    except GraphQLError as error:
        return flaw(error.locations[0].line if error.locations else 0, error.message)
    except RecursionError:
        return Flaw(0, "it is nested too deeply")
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return Document("", "", "", sum(len(root.fields) for root in roots if root), digest)


def breaks(before: str, after: str) -> Sequence[str]:
    """What callers of a schema would miss in another, in words, the first few and how many more; nothing where the first is none.

    Two large ones take seconds, so the answer is remembered.
    """
    pair = sha256("\0".join((before, after)).encode()).hexdigest()
    found = _compared.get(pair)
    if found is None:
        found = _compare(before, after)
        _compared.put(pair, found)
    return found


def _compare(before: str, after: str) -> Sequence[str]:
    from graphql import GraphQLError
    from graphql.utilities import find_breaking_changes

    try:
        found = [change.description.rstrip(".") for change in find_breaking_changes(_built(before), _built(after))]
    except (GraphQLError, TypeError, RecursionError):
        return []
    return [*found[:_MOST], *([f"and {len(found) - _MOST} more"] if len(found) > _MOST else [])]


def _schema(text: str) -> Any:
    """The schema. Raises GraphQLError for the first thing that is wrong."""
    # Imported late: memory that an operator without GraphQL APIs never needs.
    from loom.plan.product import graphql_faults

    return graphql_faults.checked(_parsed(text))


def _built(text: str) -> Any:
    """A schema that has been judged before."""
    from graphql import build_ast_schema

    return build_ast_schema(_parsed(text), assume_valid_sdl=True)


def _parsed(text: str) -> Any:
    from graphql import parse

    return parse(text, max_tokens=_MOST_TOKENS)
