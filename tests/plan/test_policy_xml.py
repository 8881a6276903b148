"""Policies as XML: what stands in them, and that nothing can be smuggled in."""

import pytest
from lxml import etree

from loom.api.api_policies import ApiPolicies, ProductPolicies
from loom.errors import Refusal
from loom.plan.catalog.normals import as_xml
from loom.plan.product.policy_xml import for_api, for_product

LIMIT = {"rateLimit": {"calls": 10, "period": "1m30s"}}
QUOTA = {"quota": {"calls": 5000, "period": "24h"}}


def inbound(document: str) -> list[tuple[str, dict[str, str]]]:
    section = etree.fromstring(document).find("inbound")
    return [(str(item.tag), dict(item.attrib)) for item in section]


def test_an_api_sends_its_calls_to_its_backend_and_keeps_what_is_above() -> None:
    document = for_api(ApiPolicies.model_validate({"inbound": [LIMIT]}), "app-1")
    assert inbound(document) == [
        ("base", {}),
        ("set-backend-service", {"backend-id": "app-1"}),
        ("rate-limit", {"calls": "10", "renewal-period": "90"}),
    ]


def test_every_section_keeps_its_base() -> None:
    root = etree.fromstring(for_api(None, "app-1"))
    assert [(section.tag, section[0].tag) for section in root] == [
        (name, "base") for name in ("inbound", "backend", "outbound", "on-error")
    ]


def test_a_products_policies_stand_in_the_order_of_the_spec() -> None:
    names = [name for name, _ in inbound(for_product(ProductPolicies.model_validate({"inbound": [QUOTA, LIMIT]})))]
    assert names == ["base", "quota", "rate-limit"]


@pytest.mark.parametrize("value", ["@(context.User)", "@{ return 1; }", "a{{secret}}b"])
def test_what_the_gateway_would_run_is_refused(value: str) -> None:
    with pytest.raises(Refusal, match="the gateway would run"):
        for_api(None, value)


def test_a_value_cannot_leave_its_attribute() -> None:
    assert inbound(for_api(None, '"/><forward-request/><x y="'))[1] == (
        "set-backend-service",
        {"backend-id": '"/><forward-request/><x y="'},
    )


def test_layout_comments_and_line_ends_are_no_difference() -> None:
    ours = for_api(None, "app-1")
    theirs = "<!-- IMPORTANT -->\r\n" + ours.replace("\n", "\r\n\t").replace("<base/>", "<base />").replace('"', "'")
    assert as_xml(theirs) == as_xml(ours)


def test_another_value_is_a_difference() -> None:
    assert as_xml(for_api(None, "app-1")) != as_xml(for_api(None, "app-2"))


def test_a_policy_with_a_bare_expression_is_compared_as_text() -> None:
    raw = '<policies><inbound><set-variable name="x" value="@(1 < 2)" /></inbound></policies>'
    assert as_xml(raw + "\r\n") == raw


def test_entities_are_not_unfolded() -> None:
    bomb = '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><p>&b;</p>'
    assert "aaaaaaaaaaaa" not in as_xml(bomb)
