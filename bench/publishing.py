"""Scenarios of API products: what publishing one costs, what two hundred at once do to each other, what watching five hundred takes."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import crowd
from bench.documents import product
from bench.figures import Figure
from bench.rig import Rig, grown, running_rig, wait
from bench.seeding import seed_products
from loom.cloud.budgets import ARM, READS
from loom.dev.estate import Json

PAGE = 100  # resources in one page of a list
LISTED = ("apis", "apiVersionSets", "backends", "groups", "products", "tags", "policyDescriptions")  # of a service
TAGGED = ("tags/productLinks", "tags/apiLinks")  # which one list of the service shows, in the slow tier's turn
INTERVAL, ROUNDS = 60, 3  # seconds between passes, and how many of them until the slow tier's turn


def one(home: Path, console: Console) -> Sequence[Figure]:
    """An API of 50 operations, from nothing to Ready."""
    with running_rig(home, console, speed=20.0) as rig:
        _begin(rig)
        rig.reset_azure()
        began = rig.azure_time()
        rig.apply([product(0, operations=50)])
        rig.wait_ready(3, 300, tick=0.25)
        took, azure, children = rig.azure_time() - began, rig.azure(), rig.owned_count("ApiProduct")
    return [
        Figure(
            "an API of 50 operations, from nothing to Ready: writes to Azure", str(azure["writes"]),
            "", None, f"{children + 1}: one for each child, and publishing the product as the last",
        ),
        Figure("the same: reads", str(azure["reads"]), "", None, f"{children}: one for each child"),
        Figure("the same: time, polls", f"{took:.0f} simulated s, {azure['polls']}"),
    ]  # fmt: skip


def two_hundred_at_once(home: Path, console: Console) -> Sequence[Figure]:
    """Two hundred products into one service, in a simulated Azure whose budgets bind."""
    count = 200
    with running_rig(home, console, speed=10.0) as rig:
        _begin(rig)
        rig.reset_azure()
        before = rig.kubernetes_writes()
        rig.apply(product(number) for number in range(count))
        seconds = rig.wait_ready(count + 2, 1200)
        azure, children, told = rig.azure(), rig.owned_count("ApiProduct"), _warnings(rig)
        writes = sum(grown(rig.kubernetes_writes(), before).values()) / count
    name = f"{count} ApiProducts at once into one service"
    return [
        Figure(f"{name}: conflicts and other warnings told to a user", str(told), "0", told == 0),
        Figure("the same: 429 met", str(azure["throttled"]), "0", azure["throttled"] == 0),
        Figure("the same: 409 and 412 met", f"{_answers(azure, '409')} / {_answers(azure, '412')}"),
        Figure("the same: requests over children", f"{(azure['total'] - azure['polls']) / children:.2f}"),
        Figure("the same: Kubernetes writes for each", f"{writes:.1f}", "<= 4", writes <= 4),
        Figure("the 200 products", f"{seconds:.0f} s, {children} children"),
    ]


def five_hundred_watched(home: Path, console: Console) -> Sequence[Figure]:
    """Passes without a change over 500 APIs in one service, the slow tier's turn among them."""
    count = 500
    with running_rig(home, console, speed=600.0, slowTierFactor=ROUNDS) as rig:
        _begin(rig)
        rig.apply(crowd.products(0, 20, "zone-0000", 1, interval=f"{INTERVAL}s"))
        rig.wait_ready(22, 600)
        seed_products(rig, 20, count - 20, services=1)
        rig.apply(crowd.products(20, count - 20, "zone-0000", 1, interval=f"{INTERVAL}s"))
        rig.wait_ready(count + 2, 1200)
        wait(INTERVAL)  # everybody has come into step with its service
        rig.reset_azure()
        cpu, before = rig.cpu(), rig.kubernetes_writes()
        wait(INTERVAL * ROUNDS)
        azure, used = rig.azure(), rig.cpu() - cpu
        told = sum(grown(rig.kubernetes_writes(), before).values())
        there = _there(rig)
    pages, apiece = _pages(there), _apiece(there)
    tagged = math.ceil(sum(there.get(name.lower(), 0) for name in TAGGED) / PAGE)
    floor = pages * ROUNDS + tagged + apiece
    single = _single(azure)
    fast = (azure["reads"] - single - tagged) / ROUNDS
    an_hour = fast * 6 + single + tagged  # at the defaults: six passes an hour, the slow tier once
    share = an_hour / (ARM[READS].per_second * 3600)
    return [
        Figure(
            f"no-change passes over {count} APIs in one service: writes to Azure / to Kubernetes",
            f"{azure['writes']} / {told:.0f}", "0 / 0", azure["writes"] == 0 and told == 0,
        ),
        Figure(
            f"the same: reads of {ROUNDS} passes, the slow tier's turn among them", str(azure["reads"]), f"<= {floor}",
            azure["reads"] <= floor, f"{pages} pages of lists a pass; once, {tagged} of tags' links, and {apiece}: operations of each "
            "API, each policy",
        ),
        Figure(
            "the same: reads for each product in the slow tier's turn, beside the service's lists", f"{single / count:.1f}",
            f"<= {apiece / count:.0f}", single <= apiece, "the page of links from the product to its APIs is in no list of the service",
        ),
        Figure("the same: bodies of policies among them", str(_bodies(azure)), "0: no ETag changed", _bodies(azure) == 0),
        Figure(
            "the same: reads an hour at interval 10m, of ARM's budget", f"{share:.1%}", "<= 25 %", share <= 0.25,
        ),
        Figure("the same: CPU of a pass, a product", f"{used / ROUNDS / count * 1000:.1f} ms"),
    ]  # fmt: skip


