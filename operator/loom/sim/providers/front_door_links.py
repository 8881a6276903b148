"""Front Door's private links: an origin that wants one has requests made at its target, under names that nobody can foresee.

They stay Pending there until somebody approves them; then Front Door leads to the origin.
"""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.entra.directory import guid
from loom.sim.errors import bad_request
from loom.sim.kinds import Behavior
from loom.sim.providers.connections import CONNECTIONS
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
ENDPOINTS_OF = "Microsoft.Network/privateEndpoints"
STAMPS = 2
"""How many requests an origin's link makes: Front Door may come from more than one of its own stamps."""


class Origins(Behavior):
    """An origin's link must lead to something that is closed to public networks."""

    def check(self, change: Change) -> None:
        link = _link(change.properties)
        if not link:
            return
        target = change.world.store.get(_target(link))
        if target is None:
            raise bad_request("BadRequest", f"The private link resource '{_target(link)}' was not found.")
        if not 1 <= len(str(link.get("requestMessage", ""))) <= 140:
            raise bad_request("BadRequest", "requestMessage must have 1 to 140 characters.")
        if target.properties.get("publicNetworkAccess", "Enabled") != "Disabled":
            message = f"Public network access of '{target.name}' must be disabled for a private endpoint connection."
            raise bad_request("BadRequest", message)

    def compose(self, change: Change) -> Json:
        group = change.target.parent.rsplit("/", 1)[-1]
        link = _link(change.properties)
        outputs = {
            "originGroupName": group,
            "sharedPrivateLinkResource": link or None,
            "deploymentStatus": "NotStarted",
        }
        return {**change.body, "properties": {"httpPort": 80, "httpsPort": 443, **change.properties, **outputs}}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        """The link says how its requests stand; without any, whatever it led to is gone."""
        link = _link(resource.properties)
        if not link or "linked" not in resource.hidden:
            return body
        states = {_state(item) if item else "Disconnected" for item in _requests(world, resource)}
        status = next((word for word in ("Disconnected", "Rejected", "Pending") if word in states), "Approved")
        return {**body, "properties": {**body["properties"], "sharedPrivateLinkResource": {**link, "status": status}}}

    def settled(self, world: World, resource: Resource) -> None:
        """New requests when the place, the target or the profile is another; the old ones go."""
        link = _link(resource.properties)
        place = [_target(link), str(link.get("privateLinkLocation")), str(link.get("groupId"))] if link else []
        if resource.hidden.get("linked") == place:
            return
        _withdraw(world, resource)
        resource.hidden["linked"] = place
        target = world.store.get(place[0]) if place else None
        for number in range(STAMPS if target else 0):
            _ask(world, resource, target, link, number)

    def deleted(self, world: World, resource: Resource) -> None:
        _withdraw(world, resource)


def is_approved(world: World, origin: Resource) -> bool:
    """Do all requests of an origin's link stand approved?"""
    states = [_state(item) if item else "Disconnected" for item in _requests(world, origin)]
    return bool(states) and all(state == "Approved" for state in states)


def _requests(world: World, origin: Resource) -> list[Resource | None]:
    return [world.store.get(name) for name in origin.hidden.get("requests") or []]


def _ask(world: World, origin: Resource, target: Resource | None, link: Json, number: int) -> None:
    if target is None:
        return
    name = guid("front-door", origin.key, str(world.clock.now()), str(number))
    place = f"/subscriptions/{guid('front-door')}/resourceGroups/eafd-Prod-{link.get('privateLinkLocation')}"
    state = {"status": "Pending", "description": link.get("requestMessage"), "actionsRequired": "None"}
    properties = {
        "privateEndpoint": {"id": f"{place}/providers/{ENDPOINTS_OF}/{name}"},
        "privateLinkServiceConnectionState": state,
        "groupIds": [link.get("groupId")],
    }
    made = Resource(
        f"{target.id}/{CONNECTIONS}/{name}",
        f"{target.type}/{CONNECTIONS}",
        {"properties": properties},
        created=world.clock.now(),
    )
    world.store.put(made)
    origin.hidden["requests"] = [*(origin.hidden.get("requests") or []), made.id]


def _withdraw(world: World, origin: Resource) -> None:
    for name in origin.hidden.pop("requests", []):
        world.store.remove(name)


def _state(connection: Resource) -> str:
    return str((connection.properties.get("privateLinkServiceConnectionState") or {}).get("status"))


def _link(properties: Json) -> Json:
    return dict(properties.get("sharedPrivateLinkResource") or {})


def _target(link: Json) -> str:
    return str((link.get("privateLink") or {}).get("id", ""))
