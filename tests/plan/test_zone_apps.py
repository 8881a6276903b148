"""The zone's app: what it is started with, after what, and what its wiring says when something lacks."""

from typing import Any

import pytest

from loom.plan.checks import AppCheck
from loom.plan.kinds import KINDS
from loom.plan.resource import Mode, Named, Plan
from loom.plan.values import Ref, at, resolve
from loom.plan.zone.app import APPS, App
from support.plans import GUID, known, plan_of
from support.worlds import GROUP, hub, world, zone_object

HUB_NETWORK = hub("Microsoft.Network/virtualNetworks", "vnet-hub")


def _settings(plan: Plan, app: str = "loom-mirroring") -> list[tuple[str, Any]]:
    container = at(plan.find(f"app/{app}").body, "properties.template.containers.0")
    return [(item["name"], item.get("value") or item["secretRef"]) for item in container["env"]]


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_an_app_has_every_setting_that_its_wiring_names(app: App) -> None:
    plan = plan_of(zone_object())
    wired = {wire.setting for wire in plan.wiring if wire.app == app.name}
    assert wired <= {name for name, value in _settings(plan, app.name) if value}


def test_every_wire_has_its_role_and_its_thing_in_the_plan() -> None:
    plan = plan_of(zone_object())
    keys = {resource.key for resource in plan.resources}
    assert plan.wiring
    assert all({wire.role, wire.thing} - {""} <= keys and not wire.missing for wire in plan.wiring)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_an_app_is_started_after_everything_that_it_needs(app: App) -> None:
    plan = plan_of(zone_object())
    wires = [wire for wire in plan.wiring if wire.app == app.name]
    assert wires
    assert {part for wire in wires for part in (wire.role, wire.thing)} - {""} <= set(
        plan.find(f"app/{app.name}").depends_on
    )


def test_an_app_is_started_after_its_place_its_way_to_the_image_and_to_the_services() -> None:
    before = set(plan_of(zone_object()).find("app/loom-mirroring").depends_on)
    assert {
        "environment",
        "role/loom-mirroring/registry/acrpull",
        "dns-link/namespace",
        "endpoint/event-hubs-namespace/dns",
    } <= before


def test_the_app_runs_as_the_identitys_client_id() -> None:
    assert dict(_settings(plan_of(zone_object())))["AZURE_CLIENT_ID"] == Ref(
        "identity/loom-mirroring", "properties.clientId"
    )


def test_connects_config_topic_has_one_partition_and_all_its_topics_are_compacted() -> None:
    plan = plan_of(zone_object())
    topics = {
        name: plan.find(f"hub/loom-mirroring-{name}").body["properties"] for name in ("configs", "offsets", "status")
    }
    assert topics["configs"]["partitionCount"] == 1
    assert {t["retentionDescription"]["cleanupPolicy"] for t in topics.values()} == {"Compact"}


def test_an_app_without_event_hubs_is_not_started_and_the_rest_is_planned() -> None:
    plan = plan_of(zone_object(eventHubs=None))
    assert {wire.missing for wire in plan.wiring if wire.needs == "eventHubs"} == {"spec.eventHubs"}
    assert not any("loom-mirroring" in r.key for r in plan.resources)
    assert plan.held["AppsHealthy"] == ("WaitingForSettings", "loom-mirroring is not started: add spec.eventHubs")
    assert {"storage", "environment"} <= {r.key for r in plan.resources}
    assert "app/loom-mirroring" not in {check.key for check in plan.checks if isinstance(check, AppCheck)}


def test_an_app_that_lacks_a_value_is_not_started_and_its_row_names_the_field() -> None:
    plan = plan_of(zone_object(apps={"environment": {}, "mcp": {"audience": "api://loom-mcp"}, "mirroring": {}}))
    rows = {wire.setting: wire.missing for wire in plan.wiring if wire.app == "loom-mcp"}
    assert rows["PIM_CONTRIBUTOR_GROUP_ID"] == "spec.apps.mcp.pimContributorGroupId"
    assert rows["MCP_AUDIENCE"] == ""
    assert [r.key for r in plan.resources if r.key.startswith("app/")] == ["app/loom-mirroring"]


