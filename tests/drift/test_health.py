"""Converged is not working: what is broken is told with its reason, steadily and once, and well again as soon as it is."""

import pytest

from loom.sim.providers.app_health import FAILURES
from support.converged import PASSES, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

APP = "app/loom-mirroring"
IMAGE = "acrloom.azurecr.io/loom/loom-mirroring:0.3.0"
LATE = "no replica became ready in time"
TOLD = {
    "ActivationFailed": ("ActivationFailed", LATE),
    "ProgressDeadlineExceeded": ("ActivationFailed", LATE),
    "CoresExceeded": ("QuotaExceeded", "the environment or the region has no cores left for it"),
    "NoRoom": (
        "Idle",
        "it is called running and has no replica, though it must have one; perhaps the environment's cores are used up",
    ),
    "OperationExpired": ("ActivationFailed", LATE),
    "CrashLoop": ("CrashLoop", "a container starts and ends again and again; its log says why"),
    "ProbeFailed": ("ProbeFailing", "it does not answer its health probe"),
    "Degraded": ("Degraded", "some of its replicas are not ready"),
    "ScalerError": ("Degraded", "a scale rule does not work; its target or its identity is wrong"),
    "ImageNotFound": ("ImageNotFound", f"the registry has no image {IMAGE}"),
    "ImagePullUnauthorized": (
        "ImagePullDenied",
        f"the registry refuses the app's identity to pull {IMAGE}; it needs AcrPull there",
    ),
}
GATEWAYS = [
    ({"status": 503}, "answered 503 where 200 was expected"),
    ({"status": 302}, "answered 302 where 200 was expected"),
    ({"fate": "cut"}, "no connection, or it was cut"),
]


def knob(estate: Converged, arm_id: str, **order: object) -> None:
    estate.azure.door("POST", "/sim/knobs", {"id": arm_id, **order})


async def _is_told_steadily(estate: Converged, condition: str, reason: str, message: str) -> None:
    """Unhealthy with one event, the same in every further pass, and no write to Azure."""
    result = await estate.look()
    rows = estate.conditions()
    assert (rows[condition]["status"], rows[condition]["reason"]) == ("False", reason)
    assert rows[condition]["message"] == message
    assert (rows["Healthy"]["status"], rows["Healthy"]["reason"]) == ("False", reason)
    assert (rows["Ready"]["status"], rows["Ready"]["reason"], rows["Ready"]["message"]) == (
        "False",
        "Unhealthy",
        message,
    )
    assert (rows["Converged"]["status"], rows["InSync"]["status"]) == ("True", "True")
    assert not {"Stalled", "Reconciling"} & rows.keys()
    assert [(event.type, event.reason) for event in result.events] == [("Warning", "Unhealthy")]
    await estate.is_quiet()


async def _is_well_again(estate: Converged, condition: str) -> None:
    """Ready with one event, and nothing was written for it."""
    estate.azure.reset_counters()
    estate.azure.advance(60)
    result = await estate.look()
    rows = estate.conditions()
    assert [rows[name]["status"] for name in (condition, "Healthy", "Ready")] == ["True", "True", "True"]
    assert [event.reason for event in result.events] == ["Ready"]
    assert estate.writes() == []
    await estate.is_quiet()


@pytest.mark.parametrize("failure", FAILURES)
async def test_an_app_that_fails_is_told_by_its_cause_and_recovers(estate: Converged, failure: str) -> None:
    reason, words = TOLD[failure]
    knob(estate, estate.ids[APP], failure=failure)
    await _is_told_steadily(estate, "AppsHealthy", reason, f"{APP}: {words}")
    knob(estate, estate.ids[APP])
    await _is_well_again(estate, "AppsHealthy")


@pytest.mark.parametrize(("order", "words"), GATEWAYS)
async def test_a_gateway_that_does_not_answer_is_told_and_recovers(
    shop: Converged, order: dict[str, object], words: str
) -> None:
    service = shop.ids["product"].partition("/products/")[0]
    knob(shop, service, gateway=order)
    result = await shop.look()
    rows = shop.conditions()
    assert (rows["GatewayReachable"]["status"], rows["GatewayReachable"]["reason"]) == ("False", "Unreachable")
    assert rows["GatewayReachable"]["message"].endswith(words)
    assert rows["Ready"]["reason"] == "Unhealthy"
    assert [event.reason for event in result.events] == ["Unhealthy"]
    await shop.is_quiet()
    knob(shop, service)
    await _is_well_again(shop, "GatewayReachable")


async def test_a_connection_that_the_service_rejected_is_told_and_left_to_people(estate: Converged) -> None:
    connection = _connection(estate, "storage", "blob")
    estate.azure.edit(connection, _state("Rejected"))
    message = "endpoint/storage-blob: is Rejected where Approved is needed"
    await _is_told_steadily(estate, "NetworkReady", "Degraded", message)
    estate.azure.edit(connection, _state("Approved"))
    await _is_well_again(estate, "NetworkReady")


async def test_a_connection_that_waits_for_approval_is_unmeasured_and_leaves_ready(estate: Converged) -> None:
    estate.azure.edit(_connection(estate, "event-hubs", "namespace"), _state("Pending"))
    result = await estate.look()
    rows = estate.conditions()
    assert (rows["NetworkReady"]["status"], rows["NetworkReady"]["reason"]) == ("False", "Progressing")
    assert (rows["Healthy"]["status"], rows["Ready"]["status"]) == ("Unknown", "True")
    assert "Pending" in rows["Ready"]["message"]
    assert result.events == ()
    await estate.is_quiet()


async def test_a_connection_that_the_service_removed_is_asked_for_again(estate: Converged) -> None:
    estate.azure.edit(_connection(estate, "storage", "dfs"), _state("Disconnected"))
    mended = await estate.mend()
    assert mended.writes == (
        "DELETE endpoint/storage-dfs", "PUT endpoint/storage-dfs", "PUT endpoint/storage-dfs/dns",
    )  # fmt: skip
    assert estate.conditions()["NetworkReady"]["status"] == "True"


async def test_what_is_measured_never_flaps_while_something_else_is_mended(estate: Converged) -> None:
    estate.edit(APP, {"properties": {"template": {"scale": {"maxReplicas": 30}}}})
    seen: list[str] = []
    await estate.look()
    while not estate.holds():
        assert len(seen) < PASSES
        seen.append(estate.conditions()["NetworkReady"]["status"])
        estate.azure.advance(15)
        await estate.play.look_at(estate.name)
    assert seen
    assert set(seen) == {"True"}


def _connection(estate: Converged, service: str, group: str) -> str:
    below = estate.azure.ids(f"{estate.ids[service]}/privateEndpointConnections/")
    (found,) = (arm_id for arm_id in below if f"-{group}." in arm_id)
    return found


def _state(status: str) -> dict[str, object]:
    return {"properties": {"privateLinkServiceConnectionState": {"status": status, "description": "by the owner"}}}
