"""Adapters that carry the engine's wishes to Azure Resource Manager through the stock SDKs."""
