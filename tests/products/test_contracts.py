"""Callers are not broken unasked, and what an API has is what its document says: on a simulated API Management."""

import json
from typing import Any

import pytest

from support.shop import Shop, revision

pytestmark = pytest.mark.sdk


def found(shop: Shop) -> set[str]:
    return {str(row["name"]) for row in shop.listed("operations")}


async def test_an_operation_that_somebody_took_away_is_found_named_and_brought_back(shop: Shop) -> None:
    await shop.settle()
    shop.azure.delete(f"{shop.api_id}/operations/get")
    assert shop.call("/finance/orders/get") == 404
    shop.azure.advance(3600)
    result = await shop.look()
    events = list(result.events)
    await shop.until(lambda: shop.call("/finance/orders/get") == 200)
    events += (await shop.look()).events
    told = [event.message for event in events if event.reason == "DriftMended"]
    assert any("operations[GET /get]" in message for message in told), events
    await shop.settle()


async def test_an_operation_that_somebody_added_stays_and_is_not_taken_from_its_callers_unasked(shop: Shop) -> None:
    await shop.settle()
    assert shop.put(f"{shop.api_id}/operations/theirs", displayName="x", method="GET", urlTemplate="/theirs") == 201
    shop.azure.reset_counters()
    shop.azure.advance(3600)
    await shop.look()
    assert (shop.writes(), shop.condition("InSync")) == ([], "True")
    shop.api(revisions=[revision("1", "list", "get", "find")])
    await shop.until(lambda: "GET /theirs is gone" in shop.row("Converged").get("message", ""))
    shop.api(allowBreaking=True)
    await shop.settle()
    assert found(shop) == {"list", "get", "find"}


async def test_an_import_that_would_break_callers_is_not_made_and_names_the_operations(shop: Shop) -> None:
    await shop.settle()
    shop.azure.reset_counters()
    shop.api(revisions=[revision("1", "list")])
    await shop.until(lambda: shop.row("Converged").get("reason") == "BreakingChange")
    row = shop.row("SourceInSync")
    assert (row["status"], row["reason"]) == ("False", "BreakingChange")
    assert "callers would break: GET /get is gone. Publish it as another version, or set" in row["message"]
    assert (shop.writes(), shop.call("/finance/orders/get")) == ([], 200)
    assert shop.condition("Published") == "True"  # it is: nothing was taken away
    shop.api(allowBreaking=True)
    await shop.settle()
    assert (shop.call("/finance/orders/get"), shop.call("/finance/orders/list")) == (404, 200)


async def test_another_revision_that_would_break_callers_is_not_made_current(shop: Shop) -> None:
    await shop.settle()
    shop.api(revisions=[revision("1", "list", "get"), revision("2", "list")], currentRevision="1")
    await shop.settle()
    shop.api(currentRevision="2")
    await shop.until(lambda: shop.row("Converged").get("reason") == "BreakingChange")
    assert shop.status["apis"][0]["revision"] == "1"
    assert (shop.call("/finance/orders/get"), shop.call("/finance/orders;rev=2/get")) == (200, 404)
    shop.api(allowBreaking=True)
    await shop.settle()
    assert shop.status["apis"][0]["revision"] == "2"


async def test_a_revision_that_nobody_calls_may_change_in_any_way(shop: Shop) -> None:
    shop.api(revisions=[revision("1", "list"), revision("2", "list", "find")], currentRevision="1")
    await shop.settle()
    shop.api(revisions=[revision("1", "list"), revision("2", "other")])
    await shop.settle()
    assert shop.call("/finance/orders;rev=2/other") == 200


def taking(*needed: str, answers: tuple[str, ...] = ("id", "total")) -> str:
    """A document that takes an order which needs these fields, and answers with one that has those."""

    def schema(required: tuple[str, ...], names: tuple[str, ...]) -> dict[str, Any]:
        properties = {name: {"type": "string"} for name in names}
        return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}

    asked, answered = (
        {"application/json": {"schema": {"$ref": f"#/components/schemas/{n}"}}} for n in ("New", "Order")
    )
    post = {
        "operationId": "add",
        "requestBody": {"content": asked},
        "responses": {"201": {"description": "made", "content": answered}},
    }
    schemas = {"New": schema(needed, ("sku", "note")), "Order": schema((), answers)}
    whole = {"openapi": "3.0.3", "info": {"title": "Orders", "version": "1"}, "paths": {"/orders": {"post": post}}}
    return json.dumps({**whole, "components": {"schemas": schemas}})


async def test_a_body_that_would_break_callers_is_told_by_operation_and_place(shop: Shop) -> None:
    shop.api(revisions=[{"name": "1", "source": {"openapi": {"inline": taking("sku")}}}])
    await shop.settle()
    shop.azure.reset_counters()
    worse = taking("sku", "note", answers=("id",))
    shop.api(revisions=[{"name": "1", "source": {"openapi": {"inline": worse}}}])
    await shop.until(lambda: shop.row("Converged").get("reason") == "BreakingChange")
    message = shop.row("SourceInSync")["message"]
    assert "POST /orders: note of the body is needed; POST /orders: total of answer 201 is gone" in message
    assert shop.writes() == []
    shop.api(revisions=[{"name": "1", "source": {"openapi": {"inline": taking(answers=("id", "total", "tax"))}}}])
    await shop.settle()
    shop.api(revisions=[{"name": "1", "source": {"openapi": {"inline": worse}}}], allowBreaking=True)
    await shop.settle()


def paying(*kinds: str) -> str:
    """A document of payments, each kind told apart by a discriminator."""
    means: dict[str, Any] = {
        kind: {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"type": "string"}, "number": {"type": "string"}},
        }
        for kind in kinds
    }
    choice = {
        "oneOf": [{"$ref": f"#/components/schemas/{kind}"} for kind in kinds],
        "discriminator": {"propertyName": "kind"},
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Means"}}}
    answers = {"200": {"description": "paid", "content": content}}
    post = {"operationId": "pay", "requestBody": {"content": content}, "responses": answers}
    whole = {"openapi": "3.0.3", "info": {"title": "Payments", "version": "1"}, "paths": {"/payments": {"post": post}}}
    return json.dumps({**whole, "components": {"schemas": {"Means": choice, **means}}})


async def test_alternatives_that_would_break_callers_are_told_and_imported_where_that_is_allowed(shop: Shop) -> None:
    shop.api(revisions=[{"name": "1", "source": {"openapi": {"inline": paying("Card", "Transfer")}}}])
    await shop.settle()
    shop.azure.reset_counters()
    other = [{"name": "1", "source": {"openapi": {"inline": paying("Card", "Voucher")}}}]
    shop.api(revisions=other)
    await shop.until(lambda: shop.row("Converged").get("reason") == "BreakingChange")
    message = shop.row("SourceInSync")["message"]
    assert "POST /payments: the body is not taken as kind Transfer any more" in message
    assert "POST /payments: answer 200 may be kind Voucher, which it was not" in message
    assert shop.writes() == []
    shop.api(revisions=other, allowBreaking=True)
    await shop.settle()
