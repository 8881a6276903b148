"""Which cloud a region belongs to, and how that cloud calls the hosts of its services. One simulated Azure plays all three.

Azure docs: "Azure Private Endpoint private DNS zone values", "Compare Azure Government and global Azure", "Azure China: Developer guide".
Container Apps' own suffixes outside the public cloud are in no list; these are the ones seen.
"""

from __future__ import annotations

from loom.sim.regions import normal

# Public, US Government, China.
_SUFFIXES = (
    ("core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn"),
    ("servicebus.windows.net", "servicebus.usgovcloudapi.net", "servicebus.chinacloudapi.cn"),
    ("vault.azure.net", "vault.usgovcloudapi.net", "vault.azure.cn"),
    ("vaultcore.azure.net", "vaultcore.usgovcloudapi.net", "vaultcore.azure.cn"),
    ("documents.azure.com", "documents.azure.us", "documents.azure.cn"),
    ("azuredatabricks.net", "databricks.azure.us", "databricks.azure.cn"),
    ("azuresynapse.net", "azuresynapse.usgovcloudapi.net", "azuresynapse.azure.cn"),
    ("azurecr.io", "azurecr.us", "azurecr.cn"),
    ("azurecontainerapps.io", "azurecontainerapps.us", "azurecontainerapps.cn"),
    ("applicationinsights.azure.com", "applicationinsights.us", "applicationinsights.azure.cn"),
)
REGISTRY_HOSTS = ("azurecr.io", "azurecr.us", "azurecr.cn")


def _column(location: str) -> int:
    region = normal(location)
    return 1 if region.startswith(("usgov", "usdod")) else 2 if region.startswith("china") else 0


def host(public: str, location: str) -> str:
    """A host of the public cloud, as the cloud of a region calls it; one with no row there is the same everywhere."""
    for row in _SUFFIXES:
        if public.endswith(row[0]):
            return public.removesuffix(row[0]) + row[_column(location)]
    return public
