"""Bodies and ids that the simulator's tests share: a resource group `rg` with the usual things in it."""

from __future__ import annotations

from typing import Any

from support.simulator import Simulator

Json = dict[str, Any]
GROUPS, STORAGE, NETWORK, DNS = "2025-04-01", "2025-06-01", "2025-05-01", "2024-06-01"
EVENT_HUB, APP, IDENTITY, ROLES, LOCKS = "2026-01-01", "2026-01-01", "2024-11-30", "2022-04-01", "2020-05-01"
DIAGNOSTICS = "2021-05-01-preview"
ACCOUNT: Json = {
    "location": "eastus2",
    "sku": {"name": "Standard_ZRS"},
    "kind": "StorageV2",
    "properties": {"isHnsEnabled": True},
}
NAMESPACE: Json = {"location": "eastus2", "sku": {"name": "Standard", "capacity": 2}}


def group(azure: Simulator) -> str:
    """The id of a resource group that exists."""
    found = azure.group_id("rg")
    azure.seed(found, {"location": "eastus2"})
    return found


def within(group_id: str, kind: str, name: str) -> str:
    return f"{group_id}/providers/{kind}/{name}"


def account(group_id: str, name: str = "saloom1") -> str:
    return within(group_id, "Microsoft.Storage/storageAccounts", name)


def network(group_id: str, name: str = "vnet") -> str:
    return within(group_id, "Microsoft.Network/virtualNetworks", name)


def space(prefix: str) -> Json:
    return {"location": "eastus2", "properties": {"addressSpace": {"addressPrefixes": [prefix]}}}


def app_body(environment: str, **container: Any) -> Json:
    return {
        "location": "eastus2",
        "properties": {
            "environmentId": environment,
            "configuration": {"ingress": {"external": True, "targetPort": 8080}},
            "template": {
                "containers": [{"name": "app", "image": "docker.io/library/nginx:1", **container}],
                "scale": {"minReplicas": 2},
            },
        },
    }


def environment(azure: Simulator, group_id: str) -> str:
    """The id of a ready environment."""
    found = within(group_id, "Microsoft.App/managedEnvironments", "cae")
    azure.seed(found, {"location": "eastus2", "properties": {}})
    return found
