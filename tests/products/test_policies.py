"""Policies from the spec to a caller: what a service does not have is told, and a pool of models is limited, routed and left alone."""

import json
from typing import Any

from loom.sim.app import serve
from loom.sim.wire import Request
from support.shop import HOST, SERVICE, Shop
from support.simulator import Simulator
from support.worlds import Obj, api_object, product_object

CHAT = json.dumps(
    {
        "openapi": "3.0.1",
        "info": {"title": "Chat", "version": "1"},
        "paths": {"/chat/completions": {"post": {"operationId": "chat", "responses": {"200": {"description": "ok"}}}}},
    }
)
UPSTREAM = "Microsoft.ApiManagement/upstream"
GROUP = f"{SERVICE.partition('/providers/')[0].rpartition('/')[0]}/rg-models"


def account(name: str) -> str:
    return f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/{name}"


def model(name: str, **more: Any) -> Obj:
    return {"name": name, "model": {"azureOpenAi": {"id": account(name)}}, **more}


def assistant(*policies: Obj) -> Obj:
    """A product in front of a pool of two models, the second of which is asked while the first one fails."""
    breaker = {"failures": 2, "interval": "1m", "tripDuration": "1m"}
    pool = [{"backend": "east", "priority": 1}, {"backend": "central", "priority": 2}]
    obj = product_object(
        subscription={"required": False}, public=True, visibleTo=None, policies={"inbound": list(policies)} if policies else None,
        apis=[api_object(CHAT, backendRef="models", policies=None)],
        backends=[{"name": "models", "pool": pool}, model("east", circuitBreaker=breaker), model("central")],
    )  # fmt: skip
    spec: Obj = obj["spec"]
    spec["apis"][0].pop("policies")
    return spec


async def published(azure: Simulator, shop: Shop, *policies: Obj) -> None:
    for name in ("east", "central"):
        azure.seed(account(name), {"location": name, "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}})
    azure.edit(SERVICE, {"identity": {"type": "SystemAssigned"}})
    shop.edit(lambda spec: spec.update(assistant(*policies)))
    await shop.settle()


def say(azure: Simulator, words: str) -> int:
    body = {"messages": [{"role": "user", "content": words}]}
    return serve(azure.world, Request.of("POST", "/finance/orders/chat/completions", body, {"host": HOST})).status


async def test_a_pool_of_models_asks_the_next_one_while_the_first_has_tripped(shop: Shop) -> None:
    azure = shop.azure
    await published(azure, shop)
    azure.fault("error", type=UPSTREAM, status=503, path="east.openai", times=9)
    assert [say(azure, "hello") for _ in range(4)] == [503, 503, 200, 200]
    azure.clear_faults()
    azure.advance(60)
    azure.fault("error", type=UPSTREAM, status=500, path="central.openai", times=9)
    assert say(azure, "hello") == 200, "the first one is asked again"


async def test_everybody_together_may_use_so_many_tokens_a_minute_and_a_day(shop: Shop) -> None:
    azure = shop.azure
    limit = {"perMinute": 20, "quota": 40, "quotaPeriod": "Daily", "per": "Everybody"}
    await published(azure, shop, {"tokenLimit": limit})
    assert [say(azure, "x" * 40) for _ in range(2)] == [200, 429]
    azure.advance(60)
    assert say(azure, "x" * 40) == 200
    azure.advance(60)
    assert say(azure, "x") == 403


async def test_a_service_whose_tier_lacks_a_policy_is_told_and_left_as_it_is(shop: Shop) -> None:
    await shop.settle()
    shop.azure.edit(SERVICE, {"sku": {"name": "Consumption"}})
    written = shop.writes()
    limit = {"inbound": [{"rateLimit": {"calls": 1, "period": "60s", "per": "IpAddress"}}]}
    shop.edit(lambda spec: spec.update(policies=limit))
    await shop.look()
    ready = shop.row("Ready")
    assert (ready["status"], ready["reason"]) == ("False", "NotAvailable")
    assert "rateLimit with per: IpAddress or Everybody cannot be had in" in ready["message"]
    assert shop.writes() == written


async def test_what_a_tier_has_is_applied_and_what_the_gateway_does_not_play_it_names(shop: Shop) -> None:
    await shop.settle()
    shop.azure.edit(SERVICE, {"sku": {"name": "StandardV2"}})
    shop.play.change("AdminPlane", lambda spec: spec["grants"][0]["apiManagement"].update(rawPolicies=True))
    shop.edit(
        lambda spec: spec.update(
            policies={"inbound": [{"xml": '<check-header name="x-a" failed-check-httpcode="401"/>'}]}
        )
    )
    await shop.settle()
    assert shop.condition("PoliciesApplied") == "True"
    assert shop.call("/finance/orders/list") == 501, "the simulated gateway names what it does not play"
