"""The resource providers of the simulated cloud: one module each, tables first."""

from __future__ import annotations

from loom.sim.kinds import Provider
from loom.sim.providers import authorization, identity, resources, storage

PROVIDERS: tuple[Provider, ...] = (
    resources.PROVIDER,
    authorization.PROVIDER,
    identity.PROVIDER,
    storage.PROVIDER,
)
