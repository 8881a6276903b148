"""GraphQL APIs of the simulated API Management: no document to import, a schema of their own."""

from typing import Any

import pytest

from support.simulator import Simulator

from .shapes import group, within

VERSION = "2024-05-01"
SCHEMA = "application/vnd.ms-azure-apim.graphql.schema"


@pytest.fixture
def api(azure: Simulator) -> str:
    service = within(group(azure), "Microsoft.ApiManagement/service", "apim-graph")
    body = {
        "sku": {"name": "Developer", "capacity": 1},
        "properties": {"publisherName": "c", "publisherEmail": "c@c.com"},
    }
    azure.seed(service, {"location": "eastus2", **body})
    made = f"{service}/apis/graph"
    assert put(azure, made, type="graphql", displayName="graph", path="graph", protocols=["https"]).status == 201
    return made


def put(azure: Simulator, arm_id: str, **properties: Any) -> Any:
    answer = azure.call("PUT", f"{arm_id}?api-version={VERSION}", {"properties": properties})
    azure.advance(5)
    return answer


def test_a_schema_must_be_one(azure: Simulator, api: str) -> None:
    wrong = put(azure, f"{api}/schemas/graphql", contentType=SCHEMA, document={"value": "type Query { a: Strin }"})
    assert wrong.status == 400
    assert "Unknown type 'Strin'" in wrong.body["error"]["details"][0]["message"]
    assert put(azure, f"{api}/schemas/graphql", document={"value": "x"}).status == 400
    good = put(azure, f"{api}/schemas/graphql", contentType=SCHEMA, document={"value": "type Query { a: String }"})
    assert good.status == 201
    shown = azure.call("GET", f"{api}/schemas/graphql?api-version={VERSION}").body["properties"]
    assert shown["document"] == {"value": "type Query { a: String }"}


def test_an_api_stays_of_its_kind(azure: Simulator, api: str) -> None:
    assert azure.call("GET", f"{api}?api-version={VERSION}").body["properties"]["type"] == "graphql"
    assert put(azure, api, displayName="graph", path="graph", protocols=["https"]).status == 400
