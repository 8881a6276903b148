"""OpenAPI documents: what is one, what is not, and on which line."""

import json
import time
from typing import Any

import pytest

from loom.errors import Refusal
from loom.plan.product.judges import OPENAPI
from support.worlds import DOCUMENT

read = OPENAPI.read
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
        ("a: &a [x]\nb: {<<: *a}\n", "doc: line 2: it is not YAML: YAML merges (<<) are not accepted"),
        ("a: &a [*a]\n", "doc: line 1: the alias *a stands for nothing, or for what it is part of"),
        ("b: *a\na: &a [x]\n", "doc: line 1: the alias *a stands for nothing, or for what it is part of"),
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


def test_a_value_of_the_wrong_kind_is_told_as_the_document_has_it_and_with_its_place() -> None:
    assert "info.version: 1.1 is not of type string" in refusal(
        json.dumps({**PETS, "info": {"title": "Pets", "version": 1.1}})
    )
    assert "/pets.get: null is not of type object" in refusal(json.dumps({**PETS, "paths": {"/pets": {"get": None}}}))
    words = refusal(json.dumps({**PETS, "paths": {"/pets": {"get": "much" * 1000}}}))
    assert '"muchmuch' in words
    assert len(words) < 200


def test_an_alias_stands_for_what_it_names() -> None:
    text = DOCUMENT.replace('responses: {"200": {description: ok}}', 'responses: &ok {"200": {description: ok}}')
    text = text.replace('responses: {"201": {description: made}}', "responses: *ok")
    assert read(text, "doc").operations == 2


def test_aliases_that_unfold_to_a_mountain_are_refused_at_once() -> None:
    layers = "".join(f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 40))
    assert "its aliases unfold to more than" in refusal(f"a0: &a0 x\n{layers}")


def test_two_paths_that_differ_in_names_of_parameters_only_are_one_to_the_service() -> None:
    def at(name: str) -> dict[str, Any]:
        return {"parameters": [{"name": name, "in": "path", "required": True, "schema": {}}], **PETS["paths"]["/pets"]}

    text = json.dumps({**PETS, "paths": {"/pets/{a}": at("a"), "/pets/{b}": at("b")}})
    assert "'get' in '/pets/{b}' differs from another only in names of parameters" in refusal(text)


@pytest.mark.parametrize("reference", ["https://example.com/a.json#/b", "./other.yaml", "file:///etc/passwd"])
def test_a_reference_that_leaves_the_document_is_refused_and_never_followed(reference: str) -> None:
    text = DOCUMENT + f"components:\n  schemas:\n    A: {{$ref: '{reference}'}}\n"
    assert (
        refusal(text)
        == f"doc: line 10: $ref {reference!r} leaves the document; nothing is fetched, put that part into it"
    )


@pytest.mark.parametrize("field", ["x-examples", "example"])
def test_what_looks_like_a_reference_in_an_extension_or_an_example_is_none(field: str) -> None:
    schema = {"type": "object", "properties": {}, field: {"$ref": "./elsewhere.json"}}
    assert read(json.dumps({**PETS, "components": {"schemas": {"A": schema}}}), "doc").operations == 1


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


def with_schemas(**schemas: Any) -> str:
    return json.dumps({**PETS, "components": {"schemas": schemas}})


def with_pets(**fields: Any) -> str:
    return json.dumps({**PETS, "paths": {"/pets": {"get": {**PETS["paths"]["/pets"]["get"], **fields}}}})


@pytest.mark.parametrize(
    "text",
    [
        with_schemas(A={"type": "string", "pattern": "(a+)+$", "default": "a" * 40 + "b"}),
        with_schemas(
            **{f"A{n}": {"allOf": [{"$ref": f"#/components/schemas/A{n + 1}"}] * 2} for n in range(40)},
            A40={"type": "string"},
        ),
        json.dumps({**PETS, "tags": [{"name": f"t{n}"} for n in range(8_000)]}),
    ],
    ids=["a pattern that never ends", "a schema that is doubled 40 times", "much that must differ"],
)
def test_no_document_takes_longer_than_its_size_allows(text: str) -> None:
    assert read(text, "doc").operations == 1  # or not in our lifetime


@pytest.mark.parametrize(
    "text",
    [
        '{"openapi": "3.0.3", "x-a": ' + "1" * 5_000 + "}",
        "openapi: 3.0.3\nx-a: " + "1" * 5_000,
        '{"openapi": "\\ud800"}',
        json.dumps({**PETS, "x-a": float("nan")}),
        "openapi: 3.0.3\nx-a: !!int abc",
        "openapi: 3.0.3\nx-a: !!timestamp abc",
        "openapi: 3.0.3\nx-a: !!set {a, b}",
        json.dumps({**PETS, "paths": None}),
        with_pets(parameters=[{"$ref": "#/paths"}, {"$ref": "#/info"}], responses=3),
        json.dumps({**PETS, "k" * 2_000: 1}),
        json.dumps({**PETS, "components": {"schemas": {"A": {"$ref": "#/tags/" + "1" * 5_000}}}, "tags": []}),
        '{"openapi": "' + "3" * 200_000 + '"}',
    ],
)
def test_whatever_is_no_document_is_refused_in_a_sentence(text: str) -> None:
    message = refusal(text)
    assert len(message) <= 400
    assert message.encode()


