"""Which identity a cloud speaks with, and what is shared between objects."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from loom.api.admin_plane import AdminPlaneSpec
from loom.cloud.ask import Ask
from loom.cloud.factory import CloudFactory
from loom.config import Credentials, Settings
from loom.errors import CloudError

TENANT = "11111111-0000-0000-0000-000000000001"
OWN = "33333333-0000-0000-0000-000000000001"
OTHER = "33333333-0000-0000-0000-000000000002"
GROUP = "/subscriptions/22222222-0000-0000-0000-000000000001/resourceGroups/rg-admin"


def a_plane(**changes: Any) -> AdminPlaneSpec:
    return AdminPlaneSpec.model_validate(
        {
            "cloud": "AzureCloud",
            "boundary": "Commercial",
            "tenantId": TENANT,
            "location": "eastus2",
            "subscriptionId": "22222222-0000-0000-0000-000000000001",
            "resourceGroup": "rg-admin",
            "hubNetwork": {"id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/hub"},
            "privateDnsZones": {"resourceGroup": "rg-admin"},
            "logAnalytics": {"id": f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log"},
            **changes,
        }
    )


@pytest.fixture
async def factory() -> AsyncIterator[CloudFactory]:
    made = CloudFactory(
        Settings(credentials=Credentials(tenant_id=TENANT, client_id=OWN, client_secret=SecretStr("s3cret")))
    )
    yield made
    await made.aclose()


async def test_objects_of_one_plane_share_their_principal(factory: CloudFactory) -> None:
    first = factory.for_object(a_plane(), "team-a", urgent=True)
    second = factory.for_object(a_plane(), "team-b", urgent=False)
    assert first.principal == second.principal == f"AzureCloud/{TENANT}/{OWN}"
    assert first._principal is second._principal


async def test_another_cloud_is_another_principal(factory: CloudFactory) -> None:
    commercial = factory.for_object(a_plane(), "team", urgent=True)
    government = factory.for_object(a_plane(cloud="AzureUSGovernment"), "team", urgent=True)
    assert commercial.principal != government.principal
    assert government._principal.base_url == "https://management.usgovcloudapi.net"


async def test_the_operators_secret_serves_nobody_else(factory: CloudFactory) -> None:
    with pytest.raises(CloudError, match="lacks a client secret or the file of a federated token") as caught:
        factory.for_object(a_plane(identity={"clientId": OTHER}), "team", urgent=True)
    assert caught.value.reason == "CredentialInvalid"


async def test_no_secret_is_ever_shown(factory: CloudFactory) -> None:
    cloud = factory.for_object(a_plane(), "team", urgent=True)
    assert "s3cret" not in repr(cloud._principal)


async def test_a_factory_at_rest_has_no_pressure(factory: CloudFactory) -> None:
    assert factory.pressure() == 0.0


def test_the_large_sdks_are_imported_when_they_are_needed_and_not_before() -> None:
    program = "import loom.cloud.factory, sys; print([name for name in sys.modules if name.startswith('azure.mgmt.')])"
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment()
    ).stdout
    assert not [
        package for package in ("apimanagement", "appcontainers", "resource") if f"azure.mgmt.{package}" in printed
    ]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "operator")}


async def test_a_caller_is_the_configured_client_and_never_the_planes_identity(factory: CloudFactory) -> None:
    assert factory.for_caller(a_plane(identity={"clientId": OTHER})).principal == f"AzureCloud/{TENANT}/{OWN}"


async def test_a_caller_without_a_credential_is_who_is_signed_in_even_where_the_operators_client_is_named() -> None:
    made = CloudFactory(Settings(credentials=Credentials(tenant_id=TENANT, client_id=OWN)))
    assert made.for_caller(a_plane()).principal == f"AzureCloud/{TENANT}/whoever is signed in"
    await made.aclose()


async def test_what_an_object_waits_for_is_asked_with_its_urgency_whoever_asks(factory: CloudFactory) -> None:
    patient = factory.for_object(a_plane(), "team-a", urgent=False)
    hasty = factory.for_object(a_plane(), "team-b", urgent=True)
    read = Ask.of(patient._caller, "GET", f"{GROUP}/")
    with hasty.waits_for(GROUP):
        assert [caller.urgent for caller in factory._limiter._askers(read)] == [False, True]
    assert [caller.urgent for caller in factory._limiter._askers(read)] == [False]
