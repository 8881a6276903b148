"""Links: what one thing of a service is to another, as a product to an API or a tag to a product, under any name and once."""

from __future__ import annotations

from typing import Any, ClassVar

from loom.sim.apim import refusals
from loom.sim.apim.listing import Child
from loom.sim.apim.places import full_id, service_of
from loom.sim.arm.change import Change
from loom.sim.errors import ArmError
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]


class Link(Child):
    """`<collection>/<holder>/<word>Links/<any name>`, with the id of what it leads to."""

    holder: ClassVar[str]  # as the service's refusals call what has the link
    collection: ClassVar[str]  # the type of that
    demands_match = False

    def __init__(self, word: str) -> None:
        self.word = word  # of what it leads to: api, product, group

    def check(self, change: Change) -> None:
        target = self._target(change)
        if change.world.store.get(target) is None:
            raise refusals.invalid(f"{self.word}Id", f"{self.word.capitalize()} not found.")
        for other in change.world.store.children(change.target.parent, f"{self.collection}/{self.word}Links"):
            if other.key != change.id.lower() and str(other.hidden.get("target", "")).lower() == target.lower():
                message = f"Link already exists between specified {self.holder} and {self.word.capitalize()}."
                raise ArmError(409, "Conflict", message)

    def compose(self, change: Change) -> Json:
        target = self._target(change)
        change.notes = {"target": target}
        return {"properties": {f"{self.word}Id": target}}

    def _target(self, change: Change) -> str:
        return full_id(service_of(change.id), str(change.properties.get(f"{self.word}Id") or ""))


def drop_links(world: World, holder: Resource, kind: str, target: str) -> None:
    """What is gone is linked with nothing: its links of one type leave their holder."""
    for link in world.store.children(holder.id, kind):
        if str(link.hidden.get("target", "")).lower() == target.lower():
            world.store.remove(link.id)
