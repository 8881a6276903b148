from __future__ import annotations

import pytest

from support.simulator import Simulator

from .apim_bench import ANY, POLICY, Bench


@pytest.fixture
def bench(azure: Simulator) -> Bench:
    found = Bench(azure)
    found.put("/products/p", displayName="P")
    found.put("/apis/orders", displayName="Orders", path="orders")
    return found


def faults(bench: Bench, path: str, inbound: str, outbound: str = "") -> list[str]:
    answer = bench.policy(path, inbound, outbound)
    assert (answer.status, answer.body["error"]["code"]) == (400, "ValidationError")
    return [item["message"] for item in answer.body["error"]["details"]]


def test_a_policy_comes_back_escaped_and_laid_out_unless_raw_is_asked_for(bench: Bench) -> None:
    code = '@(context.Request.Headers["a"] == "(" && 1 < 2)'
    answer = bench.policy("/products/p", f'<set-header name="x"><value>{code}</value></set-header>')
    assert answer.body["properties"]["format"] == "xml"
    escaped = bench.shown("/products/p/policies/policy")["properties"]["value"]
    assert '== "(" &amp;&amp; 1 &lt; 2)</value>\r\n' in escaped
    assert escaped.startswith(
        '<policies>\r\n\t<inbound>\r\n\t\t<base />\r\n\t\t<set-header name="x">\r\n\t\t\t<value>@('
    )
    raw = bench.shown("/products/p/policies/policy", "&format=rawxml")["properties"]
    assert raw["format"] == "rawxml"
    assert f"<value>{code}</value>\r\n" in raw["value"]


def test_code_in_an_attribute_survives_both_spellings(bench: Bench) -> None:
    code = '@(context.Request.IpAddress + "\\"" + (1 > 0))'
    bench.policy("/products/p", f'<set-variable name="v" value="{code}" />')
    raw = bench.shown("/products/p/policies/policy", "&format=rawxml")["properties"]["value"]
    assert f'value="{code}" />' in raw
    again = bench.put("/products/p/policies/policy", format="rawxml", value=raw)
    assert again.status == 200
    assert bench.shown("/products/p/policies/policy", "&format=rawxml")["properties"]["value"] == raw


def test_comments_are_kept(bench: Bench) -> None:
    bench.policy("/products/p", "<!-- why -->")
    assert "\r\n\t\t<!-- why -->\r\n" in bench.shown("/products/p/policies/policy")["properties"]["value"]


def test_what_is_no_xml_is_refused_with_its_line(bench: Bench) -> None:
    answer = bench.put("/products/p/policies/policy", value="<policies>\n  <inbound>\n</policies>")
    [fault] = answer.body["error"]["details"]
    assert fault["target"] == "representation"
    assert "Line 3" in fault["message"]
    assert bench.call("GET", "/products/p/policies/policy").status == 404


def test_entities_of_a_document_type_are_not_expanded(bench: Bench) -> None:
    text = '<!DOCTYPE a [<!ENTITY b "c">]><policies><inbound>&b;</inbound></policies>'
    [fault] = bench.put("/products/p/policies/policy", value=text).body["error"]["details"]
    assert "DTD is prohibited" in fault["message"]


