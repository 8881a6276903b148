"""What services offer to private endpoints: the groups that one can be connected to, their host names, and who is refused."""

from __future__ import annotations

from typing import Any

from loom.sim.clouds import host
from loom.sim.errors import ArmError, bad_request
from loom.sim.regions import normal
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
GROUP_IDS: dict[str, dict[str, str]] = {
    "microsoft.storage/storageaccounts": {
        word: f"{{name}}.{word}.core.windows.net" for word in ("blob", "dfs", "file", "queue", "table", "web")
    },
    "microsoft.eventhub/namespaces": {"namespace": "{name}.servicebus.windows.net"},
    "microsoft.servicebus/namespaces": {"namespace": "{name}.servicebus.windows.net"},
    "microsoft.cache/redisenterprise": {"redisenterprise": "{name}.{location}.redis.azure.net"},
    "microsoft.databricks/workspaces": {
        "databricks_ui_api": "{url}",
        "browser_authentication": "{location}.pl-auth.azuredatabricks.net",
    },
    "microsoft.synapse/workspaces": {
        "sql": "{name}.sql.azuresynapse.net",
        "sqlondemand": "{name}-ondemand.sql.azuresynapse.net",
        "dev": "{name}.dev.azuresynapse.net",
    },
    "microsoft.documentdb/databaseaccounts": {"sql": "{name}.documents.azure.com"},
    "microsoft.keyvault/vaults": {"vault": "{name}.vaultcore.azure.net"},
    "microsoft.containerregistry/registries": {"registry": "{name}.azurecr.io"},
    "microsoft.apimanagement/service": {"gateway": "{name}.azure-api.net"},
    "microsoft.app/managedenvironments": {"managedenvironments": "{name}.azurecontainerapps.io"},
}


def is_premium(service: Resource) -> bool:
    """Is a messaging namespace of the one tier that has private endpoints?"""
    return bool((service.body.get("sku") or {}).get("name") == "Premium")


def check(world: World, endpoint_id: str, sent: Json) -> None:
    """May there be an endpoint that asks for the connection `sent`? Raises ArmError."""
    service = world.store.get(str(sent.get("privateLinkServiceId", "")))
    if service is None:
        message = f"Resource {sent.get('privateLinkServiceId')} referenced by resource {endpoint_id} was not found."
        raise ArmError(404, "LinkedResourceNotFound", message)
    known = GROUP_IDS.get(service.type.lower())
    groups = [str(item) for item in sent.get("groupIds") or []]
    if known is not None and (len(groups) != 1 or groups[0].lower() not in known):
        message = f"Call to {service.type} failed. Error message: Group ids {groups} are not valid. Valid: {', '.join(known)}."
        raise bad_request("PrivateEndpointCreationNotAllowedAsGroupIdIsInvalid", message)
    if service.type.lower() == "microsoft.servicebus/namespaces" and not is_premium(service):
        message = f"Call to {service.type} failed. Error message: Private endpoints are for namespaces of the Premium tier only."
        raise bad_request("PrivateEndpointFeatureNotSupportedForSku", message)
    if service.operation:
        message = (
            f"Call to {service.type} failed. Error message: the resource {service.id} is in state {service.state}."
        )
        raise ArmError(409, "StorageAccountOperationInProgress" if "storage" in service.key else "Conflict", message)


def host_of(world: World, sent: Json) -> str:
    """The host name of what the connection `sent` leads to; "" where none is known."""
    service = world.store.get(str(sent["privateLinkServiceId"]))
    group = str((sent.get("groupIds") or [""])[0]).lower()
    pattern = GROUP_IDS.get(service.type.lower(), {}).get(group) if service else None
    if pattern is None or service is None:
        return ""
    place = normal(str(service.body.get("location")))
    return host(
        pattern.format(name=service.name, location=place, url=service.properties.get("workspaceUrl", "")), place
    )
