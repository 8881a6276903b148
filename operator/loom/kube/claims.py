"""Which products claim the same path or name, out of the specs as they are written. Whether they meet in one service is not known here.

It reads raw objects at every event, so it parses nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from loom.kube.key import Key
from loom.plan.context import Claim


class Claims:
    """What each product claims, in both directions."""

    def __init__(self) -> None:
        # Tuples, as most have one or two: a set takes four times the room.
        self._claims: dict[Key, tuple[Claim, ...]] = {}
        self._claimants: dict[Claim, tuple[Key, ...]] = {}

    def put(self, key: Key, spec: Mapping[str, Any]) -> frozenset[Key]:
        """Remember what a product claims now. Returns who claims something that it claimed until now."""
        before = self.drop(key)
        self._claims[key] = tuple(dict.fromkeys(_claims(spec)))
        for claim in self._claims[key]:
            self._claimants[claim] = (*self._claimants.get(claim, ()), key)
        return before

    def drop(self, key: Key) -> frozenset[Key]:
        """Forget a product. Returns who claims something that it claimed."""
        found = frozenset(self.rivals(key))
        for claim in self._claims.pop(key, ()):
            left = tuple(other for other in self._claimants.pop(claim) if other != key)
            if left:
                self._claimants[claim] = left
        return found

    def rivals(self, key: Key) -> dict[Key, frozenset[Claim]]:
        """Every other product that claims something of what one claims, and what of it."""
        mine = frozenset(self._claims.get(key, ()))
        others = {other for claim in mine for other in self._claimants[claim] if other != key}
        return {other: mine.intersection(self._claims[other]) for other in sorted(others)}


def _claims(spec: Mapping[str, Any]) -> Iterator[Claim]:
    if isinstance(title := spec.get("displayName"), str):
        yield Claim.title(title)
    apis = spec.get("apis")
    for api in apis if isinstance(apis, list) else ():
        if isinstance(api, Mapping) and isinstance(path := api.get("path"), str):
            yield Claim.path(path)