@pytest.mark.parametrize(
    "text",
    [
        with_schemas(
            Pet={"oneOf": [{"$ref": "#/components/schemas/Cat"}], "properties": {"kind": {"type": "string"}}},
            Cat={"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object"}]},
        ),
        json.dumps({**PETS, "paths": {**PETS["paths"], "x-a": {"get": 3}}}),
        with_pets(parameters=[{"$ref": "#/components/parameters/A"}]).replace(
            '"paths"', '"components": {"parameters": {"A": {"$ref": "#/components/parameters/A"}}}, "paths"'
        ),
    ],
    ids=["a kind that names its kinds", "an extension that looks like a path", "a parameter that is itself"],
)
def test_what_leads_back_to_itself_or_says_nothing_to_us_is_left_to_azure(text: str) -> None:
    assert read(text, "doc").format == "openapi+json"


def test_parameters_of_a_path_may_be_declared_once_for_all_and_elsewhere() -> None:
    document = {
        **PETS,
        "paths": {
            "/pets/{pet}/{tooth}": {
                **PETS["paths"]["/pets"],
                "parameters": [
                    {"$ref": "#/components/parameters/pet"},
                    {"name": "tooth", "in": "path", "required": True, "schema": {}},
                ],
            }
        },
        "components": {"parameters": {"pet": {"name": "pet", "in": "path", "required": True, "schema": {}}}},
    }
    assert read(json.dumps(document), "doc").operations == 1


def test_a_document_is_judged_once_for_its_content() -> None:
    text = json.dumps({**PETS, "paths": {f"/pets/{n}": PETS["paths"]["/pets"] for n in range(100)}})
    first, again = (_seconds(text) for _ in range(2))
    assert again < first / 5


def _seconds(text: str) -> float:
    start = time.process_time()
    assert read(text, "doc").operations == 100
    return time.process_time() - start


def test_what_an_import_leaves_out_is_told_by_kind_with_an_example() -> None:
    operation = {
        "responses": {"200": {"description": "ok"}},
        "security": [{"key": []}],
        "callbacks": {"done": {}},
        "servers": [{"url": "https://x.example"}],
        "requestBody": {"content": {}},
        "parameters": [{"name": "session", "in": "cookie", "schema": {}}],
    }
    paths = {
        "/a": {"get": operation, "trace": {**PETS["paths"]["/pets"]["trace"]}},
        "/b": {"get": operation, "servers": [{"url": "/"}]},
    }
    schemes = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "k"}}}
    told = read(
        json.dumps({**PETS, "openapi": "3.1.0", "webhooks": {"new": {}}, "paths": paths, "components": schemes}), "doc"
    ).drops
    assert set(told) == {
        "webhooks are not imported: new",
        "trace is not imported: /a",
        "servers of a path are not imported: /b",
        "callbacks are not imported: GET /a and 1 more",
        "servers of an operation are not imported: GET /a and 1 more",
        "security is not enforced; policies and subscriptions are: GET /a and 1 more",
        "cookie parameters are not imported: GET /a and 1 more",
        "bodies of GET, HEAD and OPTIONS are not imported: GET /a and 1 more",
    }


def test_an_ordinary_document_loses_nothing() -> None:
    assert read(DOCUMENT, "doc").drops == ()


def test_a_sentence_about_a_long_path_fits_into_a_status() -> None:
    paths = {f"/{'x' * 900}": {"get": {**PETS["paths"]["/pets"]["get"], "callbacks": {"done": {}}}}}
    assert all(len(words) <= 300 for words in read(json.dumps({**PETS, "paths": paths}), "doc").drops)


@pytest.mark.parametrize("path", ["/a}b", "/{a}"])
def test_only_a_path_that_stands_as_it_is_can_be_asked_safely(path: str) -> None:
    operation = {"operationId": "ask", "responses": {"200": {"description": "ok"}}}
    named = [{"name": "a", "in": "path", "required": True, "schema": {"type": "string"}}] if "{" in path else []
    text = json.dumps(
        {
            **PETS,
            "paths": {
                path: {"get": operation, "parameters": named},
                "/plain": {"get": {**operation, "operationId": "plain"}},
            },
        }
    )
    assert read(text, "doc").safe == {"plain": "/plain"}
