"""`az`, as it comes, on the simulated Azure: registered as a cloud of its own, logged in with a secret, reading and writing.

`make test-clients` installs it in an environment of its own and names it in `LOOM_TEST_AZ`; not part of `make test`.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loom.dev.processes import Processes
from loom.dev.simulator import Simulator, start_simulator

GROUP = "/subscriptions/30000000-0000-4000-8000-000000000001/resourceGroups/rg-clients"
ENVIRONMENT = f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae-clients"
APP = f"{GROUP}/providers/Microsoft.App/containerApps/orders"


class Az:
    """`az` with a configuration of its own; a call returns the JSON that it printed."""

    def __init__(self, home: Path, simulator: Simulator) -> None:
        program = os.environ.get("LOOM_TEST_AZ")
        assert program, "LOOM_TEST_AZ does not say where az is: run `make test-clients`"
        self._program = program
        self._env = os.environ | {
            "AZURE_CONFIG_DIR": str(home),
            "REQUESTS_CA_BUNDLE": str(simulator.ca_file),
            "AZURE_CORE_COLLECT_TELEMETRY": "no",
            # Microsoft's list of authorities does not know a private one (Azure docs: "Azure Stack Hub, manage with az").
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        }

    def __call__(self, *arguments: str) -> Any:
        command = [self._program, *arguments, "--output=json"]
        done = subprocess.run(command, env=self._env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"az {' '.join(arguments)}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None


@pytest.fixture(scope="module")
def az(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Az]:
    """An `az` that is logged in to a simulated Azure with a group, an environment and an app in it."""
    home = tmp_path_factory.mktemp("clients")
    with Processes(home / "logs") as processes:
        simulator = start_simulator(processes, home / "simulator")
        container = {"name": "main", "image": "registry.contoso.com/orders:1"}
        properties = {"environmentId": ENVIRONMENT, "template": {"containers": [container]}}
        simulator.place(
            [
                {"id": GROUP, "body": {"location": "eastus2", "tags": {"team": "finance"}}},
                {"id": ENVIRONMENT, "body": {"location": "eastus2", "properties": {}}},
                {"id": APP, "body": {"location": "eastus2", "properties": properties}},
            ]
        )
        az = Az(home / "az", simulator)
        endpoints = ("resource-manager", "active-directory", "active-directory-resource-id", "management")
        az("cloud", "register", "--name=LoomSim", *(f"--endpoint-{name}={simulator.url}" for name in endpoints))
        az("cloud", "set", "--name=LoomSim")
        secret = (f"--username={simulator.client_id}", f"--password={simulator.client_secret}")
        az("login", "--service-principal", *secret, f"--tenant={simulator.tenant_id}")
        yield az


def test_the_login_finds_the_subscriptions(az: Az) -> None:
    assert {account["cloudName"] for account in az("account", "list")} == {"LoomSim"}
    assert az("account", "show")["id"] == "30000000-0000-4000-8000-000000000001"


def test_a_group_is_listed_and_shown(az: Az) -> None:
    assert [group["name"] for group in az("group", "list")] == ["rg-clients"]
    assert az("group", "show", "--name=rg-clients")["tags"] == {"team": "finance"}


def test_a_group_is_made_and_deleted_with_azs_own_poller(az: Az) -> None:
    made = az("group", "create", "--name=rg-made", "--location=eastus2")
    assert made["properties"]["provisioningState"] == "Succeeded"

    az("group", "delete", "--name=rg-made", "--yes")
    assert az("group", "exists", "--name=rg-made") is False


def test_a_container_app_is_listed_and_shown(az: Az) -> None:
    assert [app["name"] for app in az("containerapp", "list", "--resource-group=rg-clients")] == ["orders"]

    shown = az("containerapp", "show", "--resource-group=rg-clients", "--name=orders")
    assert shown["properties"]["provisioningState"] == "Succeeded"
    assert shown["properties"]["template"]["containers"][0]["image"] == "registry.contoso.com/orders:1"


def test_what_is_not_there_is_azures_own_error(az: Az) -> None:
    with pytest.raises(AssertionError, match="ResourceGroupNotFound"):
        az("group", "show", "--name=rg-nowhere")
