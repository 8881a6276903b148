"""Gateways of a zone's own (Application Gateway, VPN, Bastion): made, read back, drifted, mended, deleted; on an estate of their own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from loom.manifests import read_manifests
from loom.plan.arm_id import key
from support.converged import ZONE, Converged, converged
from support.drifts import NO_LOGS, TAGS, Edit
from support.samples import SAMPLES

from .conftest import TYPES

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOST = "loom.contoso.com"
GROUP = "/subscriptions/30000000-0000-4000-8000-000000000002/resourceGroups/rg-csa-loom-dlz-finance-prod-eastus2"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kvfinance"
WAYS: dict[str, Any] = {
    "bastion": {"own": {}},
    "applicationGateway": {
        "hostName": HOST,
        "certificate": {"keyVault": {"id": VAULT, "secretName": "loom-contoso-com"}},
    },
    "vpn": {"clientAddressPool": "172.16.0.0/24"},
}
EDITS: dict[str, Edit] = {
    "bastion": ({"properties": {"enableTunneling": False}}, {"properties.enableTunneling"}),
    "bastion/address": TAGS,
    "peering/to-hub": ({"properties": {"useRemoteGateways": True}}, {"properties.useRemoteGateways"}),
    "diagnostics/bastion": NO_LOGS,
}
GONE = [name for name in EDITS if not name.startswith(("peering", "identity")) and not name.endswith("address")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made() -> AsyncIterator[Converged]:
    documents = [obj for obj in read_manifests(SAMPLES) if obj["kind"] in ("AdminPlane", ZONE)]
    spec = next(obj for obj in documents if obj["kind"] == ZONE)["spec"]
    for field in ("storage", "serviceBus", "eventGrid", "cosmos", "redis", "kusto"):
        spec.pop(field, None)
    spec |= {"accessPaths": WAYS, "keyVault": {"name": "kvfinance"}, "apps": {"environment": {}, "mirroring": {}}}
    types = TYPES if (TYPES / "index.json").is_file() else None
    async with converged(documents, types=types) as estate:
        yield estate


def rows(estate: Converged) -> dict[str, tuple[str, str]]:
    found = estate.play.status(estate.name)["reachability"]
    return {row["path"]: (row["result"], row["url"].partition(".")[0]) for row in found}


async def test_every_way_in_leads_to_the_app(estate: Converged) -> None:
    assert rows(estate) == {
        "Bastion": ("Reachable", "https://loom-mirroring"),
        "ApplicationGateway": ("Reachable", "https://loom"),
        "Vpn": ("Reachable", "https://loom-mirroring"),
    }
    await estate.is_quiet()


async def test_the_gateways_stand_in_subnets_of_their_own_without_a_route_to_a_firewall(estate: Converged) -> None:
    names = ("GatewaySubnet", "AzureBastionSubnet", "snet-application-gateway")
    bodies = [estate.body(f"subnet/{name}")["properties"] for name in names]
    assert [body.get("routeTable") for body in bodies] == [None, None, None]
    assert estate.body("subnet/snet-private-endpoints")["properties"]["routeTable"]


@pytest.mark.parametrize("name", EDITS)
async def test_what_somebody_changed_is_named_and_brought_back(estate: Converged, name: str) -> None:
    patch, fields = EDITS[name]
    estate.edit(name, patch)
    mended = await estate.mend()
    (told,) = mended.told("DriftMended")
    where, _, named = told.partition(": ")
    assert (where, set(named.split(", "))) == (name, fields)
    assert mended.writes == (f"PUT {name}",)
    await estate.is_quiet()


@pytest.mark.parametrize("name", GONE)
async def test_what_somebody_deleted_is_made_again(estate: Converged, name: str) -> None:
    lost = estate.below(name)
    estate.delete(name)
    mended = await estate.mend()
    assert sorted(mended.writes) == sorted(f"PUT {other}" for other in lost)
    await estate.is_quiet()


async def test_a_gateway_that_takes_its_time_is_progress_and_no_failure(estate: Converged) -> None:
    estate.delete("vpn")
    result = await estate.look()
    row = next(row for row in result.status["reachability"] if row["path"] == "Vpn")
    assert (row["result"], row["message"]) == ("Provisioning", "vpn: a long operation is under way")
    assert estate.conditions()["Reachable"]["reason"] == "Progressing"
    assert "Stalled" not in estate.conditions()


async def test_a_gateway_that_somebody_stopped_is_told(estate: Converged) -> None:
    estate.edit("application-gateway", {"properties": {"operationalState": "Stopped"}})
    await estate.look()
    assert rows(estate)["ApplicationGateway"][0] == "Unreachable"
    assert estate.conditions()["Reachable"]["message"].endswith("is Stopped where Running is needed: start it")


async def test_what_others_added_to_a_gateway_is_left_alone_and_outlives_a_write(estate: Converged) -> None:
    theirs = {"name": "theirs", "properties": {"port": 8443}}
    ports = estate.body("application-gateway")["properties"]["frontendPorts"]
    estate.edit("application-gateway", {"properties": {"frontendPorts": [*ports, theirs]}})
    await estate.is_quiet()
    estate.edit("application-gateway", TAGS[0])
    await estate.mend()
    assert "theirs" in [port["name"] for port in estate.body("application-gateway")["properties"]["frontendPorts"]]


async def test_gateways_that_are_declared_no_more_go_in_an_order_that_azure_takes(estate: Converged) -> None:
    mine = [i for n, i in estate.ids.items() if n.startswith(("application-gateway", "vpn", "bastion", "identity/app"))]
    estate.play.change(ZONE, lambda spec: spec.update(accessPaths={"external": {}}))
    await estate.play.settle()
    assert [arm_id for arm_id in mine if estate.azure.get(arm_id) is not None] == []
    assert not {key(arm_id) for arm_id in mine} & {key(arm_id) for arm_id in estate.inventory()}
    assert [record.code for record in estate.records("DELETE") if record.status >= 400] == []
