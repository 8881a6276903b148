"""The work queue: one pass at a time for a key, no worker held by waiting, people before resyncs, namespaces in turn."""

import asyncio

import pytest

from loom.kube.key import Key
from loom.kube.queue import FIRST_RETRY, LAST_RETRY, TURN, Priority, WorkQueue


class FakeClock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def a_key(name: str = "orders", namespace: str = "finance") -> Key:
    return Key("ApiProduct", namespace, name)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def queue(clock: FakeClock) -> WorkQueue:
    return WorkQueue(clock, jitter=lambda: 0.0)


async def taken(queue: WorkQueue, count: int) -> list[str]:
    """The names of the next keys, each done at once."""
    names = []
    for _ in range(count):
        key = await queue.take()
        assert key is not None
        names.append(key.name)
        queue.done(key)
    return names


async def test_a_key_that_is_added_twice_is_taken_once(queue: WorkQueue) -> None:
    queue.add(a_key())
    queue.add(a_key())
    assert await taken(queue, 1) == ["orders"]
    assert queue.depth == 0


async def test_a_key_in_flight_is_not_given_to_a_second_worker_but_taken_again_afterwards(queue: WorkQueue) -> None:
    queue.add(a_key())
    key = await queue.take()
    assert key is not None
    queue.add(key)
    queue.add(key)
    assert (queue.depth, queue.in_flight) == (0, 1)
    queue.done(key)
    assert await taken(queue, 1) == ["orders"]
    assert queue.depth == 0


async def test_a_waiting_worker_is_woken_by_a_key(queue: WorkQueue) -> None:
    waiting = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    queue.add(a_key())
    assert await waiting == a_key()


async def test_each_key_wakes_one_worker(queue: WorkQueue) -> None:
    waiting = [asyncio.create_task(queue.take()) for _ in range(3)]
    await asyncio.sleep(0)
    queue.add(a_key("a"))
    queue.add(a_key("b"))
    for _ in range(3):
        await asyncio.sleep(0)
    woken = [task.result() for task in waiting if task.done()]
    assert sorted(key.name for key in woken if key) == ["a", "b"]
    queue.close()
    assert await waiting[2] is None


async def test_a_persons_change_goes_before_a_resync(queue: WorkQueue) -> None:
    for name in ("a", "b", "c"):
        queue.add(a_key(name), Priority.RESYNC)
    queue.add(a_key("dependent"), Priority.CHANGE)
    queue.add(a_key("person"), Priority.PERSON)
    assert await taken(queue, 5) == ["person", "dependent", "a", "b", "c"]


async def test_what_others_stand_in_line_for_goes_before_everything_new(queue: WorkQueue) -> None:
    for number in range(5):
        queue.add(a_key(f"new-{number}"), Priority.PERSON)
    queue.add(a_key("called"), Priority.AWAITED)
    assert await queue.take() == a_key("called")


async def test_whom_others_begin_to_wait_for_goes_first_when_its_time_has_come(
    queue: WorkQueue, clock: FakeClock
) -> None:
    queue.add_after(a_key("held"), 10.0, is_news=False)
    queue.hurry(a_key("held"))
    assert queue.depth == 0  # its time comes no earlier
    clock.time += 10.0
    queue.add(a_key("new"), Priority.PERSON)
    assert await taken(queue, 2) == ["held", "new"]
    assert not queue.heard(a_key("held"))


async def test_whom_others_begin_to_wait_for_goes_before_those_who_came_earlier(queue: WorkQueue) -> None:
    for name in ("new", "held"):
        queue.add(a_key(name), Priority.PERSON)
    queue.hurry(a_key("held"))
    assert await taken(queue, 2) == ["held", "new"]


async def test_to_hurry_what_waits_for_nothing_asks_for_no_pass(queue: WorkQueue) -> None:
    queue.hurry(a_key())
    assert (queue.depth, queue.delayed) == (0, 0)


