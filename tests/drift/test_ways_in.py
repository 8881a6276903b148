"""The ways in behind our back: Front Door's private link, its custom hosts, and what it leaves when it goes."""

from typing import Any

import pytest

from loom.plan.arm_id import key
from support.converged import ZONE, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOST = "loom.contoso.com"
STATE = "privateLinkServiceConnectionState"
VAULT = "/subscriptions/30000000-0000-4000-8000-000000000002/resourceGroups/rg-shared/providers/Microsoft.KeyVault/vaults/kv"


def connections(estate: Converged) -> dict[str, str]:
    """How each connection at the environment stands, by its id."""
    place = f"{estate.ids['environment']}/privateEndpointConnections/"
    found = {arm_id: estate.azure.get(arm_id) for arm_id in estate.azure.ids(place)}
    return {arm_id: body["properties"][STATE]["status"] for arm_id, body in found.items() if body}


def row(estate: Converged, host: str = "azurefd.net") -> dict[str, Any]:
    """The row of Front Door whose address ends so."""
    rows = estate.play.status(estate.name)["reachability"]
    (found,) = (row for row in rows if row["path"] == "FrontDoor" and str(row.get("url", "")).endswith(host))
    return dict(found)


def paths(estate: Converged, **front_door: Any) -> None:
    """A person edits the way in over Front Door."""
    estate.play.change(ZONE, lambda spec: spec["accessPaths"].update(frontDoor=front_door))


async def _look(estate: Converged, passes: int = 12) -> None:
    """Passes, each at the moment that the one before asked for."""
    for _ in range(passes):
        result = await estate.play.look_at(estate.name)
        estate.azure.advance(min(result.requeue_after, 60))
    await estate.meet()


async def test_the_sample_with_everything_on_is_reached_by_all_five_ways(estate: Converged) -> None:
    rows = estate.play.status(estate.name)["reachability"]
    assert [(one["path"], one["result"]) for one in rows] == [
        (path, "Reachable") for path in ("Bastion", "External", "FrontDoor", "ApplicationGateway", "Vpn")
    ]


async def test_every_request_of_ours_stands_approved_and_the_way_is_open(estate: Converged) -> None:
    assert list(connections(estate).values()) == ["Approved", "Approved"]
    assert (row(estate)["result"], row(estate)["httpStatus"]) == ("Reachable", 200)


async def test_an_approval_that_somebody_takes_back_is_given_again_and_nothing_else_is_written(
    estate: Converged,
) -> None:
    taken = next(iter(connections(estate)))
    estate.azure.edit(taken, {"properties": {STATE: {"status": "Rejected"}}})
    mended = await estate.mend()
    assert mended.writes == ("PUT front-door/approval",)
    assert "front-door/approval: properties.privateLinkServiceConnectionState.status" in mended.told("DriftMended")
    assert set(connections(estate).values()) == {"Approved"}


async def test_a_strangers_request_stays_pending(estate: Converged) -> None:
    theirs = f"{estate.ids['environment']}/privateEndpointConnections/theirs"
    state = {"status": "Pending", "description": "let me in"}
    estate.azure.seed(theirs, {"properties": {STATE: state}})
    await estate.look()
    await estate.is_quiet()
    assert connections(estate)[theirs] == "Pending"


async def test_whoever_copies_the_words_of_a_link_that_stands_is_not_let_in_and_told_of(estate: Converged) -> None:
    theirs = _copy(estate)
    seen = await estate.mend()
    assert connections(estate)[theirs] == "Pending"
    (told,) = seen.told("StrangersRequest")
    assert told.startswith("theirs asks in the words of front-door/origin, which is let in already")
    assert estate.conditions()["Ready"]["status"] == "True"


async def test_whoever_copies_the_words_of_a_link_that_waits_keeps_both_out_until_a_person_has_looked(
    estate: Converged,
) -> None:
    for taken in connections(estate):
        estate.azure.edit(taken, {"properties": {STATE: {"status": "Pending"}}})
    theirs = _copy(estate)
    await estate.look()
    condition = estate.conditions()["Reachable"]
    assert (condition["status"], condition["reason"]) == ("False", "AwaitingManualAction")
    assert set(connections(estate).values()) == {"Pending"}
    estate.azure.delete(theirs)
    await estate.mend()
    assert set(connections(estate).values()) == {"Approved"}


async def test_a_link_that_is_made_anew_asks_in_other_words(estate: Converged) -> None:
    before = _words(estate)
    theirs = _copy(estate)
    estate.delete("front-door/origin")
    await estate.mend()
    assert _words(estate) != before
    assert connections(estate).pop(theirs) == "Pending"
    assert row(estate)["result"] == "Reachable"


async def test_a_write_to_the_origin_repeats_the_words_that_its_link_asked_in(estate: Converged) -> None:
    before = _words(estate)
    estate.edit("front-door/origin", {"properties": {"enforceCertificateNameCheck": False}})
    mended = await estate.mend()
    assert mended.writes == ("PUT front-door/origin",)
    assert _words(estate) == before


def _words(estate: Converged) -> str:
    return str(estate.body("front-door/origin")["properties"]["sharedPrivateLinkResource"]["requestMessage"])


