"""The resource providers of the simulated cloud: one module each, tables first."""

from __future__ import annotations

from loom.sim.apim import PROVIDER as API_MANAGEMENT
from loom.sim.kinds import Provider
from loom.sim.providers import (
    app,
    authorization,
    cdn,
    cognitive,
    cosmos,
    databricks,
    event_grid,
    eventhub,
    identity,
    key_vault,
    kusto,
    monitor,
    network,
    redis,
    registry,
    resources,
    service_bus,
    storage,
    synapse,
    web,
)

PROVIDERS: tuple[Provider, ...] = (
    resources.PROVIDER,
    authorization.PROVIDER,
    identity.PROVIDER,
    storage.PROVIDER,
    network.PROVIDER,
    eventhub.PROVIDER,
    service_bus.PROVIDER,
    cosmos.PROVIDER,
    key_vault.PROVIDER,
    redis.PROVIDER,
    databricks.PROVIDER,
    synapse.PROVIDER,
    event_grid.PROVIDER,
    kusto.PROVIDER,
    app.PROVIDER,
    monitor.INSIGHTS,
    monitor.OPERATIONAL_INSIGHTS,
    registry.PROVIDER,
    web.PROVIDER,
    cognitive.PROVIDER,
    API_MANAGEMENT,
    cdn.PROVIDER,  # last: a custom host may have any name that is nobody else's
)
