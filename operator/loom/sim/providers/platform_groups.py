"""The resource group that a service keeps for a workspace: it comes with the workspace, says whose it is, and goes with it."""

from __future__ import annotations

from loom.sim.ids import name_of
from loom.sim.store import Resource
from loom.sim.world import World

_GROUPS = "Microsoft.Resources/resourceGroups"


def make_group(world: World, workspace: Resource, group_id: str) -> None:
    """The group, where it is not there yet."""
    if group_id and world.store.get(group_id) is None:
        body = {"location": workspace.body["location"], "managedBy": workspace.id, "properties": {}}
        world.store.put(Resource(group_id, _GROUPS, body, created=world.clock.now()))


def remove_group(world: World, workspace: Resource, group_id: str) -> None:
    """It goes, unless it is another's."""
    group = world.store.get(group_id)
    if group is not None and name_of(str(group.body.get("managedBy", ""))) == workspace.name:
        world.store.remove(group.id)
