from __future__ import annotations

import json
from typing import Any

import pytest

from support.simulator import Simulator

from .apim_bench import ANY, DOCUMENT, Bench


@pytest.fixture
def bench(azure: Simulator) -> Bench:
    return Bench(azure)


def operation(method: str = "get", **more: Any) -> dict[str, Any]:
    return {method: {"responses": {"200": {"description": "ok"}}, **more}}


def document(paths: dict[str, Any]) -> str:
    return json.dumps({"openapi": "3.0.1", "info": {"title": "T", "version": "1"}, "paths": paths})


def test_an_import_is_accepted_without_a_body_and_its_result_is_polled_at_the_api(bench: Bench) -> None:
    answer = bench.put("/apis/orders", path="/finance/orders", format="openapi", value=DOCUMENT)
    assert (answer.status, answer.body) == (202, None)
    assert set(answer.headers) & {"Location", "Azure-AsyncOperation"} == {"Location"}
    location = answer.headers["Location"]
    assert bench.azure.call("GET", location).status == 202
    assert bench.shown("/apis/orders")["properties"]["provisioningState"] == "InProgress"
    bench.azure.advance(10)
    done = bench.azure.call("GET", location)
    assert (done.status, done.body["properties"]["path"]) == (201, "finance/orders")


def test_an_import_may_answer_as_other_children_do(bench: Bench) -> None:
    bench.azure.settings(import_status=201)
    answer = bench.put("/apis/orders", path="finance/orders", format="openapi", value=DOCUMENT)
    assert (answer.status, answer.body["properties"]) == (201, {"ProvisioningState": "InProgress"})
    assert bench.azure.call("GET", answer.headers["Azure-AsyncOperation"]).body == {"status": "InProgress"}
    bench.azure.advance(10)
    assert bench.azure.call("GET", answer.headers["Azure-AsyncOperation"]).body == {"status": "Succeeded"}


def test_what_a_document_says_becomes_the_api_and_its_operations(bench: Bench) -> None:
    bench.imported()
    api = bench.shown("/apis/orders")["properties"]
    assert (api["displayName"], api["serviceUrl"]) == ("Orders", "https://orders.contoso.example/api")
    assert {"value", "format"} & set(api) == set()
    found = {item["name"]: item["properties"] for item in bench.call("GET", "/apis/orders/operations").body["value"]}
    assert list(found) == ["list-orders", "getorder"]
    assert found["list-orders"]["displayName"] == "Lists orders"
    assert found["list-orders"]["request"]["queryParameters"][0]["defaultValue"] == "10"
    assert found["getorder"]["urlTemplate"] == "/orders/{id}"
    assert found["getorder"]["templateParameters"][0] == {
        "name": "id", "type": "string", "values": [], "description": "The number", "required": True,
    }  # fmt: skip
    assert [item["statusCode"] for item in found["getorder"]["responses"]] == [200]
    assert len(bench.names("/apis/orders/schemas")) == 1


def test_what_is_declared_beside_the_document_wins(bench: Bench) -> None:
    bench.imported(displayName="Mine", serviceUrl="https://mine.example")
    api = bench.shown("/apis/orders")["properties"]
    assert (api["displayName"], api["serviceUrl"]) == ("Mine", "https://mine.example")


@pytest.mark.parametrize(
    ("wished", "made"),
    [
        ("Get Order_by  ID!", "get-order-by-id"),
        ("--Odd--", "odd"),
        ("x" * 90, "x" * 76),
        ("", "get-a-b"),
    ],
)
def test_operations_are_named_as_the_service_names_them(bench: Bench, wished: str, made: str) -> None:
    bench.imported(value=document({"/a/b": operation(**({"operationId": wished} if wished else {}))}))
    assert bench.names("/apis/orders/operations") == [made]


def test_a_required_query_parameter_becomes_part_of_the_url_unless_told_otherwise(bench: Bench) -> None:
    needed = [{"name": "at", "in": "query", "required": True, "schema": {"type": "string"}}]
    text = document({"/a": operation(operationId="a", parameters=needed)})
    bench.imported(value=text)
    assert bench.shown("/apis/orders/operations/a")["properties"]["urlTemplate"] == "/a?at={at}"
    bench.imported(value=text, translateRequiredQueryParameters="query")
    assert bench.shown("/apis/orders/operations/a")["properties"]["urlTemplate"] == "/a"


def test_what_is_described_in_place_for_two_content_types_is_kept_for_each(bench: Bench) -> None:
    content = {
        kind: {"schema": {"type": one}} for kind, one in (("application/json", "object"), ("text/plain", "string"))
    }
    answers = {"200": {"description": "ok", "content": content}}
    bench.put("/apis/orders", path="a", format="openapi+json", value=document({"/a": operation(responses=answers)}))
    bench.azure.advance(20)
    (shown,) = bench.call("GET", "/apis/orders/operations").body["value"]
    (schema,) = bench.call("GET", "/apis/orders/schemas").body["value"]
    kept = bench.shown(f"/apis/orders/schemas/{schema['name']}")["properties"]["document"]["components"]["schemas"]
    (answer,) = shown["properties"]["responses"]
    assert [kept[one["typeName"]]["type"] for one in answer["representations"]] == ["object", "string"]


