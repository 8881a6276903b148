"""What the states of a container app say about its health, as sentences."""

from collections.abc import Sequence
from typing import Any

import pytest

from loom.health.container_app import CAUSES, examine_app, judge
from loom.plan.checks import AppCheck, Finding, Health
from support.apps import APP, IMAGE, Shelf, a_replica, a_revision, an_app


def verdict(app: Any, revision: Any, replicas: Sequence[Any] = (), wakeable: bool = False) -> tuple[str, str]:
    health, reason, _ = judge(app, revision, replicas, wakeable)
    return str(health), str(reason)


@pytest.mark.parametrize("running", ["Running", "RunningAtMaxScale"])
def test_the_newest_revision_that_is_ready_and_runs_is_well(running: str) -> None:
    assert verdict(an_app(), a_revision(running)) == ("Healthy", "Succeeded")


def test_no_replicas_are_well_where_something_can_wake_it() -> None:
    assert verdict(an_app(), a_revision("ScaledToZero"), wakeable=True) == ("Healthy", "Succeeded")


def test_no_replicas_that_nothing_can_wake_are_not_well() -> None:
    assert verdict(an_app(), a_revision("ScaledToZero")) == ("Unhealthy", "Idle")


def test_an_app_that_was_stopped_is_not_well() -> None:
    assert verdict(an_app(), a_revision("Stopped"), wakeable=True) == ("Unhealthy", "Idle")


def test_an_app_that_is_called_running_without_a_replica_is_not_well() -> None:
    green = a_revision(replicas=0, template={"containers": [], "scale": {"minReplicas": 1}})
    assert verdict(an_app(), green) == ("Unhealthy", "Idle")


@pytest.mark.parametrize("status", ["Stopped", "Suspended"])
def test_an_app_that_is_stopped_as_a_whole_is_not_well_whatever_its_revision_says(status: str) -> None:
    app = an_app()
    app["properties"]["runningStatus"] = status
    assert verdict(app, a_revision("Running"), wakeable=True) == ("Unhealthy", "Idle")


def test_a_newest_revision_that_is_not_ready_yet_is_on_its_way() -> None:
    health, _, words = judge(an_app(ready="r1"), a_revision(), (), True)
    assert (health, words) == (Health.PENDING, "its newest revision is not ready yet; r1 still serves")


@pytest.mark.parametrize("running", ["Activating", "Processing", ""])
def test_a_revision_that_is_starting_is_on_its_way(running: str) -> None:
    assert verdict(an_app(ready=""), a_revision(running, "Provisioning"))[0] == "Pending"


def test_a_state_that_nobody_knows_is_unknown_and_never_well() -> None:
    health, reason, words = judge(an_app(), a_revision("Levitating"), (), True)
    assert (health, reason) == (Health.UNKNOWN, "NotMeasured")
    assert "Levitating" in words


def test_a_revision_that_cannot_be_seen_is_unknown() -> None:
    assert verdict(an_app(), {}) == ("Unknown", "NotMeasured")


