"""The kinds as they are planned: for each, how it is read, planned, bounded and reported.

The engine and the handlers know a kind's plan by its row here, and by nothing else; its shape and names are `loom.api.kinds`'.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from loom.api import kinds as api
from loom.api.objects import SpecError, parse
from loom.errors import Refusal
from loom.plan import admin_plane, api_product, data_landing_zone
from loom.plan.context import Context
from loom.plan.outcome import Outcome
from loom.plan.ownership import Authority
from loom.plan.resource import Plan
from loom.plan.values import Json


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `deletes`: what its objects made goes with them unless they say otherwise (deletionPolicy)."""

    name: str
    plural: str
    plan: Callable[[Any, Context], Plan]  # raises Refusal
    authority: Callable[[Any, Context], Authority]
    report: Callable[[Any, Plan, Outcome], Mapping[str, Json]]
    conditions: tuple[str, ...]
    deletes: bool

    def parse(self, obj: Mapping[str, Json]) -> Any:
        """The spec of a Kubernetes object. Raises `Refusal`: an object may be older than the rules of its CRD."""
        try:
            return parse(api.KINDS[self.name], obj)
        except SpecError as error:
            raise Refusal("InvalidSpec", str(error)) from None


def _kind(name: str, planner: ModuleType, deletes: bool = False) -> Kind:
    plural = api.KINDS[name].plural
    return Kind(name, plural, planner.plan, planner.authority, planner.report, planner.CONDITIONS, deletes)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("AdminPlane", admin_plane),
        _kind("DataLandingZone", data_landing_zone),
        _kind("ApiProduct", api_product, deletes=True),
    )
}
"""All of them, by name."""
