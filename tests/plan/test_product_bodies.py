"""Which changes of bodies break callers: told by operation and place, and never held up by a document that refers in circles."""

from typing import Any

import pytest

from loom.plan.product.bodies import of_document, packed
from loom.plan.product.body_changes import MOST, broken

ORDER = {"$ref": "#/components/schemas/Order"}
LIST = {"type": "array", "items": ORDER}
Schema = dict[str, Any]


def document(order: Schema, asked: Schema = ORDER, answered: Schema = LIST, **schemas: Schema) -> dict[str, Any]:
    """A document that takes one order and answers with orders."""
    post = {
        "requestBody": {"content": {"application/json": {"schema": asked}}},
        "responses": {"200": {"content": {"application/json; charset=utf-8": {"schema": answered}}}},
    }
    return {
        "openapi": "3.0.3",
        "paths": {"/orders": {"post": post}},
        "components": {"schemas": {"Order": order, **schemas}},
    }


def order(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": properties}


def said(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [
        f"{operation}: {words}" for operation, words in broken(of_document(packed(before)), of_document(packed(after)))
    ]


def sent(before: Schema, after: Schema) -> list[str]:
    """What is said of the body alone."""
    bare: Schema = {"type": "string"}
    return said(document(before, answered=bare), document(after, answered=bare))


def read(before: Schema, after: Schema) -> list[str]:
    """What is said of the answer alone."""
    bare: Schema = {"type": "string"}
    return said(document(before, asked=bare), document(after, asked=bare))


NUMBER, WHOLE, TEXT = {"type": "number"}, {"type": "integer"}, {"type": "string"}


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (order(total=NUMBER), order(total=WHOLE), "total of the body is integer where it was number"),
        (order(total=NUMBER), order(total=TEXT), "total of the body is string where it was number"),
        (order(a=TEXT), order(("b",), a=TEXT, b=TEXT), "b of the body is needed"),
        (order(a=TEXT), order(("a",), a=TEXT), "a of the body is needed"),
        (
            order(state={"enum": ["open", "held", "done"]}),
            order(state={"enum": ["open"]}),
            "state of the body does not take done, held any more",
        ),
        (
            order(note={"type": "string", "maxLength": 100}),
            order(note={"type": "string", "maxLength": 10}),
            "note of the body takes less: maxLength is 10 where it was 100",
        ),
        (
            order(a={"type": "string", "nullable": True}),
            order(a=TEXT),
            "a of the body is string where it was null, string",
        ),
        (order(a=TEXT), {**order(), "additionalProperties": False}, "a of the body is not taken any more"),
        (
            order(lines={"type": "array", "items": order(sku=TEXT)}),
            order(lines={"type": "array", "items": order(("sku",), sku=TEXT)}),
            "lines[].sku of the body is needed",
        ),
        (order(a=TEXT), {"allOf": [order(a=TEXT), order(("b",), b=TEXT)]}, "b of the body is needed"),
    ],
)
def test_a_body_that_takes_less_than_before_is_told_by_its_place(before: Schema, after: Schema, sentence: str) -> None:
    assert sent(before, after) == [f"POST /orders: {sentence}"]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (order(a=TEXT, b=TEXT), order(a=TEXT), "[].b of answer 200 is gone"),
        (order(total=WHOLE), order(total=NUMBER), "[].total of answer 200 is number where it was integer"),
        (order(a=order(b=TEXT)), order(a=order()), "[].a.b of answer 200 is gone"),
        (order(a={"type": "string"}), order(a={"type": ["string", "null"]}), "[].a of answer 200 is null, string where it was string"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_what_callers_read_is_told_by_its_place(
    before: Schema, after: Schema, sentence: str
) -> None:
    assert read(before, after) == [f"POST /orders: {sentence}"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (order(total=WHOLE), order(total=NUMBER)),
        (order(("a",), a=TEXT), order(a=TEXT)),
        (order(a={"enum": ["x"]}), order(a={"enum": ["x", "y"]})),
        (order(a=TEXT), order(a=TEXT, b=TEXT)),
        (order(a=TEXT), order()),
        (order(a={"oneOf": [TEXT, {}]}), order(a=WHOLE)),
        (order(a={}), order(a=WHOLE)),
    ],
)
def test_a_body_that_takes_more_or_leaves_open_what_it_takes_breaks_nobody(before: Schema, after: Schema) -> None:
    assert sent(before, after) == []


def test_an_answer_may_say_more_and_less_often_the_same() -> None:
    assert read(order(total=NUMBER), order(total=WHOLE, added=TEXT)) == []


def test_schemas_that_refer_to_themselves_and_each_other_are_compared_once() -> None:
    def tree(value: Schema) -> Schema:
        child = {"$ref": "#/components/schemas/Order"}
        return order(value=value, parent=child, children={"type": "array", "items": child})

    assert sent(tree(WHOLE), tree(NUMBER)) == []
    assert sent(tree(NUMBER), tree(WHOLE)) == ["POST /orders: value of the body is integer where it was number"]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Order"},
        {"allOf": [{"$ref": "#/components/schemas/Order"}]},
        {"$ref": "#/components/schemas/Gone"},
        {"$ref": "https://elsewhere.example/x"},
        {"properties": "nonsense", "required": "a", "type": 7, "enum": "x", "allOf": [3]},
    ],
)
def test_a_circle_or_nonsense_says_nothing(schema: Schema) -> None:
    assert sent(schema, schema) == []
    assert sent(order(a=TEXT), schema) == []


def test_a_document_that_is_made_to_take_long_does_not() -> None:
    properties: dict[str, Any] = {f"p{number}": {"$ref": f"#/components/schemas/s{number}"} for number in range(300)}
    wide = {f"s{number}": order(**properties) for number in range(300)}
    big = document({"$ref": "#/components/schemas/s0"}, **wide)
    assert said(big, big) == []
    assert MOST < 300 * 300


def test_references_that_lead_far_are_followed_without_end_of_the_stack() -> None:
    chain = {f"s{number}": order(next={"$ref": f"#/components/schemas/s{number + 1}"}) for number in range(3000)}
    first = {"$ref": "#/components/schemas/s0"}
    before = document(first, asked=first, answered=TEXT, **chain, s3000=order(a=NUMBER))
    after = document(first, asked=first, answered=TEXT, **chain, s3000=order(a=WHOLE))
    (sentence,) = said(before, after)
    assert sentence.endswith(".a of the body is integer where it was number")


def test_bodies_of_an_older_kind_of_document_are_compared_too() -> None:
    def swagger(schema: Schema) -> dict[str, Any]:
        put = {
            "parameters": [{"in": "body", "name": "order", "schema": {"$ref": "#/definitions/Order"}}],
            "responses": {"200": {"description": "ok", "schema": {"$ref": "#/definitions/Order"}}},
        }
        return {"swagger": "2.0", "paths": {"/orders": {"put": put}}, "definitions": {"Order": schema}}

    assert said(swagger(order(a=TEXT)), swagger(order(("b",), b=TEXT))) == [
        "PUT /orders: b of the body is needed",
        "PUT /orders: a of answer 200 is gone",
    ]
