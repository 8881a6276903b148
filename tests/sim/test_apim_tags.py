"""What lists of a whole simulated service show of links, and how a tag is linked."""

import pytest

from support.simulator import Simulator

from .apim_bench import Bench


@pytest.fixture
def bench(azure: Simulator) -> Bench:
    found = Bench(azure)
    found.put("/apis/orders", displayName="Orders", path="orders")
    found.put("/products/p", displayName="P")
    found.put("/tags/sales", displayName="Sales")
    return found


def test_the_list_of_products_shows_their_groups_to_who_asks_for_them(bench: Bench) -> None:
    bench.put("/products/p/groupLinks/mine", groupId="/groups/developers")
    (plain,) = bench.shown("/products")["value"]
    assert "groups" not in plain["properties"]
    (expanded,) = bench.shown("/products", query="&expandGroups=true")["value"]
    assert [group["id"] for group in expanded["properties"]["groups"]] == [
        f"{bench.id}/groups/administrators",
        f"{bench.id}/groups/developers",
    ]


def test_a_list_of_the_service_shows_both_ends_of_every_link_of_a_tag(bench: Bench) -> None:
    assert bench.shown("/tagResources")["value"] == []
    bench.put("/tags/sales/productLinks/mine", productId="/products/p")
    bench.put("/tags/sales/apiLinks/mine", apiId="/apis/orders")
    tag = {"id": "/tags/sales", "name": "Sales"}
    found = bench.shown("/tagResources")["value"]
    assert {"tag": tag, "product": {"id": "/products/p", "name": "P"}} in found
    assert {"tag": tag, "api": {"id": "/apis/orders", "name": "Orders"}} in found
    assert len(found) == 2


def test_that_list_has_pages(bench: Bench) -> None:
    bench.put("/tags/sales/productLinks/mine", productId="/products/p")
    bench.put("/tags/sales/apiLinks/mine", apiId="/apis/orders")
    first = bench.shown("/tagResources", query="&$top=1")
    assert len(first["value"]) == 1
    assert "nextLink" in first


def test_what_is_linked_once_is_not_linked_again_under_another_name(bench: Bench) -> None:
    bench.put("/tags/sales/productLinks/mine", productId="/products/p")
    assert bench.put("/tags/sales/productLinks/theirs", productId="/products/p").status == 409
