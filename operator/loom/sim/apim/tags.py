"""Tags of a service, and their links to products and APIs: two faces of one thing, as `apis/<api>/tags/<tag>` shows a link too."""

from __future__ import annotations

import re
from typing import Any

from loom.sim.apim import refusals
from loom.sim.apim.link import Link, drop_links
from loom.sim.apim.listing import Child
from loom.sim.apim.places import APIS, SERVICE, ensure, service_of
from loom.sim.arm.change import Change
from loom.sim.arm.reads import page
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
TAGS = f"{SERVICE}/tags"
LINKS = (f"{TAGS}/apiLinks", f"{TAGS}/productLinks")
PAGE = 100


class Tags(Child):
    """A word that developers filter by, of which a service has one (seen by users: Azure/apiops, issue 855)."""

    def check(self, change: Change) -> None:
        if not change.properties.get("displayName"):
            raise refusals.invalid("displayName", "The DisplayName field is required.")
        same = str(change.properties["displayName"]).lower()
        for other in change.world.store.children(service_of(change.id), TAGS):
            if other.key != change.id.lower() and str(other.properties.get("displayName", "")).lower() == same:
                raise refusals.invalid("name", "Tag with the same name already exists.")


class TagLinks(Link):
    """`tags/apiLinks/<any name>` with the id of the API, or the same with products."""

    holder, collection = "Tag", TAGS

    def settled(self, world: World, resource: Resource) -> None:
        tag = world.store.get(resource.id.rsplit("/", 2)[0])
        if self.word == "api" and tag is not None:
            ensure(world, f"{resource.hidden['target']}/tags/{tag.name}", f"{APIS}/tags", tag.properties)

    def deleted(self, world: World, resource: Resource) -> None:
        if self.word == "api":
            world.store.remove(f"{resource.hidden['target']}/tags/{resource.id.rsplit('/', 3)[1]}")


def list_tagged(world: World, request: Request, match: re.Match[str]) -> Response:
    """`tagResources`: every link of every tag, as two ends that begin at the service (`TagResourceContract`); a link's name is not told."""
    tags = world.store.children(match["scope"], TAGS)
    links = [link for tag in tags for kind in LINKS for link in world.store.children(tag.id, kind)]
    return page(world, request, links, PAGE, _both_ends)


def _both_ends(world: World, link: Resource) -> Json:
    tag, target = world.store.get(link.id.rsplit("/", 2)[0]), world.store.get(str(link.hidden["target"]))
    service = service_of(link.id)
    ends = {"tag": tag, "product" if link.type.endswith("/productLinks") else "api": target}
    return {
        word: {"id": end.id[len(service) :], "name": end.properties.get("displayName")}
        for word, end in ends.items()
        if end
    }


def untag(world: World, target: str) -> None:
    """What is gone has no tags."""
    for tag in world.store.children(service_of(target), TAGS):
        for kind in LINKS:
            drop_links(world, tag, kind, target)
