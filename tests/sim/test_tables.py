"""The check of bodies against Azure's type tables (`LOOM_AZURE_TYPES`)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from loom.sim.clock import StandingClock
from loom.sim.providers import PROVIDERS
from loom.sim.providers.web import HOST_KEYS
from loom.sim.tables import Tables
from support.simulator import Simulator

from .shapes import ACCOUNT, STORAGE, account, app_body, group

TYPES = Path(os.environ.get("LOOM_AZURE_TYPES", Path(__file__).parents[2].parent / "shared" / "azure-types"))
pytestmark = pytest.mark.skipif(
    not TYPES.exists(), reason=f"the type tables are not at {TYPES}; LOOM_AZURE_TYPES names them"
)
CONTAINER_APPS = ("Microsoft.App/containerApps", "2026-01-01")


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables(TYPES)


def app(**properties: Any) -> dict[str, Any]:
    body = app_body("/subscriptions/x/resourceGroups/y/providers/Microsoft.App/managedEnvironments/z")
    body["properties"].update(properties)
    return body


def test_a_good_body_has_no_fault(tables: Tables) -> None:
    assert tables.faults(*CONTAINER_APPS, app()) == []
    assert tables.faults("Microsoft.Storage/storageAccounts", STORAGE, ACCOUNT) == []


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (
            "Microsoft.Storage/storageAccounts",
            {**ACCOUNT, "properties": {"accessTier": "Warm"}},
            "properties.accessTier: 'Warm' is none of",
        ),
        ("Microsoft.Storage/storageAccounts", {"location": "eastus2", "kind": "StorageV2"}, "sku: is required"),
        (
            "Microsoft.Storage/storageAccounts",
            {**ACCOUNT, "properties": {"isHnsEnabled": "yes"}},
            "properties.isHnsEnabled: must be true or false",
        ),
        (
            "Microsoft.Storage/storageAccounts",
            {**ACCOUNT, "properties": {"creationTime": "now"}},
            "properties.creationTime: is read-only",
        ),
        (
            "Microsoft.Storage/storageAccounts",
            {**ACCOUNT, "properties": {"typo": 1}},
            "properties.typo: is not a property of this type",
        ),
        ("Microsoft.Storage/storageAccounts", {**ACCOUNT, "tags": {"a": 1}}, "tags.a: must be a string"),
        (
            "Microsoft.Storage/storageAccounts",
            {**ACCOUNT, "properties": {"networkAcls": []}},
            "properties.networkAcls: must be an object",
        ),
    ],
)
def test_each_kind_of_fault_is_named_with_its_path(
    tables: Tables, kind: str, body: dict[str, Any], expected: str
) -> None:
    found = tables.faults(kind, STORAGE, body)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_half_a_core_is_no_fault_and_half_a_port_is(tables: Tables) -> None:
    half = {"name": "a", "image": "i", "resources": {"cpu": 0.25, "memory": "0.5Gi"}}
    assert tables.faults(*CONTAINER_APPS, app(template={"containers": [half]})) == []
    [found] = tables.faults(*CONTAINER_APPS, app(configuration={"ingress": {"targetPort": 80.5}}))
    assert found == "properties.configuration.ingress.targetPort: must be an integer"


def test_a_simulator_with_tables_refuses_what_they_refuse(home: Path) -> None:
    azure = Simulator(clock=StandingClock(), home=home, types=TYPES)
    path = account(group(azure))
    wrong = azure.call("PUT", f"{path}?api-version={STORAGE}", {**ACCOUNT, "properties": {"creationTime": "now"}})
    old = azure.call("PUT", f"{path}?api-version=2023-05-01", ACCOUNT)
    good = azure.call("PUT", f"{path}?api-version={STORAGE}", ACCOUNT)
    assert [wrong.status, old.status, good.status] == [400, 400, 202]
    assert "properties.creationTime: is read-only" in wrong.body["error"]["message"]


def test_every_simulated_type_is_in_the_tables_in_one_of_its_versions_or_is_known_to_be_in_none(tables: Tables) -> None:
    own = {"Microsoft.Resources/subscriptions", "Microsoft.Network/privateDnsZones"}
    kinds = [kind for provider in PROVIDERS for kind in provider.kinds if kind.name not in own and kind.writable]
    lacking = [kind.name for kind in kinds if not any(tables.has(kind.name, version) for version in kind.versions)]
    assert lacking == [kind.name for kind in kinds if not kind.tabled] == [HOST_KEYS]