def _copy(estate: Converged) -> str:
    """Somebody who may read the origin asks for a connection in its words, to an endpoint of their own."""
    theirs = f"{estate.ids['environment']}/privateEndpointConnections/theirs"
    state = {"status": "Pending", "description": _words(estate)}
    endpoint = VAULT.replace("Microsoft.KeyVault/vaults/kv", "Microsoft.Network/privateEndpoints/theirs")
    estate.azure.seed(theirs, {"properties": {STATE: state, "privateEndpoint": {"id": endpoint}}})
    return theirs


async def test_an_approval_that_the_operator_may_not_give_is_told(estate: Converged) -> None:
    estate.azure.fault(
        "error", method="PUT", type="Microsoft.App/managedEnvironments/privateEndpointConnections", status=403,
        code="AuthorizationFailed", message="does not have authorization to perform action 'x/write'", times=50,
    )  # fmt: skip
    estate.delete("front-door/origin")
    for _ in range(20):
        estate.azure.advance(min((await estate.play.look_at(estate.name)).requeue_after, 60))
        if estate.conditions()["Reachable"]["reason"] == "PermissionDenied":
            break
    assert estate.conditions()["Reachable"]["reason"] == "PermissionDenied"
    assert row(estate)["result"] == "Unreachable"
    estate.azure.clear_faults()
    await estate.mend()
    assert row(estate)["result"] == "Reachable"


async def test_a_host_of_ones_own_waits_for_its_proof_and_is_then_asked(estate: Converged) -> None:
    paths(estate, hosts=[{"name": HOST}])
    await _look(estate)
    condition, waiting = estate.conditions()["Reachable"], row(estate, HOST)
    token = estate.body(f"front-door/host/{HOST}")["properties"]["validationProperties"]["validationToken"]
    assert (condition["status"], condition["reason"]) == ("False", "WaitingForOwner")
    assert (waiting["result"], waiting.get("httpStatus")) == ("Unreachable", None)
    assert waiting["message"].endswith(f"set the TXT record _dnsauth.{HOST} to {token}")
    estate.azure.door("POST", "/sim/knobs", {"id": estate.ids[f"front-door/host/{HOST}"], "validation": "Approved"})
    await estate.look()
    assert (row(estate, HOST)["result"], estate.conditions()["Ready"]["status"]) == ("Reachable", "True")


async def test_a_host_that_somebody_weakened_is_mended(estate: Converged) -> None:
    await _with_host(estate)
    estate.edit(f"front-door/host/{HOST}", {"properties": {"tlsSettings": {"minimumTlsVersion": "TLS10"}}})
    mended = await estate.mend()
    assert mended.writes == (f"PUT front-door/host/{HOST}",)
    assert mended.told("DriftMended") == [f"front-door/host/{HOST}: properties.tlsSettings.minimumTlsVersion"]


async def test_a_host_that_somebody_deleted_is_made_again_and_wants_its_proof_anew(estate: Converged) -> None:
    await _with_host(estate)
    estate.delete(f"front-door/host/{HOST}")
    estate.azure.reset_counters()
    await estate.look()
    await _look(estate)
    assert estate.writes() == [f"PUT front-door/host/{HOST}"]
    assert estate.conditions()["Reachable"]["reason"] == "WaitingForOwner"


@pytest.mark.parametrize("patch", [{"parameters": {"useLatestVersion": False}}, None], ids=["changed", "deleted"])
async def test_a_certificate_of_ones_own_is_made_and_mended(estate: Converged, patch: Any) -> None:
    await _with_certificate(estate)
    name = f"front-door/certificate/{HOST}"
    if patch is None:
        estate.delete(name)
    else:
        estate.edit(name, {"properties": patch})
    mended = await estate.mend()
    assert mended.writes == (f"PUT {name}",)
    assert [told.partition(": ")[0] for told in mended.told("DriftMended")] == [name]


async def test_a_front_door_that_is_declared_no_more_goes_with_all_that_is_its_own(estate: Converged) -> None:
    await _with_certificate(estate)
    mine = [arm_id for name, arm_id in estate.ids.items() if name.startswith(("front-door", "identity/front-door"))]
    estate.play.change(ZONE, lambda spec: spec["accessPaths"].pop("frontDoor"))
    await estate.mend_on()
    assert len(mine) == 10
    assert [arm_id for arm_id in mine if estate.azure.get(arm_id) is not None] == []
    assert connections(estate) == {}
    assert not {key(arm_id) for arm_id in mine} & {key(arm_id) for arm_id in estate.inventory()}


async def _with_host(estate: Converged) -> None:
    """A host that is proven."""
    paths(estate, hosts=[{"name": HOST}])
    await _look(estate)
    estate.azure.door("POST", "/sim/knobs", {"id": estate.ids[f"front-door/host/{HOST}"], "validation": "Approved"})
    await estate.mend_on()
    await estate.meet()


async def _with_certificate(estate: Converged) -> None:
    """A host whose certificate is in a vault of others, which the grant reaches."""
    estate.azure.seed(VAULT, {"location": "eastus2", "properties": {"enableRbacAuthorization": True}})
    scope = VAULT.partition("/providers/")[0]
    estate.play.change("AdminPlane", lambda spec: spec["grants"][0]["scopes"].append(scope))
    certificate = {"keyVault": {"id": VAULT, "secretName": "loom-contoso-com"}}
    paths(estate, hosts=[{"name": HOST, "certificate": certificate}])
    await estate.mend_on()
    await estate.meet()
