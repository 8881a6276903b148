"""The samples of a GraphQL and of a SOAP API, called through the simulated gateway: a key is needed, and limits and headers hold."""

from typing import Any

import pytest

from loom.sim.app import serve
from loom.sim.wire import Request, Response
from support.converged import PRODUCT, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALLS: dict[str, dict[str, str]] = {
    "insights": {},
    "ledger": {"SOAPAction": '"urn:contoso:ledger/Book"'},
}


def key_of(made: Converged) -> str:
    mine = f"{made.ids['product'].partition('/products/')[0]}/subscriptions/tests"
    made.azure.seed(mine, {"properties": {"scope": made.ids["product"], "displayName": "Tests", "state": "active"}})
    keys = made.azure.call("POST", f"{mine}/listSecrets?api-version=2024-05-01").body
    return str(keys["primaryKey"])


def call(made: Converged, body: Any, **headers: str) -> Response:
    service = made.ids["product"].partition("/products/")[0].rpartition("/")[2]
    sent = {"host": f"{service}.azure-api.net", **headers}
    return serve(made.azure.world, Request.of("POST", f"/finance/{made.called}", body, sent))


@pytest.mark.parametrize("called", CALLS)
async def test_a_sample_is_answered_as_its_policies_say(made: Converged, called: str) -> None:
    await made.begin(PRODUCT, called)
    body = {"query": "{ orders { id } }"}
    assert call(made, body, **CALLS[called]).status == 401
    key = {"Ocp-Apim-Subscription-Key": key_of(made)}
    answers = [call(made, body, **CALLS[called], **key) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["x-served-by"] == "finance"
    assert str(answers[0].body["echo"]["url"]).startswith("https://orders.contoso.com/")
    made.azure.advance(61)
    assert call(made, body, **CALLS[called], **key).status == 200


async def test_an_operation_of_the_other_service_is_not_there(made: Converged) -> None:
    await made.begin(PRODUCT, "ledger")
    key = {"Ocp-Apim-Subscription-Key": key_of(made)}
    assert call(made, {}, SOAPAction='"urn:contoso:ledger/Look"', **key).status == 404


@pytest.mark.parametrize("called", CALLS)
async def test_a_sample_that_somebody_changed_is_brought_back(made: Converged, called: str) -> None:
    await made.begin(PRODUCT, called)
    made.edit(f"api-policy/{called}", {"properties": {"value": "<policies><inbound /></policies>"}})
    await made.mend()
    assert "rate-limit" in made.body(f"api-policy/{called}")["properties"]["value"]
    await made.is_quiet()
