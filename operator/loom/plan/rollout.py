"""Whose turn it is to take a new version of the apps: the zones of a plane take it in waves. It decides, and remembers nothing.

Each zone decides for itself out of what all of them show in their status, in one order that they share: so no two believe that the
same place is theirs, and no restart loses anybody's turn.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from loom.api.admin_plane import AppRelease, Rollout
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.api.meta import Policy
from loom.plan.context import Context, Neighbor
from loom.plan.values import Json
from loom.plan.wiring import running


@dataclass(frozen=True, slots=True)
class Turn:
    """The version that a zone's apps run; and, where the plane's release is another one, that one and what the zone waits for."""

    version: str
    next: str = ""
    message: str = ""

    def shown(self) -> dict[str, Json]:
        """`release` of DataLandingZoneStatus."""
        waits = {"next": self.next, "message": self.message} if self.next else {}
        return {"version": self.version, **waits}


def follows(spec: DataLandingZoneSpec) -> bool:
    """Does an app of the zone run the plane's release, not an image of the zone's own?"""
    return any((found := app.spec(spec)) is not None and found.image is None for app in running(spec))


def turn(spec: DataLandingZoneSpec, release: AppRelease, context: Context) -> Turn:
    """Which version the zone runs now. A zone that runs none yet takes the newest, as does one whose plan a person approves."""
    wanted, rollout = release.version, release.rollout or Rollout()
    if context.release in ("", wanted) or spec.policy is not Policy.MANAGE:
        return Turn(wanted)
    line = sorted((zone for zone in context.neighbors if zone.release and zone.moves), key=_place)
    unhealthy = [zone for zone in line if zone.release == wanted and zone.unhealthy]
    if unhealthy and rollout.pause_on_unhealthy:
        return Turn(context.release, wanted, f"paused: zone {_name(unhealthy[0])} is unhealthy with {wanted}")
    mine = (context.created, context.uid)
    under_way = [zone for zone in line if zone.release == wanted and not zone.ready and not zone.unhealthy]
    first = [zone for zone in line if zone.release != wanted and _place(zone) < mine]
    before = [*under_way, *first]
    if len(before) < rollout.max_unavailable_zones:
        return Turn(wanted)
    return Turn(context.release, wanted, f"waiting for its turn: {' and '.join(_first(before))} first")


def _first(before: list[Neighbor]) -> Iterator[str]:
    """Names of those who come before, few enough for a message."""
    yield from (_name(zone) for zone in before[:3])
    if len(before) > 3:
        yield "others"


def _place(zone: Neighbor) -> tuple[str, str]:
    return zone.created, zone.uid


def _name(zone: Neighbor) -> str:
    return f"{zone.namespace}/{zone.name}"
