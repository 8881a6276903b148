"""What was used last, as much of it as there is room for: the memory of a process that many tenants write into."""

from collections import OrderedDict
from typing import Generic, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Recent(Generic[_Key, _Value]):
    """Values by key, whose sizes together are at most `room`; what was not used for longest goes first, and never the newest."""

    def __init__(self, room: int) -> None:
        self._room, self._taken = room, 0
        self._held: OrderedDict[_Key, tuple[_Value, int]] = OrderedDict()

    def __contains__(self, key: _Key) -> bool:
        return key in self._held

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: _Key) -> _Value | None:
        """The value, which counts as used now; None where it is not held."""
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: _Key, value: _Value, size: int = 1) -> None:
        """Hold a value in the place of what was held before."""
        self.drop(key)
        self._held[key] = (value, size)
        self._taken += size
        while self._taken > self._room and len(self._held) > 1:
            _, (_, gone) = self._held.popitem(last=False)
            self._taken -= gone

    def drop(self, key: _Key) -> None:
        """Hold it no more."""
        if (found := self._held.pop(key, None)) is not None:
            self._taken -= found[1]
