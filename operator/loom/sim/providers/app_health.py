"""What becomes of a container app's revision: can its image be pulled, does it start, does it stay up, is it asleep.

A person turns this with a knob (`POST /sim/knobs {id, failure, details}`); images are missing by the setting `missing_images`
(regular expressions); a pull from a simulated registry is allowed by role assignments, as on the service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from loom.sim.providers.registry import registry_of
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
PULL = "Microsoft.ContainerRegistry/registries/pull/read"
READ_CONTENT = "Microsoft.ContainerRegistry/registries/repositories/content/read"
IDLE_AFTER = 300.0


@dataclass(frozen=True, slots=True)
class Health:
    """A revision's looks: provisioning, running state with details, whether it is ready, and what its containers say."""

    provisioning: str = "Provisioned"
    running: str = "Running"
    health: str = "Healthy"
    ready: bool = True
    details: str = ""
    container: str = "Running"
    restarts: int = 0
    empty: bool = False  # no replica, whatever the minimum


FAILURES = {
    "ActivationFailed": Health(
        "Provisioned",
        "ActivationFailed",
        "Unhealthy",
        False,
        "Deployment Progress Deadline Exceeded. 0/1 replicas ready.",
        "Waiting",
    ),
    "ProgressDeadlineExceeded": Health(
        "Failed", "Failed", "Unhealthy", False, "Deployment Progress Deadline Exceeded. 0/1 replicas ready.", "Waiting"
    ),
    "CrashLoop": Health(
        "Provisioned", "Failed", "Unhealthy", False, "Container crashing: exit code 1. CrashLoopBackOff.", "Waiting", 7
    ),
    "ProbeFailed": Health(
        "Provisioned", "Degraded", "Unhealthy", False, "The startup probe failed. 0/1 replicas ready.", "Running", 3
    ),
    "Degraded": Health("Provisioned", "Degraded", "Unhealthy", False, "1/2 replicas ready.", "Running", 1),
    "ScalerError": Health(
        "Provisioned",
        "Degraded",
        "Unhealthy",
        False,
        "KEDAScalerFailed: error establishing the scaler's connection.",
        "Running",
    ),
    "ImageNotFound": Health("Failed", "Failed", "Unhealthy", False, "MANIFEST_UNKNOWN: manifest unknown", "Waiting"),
    "ImagePullUnauthorized": Health(
        "Failed", "Failed", "Unhealthy", False, "UNAUTHORIZED: authentication required", "Waiting"
    ),
    # microsoft/azure-container-apps, issue 1529
    "CoresExceeded": Health(
        "Failed",
        "Failed",
        "Unhealthy",
        False,
        "Maximum Allowed Cores exceeded for the Managed Environment. Please check the limits of Container Apps.",
        "Waiting",
    ),
    # microsoft/azure-container-apps, issue 649: no room, and nothing says so
    "NoRoom": Health(empty=True),
    "OperationExpired": Health("Failed", "Failed", "Unhealthy", False, "Operation expired.", "Waiting"),
}


def failure_of(world: World, app: Resource, revision: Resource | None = None) -> str:
    """The name of what is wrong with an app now, or with one of its revisions, whose images are its own; empty when nothing is."""
    ordered = str(world.knobs.get(app.key, {}).get("failure", ""))
    if ordered:
        return ordered
    template = (revision or app).properties.get("template") or {}
    for container in [*(template.get("initContainers") or []), *(template.get("containers") or [])]:
        image = str(container.get("image", ""))
        if any(re.search(pattern, image) for pattern in world.settings.missing_images):
            return "ImageNotFound"
        if not _may_pull(world, app, image):
            return "ImagePullUnauthorized"
    return ""


def _may_pull(world: World, app: Resource, image: str) -> bool:
    server = image.split("/")[0]
    registry = registry_of(world, server)
    if registry is None or registry.properties.get("anonymousPullEnabled"):
        return True
    configured = (app.properties.get("configuration") or {}).get("registries") or []
    entry = next((item for item in configured if item.get("server") == server), None)
    if entry is None:
        return False
    if entry.get("passwordSecretRef"):
        return bool(registry.properties.get("adminUserEnabled"))
    principal = _principal(app, str(entry.get("identity") or ""))
    by_repository = registry.properties.get("roleAssignmentMode") == "AbacRepositoryPermissions"
    action = READ_CONTENT if by_repository else PULL
    return bool(principal) and world.access.allows(principal, action, registry.id, data=by_repository)


def _principal(app: Resource, identity: str) -> str:
    block = app.body.get("identity") or {}
    if identity.lower() == "system":
        return str(block.get("principalId", ""))
    attached = {key.lower(): value for key, value in (block.get("userAssignedIdentities") or {}).items()}
    return str(attached.get(identity.lower(), {}).get("principalId", ""))


def health_of(world: World, app: Resource, revision: Resource) -> Health:
    """How a revision is at this moment."""
    knob = world.knobs.get(app.key, {})
    wrong = str(revision.hidden.get("failure", "")) or failure_of(world, app, revision)
    if wrong:
        found = FAILURES.get(wrong, Health("Provisioned", wrong, "Unhealthy", False, wrong, "Waiting"))
        details = str(knob.get("details", "")) or found.details
        return replace(found, details=details)
    if not revision.properties.get("active"):
        return Health(running="Stopped", health="None")
    return Health(running="Running" if replica_count(world, app, revision) else "ScaledToZero")


def replica_count(world: World, app: Resource, revision: Resource) -> int:
    """How many replicas run: at least `minReplicas`; without any minimum one while somebody asks, then none."""
    if not revision.properties.get("active"):
        return 0
    template = revision.properties.get("template") or {}
    scale = template.get("scale") or {}
    least = scale.get("minReplicas") or 0
    if least:
        return int(least)
    ingress = (app.properties.get("configuration") or {}).get("ingress")
    if not ingress and not scale.get("rules"):
        return 0
    asked = max(float(app.hidden.get("asked", 0.0)), revision.created)
    return 1 if world.clock.now() - asked < float(scale.get("cooldownPeriod") or IDLE_AFTER) else 0
