"""Lanes: who may write where one writer at a time is allowed (a virtual network, an API). Nobody waits inside a pass.

Who finds a lane taken stands in line, and is woken when its turn has come. A turn that is not taken up in time passes to whoever asks
next, and the place in line is lost: an object that needs the lane no more holds up nobody. Holders: `<owner mark>#<plan key>`.
"""

import time
from collections.abc import Callable

TURN = 30.0  # seconds that the lane is kept free for whose turn it is
RIVALRY = 300.0  # seconds for which whoever asked for a lane counts as wanting it: the next may have no worker yet, nor stand in line


class Lanes:
    """All lanes of one operator.

    `wake` is called with the mark of the owner whose turn has come, and whether it was another one who gave the lane back. `hurry` is
    called with the mark of an owner who has a lane when others begin to wait for it: it may have been waiting for something else itself.
    """

    def __init__(
        self,
        wake: Callable[[str, bool], None] = lambda _mark, _from_another: None,
        now: Callable[[], float] = time.monotonic,
        hurry: Callable[[str], None] = lambda _mark: None,
    ) -> None:
        self._wake = wake
        self._now = now
        self._hurry = hurry
        self._holders: dict[str, str] = {}
        self._lines: dict[str, dict[str, None]] = {}  # lane -> holders to be, the first to come first
        self._turns: dict[str, float] = {}  # lane -> until when it is kept free for the first in line
        self._asked: dict[str, dict[str, float]] = {}  # lane -> the last two owners who asked for it, and when

    def claim(self, lane: str, holder: str) -> bool:
        """Take the lane, or keep it; False while it is another's, or another's turn."""
        self._note(lane, _owner(holder))
        current = self._holders.get(lane)
        if current == holder:
            return True
        line = self._lines.setdefault(lane, {})
        if current is None and not self._is_next(lane, holder) and self._now() > self._turns.get(lane, 0.0):
            self._drop_first(line)
        elif current is not None or not self._is_next(lane, holder):
            self._stand_in_line(line, holder, current)
            return False
        self._holders[lane] = holder
        line.pop(holder, None)
        return True

    def place(self, lane: str, holder: str) -> int:
        """Which in line the holder is, the next one being 1."""
        return next((n for n, name in enumerate(self._lines.get(lane, ()), 1) if _owner(name) == _owner(holder)), 1)

    def presses(self, owner: str) -> bool:
        """Do others want a lane that the owner has, or that is kept free for it: in line, or lately?"""
        return any(
            self._has(lane, line, owner) and self._is_wanted(lane, line, owner) for lane, line in self._lines.items()
        )

    def release(self, holder: str, *, goes_on: bool = False) -> None:
        """Give back whatever the holder has, and call the next. `goes_on`: its owner needs no call, as it is at work in any case."""
        for lane in [lane for lane, name in self._holders.items() if name == holder]:
            self._free(lane, goes_on=goes_on)

    def forget(self, owner: str) -> None:
        """Everything of an owner whose object is gone is given back, its places in line included, and its turn is the next one's."""
        turns = [lane for lane, line in self._lines.items() if lane not in self._holders and _is_first(line, owner)]
        for lane, asked in list(self._asked.items()):
            if asked.pop(owner, None) is not None and not asked:
                del self._asked[lane]
        for line in self._lines.values():
            for name in [name for name in line if name.startswith(f"{owner}#")]:
                del line[name]
        for lane in [lane for lane, name in self._holders.items() if name.startswith(f"{owner}#")]:
            self._free(lane)
        for lane in turns:
            self._call(lane, owner)

    def _has(self, lane: str, line: dict[str, None], owner: str) -> bool:
        """Has the owner the lane, or its turn, which has not passed yet?"""
        if lane in self._holders:
            return _owner(self._holders[lane]) == owner
        return _is_first(line, owner) and self._now() <= self._turns.get(lane, 0.0)

    def _is_wanted(self, lane: str, line: dict[str, None], owner: str) -> bool:
        """By another than the owner, of course."""
        since = self._now() - RIVALRY
        asked = self._asked.get(lane, {})
        return any(_owner(name) != owner for name in line) or any(
            who != owner and when >= since for who, when in asked.items()
        )

    def _note(self, lane: str, owner: str) -> None:
        """The owner asks for the lane. Two are enough to know of another one, whoever has it; who asked long ago, is not kept."""
        asked = self._asked[lane] = self._asked.pop(lane, {})  # the last of all lanes from now on
        asked.pop(owner, None)
        asked[owner] = self._now()
        if len(asked) > 2:
            del asked[next(iter(asked))]
        while max(self._asked[first := next(iter(self._asked))].values()) < self._now() - RIVALRY:
            del self._asked[first]

    def _stand_in_line(self, line: dict[str, None], holder: str, current: str | None) -> None:
        """Behind whoever has the lane, who hears of the first one of another object."""
        line.setdefault(holder)
        if current is not None and holder == next((name for name in line if _owner(name) != _owner(current)), ""):
            self._hurry(_owner(current))

    def _drop_first(self, line: dict[str, None]) -> None:
        """Who let its turn pass stands in line no more, or everybody would wait for it again after each release."""
        idle = _owner(next(iter(line)))
        for name in [name for name in line if _owner(name) == idle]:
            del line[name]

    def _is_next(self, lane: str, holder: str) -> bool:
        """Is it this holder's turn, or that of its object? Within an object its own dependencies say who goes first."""
        first = next(iter(self._lines[lane]), holder)
        return _owner(first) == _owner(holder)

    def _free(self, lane: str, *, goes_on: bool = False) -> None:
        self._call(lane, _owner(self._holders.pop(lane)), goes_on=goes_on)

    def _call(self, lane: str, giver: str, *, goes_on: bool = False) -> None:
        """The lane is free: it is the turn of the first in line. `giver` had it, or its turn."""
        first = next(iter(self._lines.get(lane, ())), None)
        if first is None:
            self._lines.pop(lane, None)
            self._turns.pop(lane, None)
            return
        self._turns[lane] = self._now() + TURN
        from_another = _owner(first) != giver
        if from_another or not goes_on:
            self._wake(_owner(first), from_another)


def _owner(holder: str) -> str:
    return holder.partition("#")[0]


def _is_first(line: dict[str, None], owner: str) -> bool:
    return _owner(next(iter(line), "")) == owner
