"""One writer at a time where Azure allows but one, in the order in which they came, and nobody asks in vain."""

import pytest

from loom.engine.lanes import RIVALRY, TURN, Lanes
from loom.engine.work import Rhythm
from loom.errors import Refusal
from loom.plan.arm_id import resource
from loom.plan.resource import Plan, Resource
from support.engine_bench import GROUP, GROUP_R, IDENTITY, IDENTITY_R, MINE, OWNER, Bench


class Line:
    """Lanes with a clock of the test's own, and who was woken."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.woken: list[str] = []
        self.awaited: list[str] = []
        self.hurried: list[str] = []
        self.lanes = Lanes(self.wake, lambda: self.seconds, self.hurried.append)

    def wake(self, mark: str, from_another: bool) -> None:
        self.woken.append(mark)
        if from_another:
            self.awaited.append(mark)


def test_a_taken_lane_is_refused_until_it_is_given_back() -> None:
    line = Line()
    assert line.lanes.claim("hub", "a#peering")
    assert not line.lanes.claim("hub", "b#peering")
    line.lanes.release("a#peering")
    assert line.lanes.claim("hub", "b#peering")


def test_whose_object_goes_in_its_turn_gives_it_to_the_next() -> None:
    line = Line()
    for name in ("a#x", "b#x", "c#x"):
        line.lanes.claim("hub", name)
    line.lanes.release("a#x")
    line.lanes.forget("b")
    assert line.awaited == ["b", "c"]
    assert line.lanes.claim("hub", "c#x")


def test_whoever_holds_a_lane_keeps_it() -> None:
    line = Line()
    assert line.lanes.claim("hub", "a#peering")
    assert line.lanes.claim("hub", "a#peering")


def test_the_first_in_line_is_woken_and_has_the_turn() -> None:
    line = Line()
    line.lanes.claim("hub", "a#x")
    line.lanes.claim("hub", "b#x")
    line.lanes.claim("hub", "c#x")
    line.lanes.release("a#x")
    assert line.woken == ["b"]
    assert not line.lanes.claim("hub", "c#x")
    assert line.lanes.claim("hub", "b#x")


def test_who_takes_a_lane_over_from_another_is_told_from_who_waited_for_itself() -> None:
    line = Line()
    for name in ("a#x", "a#y", "b#x"):
        line.lanes.claim("hub", name)
    line.lanes.release("a#x")
    line.lanes.claim("hub", "a#y")
    line.lanes.release("a#y")
    assert (line.woken, line.awaited) == (["a", "b"], ["b"])


def test_who_has_a_lane_is_hurried_when_another_begins_to_wait_for_it() -> None:
    line = Line()
    for name in ("a#x", "a#y"):
        line.lanes.claim("hub", name)
    assert line.hurried == []
    for name in ("b#x", "c#x"):
        line.lanes.claim("hub", name)
    assert line.hurried == ["a"]


def test_whose_turn_it_is_is_not_hurried_by_who_waits_behind() -> None:
    line = Line()
    for name in ("a#x", "b#x"):
        line.lanes.claim("hub", name)
    line.lanes.release("a#x")
    line.hurried.clear()
    line.lanes.claim("hub", "c#x")
    assert line.hurried == []  # it was, when its turn came


def test_a_lane_that_another_has_just_had_is_wanted_though_nobody_stands_in_line() -> None:
    line = Line()
    line.lanes.claim("hub", "a#x")
    line.lanes.release("a#x")
    line.lanes.claim("hub", "b#x")
    assert line.lanes.presses("b")
    line.seconds = RIVALRY + 1
    assert not line.lanes.presses("b")


def test_a_lane_that_one_object_alone_asks_for_is_wanted_by_nobody() -> None:
    line = Line()
    for name in ("a#x", "a#y"):
        line.lanes.claim("spoke", name)
    assert not line.lanes.presses("a")


def test_an_object_that_is_gone_wants_nothing_any_more() -> None:
    line = Line()
    line.lanes.claim("hub", "a#x")
    line.lanes.release("a#x")
    line.lanes.forget("a")
    line.lanes.claim("hub", "b#x")
    assert not line.lanes.presses("b")


def test_who_is_at_work_in_any_case_is_not_called_for_its_own_next_write() -> None:
    line = Line()
    for name in ("a#x", "a#y", "b#x"):
        line.lanes.claim("hub", name)
    line.lanes.release("a#x", goes_on=True)
    assert line.lanes.claim("hub", "a#y")
    line.lanes.release("a#y", goes_on=True)
    assert line.woken == ["b"]


def test_a_lane_presses_whoever_has_it_while_others_stand_in_line() -> None:
    line = Line()
    line.lanes.claim("hub", "a#x")
    line.lanes.claim("hub", "a#y")
    assert not line.lanes.presses("a")  # its own resources keep nobody else
    line.lanes.claim("hub", "b#x")
    line.lanes.claim("hub", "c#x")
    assert (line.lanes.presses("a"), line.lanes.presses("b")) == (True, False)


def test_a_turn_presses_whoever_has_it_until_it_has_passed() -> None:
    line = Line()
    for name in ("a#x", "b#x", "c#x"):
        line.lanes.claim("hub", name)
    line.lanes.release("a#x")
    assert [line.lanes.presses(owner) for owner in "abc"] == [False, True, False]
    line.seconds += TURN + 1.0
    assert not line.lanes.presses("b")


def test_the_turn_is_the_objects_whichever_of_its_resources_must_go_first_by_now() -> None:
    line = Line()
    line.lanes.claim("net", "a#subnet")
    line.lanes.claim("net", "a#peering")
    line.lanes.claim("net", "b#x")
    line.lanes.release("a#subnet")
    # Meanwhile the spec was edited: the network itself must be written before the peering, which waits for it.
    assert line.lanes.claim("net", "a#network")
    line.lanes.release("a#network")
    assert not line.lanes.claim("net", "b#x")
    assert line.lanes.claim("net", "a#peering")


def test_a_turn_that_is_not_taken_up_passes_to_whoever_asks() -> None:
    line = Line()
    line.lanes.claim("hub", "a#x")
    line.lanes.claim("hub", "b#x")
    line.lanes.release("a#x")
    line.seconds += TURN + 1
    assert line.lanes.claim("hub", "c#x")


def test_a_deleted_owner_gives_back_its_lanes_and_its_places_in_line() -> None:
    line = Line()
    line.lanes.claim("hub", "a#x")
    line.lanes.claim("hub", "b#x")
    line.lanes.claim("hub", "c#x")
    line.lanes.forget("b")
    line.lanes.forget("a")
    assert line.woken == ["c"]
    assert line.lanes.claim("hub", "c#x")


def test_whoever_lets_its_turn_pass_loses_its_place_and_slows_down_nobody_again() -> None:
    line = Line()
    line.lanes.claim("hub", "a#x")
    line.lanes.claim("hub", "idle#x")
    line.lanes.claim("hub", "c#x")
    line.lanes.release("a#x")
    line.seconds += TURN + 1
    assert line.lanes.claim("hub", "c#x")
    assert not line.lanes.claim("hub", "d#x")
    line.lanes.release("c#x")
    assert line.woken == ["idle", "d"]
    assert line.lanes.claim("hub", "d#x")


async def test_the_farther_back_in_line_the_later_it_asks_by_itself_and_never_later_than_its_interval() -> None:
    network = resource(GROUP, "Microsoft.Network/virtualNetworks", "vnet")
    bench = Bench(plan=Plan(GROUP, (GROUP_R, Resource("network", network, {"location": "eastus2"}, ("group",)))))
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    lane = network.lower()
    assert bench.lanes.claim(lane, "first#network")
    assert (await bench.look()).requeue_after == pytest.approx(30, abs=1)
    bench.lanes.forget(OWNER.mark)
    for number in range(9):
        bench.lanes.claim(lane, f"other{number}#network")
    assert (await bench.look()).requeue_after == pytest.approx(300, abs=1)
    bench.lanes.forget(OWNER.mark)
    for number in range(9, 90):
        bench.lanes.claim(lane, f"other{number}#network")
    assert (await bench.look()).requeue_after == pytest.approx(600, abs=1)


async def test_while_others_wait_for_its_turn_to_end_an_object_writes_nothing_else() -> None:
    network = resource(GROUP, "Microsoft.Network/virtualNetworks", "vnet")
    network_r = Resource("network", network, {"location": "eastus2"}, ("group",))
    bench = Bench(plan=Plan(GROUP, (GROUP_R, IDENTITY_R, network_r)))
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    bench.cloud.long_types.add("Microsoft.Network/virtualNetworks")
    assert bench.lanes.claim(network.lower(), f"{OWNER.mark}#network")
    assert not bench.lanes.claim(network.lower(), "other#network")
    assert (await bench.look()).requeue_after <= TURN
    assert bench.cloud.writes() == [("PUT", network)]
    bench.cloud.finish()
    bench.clock.seconds += 16.0
    await bench.look()
    assert bench.cloud.writes() == [("PUT", network), ("PUT", IDENTITY)]


@pytest.mark.parametrize("stopped", ["suspended", "refused"])
async def test_an_object_that_does_nothing_now_holds_no_lane(stopped: str) -> None:
    bench = Bench()
    await bench.settle()
    assert bench.lanes.claim("hub", f"{OWNER.mark}#peering")
    if stopped == "suspended":
        bench.change(suspend=True)
    else:
        bench.refusal = Refusal("AddressSpaceOverlaps", "it overlaps the hub")
    await bench.look()
    assert bench.lanes.claim("hub", "another#peering")


def test_who_asked_for_lanes_long_ago_is_not_remembered() -> None:
    line = Line()
    for number in range(100):
        line.lanes.claim(f"api-{number}", "a#x")
        line.lanes.release("a#x")
    line.seconds = RIVALRY + 1
    line.lanes.claim("hub", "a#x")
    assert list(line.lanes._asked) == ["hub"]


async def test_an_operation_that_does_not_end_keeps_nobody_from_the_lane_any_more() -> None:
    network = resource(GROUP, "Microsoft.Network/virtualNetworks", "vnet")
    bench = Bench(plan=Plan(GROUP, (GROUP_R, Resource("network", network, {"location": "eastus2"}, ("group",)))))
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    bench.cloud.long_types.add("Microsoft.Network/virtualNetworks")
    await bench.look()
    assert not bench.lanes.claim(network.lower(), "other#network")
    bench.clock.seconds += Rhythm().patience + 1.0
    await bench.look()
    assert bench.reason() == "OperationStuck"
    assert bench.lanes.claim(network.lower(), "other#network")