def test_a_second_import_replaces_the_operations_and_keeps_the_policies_of_those_that_stay(bench: Bench) -> None:
    bench.imported(value=document({"/a": operation(operationId="a"), "/b": operation(operationId="b")}))
    assert bench.policy("/apis/orders/operations/a").status == 201
    bench.imported(value=document({"/a": operation(operationId="a"), "/c": operation(operationId="c")}))
    assert bench.names("/apis/orders/operations") == ["a", "c"]
    assert bench.call("GET", "/apis/orders/operations/a/policies/policy").status == 200


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("openapi: 3.0.1\ninfo: {title: T\n", "Parsing error(s): (Lin: "),
        ("just words", "Cannot infer scheme"),
        ("openapi: '3.0.1'\ninfo: {title: T, version: '1'}\n", "The field 'paths'"),
        ("openapi: '4.0.0'\ninfo: {title: T, version: '1'}\npaths: {}\n", "version '4.0.0' is not supported"),
        (document({"a": operation()}), "MUST begin with a slash"),
        (document({"/a": {"get": {}}}), "The field 'responses'"),
        (
            document({"/a/{x}": operation(), "/a/{y}": operation("get", operationId="z")}),
            "same method and URL template",
        ),
    ],
)
def test_an_invalid_document_is_accepted_and_fails_later(bench: Bench, value: str, says: str) -> None:
    bench.azure.settings(import_status=201)
    answer = bench.put("/apis/orders", path="finance/orders", format="openapi", value=value)
    assert answer.status == 201
    bench.azure.advance(10)
    status = bench.azure.call("GET", answer.headers["Azure-AsyncOperation"]).body
    assert status["status"] == "Failed"
    assert says in " ".join(item["message"] for item in status["error"]["details"])
    assert bench.azure.call("GET", answer.headers["Location"]).status == 404
    assert bench.call("GET", "/apis/orders").status == 404


def test_a_failed_import_leaves_an_old_api_as_it_was(bench: Bench) -> None:
    bench.imported()
    before = bench.shown("/apis/orders")
    assert bench.put("/apis/orders", path="finance/other", format="openapi", value="oops").status == 202
    bench.azure.advance(10)
    assert bench.shown("/apis/orders") == before
    assert bench.names("/apis/orders/operations") == ["list-orders", "getorder"]


def test_swagger_is_read_as_json(bench: Bench) -> None:
    swagger = {
        "swagger": "2.0", "info": {"title": "Old", "version": "1"}, "host": "old.example", "basePath": "/v1",
        "schemes": ["https"], "paths": {"/a": operation(operationId="a")},
    }  # fmt: skip
    bench.put("/apis/old", path="old", format="swagger-json", value=json.dumps(swagger))
    bench.azure.advance(10)
    assert bench.shown("/apis/old")["properties"]["serviceUrl"] == "https://old.example/v1"


def test_a_link_is_not_followed_and_says_so(bench: Bench) -> None:
    answer = bench.put("/apis/orders", path="a", format="openapi-link", value="https://contoso.example/openapi.json")
    assert answer.status == 501


def test_an_api_stays_locked_for_a_moment_after_its_import_succeeded(bench: Bench) -> None:
    bench.put("/apis/orders", path="finance/orders", format="openapi", value=DOCUMENT)
    assert bench.policy("/apis/orders").body["error"]["code"] == "PessimisticConcurrencyConflict"
    bench.azure.advance(10)
    assert bench.shown("/apis/orders")["properties"]["provisioningState"] == "Succeeded"
    for path in ("/apis/orders/operations/getorder", "/apis/orders"):
        assert bench.policy(path).body["error"]["message"] == "Operation on the API is in progress"
    bench.azure.advance(5)
    assert bench.policy("/apis/orders").status == 201


def test_a_path_belongs_to_one_api_unless_both_are_versions_of_one_set(bench: Bench) -> None:
    bench.put("/apiVersionSets/orders", displayName="Orders", versioningScheme="Segment")
    shared = {"path": "finance/orders", "apiVersionSetId": "/apiVersionSets/orders"}
    assert bench.put("/apis/v1", displayName="one", apiVersion="v1", **shared).status == 201
    alone = bench.put("/apis/other", displayName="other", path="/Finance/Orders")
    assert alone.body["error"]["details"][0]["message"].startswith("Cannot create API 'other' with the same Path")
    assert bench.put("/apis/v2", displayName="two", apiVersion="v2", **shared).status == 201
    twice = bench.put("/apis/v3", displayName="three", apiVersion="v2", **shared)
    assert twice.body["error"]["details"][0]["target"] == "apiVersion"
    assert bench.put("/apis/original", displayName="original", **shared).status == 201
    assert "apiVersion" not in bench.shown("/apis/original")["properties"]
    again = bench.put("/apis/more", displayName="more", apiVersion=None, **shared)
    assert again.body["error"]["details"][0]["target"] == "apiVersion"


