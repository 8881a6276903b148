"""Microsoft.ApiManagement in the simulated cloud: its types as tables; gateways and imports have modules of their own."""

from __future__ import annotations

from loom.sim.apim.provider import PROVIDER

__all__ = ["PROVIDER"]
