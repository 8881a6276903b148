"""The ways in to a zone: what is planned for them, and the rows that the status shows."""

from collections.abc import Mapping
from typing import Any

import pytest

from loom.engine.compose import drawn
from loom.errors import Refusal
from loom.plan.checks import Finding, Health, WayCheck
from loom.plan.kinds import KINDS
from loom.plan.outcome import Outcome, ResourceState, State
from loom.plan.resource import Plan
from loom.plan.values import Ref, at, resolve
from loom.plan.zone.ways.private import FQDN
from support.plans import id_of, known, plan_of
from support.worlds import TENANT, Obj, grant, plane_object, ways_in, world, zone_object

KIND = KINDS["DataLandingZone"]
APP = "app/loom-mirroring"
NEAR = {"privateLinkLocation": "westus3"}
NOW, BEFORE = "2026-03-01T10:00:00Z", "2026-02-01T10:00:00Z"


def zone(**paths: Any) -> Obj:
    return zone_object(accessPaths=paths)


def ways(plan: Plan) -> list[WayCheck]:
    return [check for check in plan.checks if isinstance(check, WayCheck)]


def rows(obj: Obj, *findings: Finding, before: Mapping[str, Any] | None = None, waiting: tuple[str, ...] = ()) -> Any:
    plan = plan_of(obj)
    states = {
        r.key: ResourceState(r.key, "", "", State.CREATING if r.key in waiting else State.READY) for r in plan.resources
    }
    outcome = Outcome(states, known, findings, before=before or {}, today=NOW)
    return KIND.report(KIND.parse(obj), plan, outcome).get("reachability")


def found(name: str, health: Health = Health.HEALTHY, message: str = "", **details: Any) -> Finding:
    return Finding(name, "Reachable", health, "Succeeded", message, tuple(details.items()))


def test_a_zone_without_access_paths_offers_none_and_keeps_its_ingress_closed() -> None:
    plan = plan_of(zone_object())
    assert ways(plan) == []
    assert at(plan.find(APP).body, "properties.configuration.ingress.external") is False
    assert rows(zone_object()) is None


@pytest.mark.parametrize("path", ["bastion", "external"])
def test_any_way_in_opens_the_ingress_that_it_leads_to(path: str) -> None:
    plan = plan_of(zone(**{path: {}}))
    assert at(plan.find(APP).body, "properties.configuration.ingress.external") is True


def test_access_paths_that_name_no_way_open_nothing() -> None:
    plan = plan_of(zone())
    assert (ways(plan), at(plan.find(APP).body, "properties.configuration.ingress.external")) == ([], False)


def test_each_way_is_one_check_of_an_address_that_azure_reports() -> None:
    checks = ways(plan_of(zone(bastion={}, external={})))
    assert [(check.way, check.key) for check in checks] == [("Bastion", APP), ("External", APP)]
    assert {part.key for part in checks[0].evidence} == {
        "peering/to-hub", "peering/from-hub", APP, "apps-domain/*", "apps-domain/link-hub",
    }  # fmt: skip


def test_ways_in_to_an_app_that_is_not_started_lead_nowhere() -> None:
    plan = plan_of(zone_object(eventHubs=None, accessPaths={"bastion": {}}))
    assert ways(plan) == []
    assert plan.held["Reachable"] == (
        "MissingBackingService",
        "loom-mirroring does not run, so no access path leads anywhere",
    )


def test_a_row_says_what_came_and_since_when() -> None:
    finding = found("way/bastion", url="https://console", httpStatus=401, probedFrom="Operator")
    assert rows(zone(bastion={}), finding) == [
        {"path": "Bastion", "result": "Reachable", "url": "https://console", "httpStatus": 401, "probedFrom": "Operator", "since": NOW}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("health", "result"),
    [(Health.UNHEALTHY, "Unreachable"), (Health.PENDING, "Provisioning"), (Health.UNKNOWN, "Unknown")],
)
def test_a_row_that_is_not_reachable_says_why(health: Health, result: str) -> None:
    (row,) = rows(
        zone(bastion={}), found("way/bastion", health, "peering/to-hub is Disconnected", url="https://console")
    )
    assert (row["result"], row["message"]) == (result, "peering/to-hub is Disconnected")


