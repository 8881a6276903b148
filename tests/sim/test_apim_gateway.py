from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import aiohttp.abc
import pytest

from loom.sim.apim.effects import EFFECTS
from loom.sim.apim.played import PLAYED
from loom.sim.apim.routing import BAD_KEY, NO_KEY
from support.simulator import Simulator

from .apim_bench import Bench

STATUS = "/status-0123456789abcdef"
LIMIT = '<rate-limit calls="2" renewal-period="60" />'


def test_a_published_api_is_called_with_a_key_in_the_header_or_the_query(bench: Bench) -> None:
    key = bench.published()
    answer = bench.ask("/finance/orders/orders/7?a=b", key=key)
    assert (answer.status, answer.body["echo"]["url"]) == (200, "https://orders.contoso.example/api/orders/7")
    assert bench.ask(f"/finance/orders/orders?subscription-key={key}").status == 200


def test_a_call_without_a_valid_key_is_refused_in_the_gateways_words(bench: Bench) -> None:
    bench.published()
    missing, wrong = bench.ask("/finance/orders/orders"), bench.ask("/finance/orders/orders", key="nope")
    assert (missing.status, missing.body) == (401, {"statusCode": 401, "message": NO_KEY})
    assert (wrong.status, wrong.body["message"]) == (401, BAD_KEY)
    assert "AzureApiManagementKey" in wrong.headers["WWW-Authenticate"]


def test_a_key_opens_nothing_while_the_product_is_not_published_or_the_subscription_not_active(bench: Bench) -> None:
    key = bench.published()
    bench.put("/products/p", displayName="p", state="notPublished")
    assert bench.ask("/finance/orders/orders", key=key).status == 401
    bench.put("/products/p", displayName="p", state="published")
    assert bench.ask("/finance/orders/orders", key=key).status == 200
    bench.put("/subscriptions/p-caller", displayName="caller", scope="/products/p", state="suspended")
    assert bench.ask("/finance/orders/orders", key=key).status == 401


def test_a_key_of_another_product_opens_nothing(bench: Bench) -> None:
    bench.published()
    bench.put("/products/q", displayName="q", state="published")
    bench.put("/subscriptions/q", displayName="q", scope="/products/q", state="active", primaryKey="other")
    assert bench.ask("/finance/orders/orders", key="other").status == 401


def test_an_open_product_needs_no_key(bench: Bench) -> None:
    bench.put("/products/open", displayName="Open", state="published", subscriptionRequired=False)
    assert bench.ask("/finance/orders/orders").status == 401
    bench.call("PUT", "/products/open/apis/orders")
    assert bench.ask("/finance/orders/orders").status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/finance/other"), ("GET", "/finance/orders/nothing"), ("POST", "/finance/orders/orders"), ("GET", "/")],
)
def test_what_no_operation_answers_is_not_found(bench: Bench, method: str, path: str) -> None:
    answer = bench.ask(path, method=method, key=bench.published())
    assert (answer.status, answer.body) == (404, {"statusCode": 404, "message": "Resource not found"})


def test_a_rate_limit_counts_by_subscription_and_opens_again(bench: Bench) -> None:
    key = bench.published()
    bench.policy("/apis/orders", LIMIT)
    assert [bench.ask("/finance/orders/orders", key=key).status for _ in range(3)] == [200, 200, 429]
    refused = bench.ask("/finance/orders/orders", key=key)
    assert refused.headers["Retry-After"] == "60"
    assert refused.body["message"] == "Rate limit is exceeded. Try again in 60 seconds."
    bench.azure.advance(60)
    assert bench.ask("/finance/orders/orders", key=key).status == 200


def test_a_quota_counts_by_subscription_over_its_period(bench: Bench) -> None:
    key = bench.published()
    bench.policy("/products/p", '<quota calls="1" renewal-period="3600" />')
    assert bench.ask("/finance/orders/orders", key=key).status == 200
    bench.azure.advance(600)
    refused = bench.ask("/finance/orders/orders", key=key)
    assert (refused.status, refused.headers["Retry-After"]) == (403, "3000")
    assert refused.body["message"] == "Out of call volume quota. Quota will be replenished in 00:50:00."
    bench.azure.advance(3000)
    assert bench.ask("/finance/orders/orders", key=key).status == 200


def test_an_inner_policy_without_base_hides_the_outer_ones(bench: Bench) -> None:
    key = bench.published()
    bench.policy("/products/p", LIMIT)
    bench.put(
        "/apis/orders/policies/policy",
        value="<policies><inbound /><backend><base /></backend><outbound /></policies>",
    )
    assert {bench.ask("/finance/orders/orders", key=key).status for _ in range(4)} == {200}


