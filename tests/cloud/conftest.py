"""The fixtures of the adapters' tests."""

from support.adapters import azure, cloud

__all__ = ["azure", "cloud"]
