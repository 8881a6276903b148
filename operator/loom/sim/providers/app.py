"""Microsoft.App/containerApps: what a write of an app is checked for, what it makes, and how the app answers HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

from loom.sim.arm.change import Change
from loom.sim.documents import values_at
from loom.sim.errors import ArmError, bad_request
from loom.sim.kinds import Action, Behavior, Kind, Link, NameRule, Provider, Refusal, Style
from loom.sim.operations import Operation
from loom.sim.providers import app_environments, app_plane, app_revisions, app_shapes
from loom.sim.providers.app_health import failure_of
from loom.sim.providers.app_style import APP, VERSIONS, app_delete, app_patch, app_put
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
APPS = f"{APP}/containerApps"
SECRET_VALUES = "properties.configuration.secrets[].value"  # noqa: S105 - a path
PULL_TRIES = 900.0
RETRY_PULL = 30.0
# An app that is changed serves on until its new revision is ready (Azure docs: Update and deploy changes in Azure Container Apps).
_STANDING = ("runningStatus", "latestRevisionName", "latestReadyRevisionName", "latestRevisionFqdn")


def _list_secrets(world: World, resource: Resource, request: Request) -> Response:
    secrets = ((resource.hidden["full"]["properties"].get("configuration") or {}).get("secrets")) or []
    return Response(200, {"value": secrets})


def _run(word: str) -> Action:
    def act(world: World, resource: Resource, request: Request) -> Response:
        resource.properties["runningStatus"] = word
        return Response(200, None)

    return act


class ContainerApps(Behavior):
    """An app: configuration at once, a revision when the operation ends."""

    actions: ClassVar[Mapping[str, Action]] = {
        "listSecrets": _list_secrets,
        "stop": _run("Stopped"),
        "start": _run("Running"),
    }

    def check(self, change: Change) -> None:
        _check_environment(change)
        _check_secrets(change)
        _check_template(change)

    def compose(self, change: Change) -> Json:
        environment = str(change.properties.get("environmentId") or change.properties.get("managedEnvironmentId"))
        digest = hashlib.sha256(change.id.lower().encode()).digest()
        shaped = app_shapes.app(change.properties)
        known = (change.before.properties.get("configuration") or {}).get("ingress") if change.before else None
        if shaped["configuration"]["ingress"] is not None and known:
            shaped["configuration"]["ingress"]["fqdn"] = known.get("fqdn")
        outputs = {
            "managedEnvironmentId": environment,
            "environmentId": environment,
            "workloadProfileName": change.properties.get("workloadProfileName") or "Consumption",
            "outboundIpAddresses": [f"20.{digest[0]}.{digest[1]}.{last}" for last in (13, 220)],
            "customDomainVerificationId": hashlib.sha256(environment.lower().encode()).hexdigest().upper(),
            "delegatedIdentities": [],
        }
        standing = change.before.properties if change.before else {}
        outputs |= {name: standing[name] for name in _STANDING if name in standing}
        identity = change.body.get("identity") or {"type": "None"}  # recorded: shown even where none was asked for
        return {**change.body, "identity": identity, "properties": {**shaped, **outputs}}

    def answered(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        """The answer to a write has neither host name nor revisions, though an app that is changed keeps its own (recorded)."""
        if request.method == "GET":
            return body
        properties = {name: value for name, value in body["properties"].items() if name not in _STANDING}
        configuration = properties.get("configuration") or {}
        if configuration.get("ingress"):
            ingress = {**configuration["ingress"], "fqdn": None}
            properties["configuration"] = {**configuration, "ingress": ingress}
        return {**body, "properties": properties}

    def verdict(self, world: World, resource: Resource, operation: Operation) -> Json | float | None:
        wrong = failure_of(world, resource)
        if wrong == "ImagePullUnauthorized" and world.clock.now() - operation.begun < PULL_TRIES:
            return RETRY_PULL
        return app_revisions.pull_error(world, resource)

    def failed(self, world: World, resource: Resource) -> None:
        app_revisions.make(world, resource, failure_of(world, resource) or "OperationExpired")
        app_revisions.hand_over(world, resource)

    def settled(self, world: World, resource: Resource) -> None:
        properties = app_shapes.settled_app(resource.properties)
        environment = world.store.get(str(properties["environmentId"]))
        ingress = properties["configuration"]["ingress"]
        if ingress is not None and environment is not None:
            middle = "" if ingress.get("external") else "internal."
            ingress["fqdn"] = f"{resource.name}.{middle}{environment.properties.get('defaultDomain')}"
        stream = f"https://{str(resource.body['location']).replace(' ', '').lower()}.azurecontainerapps.dev"
        properties["eventStreamEndpoint"] = f"{stream}{resource.id.replace('/providers/Microsoft.App', '')}/eventstream"
        properties["runningStatus"] = "Running"
        resource.body = {**resource.body, "properties": properties}
        app_revisions.make(world, resource)
        app_revisions.hand_over(world, resource)

    def turned(self, world: World, resource: Resource) -> None:
        app_revisions.hand_over(world, resource)


def _check_environment(change: Change) -> None:
    environment_id = change.properties.get("environmentId") or change.properties.get("managedEnvironmentId")
    if not environment_id:
        raise bad_request("ContainerAppMissingEnvironmentId", "Container app must have an environment id.")
    environment = change.world.store.get(str(environment_id))
    if environment is None:
        message = f"The environment '{environment_id}' could not be found."
        raise ArmError(404, "ManagedEnvironmentNotFound", message)
    if environment.state not in ("Succeeded", "Updating"):
        message = (
            f"The environment '{environment.name}' is in state {environment.state} and not ready for container apps."
        )
        raise ArmError(409, "ManagedEnvironmentNotReadyForAppCreation", message)
    before = change.before.properties.get("environmentId", "") if change.before else environment_id
    if str(before).lower() != str(environment_id).lower():
        raise bad_request(
            "ContainerAppEnvironmentCannotBeChanged", "The environment of a container app cannot be changed."
        )


def _check_secrets(change: Change) -> None:
    secrets = (change.properties.get("configuration") or {}).get("secrets") or []
    bad = [
        item["name"]
        for item in secrets
        if not item.get("value") and not (item.get("keyVaultUrl") and item.get("identity"))
    ]
    if bad:
        message = (
            f"Invalid Request: Container app secret(s) with name(s) '{', '.join(bad)}' are invalid: value or keyVaultUrl and identity "
            "should be provided."
        )
        raise bad_request("ContainerAppSecretInvalid", message)
    names = {item["name"] for item in secrets}
    wanted = values_at(change.body, "properties.template.containers[].env[].secretRef")
    wanted += values_at(change.body, "properties.configuration.registries[].passwordSecretRef")
    missing = [item for item in wanted if item and item not in names]
    if missing:
        raise bad_request(
            "ContainerAppSecretRefNotFound",
            f"SecretRef '{missing[0]}' defined for container app '{change.name}' not found.",
        )
    attached = {key.lower() for key in (change.body.get("identity") or {}).get("userAssignedIdentities") or {}}
    users = [
        str(item)
        for path in ("secrets", "registries")
        for item in values_at(change.body, f"properties.configuration.{path}[].identity")
    ]
    stray = [item for item in users if item and item.lower() != "system" and item.lower() not in attached]
    if stray:
        message = f"The identity '{stray[0]}' is used by container app '{change.name}' but is not assigned to it."
        raise bad_request("ContainerAppIdentityNotAssigned", message)


def _check_template(change: Change) -> None:
    containers = (change.properties.get("template") or {}).get("containers") or []
    if not containers:
        raise bad_request(
            "ContainerAppContainerRequired", f"Container app '{change.name}' must have at least one container."
        )
    if change.properties.get("workloadProfileName") not in (None, "Consumption"):
        return
    cpu = sum(float((item.get("resources") or {}).get("cpu", 0.5)) for item in containers)
    memory = sum(_gibibytes(str((item.get("resources") or {}).get("memory", "1Gi"))) for item in containers)
    if abs(memory - 2 * cpu) > 0.001 or cpu * 4 != int(cpu * 4) or not 0.25 <= cpu <= 4:
        message = (
            f"The total requested CPU and memory resources for this application (CPU: {cpu}, memory: {memory}) is invalid. Total CPU and "
            "memory for all containers defined in a Container App must add up to one of the following CPU - Memory combinations: "
            "[cpu: 0.25, memory: 0.5Gi]; [cpu: 0.5, memory: 1.0Gi]; [cpu: 0.75, memory: 1.5Gi]; [cpu: 1.0, memory: 2.0Gi]; ..."
        )
        raise bad_request("ContainerAppInvalidResourceTotal", message)


def _gibibytes(text: str) -> float:
    return float(text.removesuffix("Gi")) if text.endswith("Gi") else float(text.removesuffix("Mi")) / 1024


PROVIDER = Provider(
    namespace=APP,
    kinds=(
        *app_environments.KINDS,
        Kind(
            name=APPS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(
                r"(?=.{2,32}$)[a-z]([a-z0-9]|-(?!-))*[a-z0-9]",
                "Invalid ContainerApp name '{name}'. A name must consist of lower case alphanumeric characters or '-', start with an "
                "alphabetic character, and end with an alphanumeric character and cannot have '--'. The length must be from 2 to 32 "
                "characters.",
                "ContainerAppInvalidName",
            ),
            display_location=True,
            identity="tight",
            put=app_put(25, "containerappOperationStatuses", creating="InProgress", updating="InProgress"),
            patch=app_patch(25, "containerappOperationResults", "InProgress"),
            delete=app_delete(20, "containerappOperationResults"),
            write_only=(SECRET_VALUES,),
            links=(
                Link(
                    "properties.environmentId",
                    f"{APP}/managedEnvironments/join/action",
                    "ManagedEnvironmentNotFound",
                    404,
                ),
            ),
            busy=Refusal(
                409,
                "ContainerAppOperationInProgress",
                "Cannot modify a container app '{name}' because there is an operation in progress.",
            ),
            system_data=True,
            id_segments={"containerApps": "containerapps"},
            budget="app",
            behavior=ContainerApps(),
        ),
        Kind(
            name=f"{APPS}/authConfigs",
            versions=VERSIONS,
            patchable=False,
            stateful=False,
            put=Style(created=200),
            shown_type="Microsoft.App/containerapps/authconfigs",
        ),
        *app_revisions.KINDS,
    ),
    hosts=((r".*\.azurecontainerapps\.(io|us|cn)", app_plane.answer),),
)
