"""Where the simulated gateway sends a call: pools by weight and priority, breakers that trip, and retries."""

from __future__ import annotations

from typing import Any

import pytest

from loom.sim.wire import Response

from .apim_bench import Bench

Json = dict[str, Any]
URL = "/finance/orders/orders"


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
