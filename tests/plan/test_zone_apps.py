"""The zone's app: what it is started with, after what, and what its wiring says when something lacks."""

from typing import Any

import pytest

from loom.plan.checks import AppCheck
from loom.plan.kinds import KINDS
from loom.plan.resource import Mode, Named, Plan
from loom.plan.values import Ref, at, resolve
from loom.plan.zone.app import APPS, App
from support.plans import GUID, known, plan_of
from support.worlds import GROUP, hub, plane_object, rich_zone, world, zone_object

HUB_NETWORK = hub("Microsoft.Network/virtualNetworks", "vnet-hub")


def _settings(plan: Plan, app: str = "loom-mirroring") -> list[tuple[str, Any]]:
    container = at(plan.find(f"app/{app}").body, "properties.template.containers.0")
    return [(item["name"], item.get("value") or item["secretRef"]) for item in container["env"]]


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_an_app_has_every_setting_that_its_wiring_names(app: App) -> None:
    plan = plan_of(rich_zone())
    wired = {wire.setting for wire in plan.wiring if wire.app == app.name}
    assert wired <= {name for name, value in _settings(plan, app.name) if value}


def test_every_wire_has_its_role_and_its_thing_in_the_plan() -> None:
    plan = plan_of(rich_zone())
    keys = {resource.key for resource in plan.resources}
    assert plan.wiring
    assert all({wire.role, wire.thing} - {""} <= keys and not wire.missing for wire in plan.wiring)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_an_app_is_started_after_everything_that_it_needs(app: App) -> None:
    plan = plan_of(rich_zone())
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
    assert plan.held["AppsHealthy"] == ("WaitingForSettings", "loom-mirroring does not run: add spec.eventHubs")
    assert plan.warnings == ("loom-mirroring does not run: add spec.eventHubs",)
    assert {"storage", "environment"} <= {r.key for r in plan.resources}
    assert "app/loom-mirroring" not in {check.key for check in plan.checks if isinstance(check, AppCheck)}


def test_an_app_that_lacks_a_value_is_not_started_and_its_row_names_the_field() -> None:
    plan = plan_of(zone_object(apps={"environment": {}, "mcp": {"audience": "api://loom-mcp"}, "mirroring": {}}))
    rows = {wire.setting: wire.missing for wire in plan.wiring if wire.app == "loom-mcp"}
    assert rows["PIM_CONTRIBUTOR_GROUP_ID"] == "spec.apps.mcp.pimContributorGroupId"
    assert rows["MCP_AUDIENCE"] == ""
    assert [r.key for r in plan.resources if r.key.startswith("app/")] == ["app/loom-mirroring"]


def test_each_app_runs_as_an_identity_of_its_own_with_its_own_roles_only() -> None:
    plan = plan_of(rich_zone())
    for app in APPS:
        attached = plan.find(f"app/{app.name}").body["identity"]["userAssignedIdentities"]
        assert list(attached) == [plan.find(f"identity/{app.name}").id]
        roles = [r for r in plan.resources if r.key.startswith(f"role/{app.name}/")]
        whose = {ref.key for r in roles for ref in r.refs if ref.key.startswith("identity/")}
        assert whose == {f"identity/{app.name}"}


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_there_are_ingress_and_probes_where_there_is_a_listener_and_only_there(app: App) -> None:
    body = plan_of(rich_zone()).find(f"app/{app.name}").body
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
    assert at(plan_of(rich_zone()).find(f"app/{app.name}").body, "properties.template.scale.minReplicas") >= 1


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


def test_the_console_reads_its_session_secret_out_of_the_vault_as_itself() -> None:
    plan = plan_of(rich_zone())
    body = plan.find("app/loom-console").body
    (kept,) = at(body, "properties.configuration.secrets")
    rows = {row["name"]: row for row in at(body, "properties.template.containers.0.env")}
    assert rows["SESSION_SECRET"] == {"name": "SESSION_SECRET", "secretRef": kept["name"]}
    assert kept["keyVaultUrl"].endswith("/secrets/loom-console-session")
    assert kept["identity"] == plan.find("identity/loom-console").id
    assert {"secret/loom-console-session", "role/loom-console/key-vault/key-vault-secrets-user"} <= set(
        plan.find("app/loom-console").depends_on
    )


def test_what_an_app_keeps_its_state_in_is_made_undeclared_and_what_is_declared_is_taken() -> None:
    plan = plan_of(rich_zone())
    declared, made = plan.find("cosmos/loom/workspaces"), plan.find("cosmos/workspace-registry/deployments")
    assert (declared.condition, made.condition) == ("ServicesReady", "BackingServicesWired")
    assert dict(_settings(plan, "loom-setup-orchestrator"))["COSMOS_DATABASE"] == "workspace-registry"
    assert [r.key for r in plan.resources if r.key.startswith("queue/")] == ["queue/refresh"]


def test_the_cache_is_told_who_signs_in_and_no_password() -> None:
    said = dict(_settings(plan_of(rich_zone()), "loom-activator"))["REDIS_CONNECTION"]
    values = {"properties.hostName": "redis.example", "properties.principalId": GROUP}
    assert resolve(said, lambda ref: values[ref.path]) == (
        f"redis.example:10000,ssl=True,abortConnect=False,user={GROUP}"
    )


def test_a_service_is_never_made_undeclared() -> None:
    plan = plan_of(rich_zone(cosmos=None))
    lacking = {wire.app for wire in plan.wiring if wire.missing == "spec.cosmos"}
    assert lacking == {"loom-console", "loom-setup-orchestrator", "loom-activator", "loom-direct-lake-shim"}
    assert not any(r.key.startswith("cosmos") for r in plan.resources)
    assert {"app/loom-mcp", "app/loom-mirroring"} <= {r.key for r in plan.resources}


def test_an_app_that_needs_an_app_is_not_started_while_that_one_is_not() -> None:
    plan = plan_of(rich_zone(apps={"environment": {}, "setupOrchestrator": {}, "mcp": {}}))
    (row,) = (wire for wire in plan.wiring if wire.setting == "MCP_ENDPOINT")
    assert row.missing == "spec.apps.mcp.audience and spec.apps.mcp.pimContributorGroupId"
    assert not any(r.key.startswith("app/") for r in plan.resources)


def test_an_app_without_secrets_of_its_own_runs_without_a_vault() -> None:
    plan = plan_of(zone_object())
    assert "KEYVAULT_URI" not in dict(_settings(plan))
    assert "KEYVAULT_URI" in dict(_settings(plan_of(rich_zone())))


def test_agents_run_in_the_app_where_azures_own_service_is_not_to_be_had() -> None:
    def agents(boundary: str, cloud: str) -> str:
        context = world(rich_zone(), plane_object(boundary=boundary, cloud=cloud))
        plan = plan_of(rich_zone(redis=None), context)
        return str(dict(_settings(plan, "loom-setup-orchestrator"))["AGENT_ORCHESTRATOR"])

    assert agents("Commercial", "AzureCloud") == "foundry-agent-service"
    assert agents("GCCHigh", "AzureUSGovernment") == "maf"


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
