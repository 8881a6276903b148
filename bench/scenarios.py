"""Scenarios: each runs on a rig and answers with figures. The order in `ALL` is the order of a run."""

import json
import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from bench import crowd
from bench.figures import Figure
from bench.rig import Rig, running_rig, steady
from bench.seeding import seed_products
from loom.plan.arm_type import Tier
from loom.plan.catalog import TYPES

READS_PER_SECOND = 25.0  # ARM's refill for one subscription and principal
PAGES_BY_SUBSCRIPTION = 9  # group, security group, network, endpoint, storage, event hubs, identity, environment, app


def creating_fifty_zones(home: Path, console: Console) -> Sequence[Figure]:
    """Fifty zones at once in one subscription, in a simulated Azure whose budgets bind."""
    plane = crowd.plane()
    with running_rig(home, console, speed=20.0) as rig:
        idle = steady(lambda: round(rig.memory()), 10.0)
        rig.prepare([plane], [])
        rig.apply([crowd.namespace(), plane])
        rig.wait_ready(1, 120)
        rig.reset_azure()
        cpu, before = rig.cpu(), rig.kubernetes_writes()
        rig.apply(crowd.zones(0, 50, over=1))
        seconds = rig.wait_ready(51, 1200)
        azure, resources = rig.azure(), _resource_count(rig)
        writes = _difference(rig.kubernetes_writes(), before)
        used = rig.cpu() - cpu
    requests = azure["total"] - azure["polls"]
    allowed = 4 + math.ceil(seconds / 30)
    per_zone = sum(writes.values()) / 50
    return [
        Figure("memory of the idle operator", f"{idle:.0f} MB", "<= 130 MB", idle <= 130),
        Figure("50 zones at once, one subscription: 429 met", str(azure["throttled"]), "0", azure["throttled"] == 0),
        Figure("the same: polls earlier than Retry-After", str(azure["earlyPolls"]), "0", azure["earlyPolls"] == 0),
        Figure(
            "ARM requests to create a zone, over its resources, polls apart", f"{requests / resources:.2f}",
            "<= 1.8", requests / resources <= 1.8, "1.0: one PUT each; OpenTofu with azapi 3.1",
        ),
        Figure(
            "CPU per converged ARM resource", f"{used / resources * 1000:.1f} ms",
            "<= 8 ms", used / resources <= 0.008, "OpenTofu with azapi 53 ms",
        ),
        Figure(
            "Kubernetes writes for a zone from create to Ready", f"{per_zone:.1f}", f"<= {allowed} (4 + one per 30 s)",
            per_zone <= allowed, json.dumps({k: round(v / 50, 1) for k, v in writes.items()}).replace('"', ""),
        ),
        Figure("the 50 zones", f"{seconds:.0f} s, {resources} resources"),
    ]  # fmt: skip


def no_change(home: Path, console: Console, zones: int, over: int, planes: tuple[str, ...]) -> Sequence[Figure]:
    """A no-change pass over many zones: what an hour of it would take of the budgets."""
    interval, rounds = (180, 2) if zones > 500 else (60, 6)
    made = [crowd.plane(name, subscriptions=over) for name in planes]
    with running_rig(home, console, speed=600.0, slowTierFactor=rounds) as rig:
        rig.prepare(made, [])
        rig.apply([crowd.namespace(), *made])
        rig.wait_ready(len(made), 120)
        rig.apply(crowd.zones(0, zones, over, interval=f"{interval}s", planes=planes))
        rig.wait_ready(zones + len(made), 3600)
        resources = _resource_count(rig)
        _wait(interval)  # everybody has come into step with its subscription
        rig.reset_azure()
        cpu, passes, before = rig.cpu(), rig.passes(), rig.kubernetes_writes()
        _wait(interval * rounds)  # as many as the slow tier needs for its turn
        azure, used = rig.azure(), rig.cpu() - cpu
        looked = rig.passes() - passes
        writes = sum(_difference(rig.kubernetes_writes(), before).values())
    slow = _slow_reads(azure["byType"])
    fast = (azure["reads"] - slow) / rounds
    an_hour = fast * 6 + slow  # at the defaults: six passes an hour, the slow tier once
    share = an_hour / over / (READS_PER_SECOND * 3600)
    each = used / max(looked, 1) / (resources / zones) * 1000
    label = f"{zones} zones, {over} subscriptions, {resources} resources"
    pages = over * PAGES_BY_SUBSCRIPTION * max(1, math.ceil(zones / over / 100)) + zones
    return [
        Figure(
            f"no-change pass, {label}: writes to Azure / to Kubernetes", f"{azure['writes']} / {writes:.0f}", "0 / 0",
            azure["writes"] == 0 and writes == 0,
        ),
        Figure(
            "the same: reads of a pass / of the slow tier's turn", f"{fast:.0f} / {slow:.0f}",
            f"{pages}, the pages that exist: {PAGES_BY_SUBSCRIPTION} lists a subscription, hubs by namespace", fast <= pages * 1.3,
            "health reads each app's revision beside it",
        ),
        Figure(
            "the same: reads an hour at interval 10m, of ARM's budget for each subscription", f"{share:.1%}",
            "<= 25 %", share <= 0.25,
        ),
        Figure(
            "the same: CPU per resource of a pass", f"{each:.2f} ms", "<= 0.3 ms", each <= 0.3,
            "OpenTofu's no-change plan 31 ms",
        ),
    ]  # fmt: skip


