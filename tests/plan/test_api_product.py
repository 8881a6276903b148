"""What an API product is planned to be, what is refused, and where it may write."""

from dataclasses import replace
from typing import Any

import pytest

from loom.engine.marks import marked
from loom.errors import Refusal
from loom.plan.arm_id import name_of
from loom.plan.catalog import arm_type
from loom.plan.checks import Finding, GatewayCheck, Health
from loom.plan.graph import levels
from loom.plan.kinds import KINDS
from loom.plan.outcome import Outcome
from loom.plan.ownership import Authority, Owner
from loom.plan.resource import Mode
from loom.plan.values import Json, Ref, at, resolve
from support.plans import plan_of
from support.worlds import DOCUMENT, SERVICE, Obj, api_object, grant, hub, plane_object, product_object, world

KIND = KINDS["ApiProduct"]


def refused(obj: Obj, plane_given: Obj | None = None, **context: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        plan_of(obj, replace(world(obj, plane_given), **context))
    return caught.value


def authority(obj: Obj, plane: Obj | None = None) -> Authority:
    return KIND.authority(KIND.parse(obj), world(obj, plane))


# --- what is planned ----------------------------------------------------------------------------------------------------------


def test_everything_of_ours_in_the_service_carries_the_owners_hash() -> None:
    obj = product_object()
    owner = world(obj).owner
    ours = [r for r in plan_of(obj).resources if r.mode is Mode.MANAGED]
    assert all(owner.hash in str(r.id).removeprefix(SERVICE) for r in ours)


def test_two_objects_never_form_the_same_name() -> None:
    other = product_object()
    other["metadata"] = {"name": "orders", "namespace": "domain-risk"}
    ids = [{str(r.id) for r in plan_of(obj).resources if r.mode is Mode.MANAGED} for obj in (product_object(), other)]
    assert not ids[0] & ids[1]


def test_a_name_of_any_length_fits_and_stays_its_own() -> None:
    names = ("a" * 60, "a" * 59 + "b")
    plan = plan_of(product_object(apis=[api_object(name=n, path=f"finance/{n}") for n in names]))
    made = {name_of(str(plan.find(f"api/{n}").id)) for n in names}
    assert len(made) == 2
    assert all(len(name) <= 80 for name in made)


def test_developers_see_the_product_after_everything_else_holds() -> None:
    plan = plan_of(product_object())
    (last,) = list(levels(plan.resources))[-1]
    assert (last.mode, last.body) == (Mode.STAGE, {"properties": {"state": "published"}})
    assert set(last.depends_on) == {r.key for r in plan.resources} - {last.key}
    assert at(plan.find("product").on_create, "properties.state") == "notPublished"
    assert at(plan.find("product").body, "properties.state") is None


def test_a_draft_is_kept_from_developers_and_says_so() -> None:
    plan = plan_of(product_object(state="Draft"))
    assert at(plan.find("product").body, "properties.state") == "notPublished"
    assert [r.key for r in plan.resources if r.mode is Mode.STAGE] == ["current/orders-v1"]
    assert plan.held == {"Published": ("NotPublished", "spec.state is Draft")}


def test_calls_go_to_the_backend_even_when_somebody_takes_the_policy_away() -> None:
    plan = plan_of(product_object())
    assert at(plan.find("api/orders-v1").body, "properties.serviceUrl") == "https://orders.contoso.com/v1"
    backend = name_of(str(plan.find("backend/orders-app").id))
    assert f'backend-id="{backend}"' in at(plan.find("api-policy/orders-v1").body, "properties.value")


def test_a_document_is_sent_as_it_was_written() -> None:
    properties = plan_of(product_object()).find("revision/orders-v1/1").body["properties"]
    assert (properties["format"], properties["value"]) == ("openapi", DOCUMENT)


def test_a_document_in_a_config_map_is_taken_from_there() -> None:
    source = {"openapi": {"configMapRef": {"name": "docs", "key": "orders.yaml"}}}
    obj = product_object(apis=[api_object(revisions=[{"name": "2", "source": source}])])
    plan = plan_of(obj, replace(world(obj), documents={"docs/orders.yaml": DOCUMENT}))
    assert at(plan.find("revision/orders-v1/2").body, "properties.value") == DOCUMENT
    assert str(plan.find("revision/orders-v1/2").id).endswith(";rev=2")


def test_the_group_that_sees_every_product_is_not_linked_again() -> None:
    plan = plan_of(product_object(visibleTo=["administrators", "developers"]))
    assert [r.key for r in plan.resources if r.key.startswith("group-link/")] == ["group-link/developers"]


def test_a_product_without_keys_asks_for_no_approval() -> None:
    obj = product_object(subscription={"required": False}, public=True, policies=None, apis=[api_object(policies=None)])
    properties = plan_of(obj).find("product").body["properties"]
    assert properties["subscriptionRequired"] is False
    assert "approvalRequired" not in properties


def test_an_api_is_never_open_by_itself() -> None:
    obj = product_object(subscription={"required": False}, public=True, policies=None, apis=[api_object(policies=None)])
    assert at(plan_of(obj).find("api/orders-v1").body, "properties.subscriptionRequired") is True


def test_approval_is_asked_for_unless_the_spec_says_otherwise() -> None:
    automatic = plan_of(product_object(subscription={"approval": "Automatic"}))
    assert at(plan_of(product_object()).find("product").body, "properties.approvalRequired") is True
    assert at(automatic.find("product").body, "properties.approvalRequired") is False


def test_the_gateway_that_the_service_names_must_answer() -> None:
    (check,) = plan_of(product_object()).checks
    assert isinstance(check, GatewayCheck)
    url = resolve(check.url, lambda _: "https://apim-hub.azure-api.net")
    assert url == "https://apim-hub.azure-api.net/status-0123456789abcdef"


def test_a_product_can_be_published_in_another_service() -> None:
    other = hub("Microsoft.ApiManagement/service", "apim-other")
    plan = plan_of(product_object(service={"id": other}))
    assert plan.home == plan.find("service").id == other


# --- what is refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "reason", "says"),
    [
        ({"zone": None}, "ReferenceNotFound", "DataLandingZone finance does not exist"),
        ({"plane": None}, "ReferenceNotFound", "the AdminPlane of zone finance does not exist"),
    ],
    ids=["zone", "plane"],
)
def test_a_product_waits_for_what_it_refers_to(context: dict[str, Any], reason: str, says: str) -> None:
    refusal = refused(product_object(), **context)
    assert (refusal.reason, refusal.message, refusal.wait) == (reason, says, True)


