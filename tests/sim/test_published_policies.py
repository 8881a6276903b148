"""What the spec says is what a caller meets: the planner's documents in the simulated service, and calls through its gateway."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loom.api.policies.table import FIELDS, levels_of
from loom.engine.compose import merge
from loom.plan.graph import levels
from loom.plan.resource import Mode
from loom.plan.values import at, resolve
from loom.sim.wire import Response
from support.plans import plan_of
from support.policies import AI_BACKENDS, ENTRIES, RETRY, XML
from support.simulator import Simulator
from support.worlds import api_object, plane_object, product_object, world

from .apim_bench import Bench

Json = dict[str, Any]
DOCUMENT = json.dumps(
    {
        "openapi": "3.0.1",
        "info": {"title": "Orders", "version": "1"},
        "paths": {
            "/orders": {"get": {"operationId": "List_Orders", "responses": {"200": {"description": "ok"}}}},
            "/orders/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {"operationId": "getOrder", "responses": {"200": {"description": "ok"}}},
            },
            "/chat/completions": {"post": {"operationId": "chat", "responses": {"200": {"description": "ok"}}}},
        },
    }
)
LIST, ONE, CHAT = "/finance/orders/orders", "/finance/orders/orders/7", "/finance/orders/chat/completions"
BACKENDS = [*product_object()["spec"]["backends"], *AI_BACKENDS]
UPSTREAM = "Microsoft.ApiManagement/upstream"


class Shop:
    """A published product in a simulated service, and a caller with a key."""

    def __init__(self, azure: Simulator) -> None:
        self.bench = Bench(azure)
        self.key = ""

    def publish(self, **spec: Any) -> Shop:
        """Everything that the planner says, written in the order that it says."""
        obj = product_object(
            service={"id": self.bench.id},
            visibleTo=None,
            **{"policies": None, "apis": [self.api()], "backends": BACKENDS, **spec},
        )
        plan = plan_of(obj, world(obj, plane_object(tenantId=self.bench.azure.world.directory.tenant)))
        for resource in (one for level in levels(plan.resources) for one in level):
            if resource.mode is Mode.EXISTING or resource.key.startswith("current/"):
                continue  # the only revision is current by itself
            body = merge(resource.body, resource.on_create)
            if resource.mode is Mode.STAGE:
                body = merge(plan.find("product").body, resource.body)
            sent = resolve(body, lambda ref: at(self.bench.azure.get(str(plan.find(ref.key).id)), ref.path))
            answer = self.bench.azure.call("PUT", f"{resource.id}?api-version=2024-05-01", sent)
            assert answer.status < 300, (resource.key, answer.body)
            self.bench.azure.advance(30)
        product = str(plan.find("product").id).rpartition("/")[2]
        self.key = (
            self._subscribed("caller", product) if obj["spec"].get("subscription", {}).get("required", True) else ""
        )
        return self

    def api(self, **fields: Any) -> Json:
        return api_object(DOCUMENT, **{"policies": None, **fields})

    def _subscribed(self, name: str, product: str) -> str:
        self.bench.put(f"/subscriptions/{name}", displayName=name, scope=f"/products/{product}", state="active")
        key: str = self.bench.call("POST", f"/subscriptions/{name}/listSecrets").body["primaryKey"]
        return key

    def ask(self, url: str = LIST, **more: Any) -> Response:
        return self.bench.ask(url, key=self.key, **more)

    def say(self, words: str) -> Response:
        return self.ask(CHAT, method="POST", body={"messages": [{"role": "user", "content": words}]})

    def token(self, audience: str = "api://orders") -> dict[str, str]:
        cloud = self.bench.azure.world
        return {
            "authorization": f"Bearer {cloud.tokens.issue(cloud.operator, audience, 'https://login.microsoftonline.com')}"
        }


@pytest.fixture
def shop(azure: Simulator) -> Shop:
    return Shop(azure)


def inbound(field: str, **value: Any) -> Json:
    return {"inbound": [{field: value}]}


@pytest.mark.parametrize(("field", "level"), [*((f, level) for f in FIELDS for level in levels_of(f)), ("xml", "api")])
def test_the_service_takes_every_policy_at_every_level_where_it_exists(shop: Shop, field: str, level: str) -> None:
    value = RETRY if field == "retry" else XML if field == "xml" else ENTRIES[field]
    policies = {"backend" if field == "retry" else "inbound": [{field: value}]}
    by_level: dict[str, Json] = {
        "product": {"policies": policies},
        "api": {"apis": [shop.api(policies=policies)]},
        "operation": {"apis": [shop.api(operations=[{"name": "List_Orders", "policies": policies}])]},
    }
    assert shop.publish(**by_level[level]).key


def test_calls_reach_the_backend_of_the_spec(shop: Shop) -> None:
    assert shop.publish().ask(ONE).body["echo"]["url"] == "https://orders.contoso.com/v1/orders/7"


def test_a_call_without_a_key_reaches_nothing(shop: Shop) -> None:
    shop.publish().key = ""
    assert shop.ask().status == 401


def test_a_rate_limit_holds_for_the_key_and_ends(shop: Shop) -> None:
    shop.publish(apis=[shop.api(policies=inbound("rateLimit", calls=2, period="60s"))])
    assert [shop.ask().status for _ in range(3)] == [200, 200, 429]
    shop.bench.azure.advance(60)
    assert shop.ask().status == 200


def test_a_rate_limit_by_address_holds_for_the_address(shop: Shop) -> None:
    shop.publish(policies=inbound("rateLimit", calls=1, period="60s", per="IpAddress"))
    callers = ["10.0.0.1", "10.0.0.1", "10.0.0.2"]
    assert [shop.ask(headers={"x-forwarded-for": caller}).status for caller in callers] == [200, 429, 200]


def test_a_quota_holds_for_its_period(shop: Shop) -> None:
    shop.publish(policies=inbound("quota", calls=1, period="1h"))
    assert [shop.ask().status for _ in range(2)] == [200, 403]


def test_a_policy_of_one_operation_leaves_the_others_alone(shop: Shop) -> None:
    limited = {"name": "List_Orders", "policies": inbound("rateLimit", calls=1, period="60s")}
    shop.publish(apis=[shop.api(operations=[limited])])
    assert [shop.ask(url).status for url in (LIST, LIST, ONE, ONE)] == [200, 429, 200, 200]


def test_what_levels_say_adds_up(shop: Shop) -> None:
    header: Any = lambda name: {"outbound": [{"setHeader": {"name": name, "values": ["yes"]}}]}  # noqa: E731
    operation = {"name": "List_Orders", "policies": header("x-operation")}
    shop.publish(policies=header("x-product"), apis=[shop.api(policies=header("x-api"), operations=[operation])])
    assert {"x-product", "x-api", "x-operation"} <= set(shop.ask().headers)
    assert "x-operation" not in shop.ask(ONE).headers


def test_a_token_alone_opens_a_product_without_keys(shop: Shop) -> None:
    shop.publish(subscription={"required": False}, policies=inbound("validateEntraToken", audiences=["api://orders"]))
    assert shop.ask().status == 401
    assert shop.ask(headers=shop.token("api://other")).status == 401
    assert shop.ask(headers=shop.token()).status == 200


def test_a_callers_token_is_judged_before_a_model_is_shown_the_services_own(shop: Shop) -> None:
    account = f"{shop.bench.id.rpartition('/providers/')[0]}/providers/Microsoft.CognitiveServices/accounts/gpt"
    shop.bench.azure.seed(account, {"location": "eastus2", "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}})
    shop.bench.azure.edit(shop.bench.id, {"identity": {"type": "SystemAssigned"}})
    token = inbound("validateEntraToken", audiences=["api://orders"])
    shop.publish(
        apis=[shop.api(backendRef="gpt", policies=token)],
        backends=[{"name": "gpt", "model": {"azureOpenAi": {"id": account}}}],
    )
    assert shop.ask().status == 401
    assert shop.ask(headers=shop.token()).status == 200


def test_nothing_is_open_before_the_product_is_published(shop: Shop) -> None:
    everybody: Json = {"subscription": {"required": False}, "public": True}
    assert shop.publish(**everybody, state="Draft").ask().status == 401
    assert shop.publish(**everybody).ask().status == 200


def test_a_claim_that_is_required_must_be_there(shop: Shop) -> None:
    claim = {"name": "idtyp", "values": ["user", "device"], "match": "Any"}
    shop.publish(policies=inbound("validateEntraToken", audiences=["api://orders"], requiredClaims=[claim]))
    assert shop.ask(headers=shop.token()).status == 401


def test_of_several_tenants_ours_is_one_or_is_not(shop: Shop) -> None:
    ours, others = shop.bench.azure.world.directory.tenant, ["88888888-8888-4888-8888-888888888888"]
    others.append("99999999-9999-4999-8999-999999999999")
    shop.publish(policies=inbound("validateEntraToken", audiences=["api://orders"], tenants=others))
    assert shop.ask(headers=shop.token()).status == 401
    shop.publish(policies=inbound("validateEntraToken", audiences=["api://orders"], tenants=[*others, ours]))
    assert shop.ask(headers=shop.token()).status == 200


@pytest.mark.parametrize(("caller", "status"), [("203.0.113.7", 200), ("198.51.100.255", 200), ("198.51.101.0", 403)])
def test_only_listed_addresses_come_in(shop: Shop, caller: str, status: int) -> None:
    shop.publish(policies={"inbound": [{"ipFilter": ENTRIES["ipFilter"]}]})
    assert shop.ask(headers={"x-forwarded-for": caller}).status == status


def test_a_page_of_another_origin_may_ask(shop: Shop) -> None:
    shop.publish(apis=[shop.api(policies={"inbound": [{"cors": ENTRIES["cors"]}]})])
    asked = {"origin": "https://portal.contoso.com", "access-control-request-method": "GET"}
    answer = shop.bench.ask(LIST, method="OPTIONS", headers=asked)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://portal.contoso.com"
    assert answer.headers["Access-Control-Max-Age"] == "300"


def test_an_answer_is_kept(shop: Shop) -> None:
    shop.publish(apis=[shop.api(operations=[{"name": "List_Orders", "policies": inbound("cache", duration="30s")}])])
    assert shop.ask().status == 200
    shop.bench.azure.fault("error", type=UPSTREAM, status=502, times=9)
    assert [shop.ask(url).status for url in (LIST, ONE)] == [200, 502]


def test_headers_are_set_and_paths_are_rewritten(shop: Shop) -> None:
    steps = [{"setHeader": ENTRIES["setHeader"]}, {"rewriteUri": {"template": "/v9/{id}"}}]
    shop.publish(apis=[shop.api(operations=[{"name": "getOrder", "policies": {"inbound": steps}}])])
    echo = shop.ask(ONE).body["echo"]
    assert (echo["url"], echo["headers"]["x-source"]) == ("https://orders.contoso.com/v1/v9/7", "loom")


def test_a_mock_asks_no_backend(shop: Shop) -> None:
    shop.bench.azure.fault("error", type=UPSTREAM, status=502)
    shop.publish(apis=[shop.api(policies=inbound("mock", status=202))])
    assert shop.ask().status == 202


def test_a_backend_that_fails_is_asked_again(shop: Shop) -> None:
    shop.publish(apis=[shop.api(policies={"backend": [{"retry": RETRY}]})])
    shop.bench.azure.fault("error", type=UPSTREAM, status=503, times=3)
    assert shop.ask().status == 200


def test_tokens_of_a_model_are_limited(shop: Shop) -> None:
    shop.publish(apis=[shop.api(policies=inbound("tokenLimit", perMinute=20, quota=60, quotaPeriod="Hourly"))])
    assert [shop.say("x" * 40).status for _ in range(2)] == [200, 429]
    for _ in range(2):
        shop.bench.azure.advance(60)
        shop.say("x" * 40)
    shop.bench.azure.advance(60)
    assert shop.say("x").status == 403


def test_harm_is_refused_and_similar_prompts_share_an_answer(shop: Shop) -> None:
    steps = [{"contentSafety": ENTRIES["contentSafety"]}, {"semanticCache": ENTRIES["semanticCache"]}]
    shop.publish(apis=[shop.api(policies={"inbound": steps})])
    assert [shop.say(words).status for words in ("What is new?", "I hate you")] == [200, 403]
    shop.bench.azure.fault("error", type=UPSTREAM, status=502, times=9)
    assert [shop.say(words).status for words in ("what is new?", "what else?")] == [200, 502]


def test_text_of_the_closed_list_is_obeyed(shop: Shop) -> None:
    shop.publish(apis=[shop.api(policies={"inbound": [{"xml": XML}]})])
    assert shop.ask().body["echo"]["query"]["a"] == "b"


def test_two_products_of_one_service_do_not_count_each_others_calls(shop: Shop) -> None:
    limit = inbound("rateLimit", calls=1, period="60s", per="Everybody")
    apis = [shop.api(policies=limit), shop.api(name="other", path="finance/other", policies=limit)]
    shop.publish(apis=apis)
    assert [shop.ask(url).status for url in (LIST, "/finance/other/orders", LIST)] == [200, 200, 429]
