"""GraphQL schemas: what is one, what is not and on which line, and what a new one would take from callers."""

from typing import Any

import pytest

from loom.errors import Refusal
from loom.plan.product import graphql_schema
from loom.plan.product.graphql_schema import breaks
from loom.plan.product.judges import GRAPHQL
from support.plans import plan_of
from support.worlds import SCHEMA, graphql_object, product_object


def refusal(text: str) -> str:
    with pytest.raises(Refusal) as caught:
        GRAPHQL.read(text, "doc")
    assert caught.value.reason == "InvalidGraphql"
    return caught.value.message


def planned(*schemas: str, **changes: Any) -> Any:
    revisions = [
        {"name": str(number), "source": {"graphql": {"inline": text}}} for number, text in enumerate(schemas, start=1)
    ]
    return plan_of(product_object(apis=[graphql_object(revisions=revisions, **changes)], policies=None))


def test_queries_and_mutations_are_counted() -> None:
    assert GRAPHQL.read(SCHEMA, "doc").operations == 3
    assert GRAPHQL.read(f"{SCHEMA} type Subscription {{ added: Order }}", "doc").operations == 4
    assert GRAPHQL.read("schema { query: Ask } type Ask { a: Int }", "doc").operations == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("type Query {\n  a: Strin\n}", "doc: line 2: Unknown type 'Strin'."),
        ("type Query {\n  a: Int\n", "doc: line 3: Syntax Error: Expected Name, found <EOF>."),
        ("typ Query", "doc: line 1: Syntax Error: Unexpected Name 'typ'."),
        ("", "doc: line 1: Syntax Error: Unexpected <EOF>."),
        ("type Query { a: Int\n a: Int }", "can only be defined once"),
        ("type Order { id: ID! }", "doc: Query root type must be provided."),
        ("query { orders { id } }", "doc: Query root type must be provided."),
        ('{"data": {"__schema": {}}}', "doc: line 1: it is JSON, such as the answer to an introspection query"),
        ("type Query { a: Int }\ntype B implements C { a: Int }", "doc: line 2: Unknown type 'C'."),
        (f"type Query {{ a: {'[' * 60_000}Int{']' * 60_000} }}", "nested too deeply"),
        (f"type Query {{ a: Int }}{' scalar X' * 200_000}", "Document contains more than 300000 tokens"),
    ],
    ids=range(11),
)
def test_what_is_no_schema_is_told_with_its_line(text: str, says: str) -> None:
    assert says in refusal(text)


ASK = "type Query { a: Int }"
WEB = " & ".join(f"I{n}" for n in range(300))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ASK + "".join(f" type A{n} {{ a: B{n} }}" for n in range(30_000)), "Unknown type 'B0'."),
        (ASK + "".join(f" type A{n} {{ a: Int }} extend type B{n} {{ a: Int }}" for n in range(15_000)), "Cannot extend type 'B0'"),
        (f"type Query {{ a: {'x' * 500_000}a }} type {'x' * 500_000}b {{ a: Int }}", "Unknown type 'xxx"),
        (ASK + " union U = " + " | ".join(["Query"] * 100_000), "Union type U can only include type Query once."),
        (ASK + "".join(f" interface I{n} implements {WEB} {{ a: Int }}" for n in range(300)), "implement too many"),
        (
            ASK + "".join(f" input I{n} {{ " + " ".join(f"f{m}: I{(n + m) % 200}!" for m in range(200)) + "}" for n in range(200)),
            "Input Object I0 cannot be provided a finite value",
        ),
    ],
    ids=["names", "extensions", "long-names", "union", "interfaces", "inputs"],
)  # fmt: skip
def test_a_document_that_is_made_to_take_hours_is_refused_for_its_first_fault(text: str, says: str) -> None:
    assert says in refusal(text)


@pytest.mark.parametrize(
    ("change", "to", "says"),
    [
        ("  order(id: ID!): Order\n", "", "Query.order was removed"),
        ("limit: Int = 10", "limit: Int = 10, region: String!", "Query.orders(region:) was added"),
        ("  amount: Float\n}", "  amount: String\n}", "Order.amount changed type from Float to String"),
        ("type Mutation {\n  addOrder(amount: Float!): Order\n}", "", "Mutation was removed"),
    ],
)
def test_what_callers_would_miss_is_named(change: str, to: str, says: str) -> None:
    assert change in SCHEMA
    assert says in "; ".join(breaks(SCHEMA, SCHEMA.replace(change, to)))


def test_what_is_new_or_only_said_otherwise_breaks_nobody() -> None:
    more = SCHEMA.replace("  amount: Float\n}", '  "What it costs."\n  amount: Float\n  currency: String\n}')
    assert breaks(SCHEMA, more) == []
    assert breaks("no schema", SCHEMA) == []


def test_only_the_first_breaks_are_told_and_how_many_more() -> None:
    many = "type Query {" + " ".join(f"f{number}: Int" for number in range(9)) + "}"
    assert breaks(many, "type Query { g: Int }")[5:] == ["and 4 more"]


def test_two_schemas_are_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = breaks(SCHEMA, "type Query { once: Int }")
    monkeypatch.setattr(graphql_schema, "_compare", lambda *_: pytest.fail("compared again"))
    assert breaks(SCHEMA, "type Query { once: Int }") == said != []


def test_the_schema_of_the_revision_that_calls_reach_must_not_break_them() -> None:
    made = planned(SCHEMA)
    live = {"name": "graphql", "properties": {"document": {"value": f"{SCHEMA} extend type Query {{ gone: Int }}"}}}
    contents = made.find("schema/graph/1").contents
    assert contents is not None
    assert "Query.gone was removed. Publish it as another version" in contents.objection(live, (), ())
    allowed = planned(SCHEMA, allowBreaking=True).find("schema/graph/1").contents
    assert allowed is not None
    assert allowed.objection(live, (), ()) == ""


def test_a_schema_that_nobody_is_called_by_breaks_nobody_until_it_is_made_current() -> None:
    made = planned(SCHEMA, "type Query { a: Int }", currentRevision="1")
    live = {"name": "graphql", "properties": {"document": {"value": SCHEMA}}}
    beside = made.find("schema/graph/2").contents
    assert beside is not None
    assert beside.objection(live, (live,), ()) == ""
    switched = planned(SCHEMA, "type Query { a: Int }", currentRevision="2").find("current/graph").contents
    assert switched is not None
    assert "Query.order was removed" in switched.objection({}, (live,), ())


def test_a_graphql_api_has_no_operations_to_give_policies_to() -> None:
    operations = [{"name": "orders", "policies": {"inbound": [{"cache": {"duration": "30s"}}]}}]
    with pytest.raises(Refusal, match="the document has no operationId orders; it has none at all"):
        planned(SCHEMA, operations=operations)