@pytest.mark.parametrize(
    ("path", "inbound", "says"),
    [
        (
            "/products/p",
            "<limit />",
            "Error in element 'limit' on line 1, column 29: 'limit' is not a valid policy name.",
        ),
        ("/apis/orders", '<quota calls="1" renewal-period="60" />', "Policy is not allowed in the specified scope"),
        ("", '<rate-limit calls="1" renewal-period="60" />', "Policy is not allowed in the specified scope"),
        ("/apis/orders", "<cache-store />", "Policy is not allowed in the specified section"),
        ("/apis/orders", '<rate-limit calls="1" />', "The required attribute 'renewal-period' is missing."),
        ("/apis/orders", '<rate-limit calls="1" renewal-period="301" />', "not a whole number from 1 to 300"),
        ("/apis/orders", '<rate-limit calls="@(1)" renewal-period="3" />', "The 'calls' attribute is invalid"),
        ("/apis/orders", '<rate-limit calls="1" renewal-period="3" per="x" />', "The 'per' attribute is not declared."),
        (
            "/products/p",
            '<quota renewal-period="60" />',
            "Either calls, bandwidth, or both together must be specified.",
        ),
        (
            "/apis/orders",
            '<choose><when condition="@(true)"><nope /></when></choose>',
            "'nope' is not a valid policy name",
        ),
        ("/apis/orders", '<set-backend-service backend-id="gone" />', "Backend with id 'gone' could not be found."),
        ("/apis/orders", '<set-header name="x"><value>{{gone}}</value></set-header>', "Cannot find a property 'gone'"),
        ("/apis/orders", '<include-fragment fragment-id="gone" />', "Policy fragment 'gone' could not be found."),
    ],
)
def test_a_policy_that_the_service_does_not_take_is_refused(bench: Bench, path: str, inbound: str, says: str) -> None:
    assert says in " ".join(faults(bench, path, inbound.replace("<base />", "")))


def test_global_policies_have_no_base(bench: Bench) -> None:
    found = faults(bench, "", "")
    assert len(found) == POLICY.count("<base />")
    assert all("'base'" in fault and "Policy is not allowed in the specified scope" in fault for fault in found)


def test_sections_are_known_and_stand_once(bench: Bench) -> None:
    twice = "<policies><inbound /><inbound /><after /></policies>"
    answer = bench.put("/products/p/policies/policy", value=twice).body["error"]["details"]
    assert [item["target"] for item in answer] == ["inbound", "inbound", "policies"]
    assert "List of possible elements expected: 'inbound, backend, outbound, on-error'" in answer[2]["message"]


def test_a_policy_shows_its_etag_to_a_head_and_goes_with_a_match(bench: Bench) -> None:
    bench.policy("/products/p")
    etag = bench.call("HEAD", "/products/p/policies/policy").headers["ETag"]
    assert etag == bench.call("GET", "/products/p/policies/policy").headers["ETag"]
    assert bench.policy("/products/p").headers["ETag"] == etag
    assert bench.call("DELETE", "/products/p/policies/policy", headers=ANY).status == 200


def test_there_is_one_document_and_its_name_is_policy(bench: Bench) -> None:
    assert bench.put("/products/p/policies/mine", value="<policies />").status == 400


def test_the_service_says_which_policies_it_has(bench: Bench) -> None:
    found = {
        item["name"]: item["properties"]["scope"] for item in bench.call("GET", "/policyDescriptions").body["value"]
    }
    assert (found["quota"], "llm-token-limit" in found) == (2, True)
    assert bench.call("POST", "/validatePolicies").body == {"logs": []}


@pytest.mark.parametrize(
    ("tier", "lacking"),
    [
        ("Consumption", {"rate-limit-by-key", "quota-by-key", "llm-token-limit"}),
        ("StandardV2", {"quota-by-key"}),
        ("Developer", set()),
    ],
)
def test_a_tier_has_what_it_has(bench: Bench, tier: str, lacking: set[str]) -> None:
    bench.azure.edit(bench.id, {"sku": {"name": tier}})
    asked = {"rate-limit", "rate-limit-by-key", "quota-by-key", "llm-token-limit"}
    assert asked - {item["name"] for item in bench.call("GET", "/policyDescriptions").body["value"]} == lacking
    answer = bench.policy("/apis/orders", '<quota-by-key calls="1" renewal-period="60" counter-key="x" />')
    assert answer.status == (400 if lacking else 201)


def test_a_fragment_is_made_in_a_moment_and_shown_with_a_lower_case_id(bench: Bench) -> None:
    assert bench.put("/policyFragments/f", value="<fragment></fragment>").status == 201
    bench.azure.advance(3)
    assert "/policyfragments/f" in bench.shown("/policyFragments/f")["id"]
    assert bench.policy("/apis/orders", '<include-fragment fragment-id="f" />').status == 201