def test_policies_change_request_and_answer(bench: Bench) -> None:
    key = bench.published()
    bench.put("/backends/two", url="https://two.example/base/", protocol="http")
    bench.put("/namedValues/who", displayName="who", value="loom")
    bench.azure.advance(3)
    inbound = '<set-backend-service backend-id="two" /><set-header name="X-Who"><value>{{who}}</value></set-header>'
    inbound += '<rewrite-uri template="/things/{id}?full=true" />'
    outbound = '<set-header name="X-Seen" exists-action="override"><value>yes</value></set-header>'
    assert bench.policy("/apis/orders/operations/getorder", inbound, outbound).status == 201
    answer = bench.ask("/finance/orders/orders/7", key=key)
    echo = answer.body["echo"]
    assert (echo["url"], echo["query"]["full"], echo["headers"]["x-who"]) == (
        "https://two.example/base/things/7", "true", "loom",
    )  # fmt: skip
    assert answer.headers["X-Seen"] == "yes"


def test_a_mock_answers_without_a_backend(bench: Bench) -> None:
    key = bench.published()
    bench.policy("/apis/orders", '<mock-response status-code="202" content-type="application/json" />')
    assert bench.ask("/finance/orders/orders", key=key).status == 202


@pytest.mark.parametrize(("caller", "status"), [("10.1.2.3", 200), ("10.2.0.1", 403), ("10.9.0.5", 200)])
def test_an_ip_filter_lets_only_the_listed_callers_in(bench: Bench, caller: str, status: int) -> None:
    key = bench.published()
    listed = '<address>10.1.2.3</address><address-range from="10.9.0.1" to="10.9.0.9" />'
    bench.policy("/apis/orders", f'<ip-filter action="allow">{listed}</ip-filter>')
    assert bench.ask("/finance/orders/orders", key=key, headers={"x-forwarded-for": caller}).status == status


