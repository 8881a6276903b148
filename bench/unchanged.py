"""Scenarios of passes in which nothing changes: what watching many zones costs."""

import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench import crowd
from bench.figures import Figure
from bench.rig import grown, running_rig, wait
from loom.cloud.budgets import ARM, READS
from loom.plan.arm_type import Tier
from loom.plan.catalog import TYPES

PAGES_BY_SUBSCRIPTION = (
    10  # group, security group, network, endpoint, storage, event hubs, identity, environment, app, DNS zone
)
PAGES_BY_ZONE = 2  # hubs of its namespace, links of its environment's DNS zone


def _zones(home: Path, console: Console, zones: int, over: int, planes: tuple[str, ...]) -> Sequence[Figure]:
    """A no-change pass over many zones: what an hour of it would take of the budgets."""
    interval, rounds = (180, 2) if zones > 500 else (60, 6)
    made = [crowd.plane(name, subscriptions=over) for name in planes]
    with running_rig(home, console, speed=600.0, slowTierFactor=rounds) as rig:
        rig.prepare(made, [])
        rig.apply([crowd.namespace(), *made])
        rig.wait_ready(len(made), 120)
        rig.apply(crowd.zones(0, zones, over, interval=f"{interval}s", planes=planes))
        rig.wait_ready(zones + len(made), 3600)
        resources = rig.resource_count()
        wait(interval)  # everybody has come into step with its subscription
        rig.reset_azure()
        cpu, passes, before = rig.cpu(), rig.passes(), rig.kubernetes_writes()
        wait(interval * rounds)  # as many as the slow tier needs for its turn
        azure, used = rig.azure(), rig.cpu() - cpu
        looked = rig.passes() - passes
        writes = sum(grown(rig.kubernetes_writes(), before).values())
    slow = _slow_reads(azure["byType"])
    fast = (azure["reads"] - slow) / rounds
    an_hour = fast * 6 + slow  # at the defaults: six passes an hour, the slow tier once
    share = an_hour / over / (ARM[READS].per_second * 3600)
    each = used / max(looked, 1) / (resources / zones) * 1000
    label = f"{zones} zones, {over} subscriptions, {resources} resources"
    pages = over * PAGES_BY_SUBSCRIPTION * max(1, math.ceil(zones / over / 100)) + PAGES_BY_ZONE * zones
    return [
        Figure(
            f"no-change pass, {label}: writes to Azure / to Kubernetes", f"{azure['writes']} / {writes:.0f}", "0 / 0",
            azure["writes"] == 0 and writes == 0,
        ),
        Figure(
            "the same: reads of a pass / of the slow tier's turn", f"{fast:.0f} / {slow:.0f}",
            f"{pages}, the pages that exist: {PAGES_BY_SUBSCRIPTION} lists a subscription, {PAGES_BY_ZONE} a zone", fast <= pages,
            f"health reads the revision of each of the {zones} apps beside them",
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


def two_hundred(home: Path, console: Console) -> Sequence[Figure]:
    """200 zones in 4 subscriptions."""
    return _zones(home, console, 200, 4, ("bench",))


def a_thousand(home: Path, console: Console) -> Sequence[Figure]:
    """1,000 zones over 20 subscriptions and two planes: a hub network serves at most 500 peerings."""
    return _zones(home, console, 1000, 20, ("bench", "bench2"))


def _slow_reads(by_type: dict[str, int]) -> int:
    """Reads of what is in the slow tier, by the simulator's count for each type."""
    names = {f"GET {row.name}".lower() for row in TYPES.values() if row.tier is Tier.SLOW}
    return sum(count for name, count in by_type.items() if name.lower() in names)
