"""What differs between Azure's clouds: DNS suffixes, and what a cloud does not have.

Sources: Azure docs, "Azure Private Endpoint private DNS zone values" (2026), "Compare Azure Government and global Azure", "Azure China:
Developer guide". No host is ever taken from a spec: it is computed from the plane's cloud. What those pages have no row for is not
tried: it is refused with the field and the cloud.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from loom.api.admin_plane import Cloud


@dataclass(frozen=True, slots=True)
class Suffixes:
    """The DNS suffixes of one cloud's services."""

    blob: str
    dfs: str
    event_hubs: str
    cosmos: str
    redis: str  # "" where Azure's documentation lists no Azure Managed Redis
    databricks: str  # "" where it lists no private endpoints of Databricks
    synapse: str  # "" where it lists no private endpoints of Synapse
    registry: str
    apps: str
    login: str  # where OpenID Connect providers of Microsoft Entra publish their configuration
    models: tuple[str, ...]  # below which Azure's language models and their content safety are
    vaults: str
    management: tuple[str, ...]  # hosts of control planes, that no backend may name


@dataclass(frozen=True, slots=True)
class Absence:
    """What a cloud does not have: `field` of a zone's spec (dotted, below spec), and `why` as a clause for people."""

    field: str
    why: str


_NO_REDIS = Absence("redis", "Azure's documentation lists no Azure Managed Redis")

ABSENT: Mapping[Cloud, tuple[Absence, ...]] = {
    Cloud.AZURE_CLOUD: (),
    Cloud.AZURE_US_GOVERNMENT: (_NO_REDIS,),
    Cloud.AZURE_CHINA_CLOUD: (
        _NO_REDIS,
        Absence("databricks", "Azure's documentation lists no private endpoints of Databricks"),
        Absence("synapse", "Azure's documentation lists no private endpoints of Synapse"),
        Absence("accessPaths.frontDoor", "Front Door Premium is not offered"),
    ),
}

SUFFIXES = {
    Cloud.AZURE_CLOUD: Suffixes(
        blob="blob.core.windows.net",
        dfs="dfs.core.windows.net",
        event_hubs="servicebus.windows.net",
        cosmos="documents.azure.com",
        redis="redis.azure.net",
        databricks="azuredatabricks.net",
        synapse="azuresynapse.net",
        registry="azurecr.io",
        apps="azurecontainerapps.io",
        login="login.microsoftonline.com",
        models=("openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"),
        vaults="vault.azure.net",
        management=("management.azure.com", "management.core.windows.net", "login.microsoftonline.com", "graph.microsoft.com"),
    ),
    Cloud.AZURE_US_GOVERNMENT: Suffixes(
        blob="blob.core.usgovcloudapi.net",
        dfs="dfs.core.usgovcloudapi.net",
        event_hubs="servicebus.usgovcloudapi.net",
        cosmos="documents.azure.us",
        redis="",
        databricks="databricks.azure.us",
        synapse="azuresynapse.usgovcloudapi.net",
        registry="azurecr.us",
        apps="azurecontainerapps.us",
        login="login.microsoftonline.us",
        models=("openai.azure.us", "cognitiveservices.azure.us"),
        vaults="vault.usgovcloudapi.net",
        management=(
            "management.usgovcloudapi.net", "management.core.usgovcloudapi.net", "login.microsoftonline.us",
            "graph.microsoft.us", "dod-graph.microsoft.us",
        ),
    ),
    Cloud.AZURE_CHINA_CLOUD: Suffixes(
        blob="blob.core.chinacloudapi.cn",
        dfs="dfs.core.chinacloudapi.cn",
        event_hubs="servicebus.chinacloudapi.cn",
        cosmos="documents.azure.cn",
        redis="",
        databricks="",
        synapse="",
        registry="azurecr.cn",
        apps="azurecontainerapps.cn",
        login="login.partner.microsoftonline.cn",
        models=("openai.azure.cn", "cognitiveservices.azure.cn"),
        vaults="vault.azure.cn",
        management=(
            "management.chinacloudapi.cn", "management.core.chinacloudapi.cn", "login.chinacloudapi.cn",
            "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn",
        ),
    ),
}  # fmt: skip


AUTHORITIES = {
    Cloud.AZURE_CLOUD: "https://login.microsoftonline.com",
    Cloud.AZURE_US_GOVERNMENT: "https://login.microsoftonline.us",
    Cloud.AZURE_CHINA_CLOUD: "https://login.chinacloudapi.cn",
}
"""Where identities of each cloud sign in (azure-identity: AzureAuthorityHosts; Azure docs: Configure a P2S VPN gateway)."""


def private_zones(cloud: Cloud) -> dict[str, str]:
    """The privatelink DNS zone of each private endpoint group that is planned, by group id; `group_name` says what is in one."""
    suffixes = SUFFIXES[cloud]
    found = {
        "blob": f"privatelink.{suffixes.blob}",
        "dfs": f"privatelink.{suffixes.dfs}",
        "namespace": f"privatelink.{suffixes.event_hubs}",
        "Sql": f"privatelink.{suffixes.cosmos}",
        "vault": f"privatelink.{suffixes.vaults.replace('vault.', 'vaultcore.', 1)}",
    }
    of_some = {
        "redisEnterprise": suffixes.redis,
        "databricks_ui_api": suffixes.databricks,
        "browser_authentication": suffixes.databricks,
        "synapse/Sql": suffixes.synapse and f"sql.{suffixes.synapse}",
        "synapse/SqlOnDemand": suffixes.synapse and f"sql.{suffixes.synapse}",
        "synapse/Dev": suffixes.synapse and f"dev.{suffixes.synapse}",
    }
    return found | {group_id: f"privatelink.{suffix}" for group_id, suffix in of_some.items() if suffix}


def group_name(group_id: str) -> str:
    """What Azure calls a private endpoint group. Where two services call theirs alike, one has itself before it: `synapse/Sql`."""
    return group_id.rpartition("/")[2]


def sign_in_hosts(cloud: Cloud) -> frozenset[str]:
    """The hosts of Microsoft Entra in a cloud: where its OpenID Connect configuration is, and where identities sign in."""
    return frozenset({SUFFIXES[cloud].login, AUTHORITIES[cloud].removeprefix("https://")})
