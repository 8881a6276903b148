"""A product whose status was lost: what left its spec meanwhile is found by name in the service's lists, and nothing of others is."""

from support.shop import SERVICE, Shop

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
