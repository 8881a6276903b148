"""The shape of a plan: what must come before what, and whether that can be at all.

A planner that returns a broken graph is a defect of ours, so `BrokenPlan` is no `Refusal`: nobody's spec can mend it.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from loom.plan.arm_id import key
from loom.plan.resource import Mode, Named, Resource

_SHAPES = 64  # at hand: a pass asks twice, and zones are much alike; one shape takes 20 KB


class BrokenPlan(ValueError):
    """A plan that no order can carry out."""


def dependencies(resource: Resource) -> frozenset[str]:
    """The keys that must hold before this resource can be written: those it names, and those whose values it uses."""
    return frozenset(resource.depends_on) | {ref.key for ref in resource.refs}


def levels(resources: Iterable[Resource]) -> Sequence[Sequence[Resource]]:
    """The resources in groups, each of which needs nothing but the groups before it; the planner's order within a group.

    Raises `BrokenPlan`.
    """
    ordered = list(resources)
    shape = tuple((resource.key, dependencies(resource)) for resource in ordered)
    return [[ordered[place] for place in level] for level in _order(shape)]


@lru_cache(maxsize=_SHAPES)
def _order(shape: tuple[tuple[str, frozenset[str]], ...]) -> tuple[tuple[int, ...], ...]:
    """The places of the keys, in groups: the same for every plan of this shape. Raises `BrokenPlan`."""
    rank: dict[str, int] = {}
    for place, (name, _) in enumerate(shape):
        if rank.setdefault(name, place) != place:
            raise BrokenPlan(f"two resources are planned as {name}")
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, needs in shape:
        if missing := needs - rank.keys():
            raise BrokenPlan(f"{name} depends on {', '.join(sorted(missing))}, which nothing plans")
        sorter.add(name, *needs)
    try:
        sorter.prepare()
    except CycleError as error:
        raise BrokenPlan(f"these depend on one another: {' -> '.join(error.args[1])}") from None
    result = []
    while sorter.is_active():
        ready = sorter.get_ready()
        sorter.done(*ready)
        result.append(tuple(sorted(rank[name] for name in ready)))
    return tuple(result)


def validate(resources: Iterable[Resource]) -> None:
    """Raise `BrokenPlan` unless keys and ids are unique, dependencies exist, and none goes in a circle."""
    ordered = list(resources)
    places: dict[str, str] = {}
    for resource in ordered:
        if isinstance(resource.id, Named) or resource.mode is Mode.STAGE:
            continue
        other = places.setdefault(key(resource.id), resource.key)
        if other != resource.key:
            raise BrokenPlan(f"{other} and {resource.key} are the same resource, {resource.id}")
    levels(ordered)