def test_an_api_goes_away_slowly_and_leaves_its_products(bench: Bench) -> None:
    bench.imported()
    bench.published()
    answer = bench.call("DELETE", "/apis/orders", headers=ANY)
    assert answer.status == 202
    assert bench.azure.call("GET", answer.headers["Location"]).status == 202
    bench.azure.advance(3)
    assert bench.azure.call("GET", answer.headers["Location"]).status == 204
    assert bench.names("/products/p/apis") == bench.names("/products/p/apiLinks") == []


def test_a_release_makes_a_revision_current_with_all_that_is_in_it(bench: Bench) -> None:
    bench.imported(value=document({"/a": operation(operationId="a")}))
    second = document({"/b": operation(operationId="b")})
    bench.put("/apis/orders;rev=2", path="finance/orders", format="openapi", value=second)
    bench.azure.advance(30)
    assert bench.names("/apis") == ["orders"]
    listed = bench.call("GET", "/apis/orders/revisions").body["value"]
    assert [(item["apiRevision"], item["isCurrent"]) for item in listed] == [("2", False), ("1", True)]
    assert bench.put("/apis/orders/releases/now", apiId="/apis/orders;rev=2").status == 201
    assert bench.names("/apis/orders/operations") == ["b"]
    assert bench.names("/apis/orders;rev=1/operations") == ["a"]
    assert bench.shown("/apis/orders;rev=2")["properties"]["isCurrent"] is True


def test_the_first_revision_makes_the_api_and_has_two_ids_while_it_is_current(bench: Bench) -> None:
    assert bench.put("/apis/orders;rev=4", path="a", format="openapi", value=DOCUMENT).status == 202
    bench.azure.advance(30)
    assert bench.names("/apis") == ["orders"]
    assert bench.shown("/apis/orders")["properties"]["apiRevision"] == "4"
    assert bench.policy("/apis/orders;rev=4").status == 201
    assert bench.shown("/apis/orders/policies/policy") == bench.shown("/apis/orders;rev=4/policies/policy")
    bench.put("/apis/orders;rev=4", path="b", displayName="Renamed")
    assert bench.shown("/apis/orders")["properties"]["displayName"] == "Renamed"


def test_a_revision_begins_as_a_copy_of_its_source(bench: Bench) -> None:
    bench.imported()
    bench.policy("/apis/orders", "<rewrite-uri template='/x' />")
    assert bench.put("/apis/orders;rev=2", path="finance/orders", sourceApiId="/apis/orders;rev=1").status == 201
    assert bench.names("/apis/orders;rev=2/operations") == ["list-orders", "getorder"]
    assert "rewrite-uri" in bench.shown("/apis/orders;rev=2/policies/policy")["properties"]["value"]
    assert bench.shown("/apis/orders;rev=2")["properties"]["displayName"] == "Orders"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"path": "elsewhere"}, "path"),
        ({"path": "finance/orders", "displayName": "Another"}, "displayName"),
        ({"path": "finance/orders", "isCurrent": True}, "isCurrent"),
        ({"path": "finance/orders", "sourceApiId": "/apis/nowhere;rev=9"}, "sourceApiId"),
    ],
)
def test_what_a_revision_beside_the_current_one_may_not_say(bench: Bench, sent: dict[str, Any], field: str) -> None:
    bench.imported()
    refused = bench.put("/apis/orders;rev=2", **sent)
    assert (refused.status, refused.body["error"]["details"][0]["target"]) == (400, field)


def test_the_current_revision_is_not_deleted_alone(bench: Bench) -> None:
    bench.imported()
    bench.put("/apis/orders;rev=2", path="finance/orders", sourceApiId="/apis/orders;rev=1")
    refused = bench.call("DELETE", "/apis/orders", headers=ANY)
    assert refused.body["error"]["details"][0]["message"] == "Cannot delete the current revision of an API."
    assert bench.call("DELETE", "/apis/orders", headers=ANY, query="&deleteRevisions=true").status == 202
    bench.azure.advance(5)
    assert bench.call("GET", "/apis/orders;rev=2").status == 404


def test_an_operation_declares_the_parameters_of_its_url(bench: Bench) -> None:
    bench.imported()
    refused = bench.put("/apis/orders/operations/x", displayName="x", method="GET", urlTemplate="/x/{id}")
    assert "All template parameters" in refused.body["error"]["details"][0]["message"]
    told = [{"name": "id", "type": "string"}]
    made = bench.put(
        "/apis/orders/operations/x", displayName="x", method="GET", urlTemplate="/x/{id}", templateParameters=told
    )
    assert made.status == 201
