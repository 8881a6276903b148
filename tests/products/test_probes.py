"""An API is seen to answer by a safe call with the operator's own subscription: on a simulated API Management and its gateway."""

from typing import Any

import pytest

from support.shop import SERVICE, Shop

pytestmark = pytest.mark.sdk


async def test_an_api_that_answers_its_probe_is_healthy_and_the_key_is_nowhere(shop: Shop) -> None:
    shop.edit(lambda spec: [spec.pop(name) for name in ("subscription", "public")])  # a call needs a key
    shop.api(probe={"operation": "list"})
    await shop.settle()
    assert shop.status["apis"][0]["health"] == "Healthy"
    (name,) = [name for name in shop.names("subscriptions") if "probe" in name]
    keys = shop.azure.call("POST", f"{SERVICE}/subscriptions/{name}/listSecrets?api-version=2024-05-01").body
    assert keys["primaryKey"] not in str(shop.status)
    assert shop.call("/finance/orders/list") == 401
    assert shop.call("/finance/orders/list", {"ocp-apim-subscription-key": keys["primaryKey"]}) == 200


async def test_an_api_that_answers_wrongly_is_unhealthy_and_named(shop: Shop) -> None:
    shop.api(probe={"operation": "list", "expect": [204]})
    await shop.until(lambda: shop.row("GatewayReachable").get("reason") == "Unreachable")
    row = shop.row("GatewayReachable")
    assert "/finance/orders/list answered 200 where 204 was expected" in row["message"]
    assert shop.status["apis"][0]["health"] == "Unhealthy"
    assert shop.condition("Ready") == "False"
    shop.api(probe={"operation": "list", "expect": [200, 204]})
    await shop.settle()


async def test_a_key_that_somebody_made_anew_is_read_again(shop: Shop) -> None:
    shop.edit(lambda spec: [spec.pop(name) for name in ("subscription", "public")])
    shop.api(probe={"operation": "list"})
    await shop.settle()
    (name,) = [name for name in shop.names("subscriptions") if "probe" in name]
    shop.azure.call("POST", f"{SERVICE}/subscriptions/{name}/regeneratePrimaryKey?api-version=2024-05-01")
    shop.azure.advance(600)
    await shop.until(lambda: shop.condition("GatewayReachable") == "False")
    await shop.until(lambda: shop.condition("GatewayReachable") == "True")


@pytest.mark.parametrize(
    "version", [{"header": "Api-Version", "scheme": "Header"}, {"query": "v", "scheme": "Query"}, {"scheme": "Segment"}]
)
async def test_the_probe_asks_for_the_version_of_its_api(shop: Shop, version: dict[str, Any]) -> None:
    shop.edit(lambda spec: spec.update(versionSets=[{"name": "orders", **version}]))
    shop.api(probe={"operation": "list"}, version={"setName": "orders", "name": "v1"})
    await shop.settle()
    assert shop.status["apis"][0]["health"] == "Healthy"


async def test_a_probe_that_is_not_safe_is_refused_with_those_that_are(shop: Shop) -> None:
    shop.api(probe={"operation": "add"})
    await shop.look()
    row = shop.row("Ready")
    assert (row["status"], row["reason"]) == ("False", "InvalidSpec")
    assert "add is no GET of the document that can be called without parameters; those are: get, list" in row["message"]


async def test_a_probe_that_is_taken_away_takes_its_subscription_along(shop: Shop) -> None:
    shop.api(probe={"operation": "list"})
    await shop.settle()
    shop.api(probe=None)
    shop.edit(lambda spec: spec["apis"][0].pop("probe"))
    await shop.settle()
    await shop.look()
    assert [name for name in shop.names("subscriptions") if "probe" in name] == []
