"""What the simulated gateway does to a call: each policy that it plays, as a caller sees it."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from loom.sim.entra.tokens import KEY_ID
from loom.sim.wire import Response
from support.simulator import Simulator

from .apim_bench import Bench

Json = dict[str, Any]
URL = "/finance/orders/orders"
CHAT_DOCUMENT = """\
openapi: 3.0.1
info: {title: Chat, version: "1"}
servers: [{url: https://east.openai.azure.com/openai}]
paths:
  /chat/completions:
    post: {operationId: chat, responses: {"200": {description: ok}}}
"""


@pytest.fixture
def bench(azure: Simulator) -> Bench:
    found = Bench(azure)
    found.imported()
    return found


@pytest.fixture
def key(bench: Bench) -> str:
    return bench.published()


def statuses(bench: Bench, key: str, times: int, **more: Any) -> list[int]:
    return [bench.ask(URL, key=key, **more).status for _ in range(times)]


# --- tokens -------------------------------------------------------------------------------------------------------------------


def token(bench: Bench, audience: str = "api://orders") -> str:
    world = bench.azure.world
    return world.tokens.issue(world.operator, audience, "https://login.microsoftonline.com")


def shown(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


def entra(
    bench: Bench, tenant: str = "", inside: str = "<audiences><audience>api://orders</audience></audiences>"
) -> None:
    tenant = tenant or bench.azure.world.directory.tenant
    policy = f'<validate-azure-ad-token tenant-id="{tenant}">{inside}</validate-azure-ad-token>'
    assert bench.policy("/apis/orders", policy).status == 201


def test_a_token_of_the_directory_opens_and_its_lack_does_not(bench: Bench, key: str) -> None:
    entra(bench)
    missing = bench.ask(URL, key=key)
    assert (missing.status, missing.body["message"]) == (401, "JWT not present.")
    assert bench.ask(URL, key=key, headers=shown(token(bench))).status == 200
    assert bench.ask(URL, key=key, headers={"authorization": f"Basic {token(bench)}"}).status == 401


def test_a_token_that_somebody_else_signed_opens_nothing(bench: Bench, key: str) -> None:
    entra(bench)
    claims = jwt.decode(token(bench), options={"verify_signature": False})
    forged = jwt.encode(claims, rsa.generate_private_key(65537, 2048), algorithm="RS256", headers={"kid": KEY_ID})
    unsigned = jwt.encode(claims, "", algorithm="none")
    symmetric = jwt.encode(claims, "x" * 40, algorithm="HS256")
    for bad in (forged, unsigned, symmetric, "nonsense"):
        answer = bench.ask(URL, key=key, headers=shown(bad))
        assert (answer.status, answer.body["message"]) == (401, "Invalid JWT.")


@pytest.mark.parametrize(
    ("tenant", "inside", "status"),
    [
        ("", "<audiences><audience>api://other</audience></audiences>", 401),
        ("", "<audiences><audience>api://other</audience><audience>api://orders</audience></audiences>", 200),
        ("88888888-8888-4888-8888-888888888888", "", 401),
        ("organizations", "", 200),
        ("", "<client-application-ids><application-id>nobody</application-id></client-application-ids>", 401),
        ("", '<required-claims><claim name="idtyp" match="all"><value>app</value></claim></required-claims>', 200),
        ("", '<required-claims><claim name="idtyp" match="all"><value>user</value></claim></required-claims>', 401),
        (
            "",
            '<required-claims><claim name="idtyp" match="any"><value>user</value><value>app</value></claim></required-claims>',
            200,
        ),
        ("", '<required-claims><claim name="roles" match="any"><value>reader</value></claim></required-claims>', 401),
    ],
)
def test_tenant_audience_application_and_claims_decide(
    bench: Bench, key: str, tenant: str, inside: str, status: int
) -> None:
    entra(bench, tenant, inside)
    assert bench.ask(URL, key=key, headers=shown(token(bench))).status == status


def provider(bench: Bench, url: str, inside: str = "") -> None:
    policy = f'<validate-jwt header-name="Authorization"><openid-config url="{url}" />{inside}</validate-jwt>'
    assert bench.policy("/apis/orders", policy).status == 201


def test_a_provider_is_believed_by_its_own_keys(bench: Bench, key: str) -> None:
    own = rsa.generate_private_key(65537, 2048)
    public: Json = {"kid": "one"}
    public |= json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(own.public_key()))
    bench.azure.door("POST", "/sim/issuers", {"issuer": "https://id.example", "jwks": {"keys": [public]}})
    provider(bench, "https://id.example/.well-known/openid-configuration")
    claims: Json = {"iss": "https://id.example", "aud": "a", "exp": time.time() + 600}
    made: list[Json] = [{}, {"iss": "https://other.example"}, {"exp": time.time() - 600}]
    answers = [
        bench.ask(
            URL, key=key, headers=shown(jwt.encode({**claims, **other}, own, algorithm="RS256", headers={"kid": "one"}))
        )
        for other in made
    ]
    assert [answer.status for answer in answers] == [200, 401, 401]
    assert bench.ask(URL, key=key, headers=shown(token(bench))).status == 401


def test_the_directory_is_a_provider_too(bench: Bench, key: str) -> None:
    provider(bench, "https://login.microsoftonline.com/x/v2.0/.well-known/openid-configuration")
    assert bench.ask(URL, key=key, headers=shown(token(bench))).status == 200
    assert bench.ask(URL, key=key).status == 401


def test_a_provider_that_nobody_knows_is_the_gateways_failure(bench: Bench, key: str) -> None:
    provider(bench, "https://id.example/.well-known/openid-configuration")
    assert bench.ask(URL, key=key, headers=shown(token(bench))).status == 500


def test_nobody_shows_a_certificate_here(bench: Bench, key: str) -> None:
    bench.policy(
        "/apis/orders",
        '<validate-client-certificate><identities><identity subject="a" /></identities></validate-client-certificate>',
    )
    assert bench.ask(URL, key=key).status == 403


# --- limits -------------------------------------------------------------------------------------------------------------------


def test_a_limit_by_address_counts_each_address_alone(bench: Bench, key: str) -> None:
    code = "@(context.Api.Id + context.Request.IpAddress)"
    bench.policy("/apis/orders", f'<rate-limit-by-key calls="1" renewal-period="60" counter-key="{code}" />')
    callers = ["10.0.0.1", "10.0.0.1", "10.0.0.2"]
    answers = [bench.ask(URL, key=key, headers={"x-forwarded-for": caller}) for caller in callers]
    assert [answer.status for answer in answers] == [200, 429, 200]
    assert answers[1].headers["Retry-After"] == "60"


def test_one_key_is_one_counter_in_the_whole_service(bench: Bench, key: str) -> None:
    bench.imported("other", "finance/other", subscriptionRequired=False)
    for api in ("orders", "other"):
        bench.policy(f"/apis/{api}", '<rate-limit-by-key calls="1" renewal-period="60" counter-key="same" />')
    assert bench.ask(URL, key=key).status == 200
    assert bench.ask("/finance/other/orders").status == 429


@pytest.fixture
def chat(bench: Bench) -> str:
    bench.imported("chat", "ai", CHAT_DOCUMENT)
    return bench.published("ai", "chat")


def say(bench: Bench, key: str, words: str, **headers: str) -> Response:
    body = {"messages": [{"role": "user", "content": words}]}
    return bench.ask("/ai/chat/completions", method="POST", key=key, body=body, headers=headers)


def limit(bench: Bench, **attributes: str) -> None:
    words = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    policy = f'<llm-token-limit counter-key="@(context.Api.Id + context.Subscription.Id)" {words} />'
    assert bench.policy("/apis/chat", policy).status == 201


def test_tokens_are_counted_by_what_the_model_says(bench: Bench, chat: str) -> None:
    limit(bench, tokens_per_minute="20", estimate_prompt_tokens="false")
    first = say(bench, chat, "x" * 40)
    assert first.body["usage"]["total_tokens"] == 10 + 13
    refused = say(bench, chat, "y")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
    bench.azure.advance(60)
    assert say(bench, chat, "y").status == 200


def test_a_prompt_that_is_estimated_is_refused_before_the_model_sees_it(bench: Bench, chat: str) -> None:
    limit(bench, tokens_per_minute="20", estimate_prompt_tokens="true")
    assert say(bench, chat, "x" * 84).status == 429
    assert say(bench, chat, "x" * 4).status == 200


def test_a_quota_of_tokens_is_a_403_until_its_period_ends(bench: Bench, chat: str) -> None:
    limit(bench, token_quota="20", token_quota_period="Hourly", estimate_prompt_tokens="false")
    assert [say(bench, chat, "x" * 40).status for _ in range(2)] == [200, 403]
    bench.azure.advance(3600)
    assert say(bench, chat, "x").status == 200


def test_tokens_of_one_subscription_are_not_anothers(bench: Bench, chat: str) -> None:
    limit(bench, tokens_per_minute="5", estimate_prompt_tokens="false")
    bench.put("/subscriptions/second", displayName="s", scope="/products/ai", state="active", primaryKey="second-key")
    assert [say(bench, who, "hello").status for who in (chat, chat, "second-key")] == [200, 429, 200]


def test_content_safety_refuses_what_it_finds(bench: Bench, chat: str) -> None:
    bench.put("/backends/safety", url="https://safety.cognitiveservices.azure.com", protocol="http")
    categories = (
        '<categories><category name="Hate" threshold="4" /><category name="Sexual" threshold="7" /></categories>'
    )
    bench.policy("/apis/chat", f'<llm-content-safety backend-id="safety">{categories}</llm-content-safety>')
    assert [say(bench, chat, words).status for words in ("all is well", "hate speech", "sexual")] == [200, 403, 200]


def test_a_metric_changes_nothing(bench: Bench, chat: str) -> None:
    bench.policy("/apis/chat", '<llm-emit-token-metric><dimension name="API ID" /></llm-emit-token-metric>')
    assert say(bench, chat, "hello").status == 200


# --- kept answers -------------------------------------------------------------------------------------------------------------

LOOKUP = (
    '<cache-lookup vary-by-developer="false" vary-by-developer-groups="false" caching-type="internal">{}</cache-lookup>'
)


def times_asked(bench: Bench, calls: int, **more: Any) -> int:
    """How many of the calls reach the backend: it fails once, and a kept answer does not see that."""
    before = bench.ask(URL, **more)
    assert before.status == 200
    bench.azure.fault("error", type="Microsoft.ApiManagement/upstream", status=502)
    return [bench.ask(URL, **more).status for _ in range(calls)].count(502)


def test_an_answer_is_kept_for_its_time(bench: Bench, key: str) -> None:
    bench.policy("/apis/orders", LOOKUP.format(""), '<cache-store duration="30" />')
    assert times_asked(bench, 2, key=key) == 0
    bench.azure.advance(31)
    assert bench.ask(URL, key=key).status == 502


def test_what_is_stored_is_the_answer_as_it_left(bench: Bench, key: str) -> None:
    store = '<set-header name="x-a" exists-action="override"><value>b</value></set-header><cache-store duration="30" />'
    bench.policy("/apis/orders", LOOKUP.format(""), store)
    assert [bench.ask(URL, key=key).headers["x-a"] for _ in range(2)] == ["b", "b"]


def test_answers_are_kept_apart_by_query_and_by_header(bench: Bench, key: str) -> None:
    bench.policy(
        "/apis/orders", LOOKUP.format("<vary-by-header>accept</vary-by-header>"), '<cache-store duration="30" />'
    )
    assert bench.ask(f"{URL}?top=1", key=key, headers={"accept": "a"}).status == 200
    bench.azure.fault("error", type="Microsoft.ApiManagement/upstream", status=502, times=9)
    asked = [(f"{URL}?top=1", "a"), (f"{URL}?top=2", "a"), (f"{URL}?top=1", "b")]
    assert [bench.ask(url, key=key, headers={"accept": accept}).status for url, accept in asked] == [200, 502, 502]


def test_a_callers_own_answer_is_not_kept_for_others(bench: Bench, key: str) -> None:
    bench.policy("/apis/orders", LOOKUP.format(""), '<cache-store duration="30" />')
    assert times_asked(bench, 1, key=key, headers={"authorization": "Bearer x"}) == 1


def test_the_same_prompt_gets_the_same_answer_and_no_other_subscription_does(bench: Bench, chat: str) -> None:
    bench.put("/subscriptions/second", displayName="s", scope="/products/ai", state="active", primaryKey="second-key")
    lookup = (
        '<llm-semantic-cache-lookup score-threshold="0.05" embeddings-backend-id="e" embeddings-backend-auth="system-assigned">'
        "<vary-by>{}</vary-by></llm-semantic-cache-lookup>"
    )
    code = "@(context.Api.Id + context.Subscription.Id)"
    bench.put("/backends/e", url="https://e.openai.azure.com", protocol="http")
    bench.policy("/apis/chat", lookup.format(code), '<llm-semantic-cache-store duration="60" />')
    assert say(bench, chat, "What is new?").status == 200
    bench.azure.fault("error", type="Microsoft.ApiManagement/upstream", status=502, times=9)
    assert [say(bench, who, "what is  NEW?").status for who in (chat, "second-key")] == [200, 502]


# --- backends -----------------------------------------------------------------------------------------------------------------


def pool(bench: Bench, *members: Json) -> None:
    for member in members:
        more = {"circuitBreaker": member.pop("breaker")} if "breaker" in member else {}
        bench.put(f"/backends/{member['id']}", url=f"https://{member['id']}.example", protocol="http", **more)
        member["id"] = f"/backends/{member['id']}"
    assert bench.put("/backends/all", type="Pool", pool={"services": list(members)}).status == 201
    assert bench.policy("/apis/orders", '<set-backend-service backend-id="all" />').status == 201


def hosts(bench: Bench, key: str, times: int) -> list[str]:
    answers = [bench.ask(URL, key=key) for _ in range(times)]
    return [
        answer.body["echo"]["url"].split("/")[2].split(".")[0] if answer.status == 200 else str(answer.status)
        for answer in answers
    ]


BREAKER = {
    "rules": [
        {
            "name": "r",
            "failureCondition": {"count": 2, "interval": "PT1M", "statusCodeRanges": [{"min": 500, "max": 599}]},
            "tripDuration": "PT30S",
        }
    ]
}


def test_a_pool_shares_calls_by_weight(bench: Bench, key: str) -> None:
    pool(bench, {"id": "a", "weight": 3}, {"id": "b", "weight": 1})
    found = hosts(bench, key, 8)
    assert (found.count("a"), found.count("b")) == (6, 2)


def test_the_next_priority_is_asked_only_while_the_first_has_tripped(bench: Bench, key: str) -> None:
    pool(bench, {"id": "a", "priority": 1, "breaker": BREAKER}, {"id": "b", "priority": 2})
    assert hosts(bench, key, 2) == ["a", "a"]
    bench.azure.fault("error", type="Microsoft.ApiManagement/upstream", status=503, path="a.example", times=2)
    assert hosts(bench, key, 4) == ["503", "503", "b", "b"]
    bench.azure.advance(30)
    assert hosts(bench, key, 1) == ["a"]


def test_a_pool_of_which_nothing_is_left_is_unavailable(bench: Bench, key: str) -> None:
    pool(bench, {"id": "a", "breaker": BREAKER})
    bench.azure.fault("error", type="Microsoft.ApiManagement/upstream", status=500, times=2)
    assert hosts(bench, key, 3) == ["500", "500", "503"]
    assert "no member of the backend pool" in bench.ask(URL, key=key).body["message"]


def test_failures_that_lie_long_apart_trip_nothing(bench: Bench, key: str) -> None:
    pool(bench, {"id": "a", "breaker": BREAKER})
    for _ in range(3):
        bench.azure.fault("error", type="Microsoft.ApiManagement/upstream", status=500)
        assert hosts(bench, key, 1) == ["500"]
        bench.azure.advance(61)
    assert hosts(bench, key, 1) == ["a"]


def retry(bench: Bench, count: int, condition: str = "@(context.Response.StatusCode == 503)") -> Response:
    value = (
        "<policies><inbound><base /></inbound><backend>"
        f'<retry condition="{condition}" count="{count}" interval="1"><forward-request /></retry>'
        "</backend><outbound><base /></outbound></policies>"
    )
    return bench.put("/apis/orders/policies/policy", format="rawxml", value=value)


@pytest.mark.parametrize(("count", "status"), [(1, 503), (2, 200)])
def test_a_call_is_tried_again_as_often_as_the_policy_says(bench: Bench, key: str, count: int, status: int) -> None:
    assert retry(bench, count).status == 201
    bench.azure.fault("error", type="Microsoft.ApiManagement/upstream", status=503, times=2)
    assert bench.ask(URL, key=key).status == status


def test_a_failure_that_the_policy_does_not_name_is_passed_on(bench: Bench, key: str) -> None:
    retry(bench, 3)
    bench.azure.fault("error", type="Microsoft.ApiManagement/upstream", status=500)
    assert bench.ask(URL, key=key).status == 500


def test_a_condition_that_is_code_is_not_run(bench: Bench, key: str) -> None:
    retry(bench, 1, "@(context.Response.StatusCode &gt;= 500)")
    assert bench.ask(URL, key=key).status == 501


# --- messages -----------------------------------------------------------------------------------------------------------------


def test_headers_of_a_failure_are_set_on_error(bench: Bench, key: str) -> None:
    value = (
        '<policies><inbound><ip-filter action="forbid"><address>127.0.0.1</address></ip-filter></inbound><backend /><outbound />'
        '<on-error><set-header name="x-failed" exists-action="override"><value>yes</value></set-header></on-error></policies>'
    )
    bench.put("/apis/orders/policies/policy", format="rawxml", value=value)
    answer = bench.ask(URL, key=key)
    assert (answer.status, answer.headers["x-failed"]) == (403, "yes")


def test_a_rewritten_path_leaves_other_parameters_behind_where_it_says_so(bench: Bench, key: str) -> None:
    bench.policy("/apis/orders", '<rewrite-uri template="/v2/all?x=1" copy-unmatched-params="false" />')
    echo = bench.ask(f"{URL}?top=3", key=key).body["echo"]
    assert (echo["url"].rpartition("/api")[2], echo["query"]) == ("/v2/all", {"x": "1"})


def test_a_policy_can_answer_itself(bench: Bench, key: str) -> None:
    inside = '<set-status code="418" reason="tea" /><set-header name="x-a"><value>b</value></set-header><set-body>short</set-body>'
    bench.policy("/apis/orders", f"<return-response>{inside}</return-response>")
    answer = bench.ask(URL, key=key)
    assert (answer.status, answer.body, answer.headers["x-a"]) == (418, "short", "b")


def test_a_browser_learns_how_long_it_may_remember_and_what_it_may_read(bench: Bench) -> None:
    bench.published()
    inside = (
        "<allowed-origins><origin>https://a.example</origin></allowed-origins>"
        '<allowed-methods preflight-result-max-age="300"><method>GET</method></allowed-methods>'
        "<expose-headers><header>x-left</header></expose-headers>"
    )
    bench.policy("/apis/orders", f'<cors allow-credentials="true">{inside}</cors>')
    answer = bench.ask(
        URL, method="OPTIONS", headers={"origin": "https://a.example", "access-control-request-method": "GET"}
    )
    assert answer.headers["Access-Control-Max-Age"] == "300"
    assert answer.headers["Access-Control-Expose-Headers"] == "x-left"
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
