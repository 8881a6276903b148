"""What the cloud adapters tell about their requests, for whoever counts (`loom.metrics`)."""

from typing import Protocol


class Meter(Protocol):
    """Receives one call for each event. Must return at once and never raise."""

    def request(self, verb: str, kind: str, outcome: str, seconds: float) -> None:
        """An answered request: HTTP verb, ARM type (or "operations", "token"), status or "NoAnswer", time without the waiting."""

    def waited(self, seconds: float) -> None:
        """How long a request waited for its turn within the budgets."""

    def throttled(self, code: str) -> None:
        """Azure answered 429, which the budgets are there to prevent."""


class NoMeter:
    """Counts nothing."""

    def request(self, verb: str, kind: str, outcome: str, seconds: float) -> None:
        """Nothing."""

    def waited(self, seconds: float) -> None:
        """Nothing."""

    def throttled(self, code: str) -> None:
        """Nothing."""
