"""Who may send a request to Azure, and when: budgets that are never overdrawn, turns that are fair, and nothing that is lost."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count

import pytest

from loom.cloud.ask import Ask, Caller
from loom.cloud.limiter import Limiter

SUBSCRIPTION = "/subscriptions/44444444-0000-0000-0000-000000000001"
ACCOUNTS = f"{SUBSCRIPTION}/providers/Microsoft.Storage/storageAccounts"


class Call:
    """A call that was put off."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class StandingTime:
    """Time that passes only when a test says so, and then fires what is due in order."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._calls: list[tuple[float, int, Call]] = []
        self._number = count()

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> Call:
        call = Call(callback)
        heapq.heappush(self._calls, (self.now + delay, next(self._number), call))
        return call

    async def pass_by(self, seconds: float) -> None:
        end = self.now + seconds
        while self._calls and self._calls[0][0] <= end:
            self.now, _, call = heapq.heappop(self._calls)
            if call.callback:
                call.callback()
            await settle_tasks()
        self.now = end
        await settle_tasks()


async def settle_tasks() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Desk:
    """Asks the limiter on behalf of many, and notes the order in which they went."""

    def __init__(self, share: float = 1.0, scale: float = 1.0) -> None:
        self.time = StandingTime()
        self.awaited: set[str] = set()
        self.limiter = Limiter(share, scale, time=self.time, is_awaited=self.awaited.__contains__)
        self.went: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    def ask(
        self, name: str = "", method: str = "GET", path: str = f"{SUBSCRIPTION}/resourceGroups/rg", **who: object
    ) -> Ask:
        caller = Caller(
            str(who.get("principal", "me")),
            str(who.get("namespace", "ns")),
            bool(who.get("urgent", False)),
            owner=str(who.get("owner", "")),
        )
        ask = Ask.of(caller, method, path)

        async def go() -> None:
            await self.limiter.admit(ask)
            self.went.append(name or f"{caller.namespace}")

        self.tasks.append(asyncio.get_running_loop().create_task(go()))
        return ask

    async def drain(
        self, budget: str = "GET", path: str = f"{SUBSCRIPTION}/resourceGroups/rg", limit: int = 250
    ) -> None:
        for _ in range(limit):
            self.ask("before", budget, path)
        await settle_tasks()
        assert len(self.went) == limit
        self.went.clear()


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


async def test_namespaces_take_turns() -> None:
    desk = Desk()
    await desk.drain()
    for _ in range(50):
        desk.ask(namespace="a-thousand-zones")
    for _ in range(2):
        desk.ask(namespace="one-zone")
    await desk.time.pass_by(0.2)
    assert desk.went == ["a-thousand-zones", "one-zone", "a-thousand-zones", "one-zone", "a-thousand-zones"]


async def test_a_persons_change_goes_before_drift_checks() -> None:
    desk = Desk()
    await desk.drain()
    for _ in range(20):
        desk.ask("drift")
    desk.ask("change", urgent=True)
    await desk.time.pass_by(0.081)
    assert desk.went == ["change", "drift"]


async def test_what_others_stand_in_line_for_goes_before_every_change() -> None:
    desk = Desk()
    await desk.drain()
    for _ in range(20):
        desk.ask("change", urgent=True)
    await settle_tasks()
    desk.awaited.add("holder")
    desk.ask("awaited", owner="holder")
    await desk.time.pass_by(0.081)
    assert desk.went == ["awaited", "change"]


async def test_who_is_called_while_it_waits_for_a_budget_goes_first_from_then_on() -> None:
    desk = Desk()
    await desk.drain()
    for number in range(20):
        desk.ask(f"change-{number}", urgent=True)
    for number in range(2):
        desk.ask(f"called-{number}", urgent=True, owner="holder")
    await settle_tasks()
    desk.limiter.hurry("holder")
    await desk.time.pass_by(0.161)
    assert desk.went == ["called-0", "called-1", "change-0", "change-1"]


async def test_who_has_waited_for_longer_than_a_moment_is_parked_until_it_goes() -> None:
    desk = Desk()
    await desk.drain(path=ACCOUNTS, limit=100)
    for owner in ("zone", "zone", "product"):
        desk.ask(owner, path=ACCOUNTS, owner=owner)
    await settle_tasks()
    at_first = desk.limiter.parked()
    await desk.time.pass_by(5.0)
    assert (at_first, desk.limiter.parked()) == (0, 2)
    await desk.time.pass_by(300.0)
    assert (desk.went, desk.limiter.parked()) == (["zone", "zone", "product"], 0)


@pytest.mark.parametrize(
    ("others", "joiner"),
    [("drift", Caller("me", "ns", urgent=True)), ("change", Caller("me", "ns", owner="holder"))],
    ids=["a person joins a drift check", "somebody joins for whom others stand in line"],
)
async def test_a_list_goes_with_the_most_urgent_of_those_who_wait_for_it(others: str, joiner: Caller) -> None:
    desk = Desk()
    await desk.drain()
    desk.awaited.add("holder")
    for number in range(20):
        desk.ask(f"{others}-{number}", urgent=others == "change")
    desk.ask("list", path=ACCOUNTS)
    await settle_tasks()
    with desk.limiter.waiting(joiner, ACCOUNTS.upper()):
        desk.ask("its next page", path=ACCOUNTS)
        await desk.time.pass_by(0.121)
    assert desk.went == ["list", "its next page", f"{others}-0"]


async def test_a_list_goes_as_before_once_nobody_urgent_waits_for_it_any_more() -> None:
    desk = Desk()
    await desk.drain()
    desk.ask("change", urgent=True)
    with desk.limiter.waiting(Caller("me", "ns", urgent=True), ACCOUNTS):
        pass
    desk.ask("list", path=ACCOUNTS)
    desk.ask("another change", urgent=True)
    await desk.time.pass_by(1.0)
    assert desk.went == ["change", "another change", "list"]


async def test_who_is_called_while_it_waits_for_the_list_of_another_has_that_go_first() -> None:
    desk = Desk()
    await desk.drain()
    for number in range(20):
        desk.ask(f"change-{number}", urgent=True)
    desk.ask("list", path=ACCOUNTS, owner="another")
    await settle_tasks()
    with desk.limiter.waiting(Caller("me", "ns", owner="holder"), ACCOUNTS):
        desk.limiter.hurry("holder")
        await desk.time.pass_by(0.041)
    assert desk.went == ["list"]


async def test_within_a_namespace_the_first_to_come_goes_first() -> None:
    desk = Desk()
    await desk.drain()
    for name in ("first", "second", "third"):
        desk.ask(name)
    await desk.time.pass_by(1.0)
    assert desk.went == ["first", "second", "third"]


async def test_who_was_cancelled_while_waiting_holds_nobody_up() -> None:
    desk = Desk()
    await desk.drain()
    desk.ask("gone")
    desk.ask("next")
    await settle_tasks()
    desk.tasks[-2].cancel()
    await desk.time.pass_by(0.041)
    assert desk.went == ["next"]


async def test_who_is_cancelled_in_the_moment_of_their_turn_gives_it_back() -> None:
    desk = Desk()
    await desk.drain()
    desk.ask("gone")
    desk.ask("next")
    await settle_tasks()
    desk.time.now += 0.041
    calls, desk.time._calls = desk.time._calls, []
    for _, _, call in calls:
        assert call.callback is not None
        call.callback()  # the turn is given, and the task has not run yet
    desk.tasks[-2].cancel()
    await settle_tasks()
    assert desk.went == ["next"]


async def test_a_cancelled_crowd_leaves_nothing_behind() -> None:
    desk = Desk()
    await desk.drain()
    for _ in range(100):
        desk.ask("gone")
    await settle_tasks()
    for task in desk.tasks[250:]:
        task.cancel()
    await desk.time.pass_by(60.0)
    desk.ask("later")
    await settle_tasks()
    assert desk.went == ["later"]


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
