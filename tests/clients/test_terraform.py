"""Terraform with the azapi provider on the simulated Azure: told its endpoints and nothing else."""

from pathlib import Path

import pytest

from clients.az import Az
from clients.terraform import Terraform, terraform_for
from loom.dev.simulator import Simulator

CONFIGURATION = """\
terraform {
  required_providers {
    azapi = { source = "azure/azapi" }
  }
}

resource "azapi_resource" "group" {
  type     = "Microsoft.Resources/resourceGroups@2024-03-01"
  name     = "rg-terraform"
  location = "eastus2"
  tags     = { team = "finance" }
}

resource "azapi_resource" "account" {
  type      = "Microsoft.Storage/storageAccounts@2023-01-01"
  name      = "saloomterraform"
  parent_id = azapi_resource.group.id
  location  = "eastus2"
  body = {
    kind       = "StorageV2"
    sku        = { name = "Standard_ZRS" }
    properties = { isHnsEnabled = true, minimumTlsVersion = "TLS1_2" }
  }
}

resource "azapi_resource" "network" {
  type      = "Microsoft.Network/virtualNetworks@2023-11-01"
  name      = "vnet"
  parent_id = azapi_resource.group.id
  location  = "eastus2"
  body      = { properties = { addressSpace = { addressPrefixes = ["10.8.0.0/16"] } } }
}
"""
SAME, DIFFERENT = 0, 2
"""Exit codes of `plan -detailed-exitcode`."""


@pytest.fixture
def terraform(azure: Simulator, az: Az, tmp_path: Path) -> Terraform:
    (tmp_path / "main.tf").write_text(CONFIGURATION)
    return terraform_for(azure, az.env, az("account", "show")["id"], tmp_path)


def test_resources_are_made_once_mended_and_taken_away(terraform: Terraform, azure: Simulator, az: Az) -> None:
    group = ("--resource-group", "rg-terraform")
    assert "3 added" in terraform("apply", "-auto-approve")
    terraform("plan", "-detailed-exitcode", expect=SAME)
    account = az("storage", "account", "show", "--name", "saloomterraform", *group)
    assert (account["isHnsEnabled"], account["minimumTlsVersion"]) == (True, "TLS1_2")
    azure.call(
        "PATCH", "/sim/resources", {"id": account["id"], "body": {"properties": {"minimumTlsVersion": "TLS1_0"}}}
    )
    terraform("plan", "-detailed-exitcode", expect=DIFFERENT)
    assert "1 changed" in terraform("apply", "-auto-approve")
    terraform("plan", "-detailed-exitcode", expect=SAME)
    assert "3 destroyed" in terraform("destroy", "-auto-approve")
    assert az("group", "exists", "--name", "rg-terraform") is False
