"""Synapse workspaces of the simulated Azure: what comes with one, what it refuses, and what goes with it."""

from __future__ import annotations

from typing import Any

import pytest

from loom.sim.clock import StandingClock
from support.simulator import Simulator

from .shapes import account, group, within

Json = dict[str, Any]
VERSION = "api-version=2021-06-01"
PLATFORMS = "rg-the-platforms"


@pytest.fixture
def azure() -> Simulator:
    return Simulator(clock=StandingClock())


def lake(azure: Simulator) -> str:
    """An account with a filesystem."""
    arm_id = account(group(azure))
    azure.seed(
        arm_id,
        {
            "location": "westus2",
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "properties": {"isHnsEnabled": True},
        },
    )
    azure.seed(f"{arm_id}/blobServices/default/containers/synapse", {"properties": {}})
    return arm_id


def body(storage: str, **properties: Any) -> Json:
    files = {"accountUrl": "https://saloom1.dfs.core.windows.net", "filesystem": "synapse", "resourceId": storage}
    given = {"defaultDataLakeStorage": files, "managedResourceGroupName": PLATFORMS, **properties}
    return {"location": "westus2", "identity": {"type": "SystemAssigned"}, "properties": given}


def workspace(azure: Simulator, name: str = "syn1") -> str:
    return within(group(azure), "Microsoft.Synapse/workspaces", name)


def put(azure: Simulator, arm_id: str, sent: Json) -> Any:
    return azure.call("PUT", f"{arm_id}?{VERSION}", sent)


def made(azure: Simulator, **properties: Any) -> str:
    arm_id = workspace(azure)
    assert put(azure, arm_id, body(lake(azure), **properties)).status == 201
    azure.advance(300)
    return arm_id


def test_a_workspace_comes_with_its_hosts_a_group_and_an_administrator(azure: Simulator) -> None:
    arm_id = made(azure, managedVirtualNetwork="default")
    shown = azure.get(arm_id)
    assert shown is not None
    properties = shown["properties"]
    assert (properties["provisioningState"], properties["managedVirtualNetwork"]) == ("Succeeded", "default")
    assert properties["connectivityEndpoints"]["sqlOnDemand"] == "syn1-ondemand.sql.azuresynapse.net"
    assert shown["identity"]["principalId"]
    assert any(other.endswith(f"/resourceGroups/{PLATFORMS}") for other in azure.ids())
    assert azure.get(f"{arm_id}/administrators/activeDirectory") is not None


@pytest.mark.parametrize("only", [True, False])
def test_whether_passwords_are_refused_is_shown_by_a_resource_of_its_own_alone(azure: Simulator, only: bool) -> None:
    arm_id = made(azure, azureADOnlyAuthentication=only)
    shown = azure.get(arm_id)
    assert shown is not None
    assert "azureADOnlyAuthentication" not in shown["properties"]
    sign_in = azure.get(f"{arm_id}/azureADOnlyAuthentications/default")
    assert sign_in is not None
    assert sign_in["properties"]["azureADOnlyAuthentication"] is only


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("syn1-ondemand", {}, "-ondemand"),
        ("syn1", {"managedResourceGroupName": "rg"}, "exists already"),
        (
            "syn1",
            {"defaultDataLakeStorage": {"accountUrl": "https://x", "filesystem": "none"}},
            "The filesystem none does not exist",
        ),
        ("Syn1", {}, "is not valid"),
    ],
    ids=["a name of serverless SQL", "a group that exists", "no such filesystem", "capitals"],
)
def test_what_no_workspace_can_be_made_of_is_refused(azure: Simulator, name: str, changes: Json, says: str) -> None:
    sent = body(lake(azure), **changes)
    sent["properties"]["defaultDataLakeStorage"].setdefault("resourceId", account(group(azure)))
    if "managedResourceGroupName" in changes:
        sent["properties"]["managedResourceGroupName"] = group(azure).rpartition("/")[2]
    refused = put(azure, workspace(azure, name), sent)
    assert refused.status >= 400
    assert says in refused.body["error"]["message"]


def test_its_network_is_chosen_once(azure: Simulator) -> None:
    arm_id = made(azure, managedVirtualNetwork="default")
    refused = put(azure, arm_id, body(account(group(azure)), managedVirtualNetwork="other"))
    assert (refused.status, "managedVirtualNetwork" in refused.body["error"]["message"]) == (400, True)


def test_its_group_goes_with_it(azure: Simulator) -> None:
    arm_id = made(azure)
    assert azure.call("DELETE", f"{arm_id}?{VERSION}").status == 202
    azure.advance(300)
    assert [other for other in azure.ids() if PLATFORMS in other or "/workspaces/syn1" in other] == []
