"""Deletion on an Azure that refuses a wrong order: what may go is gone, what holds data stays until named."""

from typing import Any

import pytest

from loom.api.data_landing_zone import PRIVATE_SERVICES
from loom.plan.arm_id import key
from loom.plan.catalog import arm_type
from support.converged import PRODUCT, ZONE, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")


def others(estate: Converged) -> set[str]:
    """All that is neither in an inventory nor within what is, less what Azure makes and takes with that."""
    mine = tuple(f"{key(arm_id)}/" for name, _ in estate.play.world.objects() for arm_id in estate.inventory(name))
    there = {key(arm_id) for arm_id in estate.azure.ids()}
    return {arm_id for arm_id in there if not f"{arm_id}/".startswith(mine) and not _goes_along(estate, arm_id)}


def _goes_along(estate: Converged, arm_id: str) -> bool:
    """Is it a DNS record of a zone group, or the subscription that the service gives a new product's maker?"""
    scope = str((estate.azure.get(arm_id) or {}).get("properties", {}).get("scope", ""))
    return ("/privatednszones/" in arm_id and "/a/" in arm_id) or "/products/" in scope


async def all_gone(estate: Converged, *named: str) -> None:
    """The products go, then the zone with this data named."""
    await estate.play.delete_all("ApiProduct")
    estate.play.change(ZONE, lambda spec: spec.update(deletionPolicy="Delete", deleteData=list(named)))
    estate.azure.reset_counters()
    await estate.play.delete(ZONE)


async def retained(estate: Converged) -> list[str]:
    """What the status would print for `deleteData` if nothing of the zone were declared any more, and nobody used it."""
    await estate.play.delete_all("ApiProduct")
    estate.play.change(
        ZONE,
        lambda spec: [
            spec.pop(name, None) for name in (*PRIVATE_SERVICES, "kusto", "eventGrid", "apps", "accessPaths")
        ],
    )
    await estate.play.settle()
    return list(estate.play.status(estate.name)["retained"])


async def test_a_product_and_a_zone_with_all_its_data_named_leave_nothing_of_theirs(estate: Converged) -> None:
    theirs, mine = others(estate), estate.inventory()
    named = await retained(estate)
    await estate.begin()
    await all_gone(estate, *named)
    assert [arm_id for arm_id in mine if estate.azure.get(arm_id) is not None] == []
    assert {key(arm_id) for arm_id in estate.azure.ids()} == theirs


@pytest.mark.parametrize("documents", ["there", "gone"])
async def test_a_product_that_goes_without_its_status_leaves_nothing_of_its_own(
    shop: Converged, documents: str
) -> None:
    mine = shop.inventory()
    obj = shop.play.obj(shop.name)
    del obj["status"]
    if documents == "gone":
        obj["spec"]["apis"][0]["revisions"][0]["source"] = {"openapi": {"configMapRef": {"name": "gone", "key": "it"}}}
    shop.play.store(shop.name, obj)
    shop.restart()
    await shop.play.delete(PRODUCT, shop.name.name)
    assert [arm_id for arm_id in mine if shop.azure.get(arm_id) is not None] == []


async def test_azure_refuses_no_delete_for_its_order_and_none_is_sent_twice(estate: Converged) -> None:
    named = await retained(estate)
    await estate.begin()
    await all_gone(estate, *named)
    deletes = estate.records("DELETE")
    assert [(record.path, record.code) for record in deletes if record.status >= 400] == []
    assert len({key(record.path) for record in deletes}) == len(deletes)


async def test_without_a_name_what_holds_data_stays_and_with_it_what_contains_it(estate: Converged) -> None:
    theirs = others(estate)
    data = {key(arm_id) for arm_id in estate.inventory() if arm_type(arm_id).protected}
    holders = ("event-hubs", "service-bus", "key-vault")
    around = {key(estate.ids[name]) for name in ("group", "storage/blob-service", *holders)}
    await all_gone(estate)
    left = {key(arm_id) for arm_id in estate.azure.ids()} - theirs
    assert data | around <= left
    inside = {key(arm_id) for name in holders for arm_id in estate.azure.ids(f"{estate.ids[name]}/")}
    assert left - data - around <= inside


async def test_one_filesystem_named_goes_alone(estate: Converged) -> None:
    estate.play.change(ZONE, lambda spec: spec["storage"].update(filesystems=[{"name": "silver"}, {"name": "gold"}]))
    await estate.mend()
    (name,) = estate.play.status(estate.name)["retained"]
    estate.play.change(ZONE, lambda spec: spec.update(deleteData=[name]))
    gone = estate.ids["filesystem/bronze"]
    mended = await estate.mend()
    assert mended.writes == ("DELETE filesystem/bronze",)
    assert estate.azure.get(gone) is None


async def test_services_that_leave_the_spec_go_with_their_endpoints_and_their_data_stays(estate: Converged) -> None:
    before = dict(estate.ids)
    await retained(estate)
    gone = [
        "endpoint/storage-blob", "endpoint/storage-dfs", "endpoint/event-hubs-namespace", "app/loom-mirroring", "environment",
        "dns-link/blob", "dns-link/dfs", "dns-link/namespace", "role/loom-mirroring/registry/acrpull",
    ]  # fmt: skip
    stays = ["storage", "filesystem/bronze", "event-hubs", "hub/orders", "network", "group"]
    assert [name for name in gone if estate.azure.get(before[name]) is not None] == []
    assert [name for name in stays if estate.azure.get(before[name]) is None] == []


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "status": 500, "when": "inflight", "times": 3},
        {"kind": "failLate", "type": "Microsoft.Network/privateEndpoints", "code": "InternalServerError", "times": 2},
    ],
    ids=["unanswered", "late"],
)
async def test_an_azure_on_a_bad_day_is_left_all_the_same(estate: Converged, fault: dict[str, Any]) -> None:
    mine, named = estate.inventory(), await retained(estate)
    await estate.begin()
    rule = estate.azure.fault(method="DELETE", **fault)
    await all_gone(estate, *named)
    assert rule.hits == fault["times"]
    assert [arm_id for arm_id in mine if estate.azure.get(arm_id) is not None] == []
