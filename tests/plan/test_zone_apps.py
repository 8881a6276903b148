"""The zone's app: what it is started with, after what, and what its wiring says when something lacks."""

from typing import Any

from loom.plan.checks import AppCheck
from loom.plan.resource import Named, Plan
from loom.plan.values import Ref, at, resolve
from support.plans import GUID, known, plan_of
from support.worlds import zone_object


def _settings(plan: Plan) -> list[tuple[str, Any]]:
    container = at(plan.find("app/loom-mirroring").body, "properties.template.containers.0")
    return [(item["name"], item["value"]) for item in container["env"]]


def test_the_app_has_every_setting_that_its_wiring_names() -> None:
    plan = plan_of(zone_object())
    assert {wire.setting for wire in plan.wiring} <= {name for name, value in _settings(plan) if value}


def test_every_wire_has_its_role_and_its_thing_in_the_plan() -> None:
    plan = plan_of(zone_object())
    keys = {resource.key for resource in plan.resources}
    assert plan.wiring
    assert all(wire.role in keys and wire.thing in keys and not wire.missing for wire in plan.wiring)


def test_the_app_is_started_after_everything_that_it_needs() -> None:
    plan = plan_of(zone_object())
    before = set(plan.find("app/loom-mirroring").depends_on)
    assert {part for wire in plan.wiring for part in (wire.role, wire.thing)} - {"event-hubs"} <= before
    assert {
        "environment",
        "role/apps/registry/acrpull",
        "dns-link/namespace",
        "endpoint/event-hubs-namespace/dns",
    } <= before


def test_the_app_runs_as_the_identitys_client_id() -> None:
    assert dict(_settings(plan_of(zone_object())))["AZURE_CLIENT_ID"] == Ref("identity", "properties.clientId")


def test_connects_config_topic_has_one_partition_and_all_its_topics_are_compacted() -> None:
    plan = plan_of(zone_object())
    topics = {
        name: plan.find(f"hub/loom-mirroring-{name}").body["properties"] for name in ("configs", "offsets", "status")
    }
    assert topics["configs"]["partitionCount"] == 1
    assert {t["retentionDescription"]["cleanupPolicy"] for t in topics.values()} == {"Compact"}


def test_an_app_without_event_hubs_is_not_started_and_the_rest_is_planned() -> None:
    plan = plan_of(zone_object(eventHubs=None))
    assert {wire.missing for wire in plan.wiring} == {"spec.eventHubs"}
    assert not any(r.key.startswith(("app/", "role/")) for r in plan.resources)
    assert {"storage", "environment"} <= {r.key for r in plan.resources}
    assert not any(isinstance(check, AppCheck) for check in plan.checks)


def test_a_role_assignment_is_named_by_scope_principal_and_role() -> None:
    plan = plan_of(zone_object())
    role = plan.find("role/apps/registry/acrpull")
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
    assert not any(r.key == "role/apps/registry/acrpull" for r in plan.resources)