async def test_a_worker_that_is_kept_free_takes_nothing_but_what_others_stand_in_line_for(queue: WorkQueue) -> None:
    kept_free = asyncio.create_task(queue.take(Priority.AWAITED))
    await asyncio.sleep(0)
    queue.add(a_key("new"), Priority.PERSON)
    queue.add(a_key("called"), Priority.AWAITED)
    assert (await kept_free, await queue.take()) == (a_key("called"), a_key("new"))


async def test_a_key_wakes_a_worker_that_may_take_it(queue: WorkQueue) -> None:
    kept_free = asyncio.create_task(queue.take(Priority.AWAITED))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    queue.add(a_key("new"), Priority.PERSON)
    assert await asyncio.wait_for(waiting, 5.0) == a_key("new")
    queue.close()
    assert await kept_free is None


async def test_a_resync_that_a_person_then_asks_for_moves_ahead_and_is_taken_once(queue: WorkQueue) -> None:
    queue.add(a_key("a"), Priority.RESYNC)
    queue.add(a_key("b"), Priority.RESYNC)
    queue.add(a_key("b"), Priority.PERSON)
    assert await taken(queue, 2) == ["b", "a"]
    assert queue.depth == 0


async def test_a_stream_of_changes_does_not_starve_a_resync(queue: WorkQueue) -> None:
    queue.add(a_key("resync"), Priority.RESYNC)
    names = []
    for number in range(20):
        queue.add(a_key(f"person-{number}"), Priority.PERSON)
        names += await taken(queue, 1)
    assert "resync" in names


async def test_streams_of_what_is_more_and_less_urgent_starve_nothing_in_between(queue: WorkQueue) -> None:
    queue.add(a_key("dependent"), Priority.CHANGE)
    names = []
    for number in range(40):
        queue.add(a_key(f"person-{number}"), Priority.PERSON)
        queue.add(a_key(f"resync-{number}"), Priority.RESYNC)
        names += await taken(queue, 1)
    assert "dependent" in names
    assert len([name for name in names if name.startswith("person")]) > 30