def test_each_app_runs_as_an_identity_of_its_own_with_its_own_roles_only() -> None:
    plan = plan_of(zone_object())
    for app in APPS:
        attached = plan.find(f"app/{app.name}").body["identity"]["userAssignedIdentities"]
        assert list(attached) == [plan.find(f"identity/{app.name}").id]
        roles = [r for r in plan.resources if r.key.startswith(f"role/{app.name}/")]
        principals = {r.body["properties"]["principalId"] for r in roles}
        assert principals == {Ref(f"identity/{app.name}", "properties.principalId")}


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_there_are_ingress_and_probes_where_there_is_a_listener_and_only_there(app: App) -> None:
    body = plan_of(zone_object()).find(f"app/{app.name}").body
    ingress = at(body, "properties.configuration.ingress")
    probes = at(body, "properties.template.containers.0.probes")
    if app.listener is None:
        assert (ingress, probes) == (None, None)
        return
    assert (ingress["targetPort"], ingress["external"]) == (app.listener.port, app.listener.external)
    checks = {(probe["type"], probe["httpGet"]["path"], probe["httpGet"]["port"]) for probe in probes}
    assert checks == {(kind, app.listener.health, app.listener.port) for kind in ("Startup", "Readiness", "Liveness")}


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_an_app_never_goes_to_no_copies(app: App) -> None:
    assert at(plan_of(zone_object()).find(f"app/{app.name}").body, "properties.template.scale.minReplicas") >= 1


def test_the_domain_of_the_environment_answers_with_its_address_in_the_zones_network_and_the_hubs() -> None:
    plan = plan_of(zone_object())
    records = {r.key: r for r in plan.resources if r.key.startswith("apps-domain/") and "/link-" not in r.key}
    assert set(records) == {"apps-domain/*", "apps-domain/@", "apps-domain/*.internal"}
    address = Ref("environment", "properties.staticIp")
    assert all(r.body["properties"]["aRecords"] == [{"ipv4Address": address}] for r in records.values())
    linked = {
        at(plan.find(f"apps-domain/link-{name}").body, "properties.virtualNetwork.id") for name in ("zone", "hub")
    }
    assert linked == {plan.find("network").id, HUB_NETWORK}


ENVIRONMENT = hub("Microsoft.App/managedEnvironments", "cae-shared")


def test_an_environment_that_exists_is_never_written_and_its_domain_is_its_owners() -> None:
    mcp = {"audience": "api://loom-mcp", "pimContributorGroupId": GROUP}
    zone = zone_object(
        storage=None, eventHubs=None, network=None, apps={"environment": {"existing": {"id": ENVIRONMENT}}, "mcp": mcp}
    )
    plan = plan_of(zone)
    assert (plan.find("environment").id, plan.find("environment").mode) == (ENVIRONMENT, Mode.EXISTING)
    assert plan.find("app/loom-mcp").body["properties"]["environmentId"] == ENVIRONMENT
    assert not any(r.key.startswith(("apps-domain", "subnet/", "diagnostics/environment")) for r in plan.resources)


def test_an_environment_outside_the_grants_scopes_is_not_written_to() -> None:
    zone = zone_object(apps={"environment": {"existing": {"id": ENVIRONMENT}}, "mirroring": {}})
    authority = KINDS["DataLandingZone"].authority(KINDS["DataLandingZone"].parse(zone), world(zone))
    assert "cae-shared, which spec.apps.environment attaches, is not within its scopes" in authority.denied


def test_redundancy_is_declared_where_it_is_asked_for() -> None:
    assert plan_of(zone_object()).find("environment").body["properties"]["zoneRedundant"] is True
    plain = plan_of(zone_object(apps={"environment": {}})).find("environment")
    assert "zoneRedundant" not in plain.body["properties"]


def test_a_role_assignment_is_named_by_scope_principal_and_role() -> None:
    plan = plan_of(zone_object())
    role = plan.find("role/loom-mirroring/registry/acrpull")
    assert isinstance(role.id, Named)
    other = role.id.resolve(lambda ref: GUID.replace("9", "8"))
    assert role.id.resolve(known) == role.id.resolve(known) != other
    assert role.body["properties"]["principalType"] == "ServicePrincipal"


def test_an_image_of_the_planes_registry_is_pulled_with_the_identity() -> None:
    app = plan_of(zone_object()).find("app/loom-mirroring")
    (registry,) = app.body["properties"]["configuration"]["registries"]
    assert registry["server"] == Ref("plane/registry", "properties.loginServer")
    image = resolve(at(app.body, "properties.template.containers.0.image"), lambda _: "acrloom.azurecr.io")
    assert image == "acrloom.azurecr.io/loom/loom-mirroring:0.3.0"


def test_no_identity_is_shown_to_a_registry_that_is_not_the_planes() -> None:
    plan = plan_of(zone_object(apps={"environment": {}, "mirroring": {"image": "acrloom.example.com/a/b:1"}}))
    assert at(plan.find("app/loom-mirroring").body, "properties.configuration.registries") is None
    assert not any(r.key == "role/loom-mirroring/registry/acrpull" for r in plan.resources)
