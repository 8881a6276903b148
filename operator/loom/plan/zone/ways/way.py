"""What a way in is to the rest of a zone's plan. The rows are in `loom.plan.zone.ways.ways`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from loom.plan.checks import WayCheck
from loom.plan.resource import Resource
from loom.plan.zone.app import App
from loom.plan.zone.site import Site


@dataclass(frozen=True, slots=True)
class Way:
    """One way in: `field` is its name in spec.accessPaths. The functions are asked only where the spec has it.

    `resources`: what must be made for it; nothing where it uses what is there. `checks`: the addresses that it leads to; the second
    argument is the app that all ways lead to.
    """

    field: str
    resources: Callable[[Site, App], Iterator[Resource]]
    checks: Callable[[Site, App], Iterator[WayCheck]]
