"""Who uses a plane or a zone, as a pass is told it: a deletion waits for them."""

import pytest

from loom.kube.client import ApiError
from loom.kube.key import RESOURCES
from support.api_server import a_plane, a_product, a_zone
from support.office import Office, deleted


@pytest.fixture
async def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(monkeypatch)


async def test_a_zone_with_products_says_who_uses_it(office: Office) -> None:
    office.there_is(a_plane(), deleted(a_zone()), a_product())
    await office.work()
    work = next(work for work in office.works if work.owner.kind == "DataLandingZone")
    assert work.in_use == "still in use by ApiProduct finance/orders: delete it first"


async def test_a_product_of_which_no_event_has_told_yet_keeps_its_zone_in_use(office: Office) -> None:
    office.there_is(a_plane(), deleted(a_zone()))
    office.server.put(a_product())
    await office.work()
    work = next(work for work in office.works if work.owner.kind == "DataLandingZone")
    assert "finance/orders" in work.in_use


async def test_a_plane_with_zones_says_who_uses_it(office: Office) -> None:
    office.there_is(deleted(a_plane()), a_zone())
    await office.work()
    work = next(work for work in office.works if work.owner.kind == "AdminPlane")
    assert "DataLandingZone finance/finance" in work.in_use


async def test_a_kind_that_the_cluster_has_no_more_keeps_no_plane_in_use(office: Office) -> None:
    office.there_is(deleted(a_plane()))
    office.server.refuse["GET", RESOURCES["DataLandingZone"].path("")] = ApiError(404, "Unknown", "404 page not found")
    await office.work()
    assert [work.in_use for work in office.works] == [""]


async def test_who_may_not_use_a_zone_does_not_keep_it(office: Office) -> None:
    stranger = a_product(landingZoneRef={"name": "finance", "namespace": "finance"})
    stranger["metadata"]["namespace"] = "shared"
    office.there_is(a_plane(), deleted(a_zone()), stranger)
    await office.work()
    assert {work.in_use for work in office.works} == {""}


async def test_who_has_made_something_keeps_a_zone_though_it_may_no_longer_use_it(office: Office) -> None:
    stranger = a_product(landingZoneRef={"name": "finance", "namespace": "finance"})
    stranger["metadata"]["namespace"] = "shared"
    stranger["status"] = {"inventory": [{"scope": "/subscriptions/s/resourceGroups/g", "ids": [""]}]}
    office.there_is(a_plane(), deleted(a_zone()), stranger)
    await office.work()
    assert "shared/orders" in next(work for work in office.works if work.owner.kind == "DataLandingZone").in_use


async def test_what_nobody_uses_is_not_in_use(office: Office) -> None:
    office.there_is(deleted(a_plane()), deleted(a_zone(adminPlaneRef={"name": "westus"})))
    await office.work()
    assert {work.in_use for work in office.works} == {""}
