from __future__ import annotations

from typing import Any

import pytest

from loom.sim.app import serve
from loom.sim.wire import Request
from support.simulator import Simulator

from .shapes import APP, app_body, environment, group, within

ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"


def put(azure: Simulator, app: str, body: dict[str, Any], seconds: float = 30) -> Any:
    answer = azure.call("PUT", f"{app}?api-version={APP}", body)
    azure.advance(seconds)
    return answer


def parts(azure: Simulator) -> tuple[str, str]:
    """(app id, environment id)"""
    rg = group(azure)
    return within(rg, "Microsoft.App/containerApps", "mirroring"), environment(azure, rg)


def shown(azure: Simulator, resource: str) -> dict[str, Any]:
    found = azure.get(resource)
    assert found is not None
    properties: dict[str, Any] = found["properties"]
    return properties


def revisions(azure: Simulator, app: str) -> list[dict[str, Any]]:
    value: list[dict[str, Any]] = azure.call("GET", f"{app}/revisions?api-version={APP}").body["value"]
    return value


def test_an_app_gets_a_name_a_revision_and_the_defaults_that_the_service_fills_in(azure: Simulator) -> None:
    app, env = parts(azure)
    put(azure, app, app_body(env))
    properties = shown(azure, app)
    domain = shown(azure, env)["defaultDomain"]
    assert properties["configuration"]["ingress"]["fqdn"] == f"mirroring.{domain}"
    assert properties["latestRevisionName"] == properties["latestReadyRevisionName"]
    assert properties["configuration"]["activeRevisionsMode"] == "Single"
    assert properties["template"]["scale"]["maxReplicas"] == 10
    assert properties["template"]["containers"][0]["resources"] == {
        "cpu": 0.5,
        "memory": "1Gi",
        "ephemeralStorage": "2Gi",
    }
    assert azure.call("GET", f"{app}?api-version={APP}").body["location"] == "East US 2"


def test_a_running_revision_has_its_replicas(azure: Simulator) -> None:
    app, env = parts(azure)
    put(azure, app, app_body(env))
    [revision] = revisions(azure, app)
    replicas = azure.call("GET", f"{revision['id']}/replicas?api-version={APP}").body["value"]
    one = azure.call("GET", f"{replicas[1]['id']}?api-version={APP}")
    assert (revision["properties"]["runningState"], revision["properties"]["replicas"], len(replicas)) == (
        "Running",
        2,
        2,
    )
    assert one.body["properties"]["containers"][0]["ready"] is True


def test_only_a_changed_template_makes_a_revision(azure: Simulator) -> None:
    app, env = parts(azure)
    put(azure, app, app_body(env))
    body = app_body(env)
    body["properties"]["configuration"]["secrets"] = [{"name": "key", "value": "v"}]
    put(azure, app, body)
    same = [item["name"] for item in revisions(azure, app)]
    body["properties"]["template"]["containers"][0]["image"] = "docker.io/library/nginx:2"
    put(azure, app, body)
    both = revisions(azure, app)
    assert len(same) == 1
    assert [item["properties"]["active"] for item in both] == [False, True]
    assert shown(azure, app)["latestReadyRevisionName"] == both[1]["name"]


def test_secrets_are_written_and_never_read(azure: Simulator) -> None:
    app, env = parts(azure)
    body = app_body(env)
    body["properties"]["configuration"]["secrets"] = [{"name": "key", "value": "hush"}]
    put(azure, app, body)
    read = azure.call("GET", f"{app}?api-version={APP}").body
    listed = azure.call("POST", f"{app}/listSecrets?api-version={APP}").body
    back = azure.call("PUT", f"{app}?api-version={APP}", {"location": "eastus2", "properties": read["properties"]})
    assert read["properties"]["configuration"]["secrets"] == [{"name": "key"}]
    assert listed == {"value": [{"name": "key", "value": "hush"}]}
    assert (back.status, back.body["error"]["code"]) == (400, "ContainerAppSecretInvalid")


def test_a_patch_keeps_secrets_that_it_does_not_name(azure: Simulator) -> None:
    app, env = parts(azure)
    body = app_body(env)
    body["properties"]["configuration"]["secrets"] = [{"name": "key", "value": "hush"}]
    put(azure, app, body)
    azure.call("PATCH", f"{app}?api-version={APP}", {"tags": {"a": "1"}})
    azure.advance(30)
    assert azure.call("POST", f"{app}/listSecrets?api-version={APP}").body["value"][0]["value"] == "hush"