def test_since_moves_only_when_the_result_does() -> None:
    old = {"path": "Bastion", "url": "https://console", "result": "Reachable", "httpStatus": 200, "since": BEFORE}
    before = {"reachability": [old]}
    same = found("way/bastion", url="https://console", httpStatus=401)
    other = found("way/bastion", Health.UNHEALTHY, url="https://console")
    assert [row["since"] for row in rows(zone(bastion={}), same, before=before)] == [BEFORE]
    assert [row["since"] for row in rows(zone(bastion={}), other, before=before)] == [NOW]


def test_what_is_being_made_is_no_failure() -> None:
    (row,) = rows(zone(bastion={}), waiting=(APP,))
    assert row["result"] == "Provisioning"


def test_what_is_there_and_was_not_tried_is_unknown() -> None:
    (row,) = rows(zone(bastion={}))
    assert row["result"] == "Unknown"


# What each way is made of


def body(plan: Plan, name: str) -> Any:
    return resolve(plan.find(name).body, known)


def test_a_bastion_of_ones_own_is_made_and_the_planes_is_not_counted_on() -> None:
    plan = plan_of(zone(bastion={"own": {}}))
    (check,) = ways(plan)
    assert (check.key, body(plan, "bastion")["sku"]) == ("bastion", {"name": "Standard"})
    assert not {"peering/to-hub", "peering/from-hub"} & {part.key for part in check.evidence}


@pytest.mark.parametrize(
    ("cloud", "tenant", "audience"),
    [
        ("AzureCloud", "https://login.microsoftonline.com", "c632b3df-fb67-4d84-bdcf-b95ad541b5c8"),
        ("AzureUSGovernment", "https://login.microsoftonline.us", "51bb15d4-3a4f-4ebf-9dca-40096fe32426"),
        ("AzureChinaCloud", "https://login.chinacloudapi.cn", "49f817b6-84ae-4cc0-928c-73f27289b3aa"),
    ],
)
def test_people_sign_in_to_a_vpn_at_their_own_cloud(cloud: str, tenant: str, audience: str) -> None:
    obj = zone(vpn={"clientAddressPool": "172.16.0.0/24"})
    clients = body(plan_of(obj, world(obj, plane_object(cloud=cloud))), "vpn")["properties"]["vpnClientConfiguration"]
    assert clients["aadTenant"] == f"{tenant}/{TENANT}"
    assert clients["aadAudience"] == audience
    assert clients["aadIssuer"] == f"https://sts.windows.net/{TENANT}/"


def test_a_zone_with_a_vpn_gateway_uses_none_of_the_hubs() -> None:
    with_one, without = plan_of(zone(vpn={"clientAddressPool": "172.16.0.0/24"})), plan_of(zone(external={}))
    assert body(with_one, "peering/to-hub")["properties"]["useRemoteGateways"] is False
    assert "useRemoteGateways" not in body(without, "peering/to-hub")["properties"]


def test_addresses_for_clients_that_are_the_zones_own_are_refused() -> None:
    with pytest.raises(Refusal, match="overlaps the zone's own addresses"):
        plan_of(zone(vpn={"clientAddressPool": "10.100.2.0/24"}))


def test_front_door_asks_in_words_that_are_drawn_and_is_answered_by_those_that_the_origin_has() -> None:
    plan = plan_of(zone(frontDoor={}))
    origin, approval = plan.find("front-door/origin"), plan.find("front-door/approval")
    link = origin.body["properties"]["sharedPrivateLinkResource"]
    words = origin.on_create["properties"]["sharedPrivateLinkResource"]["requestMessage"]
    answer = approval.body["properties"]["privateLinkServiceConnectionState"]
    assert answer["description"] == Ref("front-door/origin", "properties.sharedPrivateLinkResource.requestMessage")
    assert approval.asker == Ref("front-door/origin", "properties.sharedPrivateLinkResource.status")
    assert ("requestMessage" in link, link["groupId"]) == (False, "managedEnvironments")
    assert (words.size >= 16, world(zone()).owner.hash in words.lead) == (True, True)