def _slow_reads(by_type: dict[str, int]) -> int:
    """Reads of what is in the slow tier, by the simulator's count for each type."""
    names = {f"GET {row.name}".lower() for row in TYPES.values() if row.tier is Tier.SLOW}
    return sum(count for name, count in by_type.items() if name.lower() in names)


def no_change_200(home: Path, console: Console) -> Sequence[Figure]:
    """200 zones in 4 subscriptions."""
    return no_change(home, console, 200, 4, ("bench",))


def no_change_1000(home: Path, console: Console) -> Sequence[Figure]:
    """1,000 zones over 20 subscriptions and two planes: a hub network serves at most 500 peerings."""
    return no_change(home, console, 1000, 20, ("bench", "bench2"))


def a_thousand_objects(home: Path, console: Console) -> Sequence[Figure]:
    """Memory and CPU of a no-change pass with 1,000 Ready objects; what an API product costs to make."""
    with running_rig(home, console, speed=3600.0) as rig:
        per_product = _begin_objects(rig, interval=60)
        small = _measure(rig, 880, 20, 1001, 60)
    return [
        Figure(
            "Kubernetes writes for an ApiProduct from create to Ready", f"{per_product:.1f}", "<= 4", per_product <= 4
        ),
        _memory("1,000", small, 200),
        Figure("CPU of a no-change pass over 1,000 objects", f"{small[2]:.1f} s"),
    ]  # fmt: skip


def ten_thousand_objects(home: Path, console: Console) -> Sequence[Figure]:
    """The same with 10,000, and how both grow from 1,000. Takes most of an hour on 2 cores."""
    with running_rig(home, console, speed=3600.0) as rig:
        _begin_objects(rig, interval=600)
        small = _measure(rig, 880, 20, 1001, 600)
        large = _measure(rig, 9000, 900, 10001, 600)
    growth, memory_growth = math.log10(large[2] / small[2]), math.log10(large[0] / small[0])
    return [
        _memory("10,000", large, 350),
        Figure("CPU of a no-change pass over 1,000 / 10,000 objects", f"{small[2]:.1f} s / {large[2]:.1f} s"),
        Figure(
            "growth of CPU / memory from 1,000 to 10,000 objects", f"exponent {growth:.2f} / {memory_growth:.2f}",
            "<= 1.05", growth <= 1.05 and memory_growth <= 1.05,
        ),
    ]  # fmt: skip


def _begin_objects(rig: Rig, interval: int) -> float:
    """A hundred zones and twenty products that the operator makes itself; Kubernetes writes for each product."""
    plane = crowd.plane()
    rig.prepare([plane], [crowd.service("bench", number) for number in range(20)])
    rig.apply([crowd.namespace(), plane, *crowd.zones(0, 100, over=4, interval=f"{interval}s")])
    rig.wait_ready(101, 1800)
    before = rig.kubernetes_writes()
    rig.apply(crowd.products(0, 20, "zone-0000", 20, interval=f"{interval}s"))
    rig.wait_ready(121, 600)
    return sum(_difference(rig.kubernetes_writes(), before).values()) / 20


def _memory(count: str, measured: tuple[float, float, float], goal: int) -> Figure:
    name = f"memory with {count} Ready objects, between passes (peak in a pass)"
    return Figure(name, f"{measured[0]:.0f} MB ({measured[1]:.0f})", f"<= {goal} MB", measured[0] <= goal)


def _measure(rig: Rig, count: int, first: int, ready: int, interval: float) -> tuple[float, float, float]:
    """With `count` products more: memory between passes, its peak in a pass, and the CPU of one pass over everything."""
    seed_products(rig, first, count)
    rig.apply(crowd.products(first, count, "zone-0000", 20, interval=f"{interval}s"))
    rig.wait_ready(ready, 3600)
    _wait(interval)
    rig.forget_peak()
    cpu, passes = rig.cpu(), rig.passes()
    _wait(interval)
    used, looked = rig.cpu() - cpu, rig.passes() - passes
    return rig.memory(), rig.memory("VmHWM"), used / max(looked, 1) * ready


def _resource_count(rig: Rig) -> int:
    return sum(
        (obj.get("status") or {}).get("resourceCount", 0)
        for obj in rig.objects.all()
        if obj["kind"] == "DataLandingZone"
    )


def _difference(after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    return {name: value - before.get(name, 0.0) for name, value in after.items() if value != before.get(name, 0.0)}


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


Scenario = Callable[[Path, Console], Sequence[Figure]]
ALL: dict[str, Scenario] = {
    "create": creating_fifty_zones,
    "nochange-200": no_change_200,
    "objects-1000": a_thousand_objects,
    "nochange-1000": no_change_1000,
    "objects-10000": ten_thousand_objects,
}
"""Every scenario by the name that the command line takes."""
