"""Whole plans carried out by the engine on a cloud in memory: what a planner and the table of types promise together."""

from dataclasses import dataclass
from typing import Any

import pytest

from loom.engine.ports import Observed
from loom.plan.arm_id import is_within, key, name_of, parent_of, type_of
from loom.plan.catalog import arm_type
from loom.plan.context import Context
from loom.plan.kinds import KINDS
from loom.plan.resource import Mode, Plan
from support.engine_bench import Bench
from support.memory_cloud import MemoryCloud
from support.plans import id_of, plan_of
from support.worlds import Obj, plane_object, product_object, world, zone_object

INLINE = {
    "microsoft.network/virtualnetworks/subnets": "subnets",
    "microsoft.network/virtualnetworks/virtualnetworkpeerings": "virtualNetworkPeerings",
}


@dataclass
class InlineCloud(MemoryCloud):
    """A cloud whose networks show their subnets and peerings inside, and lose those that a write leaves out."""

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
        super()._store(arm_id, made)


def bench(obj: Obj, context: Context | None = None) -> Bench:
    """An object with its real plan and authority, and everything of the plane in place."""
    kind, context = KINDS[obj["kind"]], context or world(obj)
    made = Bench(
        plan=plan_of(obj, context),
        cloud=InlineCloud(),
        authority=kind.authority(kind.parse(obj), context),
        owner=context.owner,
    )
    for resource in made.plan.resources if made.plan else ():
        if resource.mode is Mode.EXISTING:
            made.cloud.place(
                str(resource.id), properties={"loginServer": "acrloom.azurecr.io", "ConnectionString": "x"}
            )
    return made


def changed(made: Bench, obj: Obj) -> None:
    """The spec is edited."""
    context = world(obj)
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


@pytest.mark.parametrize(
    "obj", [zone_object(), product_object(), product_object(state="Draft")], ids=["zone", "product", "draft"]
)
async def test_a_plan_converges_and_then_nothing_is_written(obj: Obj) -> None:
    made = await settled(obj)
    made.cloud.forget_requests()
    made.restart()
    await made.later()
    assert (made.ready, made.cloud.writes()) == ("True", [])


@pytest.mark.parametrize("obj", [zone_object(), product_object()], ids=["zone", "product"])
async def test_each_resource_is_written_once_and_the_published_product_twice(obj: Obj) -> None:
    made = await settled(obj)
    stages = sum(r.mode is Mode.STAGE for r in made.plan.resources) if made.plan else 0
    assert len(made.cloud.writes()) == len(managed(made.plan)) + stages


async def test_a_lost_status_is_rebuilt_without_a_write() -> None:
    made = await settled(zone_object())
    made.cloud.forget_requests()
    made.restart()
    made.status = {"observedGeneration": -1}
    await made.settle()
    assert (made.ready, made.cloud.writes()) == ("True", [])


async def test_a_network_that_is_mended_keeps_the_subnets_of_others() -> None:
    made = await settled(zone_object())
    assert made.plan
    network = str(made.plan.find("network").id)
    foreign = f"{network}/subnets/snet-of-another-team"
    made.cloud.place(foreign, name="snet-of-another-team", properties={"addressPrefix": "10.100.9.0/24"})
    made.cloud.body(network)["properties"]["addressSpace"] = {"addressPrefixes": ["10.9.0.0/16"]}
    await made.later()
    assert ("PUT", network) in made.cloud.writes()
    assert made.cloud.has(foreign)
    assert made.cloud.has(f"{network}/subnets/snet-container-apps")


async def test_a_namespace_that_has_grown_is_in_sync_and_never_shrunk() -> None:
    made = await settled(zone_object())
    assert made.plan
    namespace = made.cloud.body(str(made.plan.find("event-hubs").id))
    namespace["sku"]["capacity"] = 11
    await made.later()
    assert (made.condition("InSync")["status"], made.cloud.writes()) == ("True", [])
    namespace["properties"]["disableLocalAuth"] = False
    await made.later()
    after = made.cloud.body(str(made.plan.find("event-hubs").id))
    assert (after["sku"]["capacity"], after["properties"]["disableLocalAuth"]) == (11, True)


async def test_a_raised_minimum_raises_the_namespace() -> None:
    made = await settled(zone_object())
    changed(
        made,
        zone_object(
            eventHubs={"throughputUnits": {"min": 5, "max": 20}, "hubs": [{"name": "orders", "partitions": 8}]}
        ),
    )
    await made.settle()
    assert made.plan
    assert made.cloud.body(str(made.plan.find("event-hubs").id))["sku"]["capacity"] == 5


async def test_what_holds_data_stays_when_a_spec_no_longer_names_it() -> None:
    made = await settled(zone_object())
    before = (
        {name: str(made.plan.find(name).id) for name in ("storage", "filesystem/gold", "hub/orders")}
        if made.plan
        else {}
    )
    changed(made, zone_object(storage=None, eventHubs={}))
    await made.settle()
    assert all(made.cloud.has(arm_id) for arm_id in before.values())
    retained = " ".join(made.status["retained"])
    assert all(word in retained for word in ("storage/", "filesystem/", "hub/"))