def test_the_words_of_the_longest_domain_are_no_longer_than_azure_takes() -> None:
    found = plan_of(zone_object(domain="d" * 40, accessPaths={"frontDoor": {}})).find("front-door/origin").on_create
    sent = drawn(found)["properties"]["sharedPrivateLinkResource"]["requestMessage"]
    assert 100 < len(sent) <= 140
    assert sent != drawn(found)["properties"]["sharedPrivateLinkResource"]["requestMessage"]


def test_a_location_without_private_links_needs_a_near_one() -> None:
    plane = plane_object(grants=[grant(locations=["westus2"])])
    far, near = (zone_object(location="westus2", accessPaths={"frontDoor": spec}) for spec in ({}, NEAR))
    with pytest.raises(Refusal, match="privateLinkLocation") as refused:
        plan_of(far, world(far, plane))
    origin = body(plan_of(near, world(near, plane)), "front-door/origin")["properties"]
    assert refused.value.reason == "NotAvailable"
    assert origin["sharedPrivateLinkResource"]["privateLinkLocation"] == "westus3"


def test_a_cloud_without_front_door_says_so() -> None:
    obj = zone(frontDoor={})
    with pytest.raises(Refusal, match="not offered in AzureChinaCloud"):
        plan_of(obj, world(obj, plane_object(cloud="AzureChinaCloud")))


def test_an_application_gateway_takes_https_only_and_speaks_to_the_app_by_its_own_name() -> None:
    plan = plan_of(zone_object(accessPaths=ways_in()))
    gateway = plan.find("application-gateway").body["properties"]
    (listener,), (port,) = gateway["httpListeners"], gateway["frontendPorts"]
    (settings,), (probe,), (pool,) = (
        gateway[name] for name in ("backendHttpSettingsCollection", "probes", "backendAddressPools")
    )
    assert (listener["properties"]["protocol"], port["properties"]["port"]) == ("Https", 443)
    assert settings["properties"]["hostName"] == probe["properties"]["host"] == Ref(APP, FQDN)
    assert pool["properties"]["backendAddresses"] == [{"ipAddress": Ref("environment", "properties.staticIp")}]


def test_a_gateway_may_read_its_certificate_before_it_is_made() -> None:
    plan = plan_of(zone_object(accessPaths=ways_in()))
    needs = plan.find("application-gateway").depends_on
    assert {"identity/application-gateway", "role/application-gateway/kv-shared/key-vault-secrets-user"} <= set(needs)


def test_a_vault_that_no_grant_reaches_is_not_written_to() -> None:
    obj = zone_object(accessPaths=ways_in())
    authority = KIND.authority(KIND.parse(obj), world(obj))
    role = id_of(plan_of(obj).find("role/application-gateway/kv-shared/key-vault-secrets-user"))
    assert not authority.covers(role)


def test_a_host_of_ones_own_is_asked_when_azure_has_seen_its_proof_or_at_the_gateways_own_address_alone() -> None:
    paths = {**ways_in(), "frontDoor": {"hosts": [{"name": "shop.contoso.com"}]}}
    found = {check.name: check for check in ways(plan_of(zone_object(accessPaths=paths)))}
    proven, gateway = found["way/front-door/host/shop.contoso.com"], found["way/application-gateway"]
    assert proven.first is not None
    assert (proven.first.path, proven.first.expect) == ("properties.domainValidationState", "Approved")
    assert gateway.at == Ref("application-gateway/address", "properties.ipAddress")


def test_every_way_asks_a_host_that_azure_reported_and_none_that_a_spec_wrote() -> None:
    paths = {**ways_in(), "frontDoor": {"hosts": [{"name": "shop.contoso.com"}]}}
    checks = ways(plan_of(zone_object(accessPaths=paths)))
    assert len(checks) == 6
    assert {(check.url.template, type(check.url.parts[0])) for check in checks} == {("https://{}", Ref)}


def test_what_azure_says_of_a_way_from_the_internet_does_not_prove_it() -> None:
    found = {check.way: check for check in ways(plan_of(zone_object(accessPaths=ways_in())))}
    assert {way for way, check in found.items() if check.is_public} == {"FrontDoor", "ApplicationGateway"}
    assert all(check.evidence for check in found.values())
