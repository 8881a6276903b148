"""Who waits for a turn: nobody behind another namespace's many, and nobody for ever."""

import asyncio
import threading
from dataclasses import replace

import pytest

from loom.api.api_product import ApiProductSpec
from loom.kube import turns
from loom.kube.api_texts import ApiTexts
from loom.kube.documents import Sorted
from loom.kube.files import FileWorld
from loom.kube.turns import Crowded, Turns
from loom.plan.product.judges import Judge
from support.worlds import product_object, world


class Line:
    """Holders of one lock, in the order in which their turn came; each holds it until it is let go."""

    def __init__(self) -> None:
        self.turns, self.held = Turns(), list[str]()
        self._go = asyncio.Semaphore(0)

    async def join(self, name: str) -> "asyncio.Task[None]":
        """Somebody of the namespace before the dash comes."""
        task = asyncio.create_task(self._hold(name))
        await settled()
        return task

    async def pass_on(self, times: int = 1) -> None:
        for _ in range(times):
            self._go.release()
            await settled()

    async def _hold(self, name: str) -> None:
        async with self.turns.turn(name.partition("-")[0]):
            self.held.append(name)
            await self._go.acquire()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_one_of_another_namespace_waits_behind_one_of_many() -> None:
    line = Line()
    for name in ("sales-1", "sales-2", "sales-3", "finance-1"):
        await line.join(name)
    assert line.held == ["sales-1"]
    await line.pass_on(4)
    assert line.held == ["sales-1", "sales-2", "finance-1", "sales-3"]
    await line.join("finance-2")
    assert line.held[-1] == "finance-2", "nobody has it any more"


async def test_who_finds_too_many_of_its_own_comes_back_later_and_others_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "_ROOM", 2)
    line = Line()
    for number in range(3):
        await line.join(f"sales-{number}")
    refused, other = await line.join("sales-3"), await line.join("finance-1")
    with pytest.raises(Crowded):
        await refused
    await line.pass_on(4)
    assert other.done()
    assert line.held == ["sales-0", "sales-1", "finance-1", "sales-2"]


async def test_who_goes_away_while_waiting_is_passed_over() -> None:
    line = Line()
    tasks = [await line.join(name) for name in ("sales-1", "sales-2", "finance-1")]
    tasks[1].cancel()
    await settled()
    await line.pass_on()
    assert line.held == ["sales-1", "finance-1"]


async def test_who_goes_away_in_the_moment_in_which_it_is_called_calls_the_next() -> None:
    line = Line()
    tasks = [await line.join(name) for name in ("sales-1", "sales-2", "finance-1")]
    tasks[0].cancel()
    tasks[1].cancel()
    await settled()
    assert line.held == ["sales-1", "finance-1"]
    await line.pass_on()
    await line.join("sales-3")
    assert line.held[-1] == "sales-3"


async def test_a_turn_that_ends_in_an_error_ends() -> None:
    line = Line()
    with pytest.raises(ValueError, match="broken"):
        async with line.turns.turn("sales"):
            raise ValueError("broken")
    await line.join("finance-1")
    assert line.held == ["finance-1"]


async def test_a_document_is_judged_after_at_most_one_more_of_a_namespace_that_has_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged, go = list[str](), threading.Event()

    def learn(_self: Judge, text: str, *_more: object) -> None:
        go.wait(10)
        judged.append(text)

    monkeypatch.setattr(Judge, "learn", learn)
    texts = ApiTexts(FileWorld(Sorted(), None), None)
    tasks = []
    for name in ("sales-1", "sales-2", "sales-3", "finance-1"):
        obj = product_object()
        obj["spec"]["apis"][0]["revisions"][0]["source"] = {"openapi": {"inline": name}}
        owner = replace(world(product_object()).owner, namespace=name.partition("-")[0])
        context = replace(world(product_object()), owner=owner)
        tasks.append(asyncio.create_task(texts.attach(ApiProductSpec.model_validate(obj["spec"]), context, obj)))
    await settled()
    go.set()
    await asyncio.gather(*tasks)
    assert judged == ["sales-1", "sales-2", "finance-1", "sales-3"]
