"""Policies as XML: what stands in them and where, and that nothing can be smuggled in."""

from typing import Any

import pytest
from lxml import etree

from loom.api.admin_plane import Cloud
from loom.api.policies.sections import ProductPolicies
from loom.api.policies.table import API, FIELDS, OPERATION, POLICIES, PRODUCT
from loom.errors import Refusal
from loom.plan.catalog.normals import as_xml
from loom.plan.product.policies.document import render
from loom.plan.product.policies.entries import statements
from loom.plan.product.policies.resources import service_name
from support.plans import plan_of
from support.policies import APP, ENTRIES, OTHER_TENANT, RETRY
from support.rendered import SCOPE, document, inbound, refused, section
from support.worlds import TENANT, api_object, product_object

# --- documents ----------------------------------------------------------------------------------------------------------------


def test_an_api_sends_its_calls_to_its_backend_before_anything_else_and_keeps_what_is_above() -> None:
    properties = plan_of(product_object()).find("api-policy/orders-v1").body["properties"]
    assert isinstance(properties, dict)
    found = etree.fromstring(str(properties["value"])).find("inbound")
    assert found is not None
    assert [item.tag for item in found] == ["base", "set-backend-service", "rate-limit"]


def test_every_section_keeps_its_base() -> None:
    root = etree.fromstring(render({}))
    names = ("inbound", "backend", "outbound", "on-error")
    assert [(item.tag, item[0].tag) for item in root] == [(name, "base") for name in names]


def test_policies_stand_in_the_order_of_the_spec() -> None:
    fields = ["quota", "setHeader", "rateLimit", "ipFilter"]
    found = document({"inbound": [{field: ENTRIES[field]} for field in fields]}).find("inbound")
    assert found is not None
    assert [item.tag for item in found] == ["base", "quota", "set-header", "rate-limit", "ip-filter"]


def test_an_operation_has_a_document_of_its_own_below_its_name_in_the_service() -> None:
    plan = plan_of(product_object())
    found = plan.find("operation-policy/orders-v1/listOrders")
    assert str(found.id) == str(plan.find("revision/orders-v1/1").id) + "/operations/listorders/policies/policy"
    assert found.depends_on == ("api-policy/orders-v1", "policy-offer/set-header")


@pytest.mark.parametrize(
    ("operation_id", "name"),
    [
        ("List_Orders", "list-orders"),
        ("Get_[foo]", "get-foo"),
        ("--x--", "x"),
        ("ordersGET", "ordersget"),
        ("a" * 90, "a" * 76),
    ],
)
def test_an_operation_is_named_as_the_service_names_it(operation_id: str, name: str) -> None:
    assert service_name(operation_id) == name


def test_an_operation_that_the_document_does_not_have_is_refused_with_those_that_it_has() -> None:
    operations = [{"name": "dropOrders", "policies": {"inbound": [{"mock": {}}]}}]
    with pytest.raises(Refusal, match="no operationId dropOrders; it has addOrder, listOrders"):
        plan_of(product_object(apis=[api_object(operations=operations)]))


def test_operations_that_the_service_calls_alike_are_not_told_apart_by_policies() -> None:
    document = api_object()["revisions"][0]["source"]["openapi"]["inline"].replace("addOrder", "ListOrders")
    with pytest.raises(Refusal, match="the service calls listOrders and ListOrders alike"):
        plan_of(
            product_object(
                apis=[
                    api_object(document, operations=[{"name": "listOrders", "policies": {"inbound": [{"mock": {}}]}}])
                ]
            )
        )


ACCOUNT = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/gpt"
MODEL = {"name": "gpt", "model": {"azureOpenAi": {"id": ACCOUNT}}}


def test_the_services_own_token_takes_the_place_of_the_callers_after_that_was_judged() -> None:
    token = {"inbound": [{"validateEntraToken": ENTRIES["validateEntraToken"]}, {"rateLimit": ENTRIES["rateLimit"]}]}
    obj = product_object(apis=[api_object(backendRef="gpt", policies=token)], backends=[MODEL])
    properties = plan_of(obj).find("api-policy/orders-v1").body["properties"]
    assert isinstance(properties, dict)
    found = etree.fromstring(str(properties["value"])).find("inbound")
    assert found is not None
    assert [item.tag for item in found] == [
        "base", "set-backend-service", "validate-azure-ad-token", "rate-limit", "authentication-managed-identity",
    ]  # fmt: skip


def test_an_operation_cannot_ask_for_a_token_that_is_not_the_callers_any_more() -> None:
    operations = [
        {"name": "listOrders", "policies": {"inbound": [{"validateEntraToken": ENTRIES["validateEntraToken"]}]}}
    ]
    with pytest.raises(Refusal, match="ask for a token in the policies of the API or of the product"):
        plan_of(product_object(apis=[api_object(backendRef="gpt", operations=operations)], backends=[MODEL]))
    assert plan_of(product_object(apis=[api_object(operations=operations)]))


