"""Tags of a service, and their links to products and APIs: two faces of one thing, as `apis/<api>/tags/<tag>` shows a link too."""

from __future__ import annotations

from typing import Any

from loom.sim.apim import refusals
from loom.sim.apim.listing import Child
from loom.sim.apim.places import APIS, SERVICE, ensure, full_id, service_of
from loom.sim.arm.change import Change
from loom.sim.errors import ArmError
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
TAGS = f"{SERVICE}/tags"
LINKS = (f"{TAGS}/apiLinks", f"{TAGS}/productLinks")


class Tags(Child):
    """A word that developers filter by, of which a service has one (seen by users: Azure/apiops, issue 855)."""

    def check(self, change: Change) -> None:
        if not change.properties.get("displayName"):
            raise refusals.invalid("displayName", "The DisplayName field is required.")
        same = str(change.properties["displayName"]).lower()
        for other in change.world.store.children(service_of(change.id), TAGS):
            if other.key != change.id.lower() and str(other.properties.get("displayName", "")).lower() == same:
                raise refusals.invalid("name", "Tag with the same name already exists.")


class TagLinks(Child):
    """`tags/apiLinks/<any name>` with the id of the API, or the same with products."""

    demands_match = False

    def __init__(self, word: str) -> None:
        self._word = word

    def check(self, change: Change) -> None:
        target = self._target(change)
        if change.world.store.get(target) is None:
            raise refusals.invalid(f"{self._word}Id", f"{self._word.capitalize()} not found.")
        for other in change.world.store.children(change.target.parent, f"{TAGS}/{self._word}Links"):
            if other.key != change.id.lower() and str(other.hidden.get("target", "")).lower() == target.lower():
                message = f"Link already exists between specified Tag and {self._word.capitalize()}."
                raise ArmError(409, "Conflict", message)

    def _target(self, change: Change) -> str:
        return full_id(service_of(change.id), str(change.properties.get(f"{self._word}Id") or ""))

    def compose(self, change: Change) -> Json:
        target = self._target(change)
        change.notes = {"target": target}
        return {"properties": {f"{self._word}Id": target}}

    def settled(self, world: World, resource: Resource) -> None:
        tag = world.store.get(resource.id.rsplit("/", 2)[0])
        if self._word == "api" and tag is not None:
            ensure(world, f"{resource.hidden['target']}/tags/{tag.name}", f"{APIS}/tags", tag.properties)

    def deleted(self, world: World, resource: Resource) -> None:
        if self._word == "api":
            world.store.remove(f"{resource.hidden['target']}/tags/{resource.id.rsplit('/', 3)[1]}")


def untag(world: World, target: str) -> None:
    """What is gone has no tags."""
    for kind in LINKS:
        for link in world.store.of_type(kind):
            if str(link.hidden.get("target", "")).lower() == target.lower():
                world.store.remove(link.id)
