"""Watching begins again when kopf fails, and ends when it is asked to."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import kopf
import pytest

from loom.kube import handlers
from loom.kube.handlers import Forgetful, Stop, watch_until

Run = Callable[[], Awaitable[None]]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """What the next runs of kopf do while it waits for its flag, as it does: in a thread of the loop's own pool."""
    waiting: list[Run] = []

    async def operator(*, stop_flag: threading.Event, **_: Any) -> None:
        flag = asyncio.get_running_loop().run_in_executor(None, stop_flag.wait)
        if waiting:
            await waiting.pop(0)()
        await flag

    monkeypatch.setattr(kopf, "operator", operator)
    monkeypatch.setattr(handlers, "_RESTART", 0.0)
    return waiting


def watching(stop: Stop) -> threading.Thread:
    thread = threading.Thread(target=watch_until, args=(stop, kopf.OperatorRegistry(), ""), daemon=True)
    thread.start()
    return thread


def test_when_a_kind_is_taken_out_of_the_cluster_the_others_are_watched_again(runs: list[Run]) -> None:
    again = threading.Event()

    async def fail() -> None:
        raise OSError("404 page not found")

    async def work() -> None:
        again.set()

    runs += [fail, fail, work]
    stop = Stop()
    thread = watching(stop)
    assert again.wait(timeout=20)
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_watching_ends_when_it_is_asked_to(runs: list[Run]) -> None:
    begun, stop = threading.Event(), Stop()

    async def work() -> None:
        begun.set()

    runs.append(work)
    thread = watching(stop)
    assert begun.wait(timeout=20)
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_who_is_asked_to_end_before_a_run_begins_begins_none_that_stays() -> None:
    stop = Stop()
    stop.set()
    assert stop.next_run().is_set()


async def test_kopf_keeps_no_record_of_the_objects_that_it_watches() -> None:
    memories = Forgetful()
    record = await memories.recall({"metadata": {"uid": "1"}}, noticed_by_listing=True)
    assert record.noticed_by_listing
    assert list(memories.iter_all_memories()) == []
