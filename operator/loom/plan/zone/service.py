"""What a backing service of a zone is to the rest of its plan. The rows are in `loom.plan.zone.services`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from loom.plan.resource import Resource
from loom.plan.values import Value
from loom.plan.zone.site import Site


@dataclass(frozen=True, slots=True)
class Service:
    """One service: `field` is its name in the spec, `key` that in the plan, of the resource that private endpoints lead to.

    The functions are asked only where the spec has the service. `resources`: itself and what is in it, without endpoints, DNS and
    diagnostics, which are the same for all. `group_ids`: its private endpoint groups. `address`: where clients find it.
    """

    field: str
    key: str
    target: Callable[[Site], str]  # the id behind `key`
    resources: Callable[[Site], Iterator[Resource]]
    group_ids: Callable[[Site], tuple[str, ...]]
    address: Callable[[Site], Value]