def test_a_preflight_is_answered_by_the_cors_policy_without_a_key(bench: Bench) -> None:
    bench.published()
    cors = "<cors><allowed-origins><origin>https://app.example</origin></allowed-origins>"
    cors += "<allowed-methods><method>GET</method></allowed-methods><allowed-headers><header>x-a</header></allowed-headers></cors>"
    bench.policy("/apis/orders", cors)
    asked = {"origin": "https://app.example", "access-control-request-method": "GET"}
    answer = bench.ask("/finance/orders/orders", method="OPTIONS", headers=asked)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "https://app.example")
    other = bench.ask("/finance/orders/orders", method="OPTIONS", headers={**asked, "origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


@pytest.mark.parametrize(
    ("inbound", "named"),
    [
        ('<check-header name="x" />', "check-header"),
        (
            '<cache-lookup vary-by-developer="false" vary-by-developer-groups="false" caching-type="external" />',
            "cache-lookup",
        ),
        (
            '<rate-limit calls="1" renewal-period="9"><api name="a" calls="1" renewal-period="9" /></rate-limit>',
            "'api'",
        ),
        (
            '<rate-limit calls="1" renewal-period="9" remaining-calls-header-name="left" />',
            "'remaining-calls-header-name'",
        ),
        (
            '<validate-jwt><openid-config url="https://a.example" /><issuer-signing-keys /></validate-jwt>',
            "'issuer-signing-keys' in the policy 'validate-jwt'",
        ),
        ('<set-header name="x"><value>@(1 + 1)</value></set-header>', "expression in 'set-header'"),
    ],
)
def test_what_the_gateway_does_not_play_it_names(bench: Bench, inbound: str, named: str) -> None:
    key = bench.published()
    assert bench.policy("/apis/orders", inbound).status == 201
    answer = bench.ask("/finance/orders/orders", key=key)
    assert answer.status == 501
    assert named in answer.body["message"]


def test_what_is_played_is_written_down() -> None:
    assert {*EFFECTS, "set-header", "retry"} == {name for name in PLAYED if "/" not in name}


def test_versions_are_told_apart_by_segment_query_or_header(bench: Bench) -> None:
    for scheme, more in (
        ("Segment", {}),
        ("Query", {"versionQueryName": "ver"}),
        ("Header", {"versionHeaderName": "X-Ver"}),
    ):
        name = scheme.lower()
        bench.put(f"/apiVersionSets/{name}", displayName=name, versioningScheme=scheme, **more)
        bench.imported(
            name, f"by-{name}", apiVersion="v1", apiVersionSetId=f"/apiVersionSets/{name}", subscriptionRequired=False
        )
    assert bench.ask("/by-segment/v1/orders").status == 200
    assert bench.ask("/by-segment/orders").status == 404
    assert [bench.ask(f"/by-query/orders?ver={version}").status for version in ("v1", "v2")] == [200, 404]
    assert bench.ask("/by-header/orders", headers={"x-ver": "v1"}).status == 200


def test_the_original_of_a_set_is_called_without_a_version_beside_its_siblings(bench: Bench) -> None:
    for scheme, more, path, headers in (
        ("Segment", {}, "/by-segment/v1/orders", {}),
        ("Query", {"versionQueryName": "ver"}, "/by-query/orders?ver=v1", {}),
        ("Header", {"versionHeaderName": "X-Ver"}, "/by-header/orders", {"x-ver": "v1"}),
    ):
        name = scheme.lower()
        bench.put(f"/apiVersionSets/{name}", displayName=name, versioningScheme=scheme, **more)
        shared: dict[str, Any] = {"apiVersionSetId": f"/apiVersionSets/{name}", "subscriptionRequired": False}
        bench.imported(name, f"by-{name}", **shared)
        assert bench.ask(path, headers=headers).status == 404
        bench.imported(f"{name}-v1", f"by-{name}", apiVersion="v1", **shared)
        assert bench.ask(path, headers=headers).status == 200
        assert bench.ask(f"/by-{name}/orders").status == 200
        bench.call("DELETE", f"/apis/{name}", headers={"If-Match": "*"})
        bench.azure.advance(30)
        assert (bench.ask(path, headers=headers).status, bench.ask(f"/by-{name}/orders").status) == (200, 404)


def test_a_gateway_tells_that_it_is_up_until_a_person_breaks_it(bench: Bench) -> None:
    azure = bench.azure
    assert bench.ask(STATUS).status == 200
    azure.door("POST", "/sim/knobs", {"id": bench.id, "gateway": {"status": 503}})
    assert bench.ask(STATUS).status == 503
    azure.door("POST", "/sim/knobs", {"id": bench.id, "gateway": {"fate": "hang"}})
    assert bench.ask(STATUS).fate == "hang"
    azure.door("POST", "/sim/knobs", {"id": bench.id})
    assert bench.ask(STATUS).status == 200


def test_a_fault_strikes_the_gateway_only_when_it_names_it(bench: Bench) -> None:
    bench.azure.fault("error", method="GET")
    assert bench.ask(STATUS).status == 200
    bench.azure.clear_faults()
    bench.azure.fault("error", type="Microsoft.ApiManagement/gateway", status=503, path="/status")
    assert [bench.ask(STATUS).status for _ in range(2)] == [503, 200]


def test_a_backend_that_fails_is_passed_on(bench: Bench) -> None:
    key = bench.published()
    bench.azure.fault("error", type="Microsoft.ApiManagement/upstream", status=502, path="orders.contoso")
    assert bench.ask("/finance/orders/orders", key=key).status == 502
    bench.azure.fault("cut", type="Microsoft.ApiManagement/upstream")
    assert bench.ask("/finance/orders/orders", key=key).status == 500


def test_an_unknown_service_or_one_in_the_making_gives_no_answer(bench: Bench) -> None:
    assert bench.ask(STATUS, headers={"host": "nobody.azure-api.net"}).fate == "cut"
    bench.call("DELETE", "")
    assert bench.ask(STATUS).fate == "cut"


def test_counts_outlive_a_restart_of_the_simulator(bench: Bench) -> None:
    key = bench.published()
    bench.policy("/apis/orders", LIMIT)
    for _ in range(2):
        bench.ask("/finance/orders/orders", key=key)
    saved = bench.azure.door("GET", "/sim/state").body
    bench.azure.advance(1)
    assert any("gatewayCounts" in item["hidden"] for item in saved["resources"])


async def test_a_gateway_answers_over_https_under_its_own_name(home: Path) -> None:
    async with Simulator(home=home) as azure:
        Bench(azure)
        trusting = ssl.create_default_context(cafile=azure.ca_file)
        connector = aiohttp.TCPConnector(resolver=Loopback(), ssl=trusting)
        url = f"https://apim-loom.azure-api.net:{azure.port}{STATUS}"
        async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as answer:
            assert (answer.status, await answer.text()) == (200, "Service Operational")


class Loopback(aiohttp.abc.AbstractResolver):
    """Every name is here, as the operator's `connectTo` makes it."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Nothing is kept."""