def test_a_plane_without_api_management_says_who_can_add_it() -> None:
    refusal = refused(product_object(), plane_object(apiManagement=None))
    assert refusal.reason == "NotInAdminPlane"
    assert "AdminPlane eastus2 has no spec.apiManagement" in refusal.message


def test_a_config_map_that_is_not_there_is_named() -> None:
    source = {"openapi": {"configMapRef": {"name": "docs", "key": "orders.yaml"}}}
    refusal = refused(product_object(apis=[api_object(revisions=[{"name": "1", "source": source}])]))
    assert refusal.reason == "ReferenceNotFound"
    assert "ConfigMap docs is not there, or has no entry orders.yaml" in refusal.message


def test_a_document_that_is_none_is_refused_with_its_place_and_line() -> None:
    broken = DOCUMENT.replace("get: {", "get: [")
    refusal = refused(product_object(apis=[api_object(broken)]))
    assert refusal.reason == "InvalidOpenApi"
    assert refusal.message.startswith("spec.apis[orders-v1].revisions[1].source.openapi.inline: line 6: ")


@pytest.mark.parametrize("path", ["finance/../hr", "finance/./orders"])
def test_a_path_that_climbs_is_refused(path: str) -> None:
    assert refused(product_object(apis=[api_object(path=path)])).reason == "InvalidSpec"


def test_a_backend_that_nobody_can_grant_is_refused_with_the_reason() -> None:
    refusal = refused(product_object(backends=[{"name": "orders-app", "url": "https://169.254.169.254/metadata"}]))
    assert refusal.reason == "InvalidSpec"
    assert "169.254.169.254 is an address of the machine" in refusal.message


