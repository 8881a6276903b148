"""How many objects are worked on at once: as many as there are hands, and more only while some do nothing but wait for Azure's budgets."""

import asyncio

from loom.kube.crew import Crew
from loom.kube.key import Key
from loom.kube.queue import Priority, WorkQueue


class Yard:
    """A queue, and work that goes on until it is said to end."""

    def __init__(self, hands: int, parked: int = 0) -> None:
        self.queue = WorkQueue()
        self.over = asyncio.Event()
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.working = asyncio.create_task(Crew(self.queue, self.work, hands, lambda: parked).run())

    async def work(self, key: Key) -> None:
        self.begun.append(key.name)
        await self.over.wait()
        self.ended.append(key.name)

    async def comes(self, *names: str, priority: Priority = Priority.PERSON) -> None:
        """The keys are ready, and whoever may take one has taken it."""
        for name in names:
            self.queue.add(Key("ApiProduct", "finance", name), priority)
        for _ in range(10):
            await asyncio.sleep(0)

    async def closes(self) -> None:
        self.over.set()
        self.queue.close()
        await asyncio.wait_for(self.working, 10.0)


async def test_no_more_are_worked_on_at_once_than_there_are_hands() -> None:
    yard = Yard(hands=2)
    await yard.comes("a", "b", "c")
    assert yard.begun == ["a", "b"]
    await yard.closes()


async def test_the_next_is_worked_on_as_soon_as_a_hand_is_free() -> None:
    yard = Yard(hands=1)
    await yard.comes("a", "b")
    yard.over.set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert yard.ended == ["a", "b"]
    await yard.closes()


async def test_what_others_stand_in_line_for_is_worked_on_while_every_hand_is_busy() -> None:
    yard = Yard(hands=1)
    await yard.comes("new", "newer")
    await yard.comes("called", priority=Priority.AWAITED)
    assert yard.begun == ["new", "called"]
    await yard.closes()


async def test_an_object_that_waits_for_a_budget_of_azure_keeps_no_other_waiting() -> None:
    yard = Yard(hands=1, parked=1)
    await yard.comes("waits", "another", "one-more")
    assert yard.begun == ["waits", "another"]
    await yard.closes()


async def test_what_has_been_called_and_waits_for_a_budget_keeps_no_other_that_is_called_waiting() -> None:
    yard = Yard(hands=1, parked=2)
    await yard.comes(*(f"called-{number}" for number in range(6)), priority=Priority.AWAITED)
    await yard.comes("called-last", priority=Priority.AWAITED)
    assert "called-last" in yard.begun
    await yard.closes()


async def test_those_that_wait_for_a_budget_are_not_without_number() -> None:
    yard = Yard(hands=2, parked=1000)
    await yard.comes(*(f"zone-{number}" for number in range(100)))
    assert len(yard.begun) == 6
    await yard.closes()


async def test_a_crew_ends_when_the_queue_is_closed_and_what_it_has_begun_is_done() -> None:
    yard = Yard(hands=2)
    await yard.comes("a", "b")
    yard.queue.close()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not yard.working.done()
    await yard.closes()
    assert yard.ended == ["a", "b"]


async def test_a_crew_that_is_sent_home_leaves_nothing_going_on() -> None:
    yard = Yard(hands=2)
    await yard.comes("a")
    yard.working.cancel()
    await asyncio.wait({yard.working})
    yard.over.set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert (yard.begun, yard.ended, yard.queue.in_flight) == (["a"], [], 0)
