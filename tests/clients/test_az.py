"""The Azure CLI, as it comes, on the simulated Azure."""

import pytest

from clients.az import CLOUD, Az, AzError, az_for
from loom.dev.simulator import Simulator

REGION = ("--location", "eastus2")


@pytest.fixture
def group(az: Az, request: pytest.FixtureRequest) -> tuple[str, str]:
    """A resource group of the test's own, as arguments."""
    name = f"rg-{request.node.name}"
    az("group", "create", "--name", name, *REGION)
    return "--resource-group", name


def test_a_cloud_is_registered_by_the_address_of_its_resource_manager(az: Az, azure: Simulator) -> None:
    cloud = az("cloud", "show", "--name", CLOUD)
    assert cloud["endpoints"]["activeDirectory"].rstrip("/") == azure.url
    assert cloud["suffixes"]["storageEndpoint"] == "core.windows.net"


def test_an_application_that_signs_in_finds_its_subscriptions(az: Az, azure: Simulator) -> None:
    accounts = az("account", "list")
    assert [account["state"] for account in accounts] == ["Enabled", "Enabled"]
    assert {account["tenantId"] for account in accounts} == {azure.tenant_id}
    assert az("account", "get-access-token")["tokenType"] == "Bearer"


def test_a_wrong_secret_is_told_as_entra_tells_it(
    azure: Simulator, az: Az, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = az_for(azure, tmp_path_factory.mktemp("stranger"))
    stranger("cloud", "register", "--name", CLOUD, "--endpoint-resource-manager", azure.url)
    stranger("cloud", "set", "--name", CLOUD)
    with pytest.raises(AzError, match="AADSTS7000215"):
        stranger(
            "login", "--service-principal", "--username", azure.client_id, "--password", "wrong", "--tenant", azure.tenant_id
        )  # fmt: skip


def test_groups_are_made_listed_shown_and_deleted(az: Az) -> None:
    made = az("group", "create", "--name", "rg-az", *REGION, "--tags", "team=finance")
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert "rg-az" in [found["name"] for found in az("group", "list")]
    assert az("group", "show", "--name", "rg-az")["tags"] == {"team": "finance"}
    az("group", "delete", "--name", "rg-az", "--yes")
    assert az("group", "exists", "--name", "rg-az") is False


def test_what_is_not_there_ends_with_azures_own_code(az: Az) -> None:
    with pytest.raises(AzError, match=r"\(ResourceGroupNotFound\)") as caught:
        az("group", "show", "--name", "nothing")
    assert caught.value.code == 3


def test_a_container_app_is_made_shown_listed_changed_and_deleted(az: Az, group: tuple[str, str]) -> None:
    az("containerapp", "env", "create", "--name", "cae", *group, *REGION, "--logs-destination", "none")
    image = ("--image", "docker.io/library/nginx:1", "--ingress", "external", "--target-port", "80")
    made = az("containerapp", "create", "--name", "web", *group, "--environment", "cae", *image)
    assert made["properties"]["provisioningState"] == "Succeeded"
    shown = az("containerapp", "show", "--name", "web", *group)
    assert shown["properties"]["configuration"]["ingress"]["targetPort"] == 80
    assert "web" in [found["name"] for found in az("containerapp", "list")]
    changed = az("containerapp", "update", "--name", "web", *group, "--min-replicas", "2")
    revisions = {
        found["name"]: found["properties"] for found in az("containerapp", "revision", "list", "--name", "web", *group)
    }
    assert revisions[changed["properties"]["latestRevisionName"]]["template"]["scale"]["minReplicas"] == 2
    az("containerapp", "delete", "--name", "web", *group, "--yes")
    assert az("containerapp", "list", *group) == []


def test_a_storage_account_and_its_filesystems(az: Az, group: tuple[str, str]) -> None:
    az("storage", "account", "create", "--name", "saloomaz", *group, *REGION, "--sku", "Standard_ZRS", "--hns", "true")
    az("storage", "container-rm", "create", "--storage-account", "saloomaz", "--name", "bronze")
    shown = az("storage", "account", "show", "--name", "saloomaz", *group)
    assert (shown["provisioningState"], shown["isHnsEnabled"]) == ("Succeeded", True)
    assert [found["name"] for found in az("storage", "account", "list")] == ["saloomaz"]
    assert [found["name"] for found in az("storage", "container-rm", "list", "--storage-account", "saloomaz")] == [
        "bronze"
    ]


def test_a_network_with_its_rules_and_a_private_endpoint(az: Az, group: tuple[str, str]) -> None:
    account = az("storage", "account", "create", "--name", "saloompe", *group, *REGION, "--sku", "Standard_LRS")
    az("network", "nsg", "create", "--name", "nsg", *group)
    az("network", "vnet", "create", "--name", "vnet", *group, "--address-prefixes", "10.9.0.0/16")
    subnet = ("--vnet-name", "vnet", "--name", "snet", *group)
    az(
        "network",
        "vnet",
        "subnet",
        "create",
        *subnet,
        "--address-prefixes",
        "10.9.0.0/24",
        "--network-security-group",
        "nsg",
    )
    target = ("--private-connection-resource-id", account["id"], "--group-id", "blob", "--connection-name", "blob")
    endpoint = az(
        "network", "private-endpoint", "create", "--name", "pe-blob", *group, "--vnet-name", "vnet", "--subnet", "snet", *target
    )  # fmt: skip
    connection = endpoint["privateLinkServiceConnections"][0]
    assert connection["privateLinkServiceConnectionState"]["status"] == "Approved"


def test_event_hubs_an_identity_and_its_role(az: Az, group: tuple[str, str]) -> None:
    namespace = az("eventhubs", "namespace", "create", "--name", "evhns-loom-az", *group, *REGION)
    hub = ("--name", "orders", "--namespace-name", "evhns-loom-az", *group, "--partition-count", "2")
    assert az("eventhubs", "eventhub", "create", *hub)["partitionCount"] == 2
    identity = az("identity", "create", "--name", "uami", *group)
    whom = ("--assignee-object-id", identity["principalId"], "--assignee-principal-type", "ServicePrincipal")
    az("role", "assignment", "create", *whom, "--role", "Azure Event Hubs Data Sender", "--scope", namespace["id"])
    [assigned] = az("role", "assignment", "list", "--scope", namespace["id"])
    assert assigned["principalId"] == identity["principalId"]
    assert {found["type"] for found in az("resource", "list", *group)} == {
        "Microsoft.EventHub/namespaces",
        "Microsoft.ManagedIdentity/userAssignedIdentities",
    }


def test_a_lock_holds_until_it_is_taken_away(az: Az, group: tuple[str, str]) -> None:
    az("lock", "create", "--name", "keep", "--lock-type", "CanNotDelete", *group)
    with pytest.raises(AzError, match="ScopeLocked"):
        az("group", "delete", "--name", group[1], "--yes")
    az("lock", "delete", "--name", "keep", *group)
    az("group", "delete", "--name", group[1], "--yes")
    assert az("group", "exists", "--name", group[1]) is False
