"""A simulated API Management service under test: its children by short paths, and its gateway."""

from __future__ import annotations

from typing import Any

from loom.sim.app import serve
from loom.sim.wire import Request, Response
from support.simulator import Simulator

Json = dict[str, Any]
VERSION = "2024-05-01"
ANY = {"If-Match": "*"}
SERVICE: Json = {
    "location": "eastus2",
    "sku": {"name": "BasicV2", "capacity": 1},
    "properties": {"publisherEmail": "apis@contoso.example", "publisherName": "Contoso"},
}
DOCUMENT = """\
openapi: 3.0.1
info: {title: Orders, version: "1", description: All orders}
servers: [{url: https://orders.contoso.example/api}]
paths:
  /orders:
    get:
      operationId: List_Orders
      summary: Lists orders
      parameters: [{name: top, in: query, schema: {type: integer, default: 10}}]
      responses: {"200": {description: ok, content: {application/json: {}}}}
  /orders/{id}:
    parameters: [{$ref: "#/components/parameters/Id"}]
    get:
      operationId: GetOrder
      responses: {"200": {description: ok}, default: {description: else}}
components:
  parameters: {Id: {name: id, in: path, required: true, description: The number, schema: {type: string}}}
  schemas: {Order: {type: object}}
"""
POLICY = "<policies><inbound><base />{inbound}</inbound><backend><base /></backend><outbound><base />{outbound}</outbound></policies>"


class Bench:
    """`call("PUT", "/products/p", {...})` asks ARM; `get("/orders", key=...)` asks the gateway."""

    def __init__(self, azure: Simulator) -> None:
        self.azure = azure
        self.id = f"{azure.group_id('rg')}/providers/Microsoft.ApiManagement/service/apim-loom"
        azure.seed(self.id, SERVICE)

    def call(
        self, method: str, path: str, body: Any = None, *, query: str = "", headers: dict[str, str] | None = None
    ) -> Response:
        return self.azure.call(method, f"{self.id}{path}?api-version={VERSION}{query}", body, headers=headers)

    def put(self, path: str, /, **properties: Any) -> Response:
        return self.call("PUT", path, {"properties": properties})

    def shown(self, path: str, query: str = "") -> Json:
        found: Json = self.call("GET", path, query=query).body
        return found

    def names(self, path: str, query: str = "") -> list[str]:
        return [item["name"] for item in self.call("GET", path, query=query).body["value"]]

    def imported(self, name: str = "orders", path: str = "finance/orders", value: str = DOCUMENT, **more: Any) -> None:
        """An API is there, with its operations, and free again."""
        answer = self.put(f"/apis/{name}", path=path, format="openapi", value=value, protocols=["https"], **more)
        assert answer.status == 202, answer.body
        self.azure.advance(30)

    def policy(self, path: str, inbound: str = "", outbound: str = "") -> Response:
        return self.put(
            f"{path}/policies/policy", format="rawxml", value=POLICY.format(inbound=inbound, outbound=outbound)
        )

    def published(self, name: str = "p", api: str = "orders", **more: Any) -> str:
        """A published product with an API and an active subscription; the subscription's key."""
        self.put(f"/products/{name}", displayName=name, state="published", **more)
        self.put(f"/products/{name}/apiLinks/one", apiId=f"{self.id}/apis/{api}")
        self.put(f"/subscriptions/{name}-caller", displayName="caller", scope=f"/products/{name}", state="active")
        key: str = self.call("POST", f"/subscriptions/{name}-caller/listSecrets").body["primaryKey"]
        return key

    def ask(
        self, url: str, *, method: str = "GET", key: str = "", headers: dict[str, str] | None = None, body: Any = None
    ) -> Response:
        """One call to the gateway."""
        shown = {"ocp-apim-subscription-key": key} if key else {}
        host = {"host": "apim-loom.azure-api.net"}
        return serve(self.azure.world, Request.of(method, url, body, {**host, **shown, **(headers or {})}))
