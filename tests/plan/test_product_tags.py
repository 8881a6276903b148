"""Tags: each under a name that only its product forms, linked to it and to each of its APIs."""

import pytest

from loom.errors import Refusal
from loom.plan.arm_id import name_of
from support.plans import plan_of
from support.worlds import product_object


def shown(**tags: str) -> dict[str, str]:
    plan = plan_of(product_object(tags=tags))
    made = (one for one in plan.resources if one.key.startswith("tag/") and one.key.count("/") == 1)
    return {one.key.partition("/")[2]: str(one.body["properties"]["displayName"]) for one in made}


def test_a_tag_reads_as_it_is_written_with_its_value_where_it_has_one() -> None:
    assert shown(sales="", domain="finance") == {"sales": "sales", "domain": "domain: finance"}


def test_a_tag_is_linked_to_the_product_and_to_each_api() -> None:
    plan = plan_of(product_object(tags={"sales": ""}))
    assert plan.find("tag/sales/product").body == {"properties": {"productId": plan.find("product").id}}
    assert plan.find("tag/sales/api/orders-v1").body == {"properties": {"apiId": plan.find("api/orders-v1").id}}


def test_two_products_form_names_of_their_own_for_what_reads_alike() -> None:
    other = product_object(tags={"sales": ""})
    other["metadata"]["name"] = "other"
    one, two = plan_of(product_object(tags={"sales": ""})).find("tag/sales"), plan_of(other).find("tag/sales")
    assert one.id != two.id
    assert one.body == two.body


def test_names_that_differ_in_what_the_service_does_not_take_stay_apart() -> None:
    plan = plan_of(product_object(tags={"a b": "", "a.b": "", "日本": ""}))
    ids = {str(one.id) for one in plan.resources if one.key in ("tag/a b", "tag/a.b", "tag/日本")}
    assert len(ids) == 3
    assert all(name_of(arm_id).isascii() for arm_id in ids)


def test_another_value_is_another_tag_as_the_first_may_be_others_too() -> None:
    finance = plan_of(product_object(tags={"domain": "finance"})).find("tag/domain")
    assert plan_of(product_object(tags={"domain": "hr"})).find("tag/domain").id != finance.id
    assert plan_of(product_object(tags={"Domain": "Finance"})).find("tag/Domain").id == finance.id


def test_tags_of_one_product_that_read_alike_are_told() -> None:
    with pytest.raises(Refusal, match="domain and domain: finance read alike"):
        plan_of(product_object(tags={"domain": "finance", "domain: finance": ""}))


def test_developers_see_the_product_after_its_tags() -> None:
    plan = plan_of(product_object(tags={"sales": ""}))
    assert {"tag/sales", "tag/sales/product", "tag/sales/api/orders-v1"} <= set(
        plan.find("product-published").depends_on
    )


def test_a_tag_that_is_too_long_to_be_shown_is_told() -> None:
    with pytest.raises(Refusal, match="more than 160 characters together"):
        plan_of(product_object(tags={"domain": "x" * 200}))