def test_the_longest_description_leaves_room_for_the_longest_mark() -> None:
    obj = product_object(description="x" * 750)
    owner = Owner("i" * 20, "n" * 63, "ApiProduct", "o" * 63)
    body = marked(arm_type("Microsoft.ApiManagement/service/products"), plan_of(obj).find("product").body, owner)
    assert len(at(body, "properties.description")) <= 1000


# --- where it may write -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "it allows nothing in API Management"),
        ({"services": [hub("Microsoft.ApiManagement/service", "other")]}, "service apim-hub is not among its services"),
        ({"pathPrefixes": ["hr/", "finance/orders/v2"]}, "path finance/orders of API orders-v1 begins with none of"),
        ({"pathPrefixes": ["fin"]}, "path finance/orders of API orders-v1 begins with none of"),
        ({"backendHosts": ["*.orders.contoso.com"]}, "host orders.contoso.com of backend orders-app is not among"),
        ({"backendHosts": None}, "is not among its backendHosts (none)"),
    ],
    ids=["nothing", "service", "path", "half a segment", "host", "no hosts"],
)
def test_what_no_grant_covers_is_still_planned_and_nothing_is_written(given: Obj | None, says: str) -> None:
    usual = grant()["apiManagement"]
    allowed = given if given is None else {k: v for k, v in {**usual, **given}.items() if v is not None}
    obj, plane = product_object(), plane_object(grants=[grant(apiManagement=allowed)])
    may = authority(obj, plane)
    assert says in may.denied
    assert not may.covers(str(plan_of(obj, world(obj, plane)).find("product").id))


@pytest.mark.parametrize("pattern", ["orders.contoso.com", "*.contoso.com", "ORDERS.contoso.com"])
def test_a_granted_host_may_be_a_backend(pattern: str) -> None:
    given = grant()["apiManagement"] | {"backendHosts": [pattern]}
    may = authority(product_object(), plane_object(grants=[grant(apiManagement=given)]))
    assert not may.denied
    assert may.covers(str(plan_of(product_object()).find("product").id))


@pytest.mark.parametrize("level", ["product", "API", "operation"])
@pytest.mark.parametrize("section", ["inbound", "outbound", "onError"])
def test_policies_as_text_need_a_word_in_the_grant(level: str, section: str) -> None:
    text = {section: [{"xml": '<set-header name="a"><value>b</value></set-header>'}]}
    api = api_object(policies=text) if level == "API" else api_object()
    api |= {"operations": [{"name": "listOrders", "policies": text}]} if level == "operation" else {}
    obj = product_object(apis=[api], **({"policies": text} if level == "product" else {}))
    given = grant()["apiManagement"]
    assert "hold xml, and it has no rawPolicies: true" in authority(obj).denied
    assert not authority(obj, plane_object(grants=[grant(apiManagement=given | {"rawPolicies": True})])).denied


@pytest.mark.parametrize(
    ("host", "granted"),
    [("login.thief.example", False), ("orders.contoso.com", True), ("login.microsoftonline.com", True)],
)
def test_the_gateway_fetches_keys_from_granted_hosts_and_entra_only(host: str, granted: bool) -> None:
    policy = {"validateJwt": {"openIdConfig": f"https://{host}/.well-known/openid-configuration", "audiences": ["a"]}}
    may = authority(product_object(policies={"inbound": [policy]}))
    assert ("of the openIdConfig in spec.policies is not among its backendHosts" in may.denied) is not granted


# --- what status says ---------------------------------------------------------------------------------------------------------


def report(*findings: Finding) -> Any:
    def gateway(_: Ref) -> Json:
        return "https://apim-hub.azure-api.net"

    obj = product_object()
    return KIND.report(KIND.parse(obj), plan_of(obj), Outcome({}, gateway, findings))


def test_status_says_where_an_api_answers_and_what_it_was_imported_from() -> None:
    status = report(Finding("service", "GatewayReachable", Health.HEALTHY))
    (row,) = status["apis"]
    assert status["gatewayUrl"] == row["url"] == "https://apim-hub.azure-api.net/finance/orders"
    assert (row["operations"], row["health"], row["sourceHash"][:7]) == (2, "Healthy", "sha256:")


def test_a_gateway_that_was_not_asked_is_not_healthy() -> None:
    assert report()["apis"][0]["health"] == "Unknown"
