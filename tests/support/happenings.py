"""What happens to objects and to Azure in a storm, each in words: people edit and delete, Azure fails, the operator is killed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from random import Random
from typing import Any

from loom.engine.inventory import Inventory
from loom.kube.key import Key
from loom.plan.arm_id import type_of
from loom.plan.resource import Mode
from loom.sim.operations import NEVER
from support import whims
from support.drifts import EDITS, OF_THE_PRODUCT
from support.rehearsal import Object, Rehearsal
from support.simulator import Simulator
from support.vows import Vows

ZONE, PRODUCT = "DataLandingZone", "ApiProduct"
BY_HAND = EDITS | OF_THE_PRODUCT
FIRM = frozenset(
    name.lower()
    for name in (
        "Microsoft.Network/virtualNetworks", "Microsoft.Network/virtualNetworks/subnets", "Microsoft.Network/networkSecurityGroups",
        "Microsoft.Network/routeTables", "Microsoft.App/managedEnvironments", "Microsoft.KeyVault/vaults/secrets",
    )
)  # fmt: skip
"""Types that nobody deletes by hand: Azure would not as long as others stand in them."""


@dataclass
class Scene:
    """The objects, when each is looked at next, and the pass that is going on."""

    azure: Simulator
    play: Rehearsal
    vows: Vows
    due: dict[Key, float]
    running: "asyncio.Task[Any] | None" = None
    news: set[Key] = field(default_factory=set)  # who is to have a pass, whatever may rest
    gone: dict[Key, Object] = field(default_factory=dict)

    def wake(self, key: Key) -> None:
        """There is news for it: it gets a pass now."""
        if key in self.due:
            self.due[key] = self.azure.clock.now()
            self.news.add(key)

    def wake_owner(self, mark: str, from_another: bool) -> None:
        """The turn of an owner has come."""
        for key in self.due:
            if self.play.gatherer.owner(key).mark == mark:
                self.wake(key)

    def keep(self, key: Key, obj: Object) -> None:
        """The object is changed by somebody, and so looked at."""
        self.play.store(key, obj)
        self.wake(key)

    def is_going(self, key: Key) -> bool:
        return "deletionTimestamp" in self.play.obj(key)["metadata"]

    def staying(self, *kinds: str) -> list[Key]:
        """The objects that nobody has deleted."""
        return [key for key, _ in self.play.world.objects() if key.kind in kinds and not self.is_going(key)]


class Happenings:
    """Draws what happens next; each is a method that returns what it did in words, "" where there was nothing to do."""

    def __init__(self, scene: Scene, by_chance: Random) -> None:
        self._scene, self._by_chance = scene, by_chance
        self._locks: list[str] = []
        self._menu: dict[Callable[[], str], int] = {
            self.zone_is_edited: 4,
            self.product_is_edited: 1,
            self.azure_fails: 5,
            self.azure_fails_late: 2,
            self.azure_recovers: 2,
            self.somebody_edits: 2,
            self.somebody_deletes: 3,
            self.somebody_locks: 1,
            self.somebody_settles_in: 1,
            self.operator_is_killed: 3,
            self.status_is_lost: 1,
            self.status_is_forged: 1,
            self.object_is_told_to_wait: 1,
            self.object_is_told_to_go_on: 1,
            self.object_is_deleted: 1,
            self.object_is_made_again: 2,
        }

    def draw(self) -> Callable[[], str]:
        """What is to happen."""
        return self._by_chance.choices(list(self._menu), list(self._menu.values()))[0]

    def all_is_well(self) -> None:
        """Nothing is wrong any more, nobody stands still, and what was deleted and is gone is wanted again."""
        self.azure_recovers()
        for operation in self._scene.azure.world.operations.all():
            if operation.running and operation.due == NEVER:
                self._scene.azure.world.operations.prolong(operation, self._scene.azure.clock.now())
        for key in self._scene.staying(ZONE, PRODUCT):
            self._edit(key, whims.go_on)

    # What people do to objects

    def zone_is_edited(self) -> str:
        return self._edit_one(ZONE, lambda spec: whims.change_zone(self._by_chance, spec))

    def product_is_edited(self) -> str:
        return self._edit_one(PRODUCT, lambda spec: whims.change_product(self._by_chance, spec))

    def object_is_told_to_wait(self) -> str:
        return self._edit_one("", lambda spec: whims.stand_still(self._by_chance, spec))

    def object_is_told_to_go_on(self) -> str:
        return self._edit_one("", whims.go_on)

    def object_is_deleted(self) -> str:
        used = {key.name for key, _ in self._scene.play.world.objects() if key.kind == PRODUCT} and {"zone0"}
        keys = [key for key in self._scene.staying(ZONE, PRODUCT) if key.name not in used]
        if not keys:
            return ""
        key = self._by_chance.choice(keys)
        obj = self._scene.play.obj(key)
        obj["spec"]["deletionPolicy"] = self._by_chance.choice(["Delete", "Delete", "Detach"])
        obj["metadata"]["deletionTimestamp"] = self._scene.play.clock.today()
        self._scene.keep(key, obj)
        return f"{key} is deleted ({obj['spec']['deletionPolicy']})"

    def object_is_made_again(self) -> str:
        if not self._scene.gone:
            return ""
        key, obj = self._scene.gone.popitem()
        metadata = {name: value for name, value in obj["metadata"].items() if name != "deletionTimestamp"}
        spec = {name: value for name, value in obj["spec"].items() if name != "deletionPolicy"}
        self._scene.due[key] = 0.0
        self._scene.keep(
            key, {**obj, "metadata": {**metadata, "uid": f"{metadata['uid']}+"}, "spec": spec, "status": {}}
        )
        return f"{key} is made again"

    def status_is_lost(self) -> str:
        key = self._by_chance.choice(self._scene.play.keys())
        self._scene.keep(key, {**self._scene.play.obj(key), "status": {}})
        return f"{key} loses its status"

    def status_is_forged(self) -> str:
        keys, foreign = self._scene.staying(ZONE, PRODUCT), sorted(self._scene.vows.foreign.values())
        if not keys or not foreign:
            return ""
        key = self._by_chance.choice(keys)
        obj = self._scene.play.obj(key)
        rows = obj.setdefault("status", {}).setdefault("inventory", [])
        for scope, _, relative in (arm_id.partition("/providers/") for arm_id in foreign):
            rows.append({"scope": scope, "ids": [relative]})
        self._scene.keep(key, obj)
        return f"somebody writes {foreign} into the inventory of {key}"

    def _edit_one(self, kind: str, edit: Callable[[Object], str]) -> str:
        keys = self._scene.staying(*([kind] if kind else (ZONE, PRODUCT)))
        return self._edit(self._by_chance.choice(keys), edit) if keys else ""

    def _edit(self, key: Key, edit: Callable[[Object], str]) -> str:
        obj = self._scene.play.obj(key)
        words = edit(obj["spec"])
        obj["metadata"]["generation"] += 1
        self._scene.keep(key, obj)
        return f"{key}: {words}"

    # What happens to the operator

    def operator_is_killed(self) -> str:
        scene = self._scene
        scene.play.memories = {}
        scene.play.begin_anew(scene.wake_owner)
        scene.vows.forgives_races = True
        for key in scene.due:
            scene.wake(key)
        if scene.running is not None:
            scene.running.cancel()
        return "the operator is killed" + (" in its pass" if scene.running is not None else "")

    # What happens in Azure

    def azure_fails(self) -> str:
        fault = whims.fault(self._by_chance, sorted({item.type for item in self._scene.azure.world.store}))
        self._scene.azure.fault(**fault)
        self._scene.vows.forgives_races |= fault["when"] == "inflight"
        return f"Azure fails: {fault}"

    def azure_fails_late(self) -> str:
        world = self._scene.azure.world
        kinds = [kind for name in {item.type for item in world.store} if (kind := world.catalog.kind(name))]
        slow = [
            sorted(kind.name for kind in kinds if kind.stateful and style(kind).seconds > 0)
            for style in (attrgetter("put"), attrgetter("delete"))
        ]
        if not all(slow):
            return ""
        fault = whims.late_fault(self._by_chance, *slow)
        self._scene.azure.fault(**fault)
        return f"Azure fails late: {fault}"

    def azure_recovers(self) -> str:
        self._scene.azure.clear_faults()
        for lock in self._locks:
            if self._scene.azure.get(lock) is not None:
                self._scene.azure.delete(lock)
        self._locks.clear()
        return "faults and locks are over"

    def somebody_edits(self) -> str:
        name, arm_id = self._planned(BY_HAND)
        if name:
            self._scene.azure.edit(arm_id, dict(BY_HAND[name][0]))
        return name and f"somebody edits {arm_id} ({name})"

    def somebody_deletes(self) -> str:
        ids = [arm_id for arm_id in self._owned() if type_of(arm_id).lower() not in FIRM]
        if not ids:
            return ""
        arm_id = self._by_chance.choice(ids)
        self._scene.azure.delete(arm_id)
        self._scene.vows.forget(arm_id)
        return f"somebody deletes {arm_id}"

    def somebody_locks(self) -> str:
        ids = [arm_id for arm_id in self._owned() if "/providers/Microsoft.Authorization/" not in arm_id]
        if not ids:
            return ""
        arm_id, level = self._by_chance.choice(ids), self._by_chance.choice(["CanNotDelete", "ReadOnly"])
        self._locks.append(self._scene.azure.lock(arm_id, level))
        return f"somebody locks {arm_id}: {level}"

    def somebody_settles_in(self) -> str:
        name, arm_id = self._planned(self._scene.vows.holders)
        return name and self._scene.vows.settle(name, arm_id)

    def _owned(self) -> list[str]:
        """The ids of all inventories that are there."""
        objects = (obj for _, obj in self._scene.play.world.objects())
        ids = {arm_id for obj in objects for arm_id in Inventory.read(obj.get("status") or {}).ids.values()}
        return sorted(arm_id for arm_id in ids - {*self._scene.vows.foreign.values()} if self._scene.azure.get(arm_id))

    def _planned(self, wanted: Any) -> tuple[str, str]:
        """The plan key, of those wanted, and id of something that is there; ("", "") where nothing is."""
        found = [
            (resource.key, resource.id)
            for plan in self._scene.play.plans.values()
            for resource in (plan.resources if plan else ())
            if resource.mode is Mode.MANAGED and resource.key in wanted
            if isinstance(resource.id, str) and self._scene.azure.get(resource.id)
        ]
        return self._by_chance.choice(found) if found else ("", "")