# --- each policy --------------------------------------------------------------------------------------------------------------

WRITTEN = {
    "rateLimit": '<rate-limit calls="10" renewal-period="90"></rate-limit>',
    "quota": '<quota calls="5000" renewal-period="86400"></quota>',
    "cors": '<cors allow-credentials="true"><allowed-origins><origin>https://portal.contoso.com</origin></allowed-origins>'
    '<allowed-methods preflight-result-max-age="300"><method>GET</method><method>PUT</method></allowed-methods>'
    "<allowed-headers><header>x-trace</header></allowed-headers><expose-headers><header>x-left</header></expose-headers></cors>",
    "ipFilter": '<ip-filter action="allow"><address>203.0.113.7</address>'
    '<address-range from="198.51.100.0" to="198.51.100.255"></address-range></ip-filter>',
    "validateJwt": '<validate-jwt failed-validation-httpcode="401" header-name="Authorization" require-expiration-time="true" '
    'require-scheme="Bearer" require-signed-tokens="true"><openid-config '
    'url="https://orders.contoso.com/.well-known/openid-configuration"></openid-config><audiences><audience>api://orders</audience>'
    "</audiences><issuers><issuer>https://orders.contoso.com</issuer></issuers>"
    '<required-claims><claim match="all" name="roles"><value>reader</value></claim></required-claims></validate-jwt>',
    "validateEntraToken": f'<validate-azure-ad-token failed-validation-httpcode="401" header-name="Authorization" tenant-id="{TENANT}">'
    f"<client-application-ids><application-id>{APP}</application-id></client-application-ids>"
    '<audiences><audience>api://orders</audience></audiences><required-claims><claim match="any" name="scp" separator=" ">'
    "<value>read</value><value>write</value></claim></required-claims></validate-azure-ad-token>",
    "validateClientCertificate": '<validate-client-certificate ignore-error="false" validate-not-after="true" '
    'validate-not-before="true" validate-revocation="true" validate-trust="true"><identities>'
    f'<identity issuer-subject="CN=partners" thumbprint="{"AB" * 20}"></identity></identities></validate-client-certificate>',
    "cache": '<cache-lookup allow-private-response-caching="false" caching-type="internal" downstream-caching-type="none" '
    'vary-by-developer="true" vary-by-developer-groups="false"><vary-by-header>accept</vary-by-header>'
    "<vary-by-query-parameter>page</vary-by-query-parameter></cache-lookup>",
    "setHeader": '<set-header exists-action="override" name="x-source"><value>loom</value></set-header>',
    "rewriteUri": '<rewrite-uri copy-unmatched-params="false" template="/v2/orders/{id}?full=true"></rewrite-uri>',
    "mock": '<mock-response content-type="application/json" status-code="202"></mock-response>',
    "tokenLimit": '<llm-token-limit counter-key="@(context.Product.Id + context.Subscription.Id)" estimate-prompt-tokens="true" '
    'token-quota="10000" token-quota-period="Monthly" tokens-per-minute="500"></llm-token-limit>',
    "contentSafety": '<llm-content-safety backend-id="ours-safety" shield-prompt="true"><categories output-type="EightSeverityLevels">'
    '<category name="Hate" threshold="4"></category></categories><blocklists><id>names</id></blocklists></llm-content-safety>',
    "semanticCache": '<llm-semantic-cache-lookup embeddings-backend-auth="system-assigned" embeddings-backend-id="ours-embeddings" '
    'ignore-system-messages="true" max-message-count="10" score-threshold="0.05">'
    "<vary-by>@(context.Product.Id + context.Subscription.Id)</vary-by></llm-semantic-cache-lookup>",
    "emitTokenMetric": '<llm-emit-token-metric namespace="contoso"><dimension name="Subscription ID"></dimension>'
    '<dimension name="API ID"></dimension></llm-emit-token-metric>',
}


@pytest.mark.parametrize("field", ENTRIES)
def test_a_policy_becomes_its_element(field: str) -> None:
    assert inbound(field) == WRITTEN[field]


def test_every_policy_of_the_table_is_written_somewhere_here() -> None:
    assert {*ENTRIES, "retry"} == set(FIELDS)


@pytest.mark.parametrize("row", POLICIES, ids=lambda row: f"{row.field} {row.when}")
def test_a_policy_becomes_the_elements_of_the_table_and_no_others(row: Any) -> None:
    value = RETRY if row.field == "retry" else ENTRIES[row.field]
    if row.elements == ("rate-limit-by-key",):
        value = {**value, "per": "IpAddress"}
    made = document({row.sections[0]: [{row.field: value}]})
    known = {element for other in POLICIES for element in other.elements}
    assert {item.tag for item in made.iter() if item.tag in known} == set(row.elements)


def test_an_answer_that_is_cached_is_stored_after_everything_else_was_done_to_it() -> None:
    header = {"setHeader": ENTRIES["setHeader"]}
    made = section("outbound", {"inbound": [{"cache": ENTRIES["cache"]}], "outbound": [header]})
    assert made == WRITTEN["setHeader"] + '<cache-store duration="30"></cache-store>'


