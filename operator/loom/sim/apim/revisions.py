"""Revisions of an API, and the releases that make one of them current: the two then change places with all that is in them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from loom.sim.apim import refusals
from loom.sim.apim.apis import ApiChild, revisions
from loom.sim.apim.places import api_of, full_id, root_of, service_of
from loom.sim.arm.change import Change
from loom.sim.errors import ArmError
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
PASSING = "moving"


def meant(world: World, request: Request) -> Request:
    """The current revision has two ids, and what is the first of its API makes the API (Terraform's provider writes no other way)."""
    given = api_of(request.path)
    root_id, _, revision = given.partition(";rev=")
    root = world.store.get(root_id)
    if not revision or (root is not None and root.properties.get("apiRevision") != revision):
        return request
    body = request.body
    if root is None and request.method == "PUT" and request.path.rstrip("/") == given:
        sent = request.json()
        body = json.dumps({**sent, "properties": {**(sent.get("properties") or {}), "apiRevision": revision}}).encode()
    return replace(request, path=root_id + request.path[len(given) :], body=body)


class Releases(ApiChild):
    """`apis/<api>/releases/<name>` with the id of the revision that is to be current."""

    def check(self, change: Change) -> None:
        super().check(change)
        wanted = full_id(service_of(change.id), str(change.properties.get("apiId") or ""))
        root = change.world.store.get(api_of(change.id))
        known = change.world.store.get(wanted)
        current = root is not None and wanted.lower() == f"{root.key};rev={root.properties.get('apiRevision')}".lower()
        if root_of(wanted).lower() != api_of(change.id).lower() or (known is None and not current):
            raise refusals.invalid("apiId", "API revision not found.")

    def compose(self, change: Change) -> Json:
        stamp = change.world.clock.stamp()
        known = change.before.properties if change.before else {}
        sent = {
            "notes": None,
            **change.properties,
            "apiId": full_id(service_of(change.id), str(change.properties["apiId"])),
        }
        return {
            "properties": {**sent, "createdDateTime": known.get("createdDateTime", stamp), "updatedDateTime": stamp}
        }

    def settled(self, world: World, resource: Resource) -> None:
        chosen = world.store.get(str(resource.properties["apiId"]))
        root = world.store.get(api_of(resource.id))
        if chosen is not None and root is not None and ";rev=" in chosen.name:
            _change_places(world, root, chosen)


def _change_places(world: World, root: Resource, chosen: Resource) -> None:
    """What was current gets its number into its id, and the chosen one loses it. Releases stay with the API."""
    former = f"{root.id};rev={root.properties['apiRevision']}"
    root.properties["isCurrent"], chosen.properties["isCurrent"] = False, True
    away = f"{root.id};rev={PASSING}"
    for source, target in ((root.id, away), (chosen.id, root.id), (away, former)):
        _move(world, source, target)


def _move(world: World, source: str, target: str) -> None:
    inside = [item for item in world.store.below(source) if not item.type.endswith("/releases")]
    top = world.store.get(source)
    for item in [*([top] if top else []), *reversed(inside)]:
        world.store.remove(item.id)
        item.id = target + item.id[len(source) :]
        world.store.put(item)


def list_revisions(world: World, request: Request, match: re.Match[str]) -> Response:
    """`apis/<api>/revisions`: all of them, the current one too, the newest first."""
    root = world.store.get(f"{match['scope']}/apis/{match['api']}")
    if root is None:
        raise ArmError(404, "ResourceNotFound", "Api not found.")
    every = sorted([root, *revisions(world, root)], key=lambda item: int(item.properties["apiRevision"]), reverse=True)
    value = [
        {
            "apiId": f"/apis/{match['api']};rev={item.properties['apiRevision']}",
            "apiRevision": item.properties["apiRevision"],
            "description": item.properties.get("apiRevisionDescription"),
            "isOnline": True,
            "isCurrent": item is root,
            "privateUrl": f"/{item.properties['path']};rev={item.properties['apiRevision']}",
        }
        for item in every
    ]
    return Response(200, {"value": value, "count": len(value)})
