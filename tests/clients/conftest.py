"""A simulated Azure as a program, and an Azure CLI that is signed in to it. Only `make test-clients` runs what is here."""

from collections.abc import Iterator

import pytest

from clients.az import CLOUD, Az, az_for
from loom.dev.processes import Processes
from loom.dev.simulator import Simulator, start_simulator


@pytest.fixture(scope="session")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulated Azure in which a minute passes in a second."""
    home = tmp_path_factory.mktemp("azure")
    with Processes(home / "logs") as processes:
        yield start_simulator(processes, home)


@pytest.fixture(scope="session")
def az(azure: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Az:
    """`az`, told one address, and signed in as an application."""
    az = az_for(azure, tmp_path_factory.mktemp("az"))
    az("cloud", "register", "--name", CLOUD, "--endpoint-resource-manager", azure.url)
    az("cloud", "set", "--name", CLOUD)
    secret = ("--username", azure.client_id, "--password", azure.client_secret, "--tenant", azure.tenant_id)
    az("login", "--service-principal", *secret)
    return az
