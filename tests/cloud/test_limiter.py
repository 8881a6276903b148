"""Who may send a request to Azure, and when: budgets that are never overdrawn, turns that are fair, and nothing that is lost."""

import pytest

from loom.cloud.ask import Ask, Caller
from support.desk import ACCOUNTS, SUBSCRIPTION, Desk, settle_tasks


async def test_what_the_budget_holds_goes_at_once() -> None:
    desk = Desk()
    for _ in range(250):
        desk.ask()
    await settle_tasks()
    assert len(desk.went) == 250


async def test_what_the_budget_does_not_hold_waits_for_its_refill() -> None:
    desk = Desk()
    await desk.drain()
    for _ in range(60):
        desk.ask()
    await desk.time.pass_by(1.0)
    assert len(desk.went) == 25
    await desk.time.pass_by(1.0)
    assert len(desk.went) == 50
    await desk.time.pass_by(60.0)
    assert len(desk.went) == 60


async def test_reads_writes_and_deletes_have_budgets_of_their_own() -> None:
    desk = Desk()
    await desk.drain()
    desk.ask("read")
    desk.ask("write", "PUT")
    desk.ask("delete", "DELETE")
    desk.ask(
        "keys", "POST", f"{ACCOUNTS}/sa/listKeys".replace(f"{SUBSCRIPTION}/", f"{SUBSCRIPTION}/resourceGroups/rg/")
    )
    await settle_tasks()
    assert desk.went == ["write", "delete", "keys"]


async def test_subscriptions_and_principals_do_not_share_a_budget() -> None:
    desk = Desk()
    await desk.drain()
    desk.ask("another subscription", path="/subscriptions/55555555-0000-0000-0000-000000000001/resourceGroups/rg")
    desk.ask("another principal", principal="other")
    desk.ask("the tenant", path="/tenants")
    desk.ask("the same")
    await settle_tasks()
    assert desk.went == ["another subscription", "another principal", "the tenant"]


async def test_only_the_share_is_used() -> None:
    desk = Desk(share=0.5)
    await desk.drain(limit=125)
    for _ in range(100):
        desk.ask()
    await desk.time.pass_by(2.0)
    assert len(desk.went) == 25


async def test_a_cloud_whose_time_runs_faster_refills_faster() -> None:
    desk = Desk(scale=10.0)
    await desk.drain()
    for _ in range(100):
        desk.ask()
    await desk.time.pass_by(0.1)
    assert len(desk.went) == 25


