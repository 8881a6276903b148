"""What the simulated gateway does to a call: each policy that it plays, as a caller sees it."""

from __future__ import annotations

from typing import Any

import pytest

from loom.sim.wire import Response

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


def statuses(bench: Bench, key: str, times: int, **more: Any) -> list[int]:
    return [bench.ask(URL, key=key, **more).status for _ in range(times)]


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
