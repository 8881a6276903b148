"""Floors: the least time that objects can take, out of what they plan and how long the simulated Azure really took for each operation.

A request takes no time at all here, and an operation ends at the first poll that its `Retry-After` allows. What is left is nobody's to
save: the longest way through a plan, one writer at a time on a network, and the budgets. All times are simulated seconds.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loom.cloud.ask import Ask, Caller
from loom.cloud.budgets import ARM, PROVIDERS, WRITES, Size
from loom.cloud.limiter import draws
from loom.engine.send import lane_of
from loom.plan.arm_id import key, without_revision
from loom.plan.catalog import arm_type
from loom.plan.graph import dependencies, levels
from loom.plan.resource import Mode, Named, Placed, Plan, Resource

_BENCH = Caller("bench", "bench")


@dataclass(frozen=True, slots=True)
class Rate:
    """How the simulated time passes: its speed, and how long is left between polls where the service names no time."""

    speed: float
    poll: float

    def seen(self, operation: Mapping[str, Any]) -> float:
        """How long after its beginning an operation is first seen to have ended, polled as often as it allows."""
        wait: float = operation["retry_after"] or self.poll
        real = wait / self.speed
        wait = math.ceil(real) * self.speed if real >= 1 else wait  # the header has whole seconds
        took: float = operation["due"] - operation["begun"]
        return max(1, math.ceil(took / wait)) * wait


class Costs:
    """What each planned resource took: the operations that the simulated Azure has seen, each written once."""

    def __init__(self, operations: Iterable[Mapping[str, Any]], rate: Rate) -> None:
        self._rate = rate
        self._by_target: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self._by_type: dict[str, list[str]] = defaultdict(list)
        for operation in sorted(operations, key=lambda item: item["begun"]):
            target = key(operation["target"])
            if operation["verb"] == "put":
                self._by_target[target].append(operation)
                self._by_type[operation["type"].lower()].append(target)

    def of(self, resource: Resource) -> float:
        """The seconds that the resource takes once it may be written; 0 for what is answered at once."""
        found = self._by_target.get(self._target(resource), [])
        turn = 1 if resource.mode is Mode.STAGE else 0  # a stage is the second write of the same
        return self._rate.seen(found[turn]) if len(found) > turn and not resource.mode.is_only_read else 0.0

    def _target(self, resource: Resource) -> str:
        if isinstance(resource.id, str):
            return key(without_revision(resource.id))
        begin, end = key(resource.id.prefix), key(resource.id.suffix) if isinstance(resource.id, Placed) else ""
        targets = self._by_type[arm_type(resource.id.example).name.lower()]
        return next((name for name in targets if name.startswith(begin) and name.endswith(end)), "")


def critical_path(plan: Plan, costs: Costs) -> float:
    """The longest way through a plan; writers of one network follow one another."""
    resources = {resource.key: resource for resource in plan.resources}
    before: dict[str, float] = {}
    for resource in (each for level in levels(plan.resources) for each in level):
        before[resource.key] = max((before[n] + costs.of(resources[n]) for n in dependencies(resource)), default=0.0)
    after = dict.fromkeys(resources, 0.0)
    for resource in (each for level in reversed(levels(plan.resources)) for each in level):
        for name in dependencies(resource):
            after[name] = max(after[name], costs.of(resource) + after[resource.key])
    longest = max((before[name] + costs.of(resource) for name, resource in resources.items()), default=0.0)
    chains = (
        min(before[n] for n in names) + sum(costs.of(resources[n]) for n in names) + min(after[n] for n in names)
        for names in _by_lane(plan).values()
    )
    return max([longest, *chains])


def chains(plans: Iterable[Plan], costs: Costs) -> dict[str, float]:
    """For each network that takes one writer at a time: all that is written there, one after the other."""
    found: dict[str, float] = defaultdict(float)
    for plan in plans:
        resources = {resource.key: resource for resource in plan.resources}
        for lane, names in _by_lane(plan).items():
            found[lane] += sum(costs.of(resources[name]) for name in names)
    return found


def _by_lane(plan: Plan) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for resource in plan.resources:
        arm_id = resource.id.example if isinstance(resource.id, Named) else resource.id
        lane = lane_of(arm_type(arm_id), arm_id)
        if lane and not resource.mode.is_only_read:
            found[lane].append(resource.key)
    return found


def budgets(plans: Iterable[Plan], share: float) -> dict[str, float]:
    """For each budget that writing every resource once draws on: how long that takes, of a full bucket."""
    drawn: Counter[tuple[str, str, Size]] = Counter()
    for plan in plans:
        for resource in plan.resources:
            if resource.mode.is_only_read:
                continue
            ask = Ask.of(_BENCH, "PUT", resource.id.example if isinstance(resource.id, Named) else resource.id)
            drawn[(ask.subscription, "ARM", ARM[WRITES])] += 1
            for limit in PROVIDERS:
                if draws(ask, limit):
                    drawn[(ask.subscription, limit.provider, limit.size)] += 1
    found: dict[str, float] = {}
    for (_, name, size), count in drawn.items():
        found[name] = max(found.get(name, 0.0), _drain(count, size, share))
    return found


def _drain(count: int, size: Size, share: float) -> float:
    per_second = size.tokens / size.window if size.window else size.per_second
    return max(0.0, count - size.tokens * share) / (per_second * share)


@dataclass(frozen=True, slots=True)
class Floor:
    """The least time for some objects, by what it is the least for."""

    seconds: Mapping[str, float]

    @property
    def highest(self) -> float:
        """What cannot be beaten."""
        return max(self.seconds.values())

    def __str__(self) -> str:
        rows = sorted(self.seconds.items(), key=lambda row: -row[1])
        return ", ".join(f"{name} {seconds:.0f} s" for name, seconds in rows if seconds)


def floor_of(plans: Sequence[Plan], costs: Costs, share: float) -> Floor:
    """The floor of objects that are made at once."""
    writers = chains(plans, costs)
    return Floor(
        {
            "an object's critical path": max(critical_path(plan, costs) for plan in plans),
            "the longest chain of writes to one network": max(writers.values(), default=0.0),
            **{f"{name}'s budget": seconds for name, seconds in budgets(plans, share).items()},
        }
    )
