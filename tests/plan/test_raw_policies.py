"""Attacks through `xml`: each is a text that would reach what belongs to somebody else, and each is refused in words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom.api.policies.literals import CODE, NO_CODE
from loom.api.policies.table import Section
from loom.errors import Refusal
from loom.plan.product.policies.document import render
from loom.plan.product.policies.raw import PLACES, SHAPES, elements
from support.policies import XML

FORBIDDEN = (
    "authentication-managed-identity", "authentication-basic", "authentication-certificate", "send-request", "send-one-way-request",
    "log-to-eventhub", "include-fragment", "set-backend-service", "proxy", "invoke-request", "get-authorization-context",
    "cache-lookup", "cache-store", "cache-lookup-value", "cache-store-value", "cache-remove-value", "validate-client-certificate",
    "validate-jwt", "validate-azure-ad-token", "xsl-transform", "rate-limit-by-key", "quota-by-key", "llm-token-limit",
    "azure-openai-token-limit", "llm-semantic-cache-lookup", "llm-content-safety", "emit-metric", "trace", "wait", "retry",
    "limit-concurrency", "choose", "cors", "quota", "base", "policies", "inbound", "publish-to-dapr", "invoke-dapr-binding",
)  # fmt: skip


def refused(text: str, section: Section = Section.INBOUND) -> str:
    with pytest.raises(Refusal) as caught:
        elements(text, section, "spec.policies.inbound")
    assert caught.value.reason == "InvalidSpec"
    assert caught.value.message.startswith("spec.policies.inbound: xml")
    return caught.value.message


def test_an_element_of_the_list_comes_through_as_it_is() -> None:
    (node,) = elements(XML, Section.INBOUND, "x")
    assert (node.name, dict(node.attributes), node.children[0].text) == (
        "set-query-parameter",
        {"name": "a", "exists-action": "override"},
        "b",
    )
    assert XML.replace("><value>b</value></", ">\n      <value>b</value>\n    </") in render({Section.INBOUND: [node]})


def test_several_elements_stand_in_their_order() -> None:
    nodes = elements('<set-method>GET</set-method>\n  <rewrite-uri template="/x"/>', Section.INBOUND, "x")
    assert [node.name for node in nodes] == ["set-method", "rewrite-uri"]


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_reaches_beyond_the_product_is_on_no_list(name: str) -> None:
    for section in Section:
        assert f"'{name}' is not among the elements" in refused(f"<{name}/>", section)


@pytest.mark.parametrize("name", FORBIDDEN)
def test_nor_is_it_inside_of_something_that_is(name: str) -> None:
    for holder in ("return-response", "set-header", "set-body", "validate-parameters", "find-and-replace"):
        message = refused(f"<{holder}><{name}/></{holder}>")
        assert f"'{name}' may not stand in {holder}" in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><set-body>&b;</set-body>', "document types"),
        ("<set-body>&unknown;</set-body>", "it is not XML"),
        ("<set-body><![CDATA[<send-request/>]]></set-body>", "CDATA"),
        ("<!-- <send-request/> --><set-method>GET</set-method>", "comments"),
        ('<?xml-stylesheet href="x"?><set-method>GET</set-method>', "processing instructions"),
        ('<x:send-request xmlns:x="urn:x"/>', "is not among the elements"),
        ('<set-header xmlns="urn:x" name="a"/>', "is not among the elements"),
        ('<set-method xmlns:x="urn:x" x:mode="new">GET</set-method>', "may not have the attribute '{urn:x}mode'"),
        ("</policies><policies>", "it is not XML"),
        ("</inbound><inbound><send-request/>", "it is not XML"),
        ("<set-method>GET", "it is not XML"),
        ("just words", "text stands outside"),
        ("<set-method>GET</set-method> and words", "text stands outside"),
        ('<rewrite-uri template="/x">words</rewrite-uri>', "rewrite-uri may not hold a text"),
        ('<set-header name="a">words<value>b</value></set-header>', "set-header may not hold a text"),
        ('<set-header name="a"><value>b<value>c</value></value></set-header>', "may not stand in value"),
    ],
)
def test_xml_that_is_more_than_elements_is_refused(text: str, says: str) -> None:
    assert says in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        '<set-variable name="a" value="@(context.Deployment.Certificates)"/>',
        '<set-variable name="a" value="x @(1)"/>',
        '<set-header name="a"><value>{{other-owners-secret}}</value></set-header>',
        "<set-body>@{ return context.Request.Body.As&lt;string&gt;(); }</set-body>",
        "<set-method>\n@(context.User)</set-method>",
    ],
)
def test_code_and_named_values_are_refused_wherever_they_stand(text: str) -> None:
    assert "is code or a named value, which nobody can grant" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        '<set-variable name="a" value="&#64;(context.User)"/>',
        '<set-header name="a"><value>&#x7b;{secret}}</value></set-header>',
        "<set-body>&#64;{ return 1; }</set-body>",
    ],
)
def test_code_that_is_spelled_in_character_references_is_refused_when_it_is_written(text: str) -> None:
    nodes = elements(text, Section.INBOUND, "x")
    with pytest.raises(Refusal, match="the gateway would run"):
        render({Section.INBOUND: nodes})


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        (
            '<validate-content unspecified-content-type-action="prevent"><content schema-id="theirs"/></validate-content>',
            "schema-id",
        ),
        ('<set-body template="liquid">x</set-body>', "template"),
        ('<forward-request backend-id="theirs"/>', "backend-id"),
        ('<forward-request follow-redirects="true"/>', "follow-redirects"),
        ('<rate-limit calls="1" renewal-period="1" counter-key="theirs"/>', "counter-key"),
        ('<mock-response status-code="200" certificate-id="theirs"/>', "certificate-id"),
    ],
)
def test_an_attribute_that_names_something_of_the_service_is_refused(text: str, attribute: str) -> None:
    section = Section.BACKEND if text.startswith("<forward") else Section.INBOUND
    assert f"may not have the attribute '{attribute}'" in refused(text, section)


@pytest.mark.parametrize("name", ["Host", "host", " HOST "])
def test_the_host_that_a_backend_sees_stays_its_own(name: str) -> None:
    assert "Host stays the backend's" in refused(
        f'<set-header name="{name}"><value>other.app.internal</value></set-header>'
    )
    inside = f'<return-response><set-header name="{name}"><value>x</value></set-header></return-response>'
    assert "Host stays the backend's" in refused(inside)


def test_an_element_in_the_wrong_section_is_told_where_it_stands() -> None:
    assert "forward-request stands in backend, not in inbound" in refused("<forward-request/>")
    assert "set-method stands in inbound, not in outbound" in refused("<set-method>GET</set-method>", Section.OUTBOUND)


@given(st.text("@({x}) \n", max_size=12))
def test_the_api_server_refuses_the_same_code_by_a_pattern(text: str) -> None:
    assert bool(re.search(NO_CODE, f"<{text}>")) is not bool(CODE.search(f"<{text}>"))


def test_the_line_is_told() -> None:
    assert "xml line 3: 'send-request'" in refused("<set-method>GET</set-method>\n\n<send-request/>")


def test_a_thousand_elements_inside_each_other_are_refused_and_not_followed() -> None:
    text = "<return-response>" * 1000 + "</return-response>" * 1000
    assert "xml" in refused(text)


def test_everything_that_may_stand_somewhere_has_a_shape() -> None:
    assert set(PLACES) <= set(SHAPES)
    assert {child for shape in SHAPES.values() for child in shape.children} <= set(SHAPES)
    reachable = set(PLACES) | {child for shape in SHAPES.values() for child in shape.children}
    assert set(SHAPES) == reachable
