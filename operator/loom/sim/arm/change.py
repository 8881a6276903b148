"""One write on its way: what was there, what was sent, and by whom. A value that the steps of a write hand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from loom.sim.entra.directory import Principal
from loom.sim.ids import Target
from loom.sim.kinds import Kind
from loom.sim.regions import normal
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]


@dataclass(slots=True)
class Change:
    """A PUT or PATCH.

    `body` is what shall hold afterwards; `before` what existed, if anything; `notes` what the service shall keep to itself.
    """

    world: World
    kind: Kind
    target: Target
    body: Json
    before: Resource | None
    caller: Principal
    version: str
    method: str = "PUT"
    notes: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.before.id if self.before else self.target.id

    @property
    def name(self) -> str:
        return self.before.name if self.before else self.target.name

    @property
    def properties(self) -> Json:
        found = self.body.get("properties")
        return found if isinstance(found, dict) else {}

    @property
    def location(self) -> str:
        """The region without spaces: as sent, as it was, or the resource group's."""
        sent = self.body.get("location") or (self.before.body.get("location") if self.before else "")
        return normal(str(sent)) if sent else self.kind.default_location or self.region_above()

    def region_above(self) -> str:
        group = self.world.group(self.target.id)
        return normal(str(group.body.get("location", "global"))) if group else "global"
