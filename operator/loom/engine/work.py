"""What one pass is given and what it gives back: the engine's only door.

The worker in `loom.kube` gathers a `Work`, calls `loom.engine.reconcile.reconcile`, and carries out the `Result`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from loom.engine.lanes import Lanes
from loom.engine.ports import Clock, Cloud, Journal, Keeper, Prober
from loom.engine.snapshots import Snapshots
from loom.errors import Refusal
from loom.plan.outcome import Outcome
from loom.plan.ownership import Authority, Owner
from loom.plan.resource import Plan
from loom.plan.values import Json


class Wishes(Protocol):
    """The fields that every kind's spec shares, as the engine reads them (`loom.api.meta.CommonSpec`)."""

    @property
    def policy(self) -> str: ...
    @property
    def approved_plan(self) -> str | None: ...
    @property
    def deletion_policy(self) -> str | None: ...
    @property
    def delete_data(self) -> Sequence[str]: ...
    @property
    def adoption(self) -> str: ...
    @property
    def suspend(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often things are looked at, in seconds."""

    interval: float = 600.0
    slow_factor: float = 6.0  # the slow tier is looked at every `slow_factor` intervals
    poll: float = 15.0  # where nothing says when to look again
    share: float = 30.0  # how old a shared list may be for a drift check
    stretch: float = 1.0  # > 1 while the request budget is under pressure
    patience: float = 10800.0  # a long operation that takes longer is reported as stuck

    @property
    def tolerance(self) -> float:
        """How old may be what a pass goes by, where it has written nothing since."""
        return min(self.share, self.interval / 2)


@dataclass(frozen=True, slots=True)
class Work:
    """One object to look at, with all that the engine may know of it. `plan` is None exactly when `refusal` says why.

    `report` turns the outcome into the kind's own status fields. `status` is the last one written, maybe {}.
    """

    owner: Owner
    generation: int
    wishes: Wishes
    authority: Authority
    status: Mapping[str, Json]
    plan: Plan | None = None
    refusal: Refusal | None = None
    deleting: bool = False
    in_use: str = ""  # who still needs it, in words: then a deletion waits
    requested_at: str = ""  # annotation csaloom.io/reconcile-requested-at
    rhythm: Rhythm = Rhythm()
    report: Callable[[Plan, Outcome], Mapping[str, Json]] = field(default=lambda _plan, _outcome: {})
    conditions: tuple[str, ...] = ()  # the kind's own condition types, for when there is no plan to name them
    deletes: bool = True  # the kind's default deletionPolicy: what was published must not outlive its object


@dataclass(frozen=True, slots=True)
class Event:
    """A Kubernetes event. `type` is Normal or Warning; it is sent once, because it speaks of a change."""

    type: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a pass came to. `status` is the complete new status; `release` lets the finalizer go.

    `rests_until`: until then (monotonic seconds) nothing but the end of a long operation can change what it came to; 0.0: anything may.
    """

    status: Mapping[str, Json]
    requeue_after: float
    events: tuple[Event, ...] = ()
    release: bool = False
    progress_only: bool = False  # nothing but progress differs: the writer may hold it back
    rests_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that one pass may touch."""

    cloud: Cloud
    prober: Prober
    clock: Clock
    journal: Journal
    digest: Callable[[str], str]  # keyed hash of a secret or a submitted document: hex, never reversible
    snapshots: Snapshots
    lanes: Lanes
    keeper: Keeper | None = None  # None: nothing is handed out, as in a preview