def test_an_app_in_an_operation_takes_no_other(azure: Simulator) -> None:
    app, env = parts(azure)
    azure.call("PUT", f"{app}?api-version={APP}", app_body(env))
    answer = azure.call("PUT", f"{app}?api-version={APP}", app_body(env))
    assert (answer.status, answer.body["error"]["code"]) == (409, "ContainerAppOperationInProgress")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"resources": {"cpu": 0.5, "memory": "2Gi"}}, "ContainerAppInvalidResourceTotal"),
        ({"env": [{"name": "A", "secretRef": "none"}]}, "ContainerAppSecretRefNotFound"),
    ],
)
def test_templates_that_cannot_run_are_refused(azure: Simulator, change: dict[str, Any], expected: str) -> None:
    app, env = parts(azure)
    assert put(azure, app, app_body(env, **change)).body["error"]["code"] == expected


def test_an_app_needs_its_environment(azure: Simulator) -> None:
    app, env = parts(azure)
    answer = put(azure, app, app_body(f"{env}x"))
    assert (answer.status, answer.body["error"]["code"]) == (404, "ManagedEnvironmentNotFound")


def test_an_environment_with_apps_stays(azure: Simulator) -> None:
    app, env = parts(azure)
    put(azure, app, app_body(env))
    assert azure.call("DELETE", f"{env}?api-version={APP}").status == 409


def test_an_unknown_image_fails_the_operation_and_leaves_the_old_revision_ready(azure: Simulator) -> None:
    app, env = parts(azure)
    put(azure, app, app_body(env))
    ready = shown(azure, app)["latestReadyRevisionName"]
    azure.settings(missing_images=[":gone$"])
    answer = put(azure, app, app_body(env, image="docker.io/library/nginx:gone"))
    poll = azure.call("GET", answer.headers["Azure-AsyncOperation"]).body
    properties = shown(azure, app)
    assert (poll["status"], poll["error"]["code"]) == ("Failed", "InvalidParameterValueInContainerTemplate")
    assert "MANIFEST_UNKNOWN" in poll["error"]["message"]
    assert properties["provisioningState"] == "Failed"
    assert properties["latestReadyRevisionName"] == ready != properties["latestRevisionName"]
    old, new = (revision["properties"] for revision in revisions(azure, app))
    assert new["provisioningError"] == "MANIFEST_UNKNOWN: manifest unknown"
    assert (old["runningState"], old["provisioningState"], new["runningState"]) == ("Running", "Provisioned", "Failed")


