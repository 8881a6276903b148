"""Lanes under whatever objects do, by chance: one holder each, nobody is pressed by itself, and whoever goes on asking has its turn."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from loom.engine.lanes import RIVALRY, TURN, Lanes

OWNERS, PARTS, LANES = "abcd", "xy", ("hub", "spoke")
owners, holders, lanes = (
    st.sampled_from(OWNERS),
    st.builds("{}#{}".format, st.sampled_from(OWNERS), st.sampled_from(PARTS)),
    st.sampled_from(LANES),
)


class Traffic(RuleBasedStateMachine):
    """Objects that claim, write, give back, vanish and let their turns pass, and what may be known of that from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.holding: dict[str, str] = {}  # by lane
        self.wanting: dict[str, dict[str, float]] = {lane: {} for lane in LANES}  # who else asked, and when
        self.called: list[str] = []
        self.lanes = Lanes(lambda mark, _: self.called.append(mark), lambda: self.seconds, self._hurried)

    def _hurried(self, mark: str) -> None:
        assert any(holder.startswith(f"{mark}#") for holder in self.holding.values()), (
            f"{mark} has nothing that others want"
        )

    @rule(lane=lanes, holder=holders)
    def claim(self, lane: str, holder: str) -> None:
        had = self.holding.get(lane)
        if self.lanes.claim(lane, holder):
            assert had in (None, holder), f"{holder} has {lane} beside {had}"
            self.holding[lane] = holder
        else:
            assert had != holder
        self.wanting[lane][holder[0]] = self.seconds

    @rule(holder=holders, goes_on=st.booleans())
    def give_back(self, holder: str, goes_on: bool) -> None:
        self.lanes.release(holder, goes_on=goes_on)
        self.holding = {lane: name for lane, name in self.holding.items() if name != holder}

    @rule(owner=owners)
    def vanish(self, owner: str) -> None:
        self.called.clear()
        self.lanes.forget(owner)
        self.holding = {lane: name for lane, name in self.holding.items() if name[0] != owner}
        for asked in self.wanting.values():
            asked.pop(owner, None)
        assert owner not in self.called
        assert not self.lanes.presses(owner)

    @rule(seconds=st.sampled_from([1.0, TURN + 1.0, RIVALRY + 1.0]))
    def time_passes(self, seconds: float) -> None:
        self.seconds += seconds

    @rule()
    def everybody_wants_everything_and_goes_on_asking(self) -> None:
        """No lane and no call is lost: whoever writes gives back, whose turn is called takes it, and each is served."""
        waiting = {(lane, f"{owner}#x") for lane in LANES for owner in OWNERS}
        for _ in range(4 * len(waiting)):
            for holder in set(self.holding.values()):
                self.give_back(holder, goes_on=False)
            self.seconds += 1.0
            for lane, holder in sorted(waiting):
                self.claim(lane, holder)
            waiting -= set(self.holding.items())
            self.seconds += 0.0 if set(self.holding) >= {lane for lane, _ in waiting} else TURN
        assert not waiting

    @invariant()
    def nobody_is_pressed_by_itself(self) -> None:
        for owner in OWNERS:
            if self.lanes.presses(owner):
                assert any(set(asked) - {owner} for asked in self.wanting.values())


TestTraffic = Traffic.TestCase
TestTraffic.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