FAILURES = [
    (
        "an image that is not there",
        a_revision("Failed", "Failed", provisioningError="MANIFEST_UNKNOWN: manifest tagged by 0.3.0 is not found"),
        (),
        "ImageNotFound",
    ),
    (
        "a registry that refuses the identity",
        a_revision("ActivationFailed"),
        [a_replica("ImagePullUnauthorized: authentication required")],
        "ImagePullDenied",
    ),
    (
        "an image that is not pulled for another cause",
        a_revision("ActivationFailed"),
        [a_replica("ImagePullBackOff")],
        "ActivationFailed",
    ),
    (
        "a container that starts and ends",
        a_revision("Degraded"),
        [a_replica("", runningState="Waiting", restartCount=7)],
        "CrashLoop",
    ),
    (
        "a container that says so itself",
        a_revision("Degraded"),
        [a_replica("", runningStateDetails="CrashLoopBackOff")],
        "CrashLoop",
    ),
    (
        "a container that ends while the revision still starts",
        a_revision("Activating"),
        [a_replica("", runningState="Terminated", restartCount=3)],
        "CrashLoop",
    ),
    (
        "a probe that fails",
        a_revision("Degraded"),
        [a_replica("", runningStateDetails="Liveness probe failed: 404")],
        "ProbeFailing",
    ),
    (
        "no cores left",
        a_revision("Failed", "Failed", provisioningError="The environment core quota was exceeded"),
        (),
        "QuotaExceeded",
    ),
    (
        "replicas that did not come up in time",
        a_revision("Failed", runningStateDetails="Deployment Progress Deadline Exceeded. 0/1 replicas ready."),
        (),
        "ActivationFailed",
    ),
    (
        "an operation that expired",
        a_revision("Failed", "Failed", provisioningError="Operation expired."),
        (),
        "ActivationFailed",
    ),
    (
        "a scale rule that does not work",
        a_revision("Degraded", runningStateDetails="error creating kafka scaler"),
        (),
        "Degraded",
    ),
    ("some replicas that are not ready", a_revision("Degraded"), (), "Degraded"),
    ("one replica of two that is ready", a_revision("Degraded", runningStateDetails="1/2 replicas ready."), (), "Degraded"),
    (
        "a cause that only a container tells, below a deadline that the revision tells",
        a_revision("Failed", runningStateDetails="Deployment Progress Deadline Exceeded. 0/1 replicas ready."),
        [a_replica("", runningStateDetails="CrashLoopBackOff")],
        "CrashLoop",
    ),
    ("a revision that did not start, and nobody says why", a_revision("ActivationFailed"), (), "ActivationFailed"),
    (
        "a revision that could not be set up",
        a_revision("Failed", "Failed", provisioningError="The volume has no such share"),
        (),
        "ProvisioningFailed",
    ),
    (
        "a revision that is called unhealthy while it runs",
        a_revision("Running", healthState="Unhealthy"),
        [a_replica("Readiness probe failed")],
        "ProbeFailing",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("revision", "replicas", "reason"), [case[1:] for case in FAILURES], ids=[case[0] for case in FAILURES]
)
def test_a_failure_is_called_by_its_cause(revision: Any, replicas: Sequence[Any], reason: str) -> None:
    assert verdict(an_app(ready="r1"), revision, replicas) == ("Unhealthy", reason)


def test_every_cause_has_a_case() -> None:
    met = {case[3] for case in FAILURES}
    assert {str(cause.reason) for cause in CAUSES} <= met


def test_an_app_that_azure_could_not_set_up_is_not_well() -> None:
    assert verdict(an_app(state="Failed"), a_revision("Running")) == ("Unhealthy", "ProvisioningFailed")


def test_words_hold_no_counts() -> None:
    revision = a_revision(
        "Failed",
        "Failed",
        provisioningError="Sidecar is wrong, 0/3 are up (Correlation ID: 1bd944ab-401d-4420-9c2e-5539b7133c10).",
    )
    assert judge(an_app(), revision, (), True)[2] == "Sidecar is wrong, are up"


def test_a_missing_image_is_named() -> None:
    revision = a_revision("Failed", "Failed", provisioningError="MANIFEST_UNKNOWN")
    assert judge(an_app(), revision, (), True)[2] == f"the registry has no image {IMAGE}"


async def test_an_app_that_is_well_costs_one_read() -> None:
    shelf = Shelf({f"{APP}/revisions/r2": a_revision()})
    finding = await examine_app(AppCheck("app/loom-mirroring", wakeable=True), an_app(), shelf)
    assert finding == Finding(
        "app/loom-mirroring",
        "AppsHealthy",
        Health.HEALTHY,
        details=(("revision", "r2"), ("image", IMAGE), ("replicas", 1)),
    )
    assert shelf.read == [f"{APP}/revisions/r2"]


async def test_the_replicas_of_an_app_that_is_not_well_are_read_too() -> None:
    replicas = f"{APP}/revisions/r2/replicas"
    shelf = Shelf({f"{APP}/revisions/r2": a_revision("Degraded"), f"{replicas}/a": a_replica("CrashLoopBackOff")})
    finding = await examine_app(AppCheck("app/loom-mirroring"), an_app(), shelf)
    assert finding.reason == "CrashLoop"
    assert shelf.read == [f"{APP}/revisions/r2", replicas]


async def test_an_app_without_a_revision_is_on_its_way() -> None:
    finding = await examine_app(AppCheck("app/loom-mirroring"), an_app(latest="", ready=""), Shelf({}))
    assert finding.health is Health.PENDING
