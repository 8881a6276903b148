"""Who goes first where a budget does not hold for all: turns that are fair, what is urgent, and who is cancelled."""

import pytest

from loom.cloud.ask import Caller
from support.desk import ACCOUNTS, Desk, settle_tasks


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


async def test_who_never_stops_changing_things_keeps_nobody_waiting_for_ever() -> None:
    desk = Desk()
    await desk.drain()
    desk.awaited.add("holder")
    desk.ask("drift")
    desk.ask("change", urgent=True)
    for _ in range(40):
        for _ in range(2):
            desk.ask("awaited", owner="holder")
        await desk.time.pass_by(0.041)
    assert {"drift", "change"} < set(desk.went)
    assert desk.went.count("awaited") > 30


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
    assert (at_first, desk.limiter.parked()) == (set(), {"zone", "product"})
    await desk.time.pass_by(300.0)
    assert (desk.went, desk.limiter.parked()) == (["zone", "zone", "product"], set())


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
