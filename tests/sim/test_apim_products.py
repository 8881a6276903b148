from __future__ import annotations

import pytest

from support.simulator import Simulator

from .apim_bench import ANY, Bench


@pytest.fixture
def bench(azure: Simulator) -> Bench:
    found = Bench(azure)
    found.put("/apis/orders", displayName="Orders", path="orders")
    return found


def test_a_new_product_is_linked_with_the_administrators_and_says_so_once(bench: Bench) -> None:
    made = bench.put("/products/p", displayName="P")
    assert [item["name"] for item in made.body["properties"]["groups"]] == ["Administrators"]
    assert bench.shown("/products/p")["properties"]["groups"] == []
    assert bench.shown("/products/p")["properties"]["state"] == "notPublished"
    assert bench.names("/products/p/groups") == ["administrators"]
    assert len(bench.names("/products/p/groupLinks")) == 1


def test_a_product_with_subscriptions_is_deleted_only_with_them(bench: Bench) -> None:
    bench.put("/products/p", displayName="P")
    assert len(bench.names("/subscriptions")) == 2
    refused = bench.call("DELETE", "/products/p", headers=ANY)
    assert refused.body["error"]["code"] == "ValidationError"
    assert "deleteSubscriptions=true" in refused.body["error"]["message"]
    assert bench.call("DELETE", "/products/p", headers=ANY, query="&deleteSubscriptions=true").status == 200
    assert bench.names("/subscriptions") == ["master"]
    assert bench.call("GET", "/products/p").body["error"]["message"] == "Product not found."


def test_the_makers_subscription_can_be_turned_off(bench: Bench) -> None:
    bench.azure.settings(product_subscriptions=False)
    bench.put("/products/p", displayName="P")
    assert bench.call("DELETE", "/products/p", headers=ANY).status == 200


def test_an_open_product_has_no_limits_on_subscriptions(bench: Bench) -> None:
    refused = bench.put("/products/p", displayName="P", subscriptionRequired=False, approvalRequired=True)
    assert refused.body["error"]["details"][0]["target"] == "subscriptionRequired"
    assert bench.put("/products/p", displayName="P", subscriptionRequired=False).status == 201


def test_a_patch_changes_what_it_names_and_nothing_else(bench: Bench) -> None:
    bench.put("/products/p", displayName="P", description="words", subscriptionsLimit=3)
    change = {"properties": {"state": "published", "subscriptionsLimit": None}}
    assert bench.call("PATCH", "/products/p", change).status == 400
    assert bench.call("PATCH", "/products/p", change, headers=ANY).status == 200
    shown = bench.shown("/products/p")["properties"]
    assert (shown["state"], shown["description"], shown["subscriptionsLimit"]) == ("published", "words", None)


def test_two_products_have_two_names(bench: Bench) -> None:
    bench.put("/products/p", displayName="P")
    assert bench.put("/products/q", displayName="p").status == 400


def test_a_link_between_product_and_api_has_two_faces(bench: Bench) -> None:
    bench.put("/products/p", displayName="P")
    assert bench.put("/products/p/apiLinks/mine", apiId="/apis/orders").status == 201
    assert bench.shown("/products/p/apiLinks/mine")["properties"]["apiId"] == f"{bench.id}/apis/orders"
    assert bench.call("HEAD", "/products/p/apis/orders").status == 204
    plain = bench.call("GET", "/products/p/apis/orders")
    assert (plain.status, plain.headers["Allow"]) == (405, "HEAD,PUT,DELETE")
    assert plain.body == {"Message": "The requested resource does not support http method 'GET'."}
    assert bench.call("PUT", "/products/p/apis/orders").status == 200
    assert bench.call("DELETE", "/products/p/apis/orders").status == 200
    assert bench.names("/products/p/apiLinks") == bench.names("/products/p/apis") == []


