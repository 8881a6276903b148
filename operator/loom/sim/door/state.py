"""Saving and loading the whole cloud as one JSON file. Operations in progress are kept too, so that a restart loses nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from loom.sim.entra.directory import Principal
from loom.sim.guards.faults import Fault
from loom.sim.guards.policies import Policy
from loom.sim.operations import NEVER, Operation
from loom.sim.store import Resource, Store
from loom.sim.world import World

Json = dict[str, Any]
VERSION = 1


def dump(world: World) -> Json:
    """Everything that matters, as JSON."""
    return {
        "version": VERSION,
        "now": world.clock.now(),
        "etags": world.etags,
        "resources": [asdict(item) for item in sorted(world.store, key=lambda item: item.serial)],
        "operations": [
            asdict(item) | {"due": None if item.due == NEVER else item.due} for item in world.operations.all()
        ],
        "principals": [item.as_json() for item in world.directory.all()],
        "keySets": world.directory.key_sets,
        "names": [[space, name, holder] for (space, name), holder in world.names.items()],
        "registered": [
            [subscription, namespace, since] for (subscription, namespace), since in world.registered.items()
        ],
        "knobs": world.knobs,
        "softDeleted": world.soft_deleted,
        "policies": [item.as_json() for item in world.policies],
        "faults": [item.as_json() for item in world.faults.rules],
        "settings": world.settings.as_json(),
    }


def load(world: World, saved: Json) -> None:
    """Make a new world what the saved one was. The clock must have been started at `saved["now"]`."""
    if saved.get("version") != VERSION:
        raise ValueError(f"this state file has version {saved.get('version')}, this simulator reads version {VERSION}")
    world.store = Store()
    for item in saved["resources"]:
        world.store.restore(Resource(**item))
    for item in saved["operations"]:
        world.operations.start(Operation(**{**item, "due": NEVER if item["due"] is None else item["due"]}))
    for item in saved["principals"]:
        world.directory.add(Principal.from_json(item))
    operator = world.directory.by_object(world.operator.object_id)
    world.operator = operator or world.operator
    world.directory.key_sets = saved["keySets"]
    world.names = {(space, name): holder for space, name, holder in saved["names"]}
    world.registered = {(subscription, namespace): since for subscription, namespace, since in saved["registered"]}
    world.knobs = saved["knobs"]
    world.soft_deleted = saved["softDeleted"]
    world.policies = [Policy(**{**item, "types": tuple(item["types"])}) for item in saved["policies"]]
    world.faults.rules = [Fault(**item) for item in saved["faults"]]
    world.etags = saved["etags"]
    world.settings.update(saved["settings"])
    world.tokens.lifetime = world.settings.token_lifetime
