"""Paths and names that something in a simulated API Management has: told before anything is written, and had once they are free."""

import pytest

from support.shop import SERVICE, Shop

pytestmark = pytest.mark.sdk

OTHERS = f"{SERVICE}/apis/ledger"


async def test_the_path_of_an_api_that_others_made_is_told_before_anything_is_written_and_taken_once_it_is_free(
    shop: Shop,
) -> None:
    assert shop.put(OTHERS, displayName="Ledger", path="Finance/Orders", protocols=["https"]) == 201
    shop.azure.reset_counters()
    await shop.look()
    ready = shop.row("Ready")
    assert (ready["reason"], shop.row("Reconciling")["reason"]) == ("PathTaken", "PathTaken")
    assert "path finance/orders of orders-v1 is taken" in ready["message"]
    assert "by the API 'Ledger', which is there already" in ready["message"]
    assert shop.writes() == []
    shop.azure.delete(OTHERS)
    await shop.settle()
    assert shop.call("/finance/orders/list") == 200


async def test_the_name_of_a_product_that_others_made_is_told_before_anything_is_written(shop: Shop) -> None:
    assert shop.put(f"{SERVICE}/products/theirs", displayName="orders") == 201
    shop.azure.reset_counters()
    await shop.look()
    assert shop.row("Ready")["reason"] == "NameTaken"
    assert "by the product 'orders', which is there already" in shop.row("Ready")["message"]
    assert shop.writes() == []


async def test_who_stands_is_asked_nothing_and_who_moves_to_a_taken_path_keeps_what_it_has(shop: Shop) -> None:
    await shop.settle()
    assert shop.put(OTHERS, displayName="Ledger", path="finance/ledger", protocols=["https"]) == 201
    shop.azure.advance(60)
    shop.api(path="finance/ledger")
    shop.azure.reset_counters()
    await shop.look()
    assert shop.row("Ready")["reason"] == "PathTaken"
    assert shop.writes() == []
    assert shop.call("/finance/orders/list") == 200


async def test_a_product_whose_status_is_lost_knows_its_own_again(shop: Shop) -> None:
    await shop.settle()
    shop.play.lose_status("ApiProduct")
    await shop.settle()
    assert shop.condition("Ready") == "True"


async def test_who_may_not_publish_at_a_path_is_told_that_and_not_what_stands_there(shop: Shop) -> None:
    assert shop.put(OTHERS, displayName="Ledger", path="sales/ledger", protocols=["https"]) == 201
    shop.api(path="sales/ledger")
    await shop.look()
    assert shop.row("Ready")["reason"] == "NotGranted"
    assert "Ledger" not in shop.row("Ready")["message"]
