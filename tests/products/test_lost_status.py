"""A product whose status was lost: what left its spec meanwhile is found by name in the service's lists, and nothing of others is."""

from collections.abc import Callable
from typing import Any

from support.shop import SERVICE, Shop
from support.worlds import Obj

THEIRS = f"{SERVICE}/apis/ledger-by-hand"


async def two_apis(shop: Shop) -> list[str]:
    """A converged product of two APIs, beside one that somebody made by hand; the ids of ours in the service."""
    bills = {"name": "bills", "path": "finance/bills"}
    shop.edit(lambda spec: spec.update(apis=[spec["apis"][0], {**spec["apis"][0], **bills}], tags={"sales": ""}))
    await shop.settle()
    assert shop.put(THEIRS, displayName="Ledger", path="sales/ledger", protocols=["https"]) == 201
    shop.azure.advance(60)
    return [arm_id for arm_id in shop.azure.ids(SERVICE) if "bills" in arm_id]


async def test_an_api_that_left_the_spec_while_the_status_was_lost_is_deleted_and_no_other(shop: Shop) -> None:
    bills = await two_apis(shop)
    assert bills
    before = set(shop.azure.ids(SERVICE))
    shop.play.lose_status("ApiProduct")
    shop.edit(lambda spec: spec["apis"].pop())
    shop.azure.reset_counters()
    await shop.settle()
    assert [arm_id for arm_id in shop.azure.ids(SERVICE) if "bills" in arm_id] == []
    assert before - set(shop.azure.ids(SERVICE)) == set(bills)
    assert not [write for write in shop.writes() if not write.startswith("DELETE")]


async def test_a_status_that_was_lost_alone_writes_nothing(shop: Shop) -> None:
    await two_apis(shop)
    shop.play.lose_status("ApiProduct")
    shop.azure.reset_counters()
    await shop.settle()
    assert shop.writes() == []


async def test_a_preview_of_what_left_the_spec_waits_for_its_approval(shop: Shop) -> None:
    bills = await two_apis(shop)
    shop.play.lose_status("ApiProduct")
    shop.edit(lambda spec: (spec["apis"].pop(), spec.update(policy="Plan")))
    await shop.look()
    assert set(bills) <= set(shop.azure.ids(SERVICE))
    deleted = [change for change in shop.status["plan"]["changes"] if change["action"] == "Delete"]
    assert any("bills" in str(change) for change in deleted)


LIMIT = {"inbound": [{"setHeader": {"name": "x-a", "values": ["b"]}}]}


async def lost_with(shop: Shop, change: Callable[[Obj], Any], undo: Callable[[Obj], Any]) -> list[str]:
    """What is written for a product that once had a part which left its spec while its status was lost."""
    await shop.settle()
    shop.edit(change)
    await shop.settle()
    shop.play.lose_status("ApiProduct")
    shop.edit(undo)
    shop.azure.reset_counters()
    await shop.settle()
    return sorted(shop.writes())


async def test_the_document_of_a_product_that_left_the_spec_while_the_status_was_lost_is_deleted(shop: Shop) -> None:
    (write,) = await lost_with(shop, lambda spec: spec.update(policies=LIMIT), lambda spec: spec.pop("policies"))
    assert write.startswith("DELETE /products/")
    assert write.endswith("/policies/policy")


async def test_the_document_of_an_operation_that_left_the_spec_while_the_status_was_lost_is_deleted(shop: Shop) -> None:
    operations = [{"name": "list", "policies": LIMIT}, {"name": "get", "policies": LIMIT}]
    (write,) = await lost_with(
        shop,
        lambda spec: spec["apis"][0].update(operations=operations),
        lambda spec: spec["apis"][0].update(operations=operations[:1]),
    )
    assert write.startswith("DELETE /apis/")
    assert write.endswith("/operations/get/policies/policy")


async def test_telemetry_that_left_the_spec_while_the_status_was_lost_is_deleted(shop: Shop) -> None:
    writes = await lost_with(shop, lambda spec: spec.update(diagnostics={}), lambda spec: spec.pop("diagnostics"))
    assert [write.split("/")[-2] for write in writes] == ["diagnostics", "loggers"]


async def test_a_group_that_left_the_spec_while_the_status_was_lost_sees_the_product_no_more(shop: Shop) -> None:
    await shop.settle()
    theirs = f"{SERVICE}/products/{shop.names('products')[0]}/groupLinks/by-hand"
    assert shop.put(theirs, groupId=f"{SERVICE}/groups/guests") == 201
    shop.azure.advance(60)
    (write,) = await lost_with(
        shop, lambda spec: spec.update(visibleTo=["developers"]), lambda spec: spec.pop("visibleTo")
    )
    assert "/groupLinks/domain-finance-orders-group-developers-" in write


async def test_links_in_a_tag_of_others_that_left_the_spec_while_the_status_was_lost_are_deleted(shop: Shop) -> None:
    for name, reads in (("of-others", "sales"), ("of-nobody", "rest")):
        assert shop.put(f"{SERVICE}/tags/{name}", displayName=reads) == 201
    shop.azure.advance(60)
    writes = await lost_with(shop, lambda spec: spec.update(tags={"sales": ""}), lambda spec: spec.pop("tags"))
    links = f"DELETE /tags/of-others/{{}}/{shop.names('products')[0].rpartition('-')[0]}-tag-sales-"
    assert all(
        write.startswith(links.format(kind)) for write, kind in zip(writes, ("apiLinks", "productLinks"), strict=True)
    )
    assert not any("of-nobody/" in record.path for record in shop.azure.world.records.last)


async def test_nothing_is_looked_for_in_a_product_that_is_only_being_made(shop: Shop) -> None:
    await shop.look()
    assert [record.path for record in shop.azure.world.records.last if record.method == "HEAD"] == []