def test_an_answer_of_a_model_is_stored_too() -> None:
    made = section("outbound", {"inbound": [{"semanticCache": ENTRIES["semanticCache"]}]})
    assert made == '<llm-semantic-cache-store duration="120"></llm-semantic-cache-store>'


def test_a_retry_sends_the_call_itself_and_stands_alone_in_its_section() -> None:
    made = document({"backend": [{"retry": RETRY}]}).find("backend")
    assert made is not None
    assert [item.tag for item in made] == ["retry"]
    assert made[0].get("condition") == "@(context.Response.StatusCode == 429 || context.Response.StatusCode == 503)"
    assert [(item.tag, dict(item.attrib)) for item in made[0]] == [("forward-request", {"buffer-request-body": "true"})]


@pytest.mark.parametrize(
    ("level", "per", "key"),
    [
        (PRODUCT, "IpAddress", "@(context.Product.Id + context.Request.IpAddress)"),
        (API, "IpAddress", "@(context.Api.Id + context.Request.IpAddress)"),
        (API, "Everybody", "@(context.Api.Id)"),
        (OPERATION, "Everybody", "@(context.Api.Id + context.Operation.Id)"),
    ],
)
def test_a_counter_is_never_shared_with_another_product_of_the_service(level: str, per: str, key: str) -> None:
    made = inbound("rateLimit", {"calls": 1, "period": "1s", "per": per}, level)
    assert f'counter-key="{key}"' in made


def test_of_several_tenants_the_token_must_name_one() -> None:
    made = inbound("validateEntraToken", {"audiences": ["a"], "tenants": [TENANT, OTHER_TENANT]})
    assert 'tenant-id="organizations"' in made
    assert f'<claim match="any" name="tid"><value>{TENANT}</value><value>{OTHER_TENANT}</value></claim>' in made


@pytest.mark.parametrize(
    ("cloud", "endpoint"),
    [
        (Cloud.AZURE_CLOUD, None),
        (Cloud.AZURE_US_GOVERNMENT, "https://login.microsoftonline.us"),
        (Cloud.AZURE_CHINA_CLOUD, "https://login.chinacloudapi.cn"),
    ],
)
def test_tokens_are_those_of_the_planes_own_cloud(cloud: Cloud, endpoint: str | None) -> None:
    made = inbound("validateEntraToken", {"audiences": ["a"]}, cloud=cloud)
    assert ("authentication-endpoint" in made) is (endpoint is not None)
    assert endpoint is None or f'authentication-endpoint="{endpoint}"' in made


@pytest.mark.parametrize("host", ["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"])
def test_keys_of_a_provider_may_be_fetched_from_the_planes_own_cloud_and_from_no_other(host: str) -> None:
    value = {"openIdConfig": f"https://{host}/{TENANT}/v2.0/.well-known/openid-configuration", "audiences": ["a"]}
    assert host in inbound("validateJwt", value, cloud=Cloud.AZURE_CHINA_CLOUD)
    assert "is a control plane" in refused("validateJwt", value, cloud=Cloud.AZURE_CLOUD).message


def test_several_tenants_and_a_claim_of_ones_own_about_them_contradict_each_other() -> None:
    claims = [{"name": "tid", "values": [OTHER_TENANT]}]
    value = {"audiences": ["a"], "tenants": [TENANT, OTHER_TENANT], "requiredClaims": claims}
    assert "keep one of the two" in refused("validateEntraToken", value).message


def test_a_kept_answer_can_be_shared_by_everybody() -> None:
    made = inbound("semanticCache", {**ENTRIES["semanticCache"], "shared": "Everybody"}, API)
    assert "<vary-by>@(context.Api.Id)</vary-by>" in made


# --- comparing ----------------------------------------------------------------------------------------------------------------


def test_layout_comments_and_line_ends_are_no_difference() -> None:
    ours = render(statements(ProductPolicies.model_validate({"inbound": [{"mock": {}}]}), SCOPE))
    theirs = "<!-- IMPORTANT -->\r\n" + ours.replace("\n", "\r\n\t").replace("<base/>", "<base />").replace('"', "'")
    assert as_xml(theirs) == as_xml(ours)


def test_another_value_is_a_difference() -> None:
    assert as_xml('<policies><mock-response status-code="200"/></policies>') != as_xml(
        '<policies><mock-response status-code="201"/></policies>'
    )


def test_a_policy_with_a_bare_expression_is_compared_as_text() -> None:
    raw = '<policies><inbound><set-variable name="x" value="@(1 < 2)" /></inbound></policies>'
    assert as_xml(raw + "\r\n") == raw


def test_entities_are_not_unfolded() -> None:
    bomb = '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><p>&b;</p>'
    assert "aaaaaaaaaaaa" not in as_xml(bomb)
