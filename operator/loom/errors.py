"""Errors that carry what a person needs: what is wrong, where, and what to do.

`CloudError` is the only error that an adapter lets out; `Refusal` is a planner's or gatherer's "not like this". Both
become a condition in exactly one place (`loom.engine.reconcile`). Neither may hold a secret or a request id.
"""

from dataclasses import dataclass
from enum import StrEnum


class Retry(StrEnum):
    """How soon trying again can help. One table decides it per ARM code: `loom.cloud.errors`."""

    NOW = "Now"  # throttled, conflicting operation, 5xx: back off and go on
    SLOWLY = "Slowly"  # a lock, a policy, a missing right: somebody may lift it
    PERSON = "Person"  # the request itself must change
    FATAL = "Fatal"  # no retry of this generation can succeed


@dataclass(eq=False)
class CloudError(Exception):
    """What Azure (or the way to it) answered, classified.

    `reason` is a CamelCase word out of the closed list of condition reasons; `code` is ARM's own code, kept verbatim;
    `retry_after` is in seconds as the service asked, 0 when it did not; `status` is the HTTP status, 0 when there was none.
    """

    reason: str
    code: str
    message: str
    retry: Retry
    retry_after: float = 0.0
    status: int = 0

    @property
    def passes_soon(self) -> bool:
        """Does it pass by itself? Then nothing can be said now, and whoever was asking ends, and asks again."""
        return self.retry is Retry.NOW

    @property
    def says_nothing(self) -> bool:
        """Has the service told nothing of what was asked, as it throttles or does not answer?"""
        return self.reason in ("Throttled", "CloudUnavailable")

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else self.message


@dataclass(eq=False)
class Refusal(Exception):
    """A spec that cannot be planned as it stands: `reason` for the condition, `message` for the person.

    `wait` says that another object must move first (a reference, a zone that is not converged), not this one's author.
    """

    reason: str
    message: str
    wait: bool = False
    unmeasured: str = ""  # the condition that cannot be known for it, while what stands goes on standing

    def __str__(self) -> str:
        return self.message