async def test_lists_of_storage_have_a_narrow_budget_that_holds_up_nobody_else() -> None:
    desk = Desk()
    await desk.drain(path=ACCOUNTS, limit=100)
    desk.ask("one more list", path=ACCOUNTS)
    desk.ask("an account", path=f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/sa")
    desk.ask("a network", path=f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v")
    await settle_tasks()
    assert desk.went == ["an account", "a network"]
    await desk.time.pass_by(299.0)
    assert "one more list" not in desk.went
    await desk.time.pass_by(1.1)
    assert "one more list" in desk.went


async def test_the_narrow_budget_of_namespaces_is_not_their_hubs() -> None:
    desk = Desk()
    namespace = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.EventHub/namespaces/n"
    await desk.drain("PUT", namespace, 50)
    desk.ask("one more namespace", "PUT", namespace)
    desk.ask("a hub", "PUT", f"{namespace}/eventhubs/orders")
    await settle_tasks()
    assert desk.went == ["a hub"]


async def test_the_providers_budget_is_shared_by_all_principals() -> None:
    desk = Desk()
    await desk.drain(path=ACCOUNTS, limit=100)
    desk.ask("another principal", path=ACCOUNTS, principal="other")
    await settle_tasks()
    assert desk.went == []


async def test_a_window_never_sees_more_than_its_limit() -> None:
    desk = Desk()
    times: list[float] = []
    path = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.EventHub/namespaces/n"
    for _ in range(200):
        desk.ask(method="PUT", path=path)
    for _ in range(400):
        before = len(desk.went)
        await desk.time.pass_by(0.5)
        times += [desk.time.now] * (len(desk.went) - before)
    assert len(times) >= 150
    assert (
        max(sum(1 for other in times if start <= other < start + 60.0) for start in times) <= 51
    )  # 50, and half a second of grain


@pytest.mark.parametrize(
    ("code", "paused", "goes_on"),
    [
        ("SubscriptionRequestsThrottled", ["account", "network"], []),
        ("TooManyRequests", ["account"], ["network"]),
        ("RetryableErrorDueToAnotherOperation", [], ["account", "network"]),
    ],
    ids=["the subscription's budget", "the provider's budget only", "no budget at all"],
)
async def test_a_429_pauses_the_budget_that_it_speaks_of(code: str, paused: list[str], goes_on: list[str]) -> None:
    desk = Desk()
    ask = desk.ask("first", path=ACCOUNTS)
    await settle_tasks()
    desk.limiter.settle(ask, 429, {"Retry-After": "30"}, code)
    desk.went.clear()
    desk.ask("account", path=ACCOUNTS)
    desk.ask("network", path=f"{SUBSCRIPTION}/providers/Microsoft.Network/virtualNetworks")
    await desk.time.pass_by(29.0)
    assert desk.went == goes_on
    await desk.time.pass_by(1.1)
    assert sorted(desk.went) == ["account", "network"]
    assert set(paused) | set(goes_on) == {"account", "network"}


async def test_a_pause_in_milliseconds_is_kept_to_the_millisecond() -> None:
    desk = Desk(scale=60.0)
    ask = desk.ask("first")
    await settle_tasks()
    desk.limiter.settle(ask, 429, {"x-ms-retry-after-ms": "283", "Retry-After": "1"}, "SubscriptionRequestsThrottled")
    desk.went.clear()
    desk.ask("next")
    await desk.time.pass_by(0.28)
    assert desk.went == []
    await desk.time.pass_by(0.004)
    assert desk.went == ["next"]


async def test_the_services_own_count_corrects_ours() -> None:
    desk = Desk()
    ask = desk.ask("first")
    await settle_tasks()
    desk.limiter.settle(ask, 200, {"x-ms-ratelimit-remaining-subscription-reads": "1"})
    desk.went.clear()
    for _ in range(3):
        desk.ask()
    await settle_tasks()
    assert len(desk.went) == 1


async def test_what_is_under_way_is_not_counted_as_left() -> None:
    desk = Desk()
    first = desk.ask()
    for _ in range(4):
        desk.ask()
    await settle_tasks()
    desk.limiter.settle(
        first, 200, {"x-ms-ratelimit-remaining-subscription-reads": "5"}
    )  # has not seen the other four yet
    desk.went.clear()
    for _ in range(5):
        desk.ask()
    await settle_tasks()
    assert len(desk.went) == 1


async def test_pressure_grows_with_use_and_fades_with_rest() -> None:
    desk = Desk()
    assert desk.limiter.pressure() == 0.0
    for _ in range(60):
        for _ in range(5):
            desk.ask()
        await desk.time.pass_by(1.0)
    used = desk.limiter.pressure()
    assert 0.1 < used < 0.2  # five of twenty-five a second, for a minute
    await desk.time.pass_by(600.0)
    assert desk.limiter.pressure() < 0.01


async def test_pressure_is_full_during_a_pause() -> None:
    desk = Desk()
    ask = desk.ask()
    await settle_tasks()
    desk.limiter.settle(ask, 429, {"Retry-After": "30"}, "SubscriptionRequestsThrottled")
    assert desk.limiter.pressure() == 1.0


@pytest.mark.parametrize(
    ("method", "path", "operation", "provider", "lists"),
    [
        ("GET", ACCOUNTS, "reads", "microsoft.storage", True),
        ("GET", f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/sa", "reads", "microsoft.storage", False),
        ("PUT", f"{SUBSCRIPTION}/resourceGroups/rg", "writes", "microsoft.resources", False),
        ("GET", f"{SUBSCRIPTION}/resourceGroups", "reads", "microsoft.resources", True),
        (
            "DELETE",
            f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/sa/providers/Microsoft.Insights/diagnosticSettings/d",
            "deletes",
            "microsoft.insights",
            False,
        ),
    ],
)  # fmt: skip
def test_a_request_draws_on_the_budgets_of_its_path(
    method: str, path: str, operation: str, provider: str, lists: bool
) -> None:
    ask = Ask.of(Caller("me", "ns"), method, path)
    assert (ask.operation, ask.provider, ask.lists) == (operation, provider, lists)
    assert ask.subscription == "44444444-0000-0000-0000-000000000001"
