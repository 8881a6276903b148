"""The simulator on the network: its certificates, its files, connections that break, and the stock clients."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import ClientSecretCredential, WorkloadIdentityCredential
from azure.mgmt.appcontainers.aio import ContainerAppsAPIClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from typer.testing import CliRunner

from loom.cli import app
from support.simulator import Simulator

from .shapes import ACCOUNT, APP, EVENT_HUB, NAMESPACE, NETWORK, STORAGE, account, app_body, network, space, within
from .test_directory import assertion, federate, key

__all__ = ["key"]
CREATED: Any = {"location": "eastus2"}


class Resolver(aiohttp.abc.AbstractResolver):
    """Every name is this machine."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[Any]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        return None


def trusted(azure: Simulator) -> str:
    return Path(azure.ca_file).read_text()


def written(home: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((home / "sim.json").read_text())
    return facts


def session(azure: Simulator) -> aiohttp.ClientSession:
    trusted = ssl.create_default_context(cafile=azure.ca_file)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted, resolver=Resolver()))


async def test_what_a_client_needs_is_written_down(home: Path) -> None:
    async with Simulator(home=home) as azure:
        assert azure.port > 0
    facts = written(home)
    assert facts["url"] == azure.url
    assert facts["subscription_ids"] == [azure.subscription_id, azure.second_subscription_id]
    assert {"ca_file", "tenant_id", "client_id", "client_secret", "port", "speed"} <= set(facts)


def test_a_port_that_is_taken_is_told_in_a_sentence(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(app, ["sim", "--port", port, "--home", str(home)])

    assert (done.exit_code, done.stderr) == (
        1, f"Port {port} is taken. Choose another one with --port; 0 takes a free one.\n",
    )  # fmt: skip


async def test_a_restart_keeps_the_authority(home: Path) -> None:
    async with Simulator(home=home) as azure:
        first = trusted(azure)
    async with Simulator(home=home) as azure:
        assert trusted(azure) == first
        async with session(azure) as client, client.get(f"{azure.url}/sim/requests") as answer:
            assert answer.status == 200


async def test_an_app_answers_https_under_its_own_long_name(home: Path) -> None:
    async with Simulator(home=home) as azure:
        rg = azure.group_id("rg")
        env = within(rg, "Microsoft.App/managedEnvironments", "cae")
        azure.seed(env, CREATED)
        made = azure.seed(within(rg, "Microsoft.App/containerApps", "mirroring"), app_body(env))
        host = made["properties"]["configuration"]["ingress"]["fqdn"]
        async with session(azure) as client, client.get(f"https://{host}:{azure.port}/health") as answer:
            assert (answer.status, (await answer.json())["app"]) == (200, "mirroring")


async def test_a_cut_connection_is_cut(home: Path) -> None:
    async with Simulator(home=home) as azure:
        azure.fault("cut", times=0)  # aiohttp asks once more by itself
        async with session(azure) as client:
            with pytest.raises(aiohttp.ClientConnectionError):
                await client.get(f"{azure.url}/subscriptions?api-version=2022-12-01")


async def test_a_silent_cloud_is_silent(home: Path) -> None:
    async with Simulator(home=home) as azure:
        azure.fault("timeout")
        async with session(azure) as client:
            with pytest.raises(asyncio.TimeoutError):
                await client.get(
                    f"{azure.url}/subscriptions?api-version=2022-12-01", timeout=aiohttp.ClientTimeout(total=0.2)
                )


async def test_the_state_file_is_written_at_the_end_and_read_at_the_start(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "cloud.json"
    async with Simulator(home=home, state=kept) as azure:
        azure.seed(account(azure.group_id("rg")), ACCOUNT)
        async with session(azure) as client, client.post(f"{azure.url}/sim/save") as answer:
            assert await answer.json() == {"saved": True}
    async with Simulator(home=home, state=kept) as again:
        assert again.ids(account(again.group_id("rg"))) == azure.ids(account(azure.group_id("rg")))


@pytest.mark.sdk
async def test_the_stock_pollers_complete_in_every_style(home: Path) -> None:
    async with (
        Simulator(home=home) as azure,
        ClientSecretCredential(
            azure.tenant_id, azure.client_id, azure.client_secret, **azure.credential_kwargs
        ) as credential,
        ResourceManagementClient(
            credential, azure.subscription_id, polling_interval=0.02, **azure.client_kwargs
        ) as arm,
    ):
        await arm.resource_groups.create_or_update("rg", CREATED)
        rg = azure.group_id("rg")
        wanted = [
            (account(rg), STORAGE, ACCOUNT),
            (network(rg), NETWORK, space("10.0.0.0/16")),
            (within(rg, "Microsoft.EventHub/namespaces", "evhns-loom"), EVENT_HUB, NAMESPACE),
            (within(rg, "Microsoft.Network/privateDnsZones", "example.com"), "2024-06-01", {"location": "global"}),
        ]
        for resource, version, body in wanted:
            poller = await arm.resources.begin_create_or_update_by_id(resource, api_version=version, parameters=body)
            assert (await poller.result()).id == resource
            shown = azure.get(resource)
            assert shown is not None
            assert shown["properties"]["provisioningState"] == "Succeeded"
        listed = [item.name async for item in arm.resources.list_by_resource_group("rg")]
        for resource, version, _ in wanted:
            await (await arm.resources.begin_delete_by_id(resource, api_version=version)).result()
        await (await arm.resource_groups.begin_delete("rg")).result()
        assert listed == ["saloom1", "vnet", "evhns-loom", "example.com"]
        assert azure.ids(rg) == []


@pytest.mark.sdk
async def test_the_stock_container_apps_client_works_with_a_workload_identity(
    home: Path, tmp_path: Path, key: Any
) -> None:
    token = tmp_path / "token"
    token.write_text(assertion(key)["client_assertion"])
    async with Simulator(home=home) as azure:
        federate(azure)
        azure.seed(azure.group_id("rg"), CREATED)
        credential = WorkloadIdentityCredential(
            tenant_id=azure.tenant_id, client_id=azure.client_id, token_file_path=str(token), **azure.credential_kwargs
        )
        async with (
            credential,
            ContainerAppsAPIClient(
                credential, azure.subscription_id, api_version=APP, polling_interval=0.02, **azure.client_kwargs
            ) as apps,
        ):
            env = await (await apps.managed_environments.begin_create_or_update("rg", "cae", CREATED)).result()
            body: Any = app_body(str(env.id))
            app = await (await apps.container_apps.begin_create_or_update("rg", "mirroring", body)).result()
            revisions = [item async for item in apps.container_apps_revisions.list_revisions("rg", "mirroring")]
            await (await apps.container_apps.begin_delete("rg", "mirroring")).result()
    assert app.latest_ready_revision_name == revisions[0].name
    assert azure.get(str(app.id)) is None


@pytest.mark.sdk
async def test_a_wrong_secret_reaches_the_caller_with_its_aadsts_number(home: Path) -> None:
    async with (
        Simulator(home=home) as azure,
        ClientSecretCredential(azure.tenant_id, azure.client_id, "wrong", **azure.credential_kwargs) as credential,
    ):
        with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
            await credential.get_token(f"{azure.url}/.default")
