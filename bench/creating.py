"""Scenarios of creating zones: what it costs, and how near its time comes to what cannot be beaten."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import crowd
from bench.figures import Figure
from bench.floors import Costs, Floor, Rate, floor_of
from bench.plans import plan_of
from bench.rig import Rig, grown, running_rig, steady
from loom.dev.assets import asset
from loom.dev.estate import behind, groups_of, subscriptions_of
from loom.manifests import read_manifests

# The operator's defaults, here in simulated seconds: it lives in time that runs no faster.
POLL, INTERVAL, PROGRESS = 60.0, 600.0, 30.0
APART = 3600.0  # an interval in which the slowest gateway is made: a look at what is there already is watching, not creating


@dataclass(frozen=True, slots=True)
class Made:
    """What it took to make zones: megabytes before, seconds, resources, what Azure saw, seconds of CPU, writes by kind."""

    idle: float
    seconds: float
    resources: int
    azure: Mapping[str, Any]
    cpu: float
    writes: Mapping[str, float]


def fifty(home: Path, console: Console) -> Sequence[Figure]:
    """Fifty zones at once in one subscription, in a simulated Azure whose budgets bind."""
    made = _at_once(home, console, crowd.zones(0, 50, over=1), 50)
    return [
        Figure("memory of the idle operator", f"{made.idle:.0f} MB", "<= 130 MB", made.idle <= 130),
        *_manners("50 zones at once, one subscription", made.azure),
        _requests("ARM requests to create a zone, over its resources, polls apart", made.azure, made.resources),
        _cpu("CPU per converged ARM resource", made),
        _writes("Kubernetes writes for a zone from create to Ready", made.writes, 50, made.seconds),
        Figure("the 50 zones", f"{made.seconds:.0f} s, {made.resources} resources"),
    ]


def fifty_rich(home: Path, console: Console) -> Sequence[Figure]:
    """The same with every service, four apps, and the private endpoints, roles and settings that these bring along."""
    made = _at_once(home, console, crowd.rich_zones(0, 50, over=1), 50)
    return [
        *_manners("50 zones with every service at once, one subscription", made.azure),
        _requests("the same: ARM requests over their resources, polls apart", made.azure, made.resources),
        _cpu("the same: CPU per converged ARM resource", made),
        Figure("the same: time", f"{made.seconds:.0f} s, {made.resources} resources"),
    ]


def _at_once(home: Path, console: Console, zones: Iterable[crowd.Manifest], count: int) -> Made:
    """Apply zones to an idle operator, and wait until all are Ready. Time runs 20 times as fast."""
    plane = crowd.plane()
    with running_rig(home, console, speed=20.0) as rig:
        idle = steady(lambda: round(rig.memory()), 10.0)
        rig.prepare([plane], [])
        rig.apply([crowd.namespace(), plane])
        rig.wait_ready(1, 120)
        rig.reset_azure()
        cpu, before = rig.cpu(), rig.kubernetes_writes()
        rig.apply(zones)
        seconds = rig.wait_ready(count + 1, 1200)
        writes = grown(rig.kubernetes_writes(), before)
        return Made(idle, seconds, rig.resource_count(), rig.azure(), rig.cpu() - cpu, writes)


def one_zone(home: Path, console: Console) -> Sequence[Figure]:
    """The sample's full zone, without a VPN gateway, against the longest way through its plan. Time runs four times as fast."""
    speed = 4.0
    plane, *others, zone = _sample(f"{APART / speed:.0f}s")
    pace = {"pollInterval": _scaled(POLL, speed), "progressInterval": _scaled(PROGRESS, speed)}
    with running_rig(home, console, speed=speed, **pace) as rig:
        _place(rig, [plane, zone])
        rig.apply([plane, *others])
        rig.wait_ready(1, 120)
        rig.reset_azure()
        began, before = rig.azure_time(), rig.kubernetes_writes()
        rig.apply([zone])
        rig.wait_ready(2, 1200, tick=0.25)
        took, azure, resources = rig.azure_time() - began, rig.azure(), rig.resource_count()
        writes = grown(rig.kubernetes_writes(), before)
        floor = floor_of([plan_of(zone, plane)], Costs(rig.operations(), Rate(speed, POLL)), share=0.5)
    return [
        _against(f"one zone with everything but a VPN gateway, {resources} resources", took, floor, 1.05),
        _requests("the same: ARM requests over its resources, polls apart", azure, resources),
        _writes("the same: Kubernetes writes, with progress told every 30 simulated seconds", writes, 1, took),
        *_manners("the same", azure),
    ]


