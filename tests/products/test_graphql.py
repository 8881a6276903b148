"""GraphQL APIs in a simulated API Management: published, called, drifted, changed, and taken away."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from loom.sim.app import serve
from loom.sim.clock import StandingClock
from loom.sim.wire import Request
from support.shop import HOST, Shop, shop_in
from support.simulator import Simulator
from support.worlds import SCHEMA, graphql_object

pytestmark = pytest.mark.sdk
MORE = SCHEMA.replace("type Mutation", "type Report {\n  total: Float\n}\n\ntype Mutation").replace(
    "type Query {", "type Query {\n  report: Report"
)
LESS = SCHEMA.replace("  order(id: ID!): Order\n", "")


def source(schema: str, number: str = "1") -> dict[str, Any]:
    return {"name": number, "source": {"graphql": {"inline": schema}}}


@pytest.fixture
async def graph() -> AsyncIterator[Shop]:
    async with Simulator(clock=StandingClock()) as azure, shop_in(azure, apis=[graphql_object()]) as made:
        await made.settle()
        yield made


def schema(shop: Shop) -> str:
    [found] = shop.listed("schemas")
    return str(found["properties"]["document"]["value"])


def ask(shop: Shop, path: str = "/finance/graph", method: str = "POST") -> Any:
    query = {"query": "{ orders { id } }"}
    return serve(shop.azure.world, Request.of(method, path, query if method == "POST" else None, {"host": HOST}))


async def an_interval_later(shop: Shop) -> None:
    shop.azure.advance(6 * 600)
    await shop.look()


async def test_a_schema_is_published_and_stays_as_it_is(graph: Shop) -> None:
    [api] = graph.azure.call("GET", f"{graph.api_id.rpartition('/')[0]}?api-version=2024-05-01").body["value"]
    assert (api["properties"]["type"], api["properties"]["displayName"]) == ("graphql", "graph")
    assert schema(graph) == SCHEMA
    row = graph.status["apis"][0]
    assert (row["operations"], row["health"]) == (3, "Healthy")
    graph.azure.reset_counters()
    await an_interval_later(graph)
    assert graph.writes() == []
    assert graph.row("SourceInSync")["status"] == "True"


async def test_the_gateway_passes_queries_on_to_the_backends_address(graph: Shop) -> None:
    answer = ask(graph)
    assert answer.status == 200
    assert (answer.body["echo"]["method"], answer.body["echo"]["url"]) == ("POST", "https://orders.contoso.com/v1")
    assert ask(graph, method="GET").status == 404
    assert ask(graph, "/finance/graph/orders").status == 404


async def test_a_schema_that_somebody_changed_is_told_and_brought_back(graph: Shop) -> None:
    [found] = graph.listed("schemas")
    graph.azure.edit(found["id"], {"properties": {"document": {"value": LESS}}})
    await an_interval_later(graph)
    row = graph.row("SourceInSync")
    assert (row["status"], row["reason"]) == ("False", "Progressing")
    await graph.settle()
    assert schema(graph) == SCHEMA


async def test_a_schema_that_comes_back_with_other_line_ends_is_the_same(graph: Shop) -> None:
    [found] = graph.listed("schemas")
    graph.azure.edit(found["id"], {"properties": {"document": {"value": SCHEMA.replace("\n", "\r\n")}}})
    graph.azure.reset_counters()
    await an_interval_later(graph)
    assert graph.writes() == []


async def test_a_schema_that_somebody_deleted_is_there_again(graph: Shop) -> None:
    [found] = graph.listed("schemas")
    graph.azure.delete(found["id"])
    await an_interval_later(graph)
    await graph.settle()
    assert schema(graph) == SCHEMA


async def test_a_schema_with_more_in_it_takes_the_place_of_the_old_one(graph: Shop) -> None:
    graph.api(revisions=[source(MORE)])
    await graph.settle()
    assert schema(graph) == MORE
    assert graph.status["apis"][0]["operations"] == 4


async def test_a_schema_that_breaks_callers_is_not_written(graph: Shop) -> None:
    graph.api(revisions=[source(LESS)])
    await graph.until(lambda: graph.row("SourceInSync").get("reason") == "BreakingChange")
    assert "Field Query.order was removed" in graph.row("SourceInSync")["message"]
    assert schema(graph) == SCHEMA
    graph.api(allowBreaking=True)
    await graph.settle()
    assert schema(graph) == LESS


async def test_another_revision_is_made_current_only_where_it_breaks_nobody(graph: Shop) -> None:
    graph.api(revisions=[source(SCHEMA), source(LESS, "2")], currentRevision="1")
    await graph.settle()
    graph.api(currentRevision="2")
    await graph.until(lambda: graph.row("ApisImported").get("reason") == "BreakingChange")
    assert graph.status["apis"][0]["revision"] == "1"
    graph.api(allowBreaking=True)
    await graph.settle()
    assert (graph.status["apis"][0]["revision"], schema(graph)) == ("2", LESS)


async def test_a_schema_changed_upstream_is_told_under_policy_plan(graph: Shop) -> None:
    graph.edit(lambda spec: spec.update(policy="Plan"))
    graph.api(revisions=[source(MORE)])
    await graph.look()
    assert (graph.row("SourceInSync")["status"], graph.row("SourceInSync")["reason"]) == ("False", "SourceChanged")
    assert schema(graph) == SCHEMA


async def test_a_schema_that_is_none_is_told_with_its_line(graph: Shop) -> None:
    graph.api(revisions=[source("type Query {\n  a: Strin\n}")])
    await graph.look()
    row = graph.row("Ready")
    assert (row["status"], row["reason"]) == ("False", "InvalidGraphql")
    assert "source.graphql.inline: line 2: Unknown type 'Strin'" in row["message"]


async def test_an_api_is_not_made_one_of_another_kind(graph: Shop) -> None:
    document = "openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths: {}\n"
    graph.api(revisions=[{"name": "1", "source": {"openapi": {"inline": document}}}])
    await graph.until(lambda: graph.row("Ready").get("reason") == "InvalidRequest")
    assert "API type cannot be changed" in graph.row("Ready")["message"]


async def test_the_api_goes_with_its_schema(graph: Shop) -> None:
    await graph.play.delete("ApiProduct")
    assert [arm_id for arm_id in graph.azure.ids() if "/apis/" in arm_id] == []
