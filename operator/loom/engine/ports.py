"""What the engine needs from the world, in the engine's own types. Adapters live in `loom.cloud`, `loom.health`, `loom.kube`.

Adapters let out `loom.errors.CloudError` and nothing else. No method waits for a long operation: a write answers `Written`
with the operation still running, and the engine comes back.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from loom.plan.checks import Check, Finding
from loom.plan.keys import KeyNotes, Place
from loom.plan.values import Json, Lookup


@dataclass(frozen=True, slots=True)
class Observed:
    """A resource as the service shows it. `etag` is "" where the service gives none."""

    id: str
    body: Mapping[str, Json]
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """A long operation that still runs. `handle` is the adapter's own (a poller, a URL) and lives in memory only."""

    id: str  # the resource
    verb: str  # "PUT" or "DELETE"; "POST" of an action, whose end is its answer
    handle: Any = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Written:
    """The answer to a write or to a poll: done with `observed` (None after a delete), or `operation` running.

    `wait` is how many seconds to leave before the next look, as the service asked, or the configured poll interval.
    """

    observed: Observed | None = None
    operation: Operation | None = None
    wait: float = 0.0


class Cloud(Protocol):
    """One cloud as one principal, on behalf of one object (its namespace and priority are bound in the instance)."""

    @property
    def principal(self) -> str:
        """Who asks, and in which cloud: what was read may be shared only between equal principals."""

    def waits_for(self, place: str) -> AbstractContextManager[None]:
        """While it is held, reads of a collection or resource on behalf of others go as soon as one of this object's would."""

    async def get(self, arm_id: str) -> Observed | None:
        """The resource, or None where there is none (404). API version, query and client follow from the id's type."""

    async def version(self, arm_id: str) -> str | None:
        """The ETag of the resource as it is now, without its body, or None where there is none. Only for types that have `heads`."""

    async def list(self, collection: str) -> Sequence[Observed]:
        """All pages of a collection; a parent that is gone lists as empty.

        `/subscriptions/{s}/resourceGroups`, `/subscriptions/{s}/providers/{type}`, `{parent id}/{child type}`, or for an
        extension type `{resource id}/providers/{type}`.
        """

    async def put(self, arm_id: str, body: Mapping[str, Json], etag: str = "") -> Written:
        """Create or replace. `etag` is sent as If-Match where the type honors one."""

    async def delete(self, arm_id: str, etag: str = "") -> Written:
        """Delete. Done at once for what is not there."""

    async def poll(self, operation: Operation) -> Written:
        """One look at a long operation. Raises the operation's own error when it failed."""

    async def act(self, arm_id: str, action: str, body: Mapping[str, Json] | None = None) -> Json:
        """Ask for an action on a resource (`listSecrets`), one that is answered at once: the answer's body, None where it has none."""

    async def begin(self, arm_id: str, action: str, body: Mapping[str, Json] | None = None) -> Written:
        """Ask for an action that may take its time (`backendhealth`): what it answers is `observed`, at once or at the end of polling."""

    async def marked(self, subscription_id: str, owner: str) -> Sequence[str]:
        """The ids of all resources and groups of a subscription that carry the tag csaloom-io-owner with that value."""

    async def members(self, group: str) -> Sequence[str]:
        """The ids of the top-level resources that a resource group holds."""


class Prober(Protocol):
    """Carries out health checks. It never raises: what could not be measured is a finding of `UNKNOWN`."""

    async def examine(
        self, checks: Sequence[Check], bodies: Mapping[str, Mapping[str, Json]], lookup: Lookup
    ) -> Sequence[Finding]:
        """One finding for each check. `bodies` are observed bodies by plan key, where known in this pass."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands beside keys that were handed out: a keyed hash of them, and the notes of their rotation."""

    digest: str
    notes: KeyNotes | None


class Keeper(Protocol):
    """Hands keys out, and takes them back. Raises CloudError: `SecretForbidden`, `SecretNotOurs`."""

    async def read(self, place: Place) -> Kept | None:
        """What stands there, or None where nothing does."""

    async def write(self, place: Place, entries: Mapping[str, str], kept: Kept) -> None:
        """Put the keys there, in place of what was there before."""

    async def remove(self, place: Place) -> None:
        """Take them away, where they are ours."""


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> float:
        """Monotonic seconds."""

    def today(self) -> str:
        """The moment as RFC 3339 in UTC with seconds, for a condition's lastTransitionTime."""


Journal = Callable[[Mapping[str, Json]], Awaitable[None]]
"""Writes a status at once (intended ids before the first PUT). Raises `Conflict` when the object has changed meanwhile."""


class Conflict(Exception):
    """The object changed since it was read: the pass ends, and the queue looks again."""
