"""OpenAPI documents: what is one, what is not, and on which line."""

import json
import time
from typing import Any

import pytest

from loom.errors import Refusal
from loom.plan.product.openapi import read
from support.worlds import DOCUMENT

PETS: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Pets", "version": "1"},
    "paths": {
        "/pets": {
            "get": {"responses": {"200": {"description": "ok"}}},
            "trace": {"responses": {"200": {"description": "ok"}}},
        }
    },
}


def refusal(text: str) -> str:
    with pytest.raises(Refusal) as caught:
        read(text, "doc")
    assert caught.value.reason == "InvalidOpenApi"
    return caught.value.message


@pytest.mark.parametrize(
    ("document", "format_"),
    [
        (DOCUMENT, "openapi"),
        (json.dumps(PETS), "openapi+json"),
        (json.dumps(PETS, indent="\t"), "openapi+json"),
        (json.dumps({**PETS, "openapi": "3.1.0"}), "openapi+json"),
        (json.dumps({"swagger": "2.0", "info": PETS["info"], "paths": {}}), "swagger-json"),
    ],
    ids=["YAML", "JSON", "JSON with tabs", "3.1", "2.0"],
)
def test_a_document_is_sent_in_the_format_that_it_has(document: str, format_: str) -> None:
    assert read(document, "doc").format == format_


def test_what_the_import_drops_is_not_counted_as_an_operation() -> None:
    assert read(json.dumps(PETS), "doc").operations == 1
    assert read(DOCUMENT, "doc").operations == 2


def test_numbers_and_dates_of_yaml_are_read_as_the_strings_that_they_are() -> None:
    text = DOCUMENT.replace('"200"', "200").replace('version: "1"', "version: 2026-01-31")
    assert read(text, "doc").operations == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("openapi: 3.0.1\ninfo: {title: x\npaths: {}\n", "doc: line 3: it is not YAML"),
        ('{"openapi": "3.0.1",\n "info": {,}}', "doc: line 2: it is not JSON"),
        ("- openapi: 3.0.1\n", "doc: line 1: an OpenAPI document is an object"),
        ("info: {title: x}\n", "doc: line 1: openapi is missing"),
        ("info: {title: x}\nopenapi: 4.0.0\n", "doc: line 2: openapi is 4.0.0"),
        ("swagger: '2.0'\n", "doc: line 1: Swagger 2.0 is imported as JSON only"),
        ("a: &a [x]\nb: *a\n", "doc: line 2: YAML aliases are not accepted"),
        ("? {a: b}\n: c\n", "doc: line 1: it is not YAML: a field's name is one word"),
    ],
)
def test_a_text_that_is_no_document_is_refused_with_its_line(text: str, says: str) -> None:
    assert refusal(text).startswith(says)


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("info: {title: Orders, version", "info: {name: Orders, version", 2, "'title' is a required property"),
        ("  /orders:", "  orders:", 4, "'orders' does not match"),
        (
            "operationId: addOrder",
            "operationId: listOrders",
            7,
            "Operation ID 'listOrders' for 'post' in '/orders' is not unique",
        ),
        ("{description: made}", "{}", 7, "'description' is a required property"),
        ("/orders:", "/orders/{id}:", 6, "Path parameter 'id' for 'get' operation in '/orders/{id}' was not resolved"),
    ],
)
def test_a_flaw_is_named_with_its_line(before: str, after: str, line: int, says: str) -> None:
    message = refusal(DOCUMENT.replace(before, after))
    assert message.startswith(f"doc: line {line}: ")
    assert says in message


@pytest.mark.parametrize("reference", ["https://example.com/a.json#/b", "./other.yaml", "file:///etc/passwd"])
def test_a_reference_that_leaves_the_document_is_refused_and_never_followed(reference: str) -> None:
    text = DOCUMENT + f"components:\n  schemas:\n    A: {{$ref: '{reference}'}}\n"
    assert (
        refusal(text)
        == f"doc: line 10: $ref {reference!r} leaves the document; nothing is fetched, put that part into it"
    )


@pytest.mark.parametrize("pointer", ["#/components/schemas/Gone", "#/paths/~1orders/get/9", "#nothing"])
def test_a_reference_that_points_at_nothing_is_refused(pointer: str) -> None:
    assert "points at nothing" in refusal(DOCUMENT + f"components:\n  schemas:\n    A: {{$ref: '{pointer}'}}\n")


def test_references_within_the_document_hold_even_in_a_circle() -> None:
    schema = (
        "components:\n  schemas:\n    A/B: {type: object, properties: {next: {$ref: '#/components/schemas/A~1B'}}}\n"
    )
    assert read(DOCUMENT + schema, "doc").operations == 2


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 50_000 + "]" * 50_000,
        '{"openapi": "3.0.1", "x-a": ' + "[" * 900 + "]" * 900 + "}",
        '{"openapi": "3.0.1", "x-a": ' + "[" * 50_000 + "]" * 50_000 + "}",
    ],
    ids=["YAML that would end the process", "JSON that Python reads", "JSON that Python does not"],
)
def test_a_document_nested_too_deeply_is_refused(text: str) -> None:
    assert "nested more than 200 deep" in refusal(text)


def test_a_document_is_judged_once_for_its_content() -> None:
    text = json.dumps({**PETS, "paths": {f"/pets/{n}": PETS["paths"]["/pets"] for n in range(100)}})
    first, again = (_seconds(text) for _ in range(2))
    assert again < first / 5


def _seconds(text: str) -> float:
    start = time.process_time()
    assert read(text, "doc").operations == 100
    return time.process_time() - start