def registry_app(azure: Simulator) -> tuple[str, dict[str, Any], str, str]:
    """(app, body, registry, principal) of an app that pulls from a simulated registry with an identity of its own."""
    app, env = parts(azure)
    rg = group(azure)
    registry = within(rg, "Microsoft.ContainerRegistry/registries", "acrloom")
    identity = within(rg, "Microsoft.ManagedIdentity/userAssignedIdentities", "id1")
    azure.seed(registry, {"location": "eastus2", "sku": {"name": "Premium"}})
    principal = azure.seed(identity, {"location": "eastus2"})["properties"]["principalId"]
    body = app_body(env, image="acrloom.azurecr.io/loom/mirroring:1")
    body["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}}
    body["properties"]["configuration"]["registries"] = [{"server": "acrloom.azurecr.io", "identity": identity}]
    return app, body, registry, principal


def allow_pull(azure: Simulator, registry: str, principal: str) -> None:
    name = f"{registry}/providers/Microsoft.Authorization/roleAssignments/11111111-2222-4333-8444-555555555555"
    azure.seed(name, {"properties": {"principalId": principal, "roleDefinitionId": f"/x/{ACR_PULL}"}})


def test_a_pull_needs_the_role_and_is_tried_for_a_quarter_of_an_hour(azure: Simulator) -> None:
    app, body, _, _ = registry_app(azure)
    answer = put(azure, app, body, 600)
    trying = azure.call("GET", answer.headers["Azure-AsyncOperation"]).body["status"]
    azure.advance(600)
    given_up = azure.call("GET", answer.headers["Azure-AsyncOperation"]).body
    assert (trying, given_up["status"]) == ("InProgress", "Failed")
    assert given_up["error"]["message"].endswith("Operation expired.")


def test_a_role_that_comes_in_time_lets_the_pull_succeed(azure: Simulator) -> None:
    app, body, registry, principal = registry_app(azure)
    answer = put(azure, app, body, 60)
    allow_pull(azure, registry, principal)
    azure.advance(60)
    assert azure.call("GET", answer.headers["Azure-AsyncOperation"]).body["status"] == "Succeeded"


def test_an_app_that_crashes_has_succeeded_and_is_not_ready(azure: Simulator) -> None:
    app, env = parts(azure)
    azure.door("POST", "/sim/knobs", {"id": app, "failure": "CrashLoop"})
    put(azure, app, app_body(env))
    properties = shown(azure, app)
    [revision] = revisions(azure, app)
    replicas = azure.call("GET", f"{revision['id']}/replicas?api-version={APP}").body["value"]
    assert (properties["provisioningState"], properties.get("latestReadyRevisionName")) == ("Succeeded", None)
    assert revision["properties"]["healthState"] == "Unhealthy"
    assert replicas[0]["properties"]["containers"][0]["restartCount"] == 7
    azure.door("POST", "/sim/knobs", {"id": app})
    assert shown(azure, app)["latestReadyRevisionName"] == revision["name"]


def test_nothing_keeps_awake_what_nobody_can_wake(azure: Simulator) -> None:
    app, env = parts(azure)
    body = app_body(env)
    body["properties"]["configuration"]["ingress"] = None
    body["properties"]["template"]["scale"] = {"minReplicas": 0}
    put(azure, app, body)
    [revision] = revisions(azure, app)
    assert (revision["properties"]["runningState"], revision["properties"]["replicas"]) == ("ScaledToZero", 0)


def visit(azure: Simulator, app: str, path: str = "/health") -> Any:
    host = shown(azure, app)["configuration"]["ingress"]["fqdn"]
    return serve(azure.world, Request.of("GET", path, headers={"host": f"{host}:443"}))


def test_an_app_answers_under_its_own_name_and_wakes_by_it(azure: Simulator) -> None:
    app, env = parts(azure)
    body = app_body(env)
    body["properties"]["template"]["scale"] = {"minReplicas": 0}
    put(azure, app, body)
    azure.advance(400)
    asleep = revisions(azure, app)[0]["properties"]["runningState"]
    answer = visit(azure, app)
    assert (asleep, answer.status) == ("ScaledToZero", 200)
    assert revisions(azure, app)[0]["properties"]["runningState"] == "Running"


def test_an_app_that_is_being_changed_serves_on(azure: Simulator) -> None:
    app, env = parts(azure)
    put(azure, app, app_body(env))
    before = shown(azure, app)
    put(azure, app, app_body(env, image="docker.io/library/nginx:2"), seconds=0)
    during = shown(azure, app)
    assert during["provisioningState"] != "Succeeded"
    assert during["latestReadyRevisionName"] == before["latestReadyRevisionName"]
    assert visit(azure, app).status == 200


def test_an_app_answers_what_a_person_orders(azure: Simulator) -> None:
    app, env = parts(azure)
    put(azure, app, app_body(env))
    azure.door("POST", "/sim/knobs", {"id": app, "http": {"status": 500, "body": "broken"}})
    ordered = visit(azure, app)
    azure.door("POST", "/sim/knobs", {"id": app, "failure": "ActivationFailed"})
    assert (ordered.status, ordered.body, visit(azure, app).status) == (500, "broken", 503)


def test_an_app_publishes_a_document_and_sends_it_once(azure: Simulator) -> None:
    app, env = parts(azure)
    put(azure, app, app_body(env))
    host = shown(azure, app)["configuration"]["ingress"]["fqdn"]
    first = visit(azure, app, "/openapi.json")
    assert "getStatus" in first.body
    known = {"host": host, "if-none-match": first.headers["ETag"]}
    assert serve(azure.world, Request.of("GET", "/openapi.json", headers=known)).status == 304
    azure.door("POST", "/sim/knobs", {"id": app, "http": {"document": "openapi: 3.0.3"}})
    assert serve(azure.world, Request.of("GET", "/openapi.json", headers=known)).body == "openapi: 3.0.3"
    assert visit(azure, app).status == 200


def test_an_internal_app_is_not_there_for_those_outside(azure: Simulator) -> None:
    app, env = parts(azure)
    body = app_body(env)
    body["properties"]["configuration"]["ingress"]["external"] = False
    put(azure, app, body)
    assert ".internal." in shown(azure, app)["configuration"]["ingress"]["fqdn"]
    assert visit(azure, app).status == 404


def test_an_identity_must_exist_and_be_assignable(azure: Simulator) -> None:
    app, env = parts(azure)
    identity = within(group(azure), "Microsoft.ManagedIdentity/userAssignedIdentities", "id1")
    body = {**app_body(env), "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}}}
    missing = put(azure, app, body)
    azure.seed(identity, {"location": "eastus2"})
    made = put(azure, app, body)
    assert missing.body["error"]["code"] == "FailedIdentityOperation"
    assert set(made.body["identity"]["userAssignedIdentities"][identity]) == {"principalId", "clientId"}