def test_a_link_made_by_the_short_way_is_listed_among_the_links(bench: Bench) -> None:
    bench.put("/products/p", displayName="P")
    made = bench.call("PUT", "/products/p/apis/orders")
    assert (made.status, made.body["properties"]["displayName"]) == (201, "Orders")
    [link] = bench.names("/products/p/apiLinks")
    again = bench.put("/products/p/apiLinks/another", apiId=f"{bench.id}/apis/orders")
    assert again.status == 409
    assert bench.call("DELETE", f"/products/p/apiLinks/{link}").status == 200
    assert bench.call("HEAD", "/products/p/apis/orders").status == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/products/p/apiLinks/x", {"apiId": "/apis/gone"}),
        ("/products/p/groupLinks/x", {"groupId": "/groups/gone"}),
        ("/products/p/apis/gone", {}),
        ("/products/p/groups/gone", {}),
        ("/subscriptions/x", {"displayName": "x", "scope": "/products/gone"}),
        ("/apis/x", {"displayName": "x", "path": "x", "apiVersionSetId": "/apiVersionSets/gone"}),
        ("/apis/orders/diagnostics/applicationinsights", {"loggerId": "/loggers/gone"}),
    ],
)
def test_what_is_referred_to_must_exist(bench: Bench, path: str, body: dict[str, str]) -> None:
    bench.put("/products/p", displayName="P")
    assert bench.put(path, **body).body["error"]["code"] == "ValidationError"


def test_a_subscription_gets_keys_that_only_its_making_and_an_action_show(bench: Bench) -> None:
    made = bench.put("/subscriptions/s", displayName="S", scope="/apis")
    shown = made.body["properties"]
    assert shown["scope"] == f"{bench.id}/apis"
    assert shown["state"] == "active"
    assert "primaryKey" not in bench.shown("/subscriptions/s")["properties"]
    secrets = bench.call("POST", "/subscriptions/s/listSecrets").body
    assert secrets == {"primaryKey": shown["primaryKey"], "secondaryKey": shown["secondaryKey"]}
    assert bench.call("POST", "/subscriptions/s/regeneratePrimaryKey").status == 204
    fresh = bench.call("POST", "/subscriptions/s/listSecrets").body
    assert fresh["secondaryKey"] == secrets["secondaryKey"]
    assert fresh["primaryKey"] != secrets["primaryKey"]


def test_a_subscription_that_is_made_again_has_other_keys(bench: Bench) -> None:
    first = bench.put("/subscriptions/s", displayName="S", scope="/apis").body["properties"]["primaryKey"]
    bench.put("/subscriptions/s", displayName="Renamed", scope="/apis")
    assert bench.call("POST", "/subscriptions/s/listSecrets").body["primaryKey"] == first
    assert bench.call("DELETE", "/subscriptions/s", headers=ANY).status == 200
    bench.put("/subscriptions/s", displayName="S", scope="/apis")
    assert bench.call("POST", "/subscriptions/s/listSecrets").body["primaryKey"] != first


def test_a_subscription_to_a_product_begins_as_submitted_and_counts_against_its_limit(bench: Bench) -> None:
    bench.azure.settings(product_subscriptions=False)
    bench.put("/products/p", displayName="P", approvalRequired=True, subscriptionsLimit=1)
    assert (
        bench.put("/subscriptions/one", displayName="1", scope="/products/p").body["properties"]["state"] == "submitted"
    )
    assert bench.put("/subscriptions/two", displayName="2", scope="/products/p").status == 400


def test_keys_may_be_chosen_and_belong_to_one_subscription(bench: Bench) -> None:
    bench.put("/subscriptions/s", displayName="S", scope="/apis", primaryKey="chosen-key")
    assert bench.call("POST", "/subscriptions/s/listSecrets").body["primaryKey"] == "chosen-key"
    assert bench.put("/subscriptions/t", displayName="T", scope="/apis", primaryKey="chosen-key").status == 400