async def test_of_two_delays_the_more_urgent_says_how_urgent_it_is(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add_after(a_key("held"), 10.0, Priority.RESYNC)
    queue.hurry(a_key("held"))
    queue.add_after(a_key("held"), 5.0, Priority.CHANGE)
    clock.time += 5.0
    queue.add(a_key("new"), Priority.PERSON)
    assert await taken(queue, 2) == ["held", "new"]


async def test_a_namespace_with_many_keys_does_not_hold_up_another(queue: WorkQueue) -> None:
    for number in range(100):
        queue.add(a_key(f"many-{number}", "crowded"))
    queue.add(a_key("single", "quiet"))
    assert "single" in await taken(queue, 2)


async def test_a_delayed_key_is_not_ready_before_its_time(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add_after(a_key(), 30)
    clock.time += 29.9
    queue.tick()
    assert (queue.depth, queue.delayed) == (0, 1)
    clock.time += 0.1
    queue.tick()
    assert (queue.depth, queue.delayed) == (1, 0)


async def test_of_two_delays_the_shorter_counts(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add_after(a_key(), 10)
    queue.add_after(a_key(), 600)
    clock.time += 10
    assert await taken(queue, 1) == ["orders"]
    clock.time += 600
    queue.tick()
    assert queue.depth == 0


async def test_a_change_replaces_the_delay(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add_after(a_key(), 600)
    queue.add(a_key())
    assert await taken(queue, 1) == ["orders"]
    clock.time += 600
    queue.tick()
    assert queue.depth == 0


async def test_a_delay_that_is_asked_for_during_a_pass_outlives_it(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add(a_key())
    key = await queue.take()
    assert key is not None
    queue.add_after(key, 5)
    queue.done(key)
    clock.time += 5
    assert await taken(queue, 1) == ["orders"]


async def test_the_timer_wakes_a_worker_when_a_key_is_due() -> None:
    queue = WorkQueue()
    queue.add_after(a_key("later"), 60)
    queue.add_after(a_key(), 0.01)
    async with asyncio.timeout(5):
        assert await queue.take() == a_key()


async def test_a_key_whose_time_has_come_is_no_news(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add_after(a_key(), 5.0, is_news=False)
    clock.time += 5.0
    assert await taken(queue, 1) == ["orders"]
    assert not queue.heard(a_key())


async def test_news_is_heard_by_whoever_looks_next_and_by_nobody_after(queue: WorkQueue) -> None:
    queue.add_after(a_key(), 5.0, is_news=False)
    queue.add_after(a_key(), 60.0)  # drops out, as there is an earlier look
    assert [queue.heard(a_key()), queue.heard(a_key())] == [True, False]


async def test_what_happens_during_a_pass_is_news_for_the_next(queue: WorkQueue) -> None:
    queue.add(a_key())
    key = await queue.take()
    assert key is not None
    assert queue.heard(key)
    queue.add(key)
    queue.done(key)
    assert await taken(queue, 1) == ["orders"]
    assert queue.heard(key)


@pytest.mark.parametrize("taken_before", range(TURN))
async def test_what_others_wait_for_is_taken_though_whom_it_woke_takes_something_else(
    queue: WorkQueue, taken_before: int
) -> None:
    for number in range(taken_before):
        queue.add(a_key(f"before-{number}"))
    await taken(queue, taken_before)
    anything, urgent = asyncio.create_task(queue.take()), asyncio.create_task(queue.take(Priority.AWAITED))
    await asyncio.sleep(0)
    queue.add(a_key("held"), Priority.AWAITED)
    queue.add(a_key("drift"), Priority.RESYNC)
    for _ in range(5):
        await asyncio.sleep(0)
    assert a_key("held") in [task.result() for task in (anything, urgent) if task.done()]
    urgent.cancel()


async def test_workers_kept_free_do_not_take_the_turn_of_the_least_urgent(queue: WorkQueue) -> None:
    queue.add(a_key("drift"), Priority.RESYNC)
    names = []
    for number in range(TURN):
        queue.add(a_key(f"change-{number}"))
        names += await taken(queue, 1)
        queue.add(a_key(f"held-{number}"), Priority.AWAITED)
        held = await queue.take(Priority.AWAITED)
        assert held is not None
        queue.done(held)
    assert "drift" in names


async def test_failures_in_a_row_double_the_delay_up_to_a_limit(queue: WorkQueue) -> None:
    delays = [queue.add_failed(a_key()) for _ in range(12)]
    assert delays[:4] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY, 8 * FIRST_RETRY]
    assert delays[-1] == LAST_RETRY


async def test_a_success_starts_the_delays_anew(queue: WorkQueue) -> None:
    queue.add_failed(a_key())
    queue.add_failed(a_key())
    queue.succeeded(a_key())
    assert queue.add_failed(a_key()) == FIRST_RETRY


async def test_a_forgotten_key_never_comes_back(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add(a_key("ready"))
    queue.add_after(a_key("delayed"), 5)
    queue.forget(a_key("ready"))
    queue.forget(a_key("delayed"))
    clock.time += 10
    queue.add(a_key("other"))
    assert await taken(queue, 1) == ["other"]
    assert (queue.depth, queue.delayed) == (0, 0)


async def test_a_closed_queue_lets_every_waiting_worker_go(queue: WorkQueue) -> None:
    waiting = [asyncio.create_task(queue.take()) for _ in range(3)]
    await asyncio.sleep(0)
    queue.close()
    assert await asyncio.gather(*waiting) == [None, None, None]


async def test_the_queue_says_how_long_a_key_was_ready(clock: FakeClock) -> None:
    waits: list[float] = []
    queue = WorkQueue(clock, on_take=waits.append)
    queue.add(a_key())
    clock.time += 7
    assert queue.longest_wait() == 7
    await taken(queue, 1)
    assert waits == [7]


async def test_the_queue_says_how_long_the_longest_pass_runs(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add(a_key())
    await queue.take()
    clock.time += 3
    assert queue.longest_pass() == 3
