"""Objects with their real plans, carried out by the engine on a cloud in memory that holds the plane already."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import yaml

from loom.engine.ports import Observed, Written
from loom.plan.arm_id import REVISION, key, name_of, parent_of, type_of, without_revision
from loom.plan.context import Context
from loom.plan.kinds import KINDS
from loom.plan.ownership import TAG
from loom.plan.resource import Mode, Plan
from support.engine_bench import Bench
from support.memory_cloud import MemoryCloud
from support.plans import plan_of
from support.worlds import Obj, world

INLINE = {
    "microsoft.network/virtualnetworks/subnets": "subnets",
    "microsoft.network/virtualnetworks/virtualnetworkpeerings": "virtualNetworkPeerings",
}


@dataclass
class InlineCloud(MemoryCloud):
    """A cloud whose networks show their subnets and peerings inside, and lose those that a write leaves out."""

    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def put(self, arm_id: str, body: Mapping[str, Any], etag: str = "") -> Written:
        self.sent.append((arm_id, deepcopy(dict(body))))
        return await super().put(arm_id, body, etag)

    def _observed(self, arm_id: str) -> Observed | None:
        seen = super()._observed(arm_id)
        if seen is None:
            return None
        body: dict[str, Any] = dict(seen.body)
        for child in list(self.bodies.values()):
            place = INLINE.get(type_of(child["id"]).lower())
            if place and key(parent_of(child["id"])) == key(arm_id):
                body["properties"] = {**body["properties"], place: [*body["properties"].get(place, []), child]}
        return Observed(seen.id, body, seen.etag)

    def _store(self, arm_id: str, made: dict[str, Any]) -> None:
        for place in INLINE.values():
            listed = made.get("properties", {}).pop(place, None)
            kept = {item["name"] for item in listed or []}
            for child in [b["id"] for b in self.bodies.values() if key(parent_of(b["id"])) == key(arm_id)]:
                if INLINE.get(type_of(child).lower()) == place and name_of(child) not in kept:
                    self._remove(child)
        if REVISION in arm_id and name_of(arm_id) != "policy":
            self._keep_current(arm_id, made["properties"])
        super()._store(arm_id, made)
        if "value" in made.get("properties", {}) and type_of(arm_id).endswith("/apis"):
            self._import(arm_id, str(made["properties"]["value"]))

    def _import(self, arm_id: str, text: str) -> None:
        """An API has exactly the operations of its document; what lies in one that stays is left."""
        wanted = {f"{arm_id}/operations/{name.lower()}": shown for name, shown in _operations(yaml.safe_load(text))}
        for known in [b["id"] for b in self.bodies.values() if key(parent_of(b["id"])) == key(arm_id)]:
            if "/operations/" in known and known not in wanted:
                self._remove(known)
        for operation, (method, path) in wanted.items():
            self.place(operation, properties={"method": method.upper(), "urlTemplate": path})

    def _keep_current(self, arm_id: str, properties: dict[str, Any]) -> None:
        """One revision of an API is current: the first, until another one is asked for."""
        root = key(without_revision(arm_id))
        stored = self.bodies.items()
        every = {name: body for name, body in stored if REVISION in name and key(without_revision(name)) == root}
        if properties.get("isCurrent"):
            for body in every.values():
                body["properties"]["isCurrent"] = False
            return
        before = every.get(key(arm_id))
        properties["isCurrent"] = before["properties"]["isCurrent"] if before else not every


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Method and path of each operation, by its operationId."""
    for path, item in document["paths"].items():
        yield from ((told["operationId"], (method, path)) for method, told in item.items() if "operationId" in told)


def bench(obj: Obj, context: Context | None = None) -> Bench:
    """An object with its real plan and authority, and everything of the plane in place."""
    kind, context = KINDS[obj["kind"]], context or world(obj)
    made = Bench(
        plan=plan_of(obj, context),
        cloud=InlineCloud(),
        authority=kind.authority(kind.parse(obj), context),
        owner=context.owner,
        report=partial(kind.report, kind.parse(obj)),
    )
    for resource in made.plan.resources if made.plan else ():
        if resource.mode is Mode.EXISTING:
            made.cloud.place(
                str(resource.id),
                location="eastus2",
                tags={TAG: resource.whose} if resource.whose else {},
                properties={"loginServer": "acrloom.azurecr.io", "ConnectionString": "x", "uri": "https://adx.example"},
            )
    return made


def changed(made: Bench, obj: Obj, context: Context | None = None) -> None:
    """The spec is edited; the world around it too, where one is given."""
    context = context or world(obj)
    made.authority = KINDS[obj["kind"]].authority(KINDS[obj["kind"]].parse(obj), context)
    made.replan(plan_of(obj, context))


def managed(plan: Plan | None) -> set[str]:
    assert plan
    return {r.key for r in plan.resources if r.mode is Mode.MANAGED}


async def settled(obj: Obj) -> Bench:
    made = bench(obj)
    made.cloud.place(world(obj).plane.hub_network.id, properties={})  # type: ignore[union-attr]
    await made.settle(30)
    assert made.ready == "True", (made.reason(), made.message())
    return made