def _begin(rig: Rig) -> None:
    """A plane, its service, and a zone with nothing in it, all Ready."""
    plane, zone = crowd.plane(services=1), next(crowd.zones(0, 1, over=1))
    bare = ("adminPlaneRef", "domain", "environment", "subscriptionId", "location", "interval")
    zone["spec"] = {field: zone["spec"][field] for field in bare}
    rig.prepare([plane], [crowd.service("bench", 0)])
    rig.apply([crowd.namespace(), plane, zone])
    rig.wait_ready(2, 300)


def _there(rig: Rig) -> Mapping[str, int]:
    """How many resources there are of each type in the service."""
    prefix = crowd.service("bench", 0)
    found: dict[str, int] = {}
    resources: list[Json] = rig.simulator.call("GET", f"/sim/resources?prefix={prefix}/")["value"]
    for item in resources:
        kind = "/".join(item["id"][len(prefix) :].lower().split("/")[1::2])
        found[kind] = found.get(kind, 0) + 1
    return found


def _pages(there: Mapping[str, int]) -> int:
    """The pages of the service's lists that every pass reads."""
    return sum(max(1, math.ceil(there.get(name.lower(), 0) / PAGE)) for name in LISTED)


def _apiece(there: Mapping[str, int]) -> int:
    """What costs a read for each: a page of operations an API, a look at each policy document."""
    policies = sum(count for name, count in there.items() if name.endswith("/policies"))
    return there["apis"] + policies


def _single(azure: Mapping[str, Any]) -> int:
    """Reads of what lies deeper than a service's own lists."""
    reads = {name: count for name, count in azure["byType"].items() if name.startswith(("GET ", "HEAD "))}
    return sum(count for name, count in reads.items() if "ApiManagement/service/" in name and name.count("/") > 2)


def _bodies(azure: Mapping[str, Any]) -> int:
    return sum(
        count for name, count in azure["byType"].items() if name.startswith("GET") and name.endswith("/policies")
    )


def _answers(azure: Mapping[str, Any], status: str) -> int:
    return int(azure["byStatus"].get(status, 0))


def _warnings(rig: Rig) -> int:
    events = json.loads(rig.kubectl.run("get", "events", f"--namespace={crowd.NAMESPACE}", "--output=json"))
    return sum(event["type"] == "Warning" for event in events["items"])
