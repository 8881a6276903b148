"""Metrics: counted by kind and outcome, served over HTTP, each series once."""

import asyncio

import aiohttp
from prometheus_client import generate_latest

from loom.metrics import Metrics


def text(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def test_passes_are_counted_by_kind_and_result() -> None:
    metrics = Metrics()
    metrics.passed("ApiProduct", "Success", 0.2)
    metrics.passed("ApiProduct", "Success", 0.3)
    assert 'loom_reconcile_total{kind="ApiProduct",result="Success"} 2.0' in text(metrics)
    assert 'loom_reconcile_time_seconds_sum{kind="ApiProduct"} 0.5' in text(metrics)


def test_requests_and_refusals_of_azure_are_counted() -> None:
    metrics = Metrics()
    metrics.request("PUT", "Microsoft.Storage/storageAccounts", "201", 1.5)
    metrics.throttled("SubscriptionRequestsThrottled")
    metrics.waited(0.5)
    shown = text(metrics)
    assert 'loom_azure_requests_total{outcome="201",type="Microsoft.Storage/storageAccounts",verb="PUT"} 1.0' in shown
    assert 'loom_azure_throttled_total{code="SubscriptionRequestsThrottled"} 1.0' in shown
    assert "loom_azure_budget_wait_seconds_sum 0.5" in shown


def test_no_series_is_there_twice() -> None:
    metrics = Metrics()
    metrics.passed("ApiProduct", "Success", 0.2)
    assert "_created" not in text(metrics)


async def test_gauges_are_read_when_somebody_scrapes(unused_tcp_port: int) -> None:
    metrics = Metrics()
    stop = metrics.serve("127.0.0.1", unused_tcp_port, lambda: {"loom_workqueue_depth": 7.0})
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{unused_tcp_port}/metrics") as response,
        ):
            shown = await response.text()
    finally:
        await asyncio.to_thread(stop)
    assert "loom_workqueue_depth 7.0" in shown
    assert "loom_build_info{version=" in shown
