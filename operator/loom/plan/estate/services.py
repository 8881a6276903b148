"""The services of an estate as fields of a zone's spec: one function for each, {} or None where the estate has none.

What apps keep for themselves in a service (topics, queues) is left out: it is made undeclared.
"""

from collections.abc import Callable

from loom.plan.arm_id import name_of
from loom.plan.estate.engines import databricks, kusto, synapse
from loom.plan.estate.found import Found, given
from loom.plan.estate.lake import event_grid, storage
from loom.plan.needs import TOPICS
from loom.plan.values import Json, at

_INNER = {topic.name.lower() for topic in TOPICS}

Reading = Callable[[Found], Json]


def event_hubs(found: Found) -> Json:
    """The first Event Hubs namespace."""
    namespace = found.one("Microsoft.EventHub/namespaces")
    if not namespace:
        return None
    units = at(namespace, "sku.capacity") or 1
    most = at(namespace, "properties.maximumThroughputUnits") if at(namespace, "properties.isAutoInflateEnabled") else 0
    hubs = found.of("Microsoft.EventHub/namespaces/eventhubs", namespace["id"])
    return given(
        name=name_of(namespace["id"]),
        throughputUnits={"min": units, "max": max(units, most or 0)},
        hubs=[_hub(body) for body in hubs if name_of(body["id"]).lower() not in _INNER],
    )


def _hub(body: Json) -> Json:
    hours = at(body, "properties.retentionDescription.retentionTimeInHours")
    days = at(body, "properties.messageRetentionInDays")
    hours = hours or (days * 24 if days else None)
    return given(
        name=name_of(body["id"]),
        partitions=at(body, "properties.partitionCount"),
        retention=f"{hours}h" if hours else None,
    )


def service_bus(found: Found) -> Json:
    """The first Service Bus namespace."""
    namespace = found.one("Microsoft.ServiceBus/namespaces")
    if not namespace:
        return None
    tier = at(namespace, "sku.name")
    queues = found.of("Microsoft.ServiceBus/namespaces/queues", namespace["id"])
    return given(
        name=name_of(namespace["id"]),
        sku=tier,
        capacity=at(namespace, "sku.capacity") if tier == "Premium" else None,
        queues=[
            given(name=name_of(body["id"]), maxDeliveryCount=at(body, "properties.maxDeliveryCount")) for body in queues
        ],
    )


def cosmos(found: Found) -> Json:
    """The first Cosmos account."""
    account = found.one("Microsoft.DocumentDB/databaseAccounts")
    if not account:
        return None
    databases = found.of("Microsoft.DocumentDB/databaseAccounts/sqlDatabases", account["id"])
    return given(
        name=name_of(account["id"]),
        databases=[
            given(name=name_of(body["id"]), containers=[_container(one) for one in _containers(found, body)])
            for body in databases
        ],
    )


def _containers(found: Found, database: Json) -> list[Json]:
    return found.of("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers", database["id"])


def _container(body: Json) -> Json:
    paths = at(body, "properties.resource.partitionKey.paths") or [None]
    return given(name=name_of(body["id"]), partitionKey=paths[0])


def key_vault(found: Found) -> Json:
    """The first vault."""
    vault = found.one("Microsoft.KeyVault/vaults")
    if not vault:
        return None
    return given(name=name_of(vault["id"]), softDeleteDays=at(vault, "properties.softDeleteRetentionInDays"))


def redis(found: Found) -> Json:
    """The first cache."""
    cache = found.one("Microsoft.Cache/redisEnterprise")
    return given(name=name_of(cache["id"]), sku=at(cache, "sku.name")) if cache else None


READINGS: dict[str, Reading] = {
    "storage": storage,
    "eventHubs": event_hubs,
    "serviceBus": service_bus,
    "cosmos": cosmos,
    "eventGrid": event_grid,
    "keyVault": key_vault,
    "redis": redis,
    "kusto": kusto,
    "databricks": databricks,
    "synapse": synapse,
}
"""How each service is read, by its field in the spec."""
