"""Policies that are refused, or held to their place: nothing can be smuggled in by a value, an address or an expression."""

from typing import Any

import pytest
from lxml import etree

from loom.api.policies.sections import InboundPolicy, ProductPolicies
from loom.api.policies.table import FIELDS, POLICIES, Section
from loom.errors import Refusal
from loom.plan.product.policies.document import Code, Node, render
from support.policies import ENTRIES, RETRY, XML
from support.rendered import MODELS, inbound, refused, section
from support.worlds import TENANT


@pytest.mark.parametrize("field", ["contentSafety", "semanticCache"])
def test_a_backend_that_the_spec_does_not_have_is_named(field: str) -> None:
    refusal = refused(field, None, backends={})
    assert refusal.reason == "InvalidSpec"
    assert "is no entry of spec.backends" in refusal.message


@pytest.mark.parametrize(
    "url", ["https://thief.azurecontainerapps.io", "https://openai.azure.com.thief.example", "https://openai.azure.us"]
)
def test_the_identity_of_the_service_is_shown_to_nobody_but_azures_models(url: str) -> None:
    refusal = refused("semanticCache", None, backends={"embeddings": ("ours", url)})
    assert "the gateway would show it the service's identity" in refusal.message


def test_a_model_of_azure_by_its_id_may_see_the_identity_of_the_service() -> None:
    made = inbound("semanticCache", backends={"embeddings": ("ours", "")}, models=frozenset({"embeddings"}))
    assert 'embeddings-backend-id="ours"' in made


@pytest.mark.parametrize(
    "host", ["management.azure.com", "127.0.0.1", "169.254.169.254", "10.0.0.4", "finance.vault.azure.net", "localhost"]
)
def test_the_gateway_fetches_keys_from_no_control_plane_and_no_private_address(host: str) -> None:
    refusal = refused("validateJwt", {"openIdConfig": f"https://{host}/.well-known", "audiences": ["a"]})
    assert "nobody can grant that" in refusal.message


def test_entra_itself_publishes_keys() -> None:
    url = f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration"
    assert f'<openid-config url="{url}">' in inbound("validateJwt", {"openIdConfig": url, "audiences": ["a"]})


@pytest.mark.parametrize("value", ["@(context.User)", "@{ return 1; }", "a{{secret}}b", "x@(1)"])
def test_what_the_gateway_would_run_is_refused_even_behind_the_models(value: str) -> None:
    for node in (Node("set-header", {"name": value}), Node("set-header", children=(Node("value", text=value),))):
        with pytest.raises(Refusal, match="the gateway would run"):
            render({Section.INBOUND: [node]})


def test_an_expression_of_ours_may_stand() -> None:
    assert 'key="@(context.Api.Id)"' in render({Section.INBOUND: [Node("x", {"key": Code("@(context.Api.Id)")})]})


def test_a_sign_that_xml_cannot_hold_is_refused() -> None:
    with pytest.raises(Refusal, match="a sign that XML cannot"):
        render({Section.INBOUND: [Node("x", {"a": "\x01"})]})


def test_a_value_cannot_leave_its_place() -> None:
    escape = '"/></value></set-header><send-request/><x y="'
    made = render({Section.INBOUND: [Node("set-header", {"name": escape}, (Node("value", text=escape),))]})
    found = etree.fromstring(made).find("inbound/set-header")
    assert found is not None
    assert (found.get("name"), found[0].text) == (escape, escape)
    assert etree.fromstring(made).find(".//send-request") is None


@pytest.mark.parametrize("field", FIELDS)
def test_an_entry_of_the_wrong_section_is_no_field_there(field: str) -> None:
    sections = {section for row in POLICIES if row.field == field for section in row.sections}
    value = RETRY if field == "retry" else ENTRIES[field]
    for section_ in Section:
        entry = {section_: [{field: value}]}
        if section_ in sections:
            assert ProductPolicies.model_validate(entry)
        else:
            with pytest.raises(ValueError, match="Extra inputs"):
                ProductPolicies.model_validate(entry)


@pytest.mark.parametrize("row", POLICIES, ids=lambda row: f"{row.field} {row.when}")
@pytest.mark.parametrize("level", MODELS)
def test_a_policy_is_refused_at_a_level_where_it_does_not_exist(row: Any, level: str) -> None:
    value = RETRY if row.field == "retry" else ENTRIES[row.field]
    entry = {row.sections[0]: [{row.field: value}]}
    if level in row.levels:
        assert MODELS[level].model_validate(entry)
    else:
        with pytest.raises(ValueError, match=f"{row.field} does not exist here; declare it in the policies of a"):
            MODELS[level].model_validate(entry)


@pytest.mark.parametrize(
    "row", [row for row in POLICIES if row.once and Section.INBOUND in row.sections], ids=lambda row: row.field
)
def test_what_a_document_may_hold_once_is_refused_twice(row: Any) -> None:
    with pytest.raises(ValueError, match="at most"):
        ProductPolicies.model_validate({"inbound": [{row.field: ENTRIES[row.field]}] * 2})


def test_limits_by_another_thing_than_the_key_may_stand_beside_each_other() -> None:
    limits = [
        {"rateLimit": {"calls": 1, "period": "1s", "per": per}} for per in ("Subscription", "IpAddress", "Everybody")
    ]
    assert len(ProductPolicies.model_validate({"inbound": limits}).inbound) == 3


@pytest.mark.parametrize("entry", [{}, {"mock": {}, "setHeader": ENTRIES["setHeader"]}])
def test_an_entry_is_exactly_one_policy(entry: Any) -> None:
    with pytest.raises(ValueError, match="exactly one policy"):
        InboundPolicy.model_validate(entry)


def test_text_stands_where_its_author_put_it() -> None:
    made = section("inbound", {"inbound": [{"mock": {}}, {"xml": XML}, {"setHeader": ENTRIES["setHeader"]}]})
    assert made.index("<mock-response") < made.index("<set-query-parameter") < made.index("<set-header")
