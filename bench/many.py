"""Scenarios of many objects: memory, and how both memory and CPU grow with them."""

import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench import crowd
from bench.figures import Figure
from bench.rig import Rig, grown, running_rig, wait
from bench.seeding import seed_products


def a_thousand(home: Path, console: Console) -> Sequence[Figure]:
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


def ten_thousand(home: Path, console: Console) -> Sequence[Figure]:
    """The same with 10,000, and how both grow from 1,000. Takes most of an hour on 2 cores."""
    with running_rig(home, console, speed=3600.0) as rig:
        _begin_objects(rig, interval=300)
        small = _measure(rig, 880, 20, 1001, 300)
        large = _measure(rig, 9000, 900, 10001, 300)
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
    return sum(grown(rig.kubernetes_writes(), before).values()) / 20


def _memory(count: str, measured: tuple[float, float, float], goal: int) -> Figure:
    name = f"memory with {count} Ready objects, between passes (peak in a pass)"
    return Figure(name, f"{measured[0]:.0f} MB ({measured[1]:.0f})", f"<= {goal} MB", measured[0] <= goal)


def _measure(rig: Rig, count: int, first: int, ready: int, interval: float) -> tuple[float, float, float]:
    """With `count` products more: memory between passes, its peak in a pass, and the CPU of one pass over everything."""
    seed_products(rig, first, count)
    rig.apply(crowd.products(first, count, "zone-0000", 20, interval=f"{interval}s"))
    rig.wait_ready(ready, 3600)
    wait(interval)
    rig.forget_peak()
    cpu, passes = rig.cpu(), rig.passes()
    wait(interval)
    used, looked = rig.cpu() - cpu, rig.passes() - passes
    return rig.memory(), rig.memory("VmHWM"), used / max(looked, 1) * ready
