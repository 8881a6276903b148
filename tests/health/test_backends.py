"""What an application gateway sees behind it: asked in one look, read in a later one, and never waited for."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from loom.engine.ports import Observed, Operation, Written
from loom.errors import CloudError, Retry
from loom.health.backends import ACTION, STALE, Backends, judge
from loom.plan.checks import Finding, Health

GATEWAY = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/applicationGateways/agw"
SLOW, SOON = Operation(GATEWAY, "POST"), 10.0


def report(*servers: tuple[str, str, str]) -> dict[str, Any]:
    rows = [{"address": address, "health": health, "healthProbeLog": log} for address, health, log in servers]
    return {"backendAddressPools": [{"backendHttpSettingsCollection": [{"servers": rows}]}]}


WELL = report(("10.0.0.4", "Healthy", "Success. Received 200 status code"))
BROKEN = report(("10.0.0.4", "Unhealthy", "Cannot connect to backend server. It took 12 ms."))


@dataclass
class Scripted:
    """A cloud that gives these answers, one a request, and notes what it was asked."""

    answers: list[Written | CloudError]
    principal: str = "test"
    asked: list[str] = field(default_factory=list)

    async def begin(self, arm_id: str, action: str, body: Any = None) -> Written:
        return self._next(f"begin {action}")

    async def poll(self, operation: Operation) -> Written:
        return self._next("poll")

    def _next(self, word: str) -> Written:
        self.asked.append(word)
        answer = self.answers.pop(0)
        if isinstance(answer, CloudError):
            raise answer
        return answer


class Bench:
    """Looks at one gateway; time is the test's."""

    def __init__(self, *answers: Written | CloudError) -> None:
        self.cloud, self.now = Scripted(list(answers)), 5000.0
        self.backends = Backends(lambda: self.now)

    async def look(self, after: float = 0.0, gateway: str = GATEWAY) -> Finding:
        self.now += after
        return await self.backends.look(self.cloud, gateway, "application-gateway")  # type: ignore[arg-type]


def running(wait: float = SOON) -> Written:
    return Written(operation=SLOW, wait=wait)


def done(body: dict[str, Any]) -> Written:
    return Written(observed=Observed(GATEWAY, body))


async def test_a_question_that_azure_has_lost_is_asked_anew() -> None:
    bench = Bench(running(), running(), running(), done(WELL))
    await bench.look()
    await bench.look(SOON)
    found = [await bench.look(STALE), await bench.look(SOON)]
    assert bench.cloud.asked == ["begin backendhealth", "poll", "begin backendhealth", "poll"]
    assert found[-1].health is Health.HEALTHY


async def test_a_gateway_that_nobody_looks_at_any_more_is_forgotten_after_so_many_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loom.health.backends.MOST", 2)
    bench = Bench(*(running() for _ in range(5)))
    for name in ("gone", "kept", "other", "kept", "gone"):
        await bench.look(SOON, f"{GATEWAY}-{name}")
    assert bench.cloud.asked == [f"begin {ACTION}"] * 3 + ["poll", f"begin {ACTION}"]


async def test_one_look_asks_and_a_later_one_has_the_answer() -> None:
    bench = Bench(running(), running(), done(WELL))
    found = [await bench.look(), await bench.look(SOON), await bench.look(SOON)]
    assert [finding.health for finding in found] == [Health.UNKNOWN, Health.UNKNOWN, Health.HEALTHY]
    assert found[0].message == "has been asked what is behind it"
    assert bench.cloud.asked == ["begin backendhealth", "poll", "poll"]


async def test_nobody_looks_earlier_than_the_service_asked_for() -> None:
    bench = Bench(running(wait=60.0), done(WELL))
    for _ in range(5):
        await bench.look(after=10.0)
    assert bench.cloud.asked == ["begin backendhealth"]
    assert (await bench.look(after=20.0)).health is Health.HEALTHY


async def test_the_answer_before_stands_while_it_is_asked_anew() -> None:
    bench = Bench(done(BROKEN), running(), done(WELL))
    found = [await bench.look(), await bench.look(SOON), await bench.look(SOON)]
    assert [finding.health for finding in found] == [Health.UNHEALTHY, Health.UNHEALTHY, Health.HEALTHY]


async def test_an_answer_of_long_ago_says_nothing_of_today() -> None:
    bench = Bench(done(BROKEN), running())
    await bench.look()
    assert (await bench.look(after=STALE + 1)).health is Health.UNKNOWN


async def test_a_question_that_may_not_be_asked_is_told_and_asked_anew_later() -> None:
    denied = CloudError("PermissionDenied", "AuthorizationFailed", "may not do this", Retry.SLOWLY, retry_after=60.0)
    bench = Bench(denied, done(WELL))
    told = [await bench.look(), await bench.look(SOON)]
    assert {(one.health, one.message) for one in told} == {
        (Health.UNKNOWN, "does not show what is behind it: may not do this")
    }
    assert (await bench.look(after=60.0)).health is Health.HEALTHY


async def test_an_answer_outlives_a_look_that_came_to_nothing() -> None:
    cut = CloudError("CloudUnavailable", "ServiceUnavailable", "try again", Retry.NOW)
    bench = Bench(done(BROKEN), cut, running())
    said = {(await bench.look(SOON)).message for _ in range(3)}
    assert said == {"says of what is behind it: 10.0.0.4 is Unhealthy (Cannot connect to backend server)"}


async def test_a_look_that_is_throttled_leaves_the_question_under_way_for_as_long_as_it_was_told_to() -> None:
    throttled = CloudError("Throttled", "TooManyRequests", "slow down", Retry.NOW, retry_after=30.0)
    bench = Bench(running(), throttled, done(WELL))
    await bench.look()
    await bench.look(SOON)
    await bench.look(SOON)
    assert bench.cloud.asked == ["begin backendhealth", "poll"]
    assert (await bench.look(after=20.0)).health is Health.HEALTHY
    assert bench.cloud.asked[-1] == "poll"


@pytest.mark.parametrize(
    ("body", "health", "words"),
    [
        (WELL, Health.HEALTHY, "says of what is behind it: 10.0.0.4 is Healthy"),
        (BROKEN, Health.UNHEALTHY, "says of what is behind it: 10.0.0.4 is Unhealthy (Cannot connect to backend server)"),
        (
            report(("10.0.0.4", "Unknown", "")), Health.UNKNOWN,
            "says of what is behind it: 10.0.0.4 is Unknown, as under a route table or a security group that cuts the gateway off from its "
            "control plane",
        ),
        (report(("b", "Up", ""), ("a", "Down", "")), Health.UNHEALTHY, "says of what is behind it: a is Down; b is Up"),
        (report(("a", "Draining", ""), ("b", "Healthy", "")), Health.UNKNOWN, ""),
        ({}, Health.UNKNOWN, "shows nothing behind it"),
    ],
)  # fmt: skip
def test_the_worst_server_counts_and_all_are_named(body: dict[str, Any], health: Health, words: str) -> None:
    found = judge(body)
    assert found[0] is health
    assert words in found[1]
