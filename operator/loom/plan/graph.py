"""The shape of a plan: what must come before what, and whether that can be at all.

A planner that returns a broken graph is a defect of ours, so `BrokenPlan` is no `Refusal`: nobody's spec can mend it.
"""

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter

from loom.plan.arm_id import key
from loom.plan.resource import Mode, Named, Resource


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
    known = _by_key(ordered)
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for resource in ordered:
        needs = dependencies(resource)
        if missing := needs - known.keys():
            raise BrokenPlan(f"{resource.key} depends on {', '.join(sorted(missing))}, which nothing plans")
        sorter.add(resource.key, *needs)
    try:
        sorter.prepare()
    except CycleError as error:
        raise BrokenPlan(f"these depend on one another: {' -> '.join(error.args[1])}") from None
    rank = {resource.key: position for position, resource in enumerate(ordered)}
    result = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=rank.__getitem__)
        sorter.done(*ready)
        result.append([known[name] for name in ready])
    return result


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


def _by_key(resources: Sequence[Resource]) -> dict[str, Resource]:
    known: dict[str, Resource] = {}
    for resource in resources:
        if resource.key in known:
            raise BrokenPlan(f"two resources are planned as {resource.key}")
        known[resource.key] = resource
    return known