def hundred_zones(home: Path, console: Console) -> Sequence[Figure]:
    """A hundred zones at once in one subscription and region; the operator may use the whole of the budgets."""
    speed, count = 2.5, 100  # slow enough that the budgets bind, and not the CPU of a small machine
    plane = crowd.plane()
    zones = list(crowd.zones(0, count, over=1, interval=f"{INTERVAL / speed:.0f}s"))
    budget = {"rateScale": speed, "share": 1.0}
    with running_rig(home, console, speed=speed, pollInterval=_scaled(POLL, speed), budget=budget) as rig:
        rig.prepare([plane], [])
        rig.apply([crowd.namespace(), plane])
        rig.wait_ready(1, 120)
        rig.reset_azure()
        began = rig.azure_time()
        rig.apply(zones)
        rig.wait_ready(count + 1, 1500)
        took, azure, resources = rig.azure_time() - began, rig.azure(), rig.resource_count()
        costs = Costs(rig.operations(), Rate(speed, POLL))
        floor = floor_of([plan_of(zone, plane) for zone in zones], costs, share=1.0)
    return [
        _against(f"{count} zones at once, one subscription and region, {resources} resources", took, floor, 1.1),
        _requests("the same: ARM requests over their resources, polls apart", azure, resources),
        *_manners("the same", azure),
    ]


def _against(name: str, took: float, floor: Floor, goal: float) -> Figure:
    ratio = took / floor.highest
    value = f"{took:.0f} simulated s, {ratio:.2f} of the floor"
    return Figure(name, value, f"<= {goal:g}", ratio <= goal, f"{floor}")


def _requests(name: str, azure: Mapping[str, Any], resources: int) -> Figure:
    each = (azure["total"] - azure["polls"]) / resources
    return Figure(name, f"{each:.2f}", "<= 1.8", each <= 1.8, "1.0: one PUT each; OpenTofu with azapi 3.1")


def _cpu(name: str, made: Made) -> Figure:
    each = made.cpu / made.resources
    return Figure(name, f"{each * 1000:.1f} ms", "<= 8 ms", each <= 0.008, "OpenTofu with azapi 53 ms")


def _writes(name: str, writes: Mapping[str, float], zones: int, seconds: float) -> Figure:
    """Of the plane there are none to speak of: what stands there of a zone is an address space, if it has not given its own."""
    ours = {what: count / zones for what, count in writes.items() if not what.startswith("adminplanes")}
    each, allowed = sum(ours.values()), 4 + math.ceil(seconds / PROGRESS)
    kinds = ", ".join(f"{what} {count:.1f}" for what, count in sorted(ours.items()) if count)
    return Figure(name, f"{each:.1f}", f"<= {allowed} (4 + one per 30 s)", each <= allowed, kinds)


def _manners(name: str, azure: Mapping[str, Any]) -> list[Figure]:
    early = azure["earlyPolls"]
    return [
        Figure(f"{name}: 429 met", str(azure["throttled"]), "0", azure["throttled"] == 0),
        Figure("the same: polls earlier than Retry-After", str(early), "0", early == 0),
    ]


def _scaled(seconds: float, speed: float) -> str:
    return f"{seconds / speed * 1000:.0f}ms"


def _sample(interval: str) -> list[dict[str, Any]]:
    """The sample's plane, what stands beside it, and its zone, without what takes three quarters of an hour."""
    samples = read_manifests(asset("manifests/samples/everything"))
    manifests = [dict(item) for item in samples if item["kind"] != "ApiProduct"]
    zone = next(item for item in manifests if item["kind"] == "DataLandingZone")
    zone["spec"]["accessPaths"].pop("vpn", None)
    plane = next(item for item in manifests if item["kind"] == "AdminPlane")
    plane["spec"]["interval"] = zone["spec"]["interval"] = interval
    return sorted(manifests, key=lambda item: (item is zone, item is not plane))


def _place(rig: Rig, manifests: Sequence[Mapping[str, Any]]) -> None:
    """What the manifests name exists in the simulated Azure, groups of people included."""
    for subscription in subscriptions_of(manifests):
        rig.simulator.call("POST", "/sim/subscriptions", {"id": subscription})
    rig.simulator.place(item for manifest in manifests for item in behind(manifest))
    rig.simulator.add_groups(groups_of(manifests))