async def test_what_holds_no_data_goes_when_a_spec_no_longer_names_it() -> None:
    made = await settled(zone_object())
    app = str(made.plan.find("app/loom-mirroring").id) if made.plan else ""
    changed(made, zone_object(apps=None))
    await made.settle(20)
    left = [b["id"] for b in made.cloud.bodies.values() if is_within(b["id"], made.plan.home if made.plan else "")]
    assert not made.cloud.has(app)
    assert not any("Microsoft.App/" in arm_id for arm_id in left)
    assert not any("roleAssignments" in b["id"] for b in made.cloud.bodies.values())


async def test_a_published_product_that_is_reworded_stays_published() -> None:
    made = await settled(product_object())
    product = str(made.plan.find("product").id) if made.plan else ""
    changed(made, product_object(displayName="Orders of today"))
    await made.settle()
    properties = made.cloud.body(product)["properties"]
    assert (properties["state"], properties["displayName"]) == ("published", "Orders of today")
    states = [arm_id for verb, arm_id in made.cloud.writes() if arm_id == product]
    assert len(states) == 3  # made, published, reworded


async def test_a_published_product_that_becomes_a_draft_is_taken_off_the_shelf() -> None:
    made = await settled(product_object())
    product = str(made.plan.find("product").id) if made.plan else ""
    changed(made, product_object(state="Draft"))
    await made.settle()
    assert made.cloud.body(product)["properties"]["state"] == "notPublished"
    assert (made.ready, made.reason("Published")) == ("True", "NotPublished")


async def test_a_document_that_changed_is_imported_again_and_nothing_else_is_written() -> None:
    made = await settled(product_object())
    made.cloud.forget_requests()
    obj = product_object()
    source = obj["spec"]["apis"][0]["revisions"][0]["source"]["openapi"]
    source["inline"] = source["inline"].replace("addOrder", "placeOrder")
    changed(made, obj)
    await made.settle()
    api = str(made.plan.find("api/orders-v1").id) if made.plan else ""
    assert made.cloud.writes() == [("PUT", api)]


async def test_a_policy_that_somebody_edited_is_mended() -> None:
    made = await settled(product_object())
    policy = str(made.plan.find("api-policy/orders-v1").id) if made.plan else ""
    made.cloud.body(policy)["properties"]["value"] = "<policies><inbound><base/></inbound></policies>"
    made.restart()
    await made.later()
    assert "set-backend-service" in made.cloud.body(policy)["properties"]["value"]


async def test_a_product_that_is_deleted_leaves_nothing_of_its_own() -> None:
    made = await settled(product_object())
    made.deleting = True
    made.wish = type(made.wish)(deletion_policy="Delete")
    result = await made.settle(20)
    assert result.release
    left = {type_of(b["id"]) for b in made.cloud.bodies.values()}
    assert left == {
        "Microsoft.ApiManagement/service",
        "Microsoft.ApiManagement/service/groups",
        "Microsoft.Network/virtualNetworks",
    }


async def test_a_zone_that_is_deleted_leaves_its_data_and_nothing_in_the_hub() -> None:
    made = await settled(zone_object())
    made.deleting = True
    made.wish = type(made.wish)(deletion_policy="Delete")
    result = await made.settle(40)
    assert result.release
    left = [b["id"] for b in made.cloud.bodies.values()]
    assert not any("/virtualNetworkPeerings/" in arm_id or "/virtualNetworkLinks/" in arm_id for arm_id in left)
    labels = {arm_type(arm_id).label for arm_id in left if arm_id.startswith(made.plan.home if made.plan else "")}
    assert {"storage", "filesystem", "hub"} <= labels
    assert labels <= {"group", "storage", "filesystem", "hub", "event-hubs", "blob-service", "diagnostics"}


async def test_a_zone_without_a_grant_writes_nothing_and_says_who_can_help() -> None:
    obj = zone_object()
    made = bench(obj, world(obj, plane_object(grants=[])))
    await made.settle(3)
    assert made.cloud.writes() == []
    assert (made.reason(), "a cluster administrator" in made.message()) == ("NotGranted", True)


async def test_an_app_without_its_service_leaves_the_zone_unwired_and_the_rest_converged() -> None:
    made = bench(zone_object(eventHubs=None))
    made.cloud.place(world(zone_object()).plane.hub_network.id, properties={})  # type: ignore[union-attr]
    await made.settle(20)
    assert made.condition("Converged")["status"] == "True"
    assert made.reason("BackingServicesWired") == "MissingBackingService"
    assert "add spec.eventHubs" in made.message("BackingServicesWired")
    assert made.ready == "False"


def test_every_managed_id_is_known_before_anything_is_made_but_those_named_by_a_principal() -> None:
    plan = plan_of(zone_object())
    late = {r.key for r in plan.resources if not isinstance(r.id, str)}
    assert late == {key for key in managed(plan) if key.startswith("role/")}
    assert all(id_of(r) for r in plan.resources)
