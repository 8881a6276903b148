"""A new version of the apps reaches three zones in waves: one after the other, in one order, and no further while one is unhealthy."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from loom.api.admin_plane import AppRelease
from loom.plan.context import Context, Neighbor
from loom.plan.kinds import KINDS
from loom.plan.rollout import turn
from support.plans import plan_of
from support.worlds import neighbor, plane_object, world, zone_object

OLD, NEW = "0.3.0", "0.4.0"
NAMES = ("a", "b", "c")
SPEC = KINDS["DataLandingZone"].parse(zone_object())


def release(**rollout: Any) -> AppRelease:
    return AppRelease.model_validate({"version": NEW, **({"rollout": rollout} if rollout else {})})


def zone(name: str, version: str = OLD, **state: Any) -> Neighbor:
    given = {"release": version, "ready": True, **state}
    return neighbor(name, created=f"2026-01-0{1 + NAMES.index(name)}T00:00:00Z", uid=name, **given)


def seen_by(me: Neighbor, zones: list[Neighbor]) -> Context:
    """What a zone knows when it decides."""
    others = tuple(other for other in zones if other.name != me.name)
    return world(zone_object(), neighbors=others, release=me.release, created=me.created, uid=me.uid)


@dataclass
class Plane:
    """Three zones that decide one after another, in any order, and become ready when they are told to."""

    zones: list[Neighbor]
    release: AppRelease

    def look(self, name: str) -> str:
        """One pass of one zone: what it says, "" where it took the version."""
        at = NAMES.index(name)
        now = turn(SPEC, self.release, seen_by(self.zones[at], self.zones))
        if now.version != self.zones[at].release:
            self.zones[at] = replace(self.zones[at], release=now.version, ready=False)
        return now.message

    def become(self, name: str, **state: Any) -> None:
        self.zones[NAMES.index(name)] = replace(self.zones[NAMES.index(name)], **state)

    def versions(self) -> list[str]:
        return [zone.release for zone in self.zones]


def three(**rollout: Any) -> Plane:
    return Plane([zone(name) for name in NAMES], release(**rollout))


@pytest.mark.parametrize("order", ["abc", "cba", "bca"])
def test_one_zone_after_the_other_takes_the_version_in_whatever_order_they_look(order: str) -> None:
    plane = three()
    for done, name in enumerate(NAMES):
        for other in order * 2:
            plane.look(other)
        assert plane.versions() == [NEW] * (done + 1) + [OLD] * (2 - done)
        plane.become(name, ready=True)
    assert plane.look("c") == ""


def test_who_waits_says_for_whom() -> None:
    plane = three()
    assert plane.look("c") == "waiting for its turn: domain-finance/a and domain-finance/b first"
    plane.look("a")
    assert plane.look("b") == "waiting for its turn: domain-finance/a first"


def test_as_many_zones_change_at_once_as_the_plane_allows() -> None:
    plane = three(maxUnavailableZones=2)
    for name in "cba":
        plane.look(name)
    for name in "cba":
        plane.look(name)
    assert plane.versions() == [NEW, NEW, OLD]


def test_a_zone_that_becomes_unhealthy_stops_the_others_and_is_named() -> None:
    plane = three()
    plane.look("a")
    plane.become("a", unhealthy=True)
    assert plane.look("b") == f"paused: zone domain-finance/a is unhealthy with {NEW}"
    assert plane.versions() == [NEW, OLD, OLD]
    plane.become("a", unhealthy=False, ready=True)
    assert plane.look("b") == ""


def test_a_zone_that_was_ready_with_it_and_becomes_unhealthy_later_stops_the_others_too() -> None:
    plane = three()
    plane.look("a")
    plane.become("a", ready=True)
    plane.look("b")
    plane.become("b", ready=True)
    plane.become("a", ready=False, unhealthy=True)
    assert plane.look("c").startswith("paused")


def test_without_the_pause_the_others_go_on() -> None:
    plane = three(pauseOnUnhealthy=False)
    plane.look("a")
    plane.become("a", unhealthy=True)
    assert plane.look("b") == ""


def test_going_back_needs_no_health_of_the_version_that_is_left() -> None:
    plane = Plane([zone("a", NEW, ready=False, unhealthy=True), zone("b"), zone("c")], release())
    back = replace(plane, release=AppRelease(version=OLD))
    assert back.look("a") == ""
    assert back.versions() == [OLD, OLD, OLD]


def test_a_zone_that_does_not_move_by_itself_holds_up_nobody() -> None:
    plane = Plane([zone("a", moves=False), zone("b"), zone("c")], release())
    assert plane.look("b") == ""


def test_a_zone_that_runs_none_yet_takes_the_newest_and_holds_up_nobody() -> None:
    plane = Plane([zone("a", "", ready=False), zone("b"), zone("c")], release())
    assert plane.look("b") == ""
    assert turn(SPEC, release(), world(zone_object())).version == NEW


def test_a_plan_that_a_person_approves_shows_the_newest() -> None:
    plane = three()
    shown = KINDS["DataLandingZone"].parse(zone_object(policy="Plan"))
    assert turn(shown, release(), seen_by(plane.zones[2], plane.zones)).version == NEW


def test_the_plan_holds_the_version_whose_turn_it_is_and_the_status_says_which_comes_next() -> None:
    plane = plane_object(apps={"version": NEW})
    waiting = world(zone_object(), plane, neighbors=(zone("a"),), release=OLD)
    plan = plan_of(zone_object(), waiting)
    assert f"loom-mirroring:{OLD}" in str(plan.find("app/loom-mirroring").body)
    assert plan.notes["release"] == {
        "version": OLD,
        "next": NEW,
        "message": "waiting for its turn: domain-finance/a first",
    }


def test_a_zone_whose_apps_have_images_of_its_own_follows_no_release() -> None:
    image = {"image": "ghcr.io/contoso/mirroring:1"}
    assert plan_of(zone_object(apps={"environment": {}, "mirroring": image})).notes.get("release") is None
