"""What callers of an API rely on, and which changes break them."""

from typing import Any

import pytest

from loom.plan.product.contract import breaks, key_of_live, of_document, of_live, operation_key


def document(*parameters: dict[str, Any], path: str = "/orders/{id}", **paths: Any) -> dict[str, Any]:
    """A document of one GET with these parameters beside the one in the path."""
    inside = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.0.3",
        "paths": {path: {"parameters": [inside], "get": {"parameters": list(parameters)}}, **paths},
    }


def query(name: str = "limit", required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def broken(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return breaks(of_document(before), of_document(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (document(), document(query())),
        (document(), document({"name": "X-Trace", "in": "header", "schema": {}})),
        (document(query(required=True)), document(query())),
        (document(query(type="integer")), document(query(type="number"))),
        (document(query(type="integer")), document(query(type="string"))),
        (document(query(type="string")), document(query())),
        (document(query(enum=["a"])), document(query(enum=["a", "b"]))),
        (document(query(enum=["a"])), document(query())),
        (document(), document(path="/orders/{orderId}")),
        (document(), document(path="/Orders/{id}/")),
        (document(query()), document()),
    ],
    ids=str,
)
def test_what_only_adds_or_widens_breaks_nobody(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert broken(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (document(), {"paths": {}}, "GET /orders/{id} is gone"),
        (document(), document(path="/orders/{id}/lines"), "GET /orders/{id} is gone"),
        (document(), document(query(required=True)), "GET /orders/{id} needs query parameter limit"),
        (document(query()), document(query(required=True)), "GET /orders/{id} needs query parameter limit"),
        (
            document(),
            document({"name": "X-Trace", "in": "header", "required": True}),
            "GET /orders/{id} needs header x-trace",
        ),
        (
            document(query(type="number")),
            document(query(type="integer")),
            "GET /orders/{id} takes less in query parameter limit",
        ),
        (document(query()), document(query(type="integer")), "GET /orders/{id} takes less in query parameter limit"),
        (
            document(query(enum=["a", "b"])),
            document(query(enum=["a"])),
            "GET /orders/{id} takes less in query parameter limit",
        ),
        (document(query()), document(query(enum=["a"])), "GET /orders/{id} takes less in query parameter limit"),
    ],
)
def test_what_breaks_callers_is_named(before: dict[str, Any], after: dict[str, Any], says: str) -> None:
    assert broken(before, after) == [says]


def test_the_first_few_are_named_and_the_others_counted() -> None:
    before: dict[str, Any] = {"paths": {f"/p{number}": {"get": {}} for number in range(9)}}
    assert broken(before, {"paths": {}})[4:] == ["GET /p4 is gone", "and 4 more"]


def test_a_parameter_that_is_only_referred_to_counts_and_a_circle_says_nothing() -> None:
    shared = {
        "components": {
            "parameters": {"Limit": query(required=True), "Round": {"$ref": "#/components/parameters/Round"}}
        }
    }
    listed = [{"$ref": f"#/components/parameters/{name}"} for name in ("Limit", "Round")]
    after = {**document(), **shared}
    after["paths"]["/orders/{id}"]["get"]["parameters"] = listed
    assert broken(document(), after) == ["GET /orders/{id} needs query parameter limit"]


def live(template: str, **properties: Any) -> dict[str, Any]:
    return {"properties": {"method": "GET", "urlTemplate": template, **properties}}


def test_an_operation_is_the_same_in_the_service_and_in_the_document() -> None:
    shown = live(
        "/orders/{id}?at={at}",
        templateParameters=[{"name": "id", "type": "string"}, {"name": "at", "type": "integer"}],
        request={"queryParameters": [{"name": "limit", "type": "integer", "values": ["1", "2"]}], "headers": []},
    )
    described = document(query("at", required=True, type="integer"), query(type="integer", enum=[1, 2]))
    assert key_of_live(shown) == operation_key("get", "/Orders/{number}/")
    assert of_live([shown]) == of_document(described)
    assert breaks(of_live([shown]), of_document(described)) == []


@pytest.mark.parametrize("bare", [live("/a"), live("/a", request=None, templateParameters=None)])
def test_an_operation_without_anything_is_read(bare: dict[str, Any]) -> None:
    assert [signature.shown for signature in of_live([bare]).values()] == ["GET /a"]
