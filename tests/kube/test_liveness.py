"""The liveness probe: silent while work is being done, and plain when it is not."""

import aiohttp

from loom.kube.key import Key
from loom.kube.liveness import LONGEST_PASS, LONGEST_WAIT, Liveness, ailment_of
from loom.kube.queue import WorkQueue

KEY, BEHIND = Key("ApiProduct", "finance", "orders"), Key("ApiProduct", "finance", "ledger")


class FakeClock:
    time = 0.0

    def __call__(self) -> float:
        return self.time


async def test_an_idle_operator_is_well() -> None:
    assert ailment_of(WorkQueue(FakeClock())) == ""


async def test_an_object_that_nobody_takes_is_an_ailment() -> None:
    clock = FakeClock()
    queue = WorkQueue(clock)
    queue.add(KEY)
    clock.time = LONGEST_WAIT + 1
    assert "no worker took any" in ailment_of(queue)


async def test_a_pass_that_never_ends_is_an_ailment() -> None:
    clock = FakeClock()
    queue = WorkQueue(clock)
    queue.add(KEY)
    await queue.take()
    clock.time = LONGEST_PASS + 1
    assert "a pass has been running" in ailment_of(queue)


async def test_a_pass_that_waits_for_a_request_budget_and_what_is_ready_behind_it_are_no_ailment() -> None:
    clock = FakeClock()
    queue = WorkQueue(clock)
    queue.add(KEY)
    queue.add(BEHIND)
    await queue.take()
    clock.time = 3600.0
    assert ailment_of(queue, {KEY}) == ""
    assert "a pass has been running" in ailment_of(queue, {BEHIND})


async def test_a_backlog_that_is_worked_off_is_no_ailment_however_long_it_takes() -> None:
    clock = FakeClock()
    queue = WorkQueue(clock)
    queue.add(KEY)
    queue.add(BEHIND)
    clock.time = LONGEST_WAIT - 1
    queue.done(await queue.take() or KEY)
    clock.time = LONGEST_WAIT + 1
    assert ailment_of(queue) == ""


async def test_the_probe_answers_over_http(unused_tcp_port: int) -> None:
    ailments = ["", "stuck"]
    async with Liveness(lambda: ailments.pop(0), "127.0.0.1", unused_tcp_port), aiohttp.ClientSession() as session:
        answers = []
        for _ in range(2):
            async with session.get(f"http://127.0.0.1:{unused_tcp_port}/healthz") as response:
                answers.append((response.status, await response.text()))
    assert answers == [(200, "ok"), (503, "stuck")]
