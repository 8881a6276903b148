"""One planned resource in one pass, and one deletion: where it stands, and what is to be done about it.

Phases fill these in order (observe, decide, apply, prune, examine); `conclude` reads them. Nothing here does I/O.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loom.engine.diff import FieldChange
from loom.engine.ports import Observed
from loom.plan.arm_id import key
from loom.plan.arm_type import ArmType
from loom.plan.outcome import ResourceState, State
from loom.plan.resource import Resource
from loom.plan.values import Json, Value, at

CREATE, UPDATE, DELETE, BLOCKED = "Create", "Update", "Delete", "Blocked"


@dataclass(slots=True)
class Item:
    """A planned resource on its way through a pass."""

    resource: Resource
    type: ArmType
    id: str = ""  # "" while it depends on a value that is not known
    desired: Mapping[str, Value] = field(default_factory=dict)  # declared, with our mark
    live: Observed | None = None
    inside: tuple[Mapping[str, Json], ...] | None = None  # the members of its contents; None where they were not read
    referred: tuple[Mapping[str, Json], ...] | None = (
        None  # what these refer to; None where it was not read for a write
    )
    read: bool = False  # it was looked at in this round
    asked: tuple[Observed, ...] = ()  # of a request: all that carry its words
    unanswered: tuple[Observed, ...] = ()  # those of them that do not stand as it is declared
    standing: str = ""  # what the one for whom it is asked says of it
    # Read, or of the slow tier out of turn: what is said of it is not taken from this run's memory.
    trusted: bool = False
    foreign: bool = False  # Azure holds somebody else's resource for the same: not ours to track or touch
    shared: bool = False  # the same, but ours lie in it: not tracked either
    action: str = ""  # CREATE or UPDATE when something is to be written
    dead_end: bool = False  # an UPDATE that no write brings about: it is deleted, and made again
    changes: tuple[FieldChange, ...] = ()
    meanwhile: bool = False  # it is being changed, and serves as it did before
    state: State = State.UNKNOWN
    reason: str = ""
    message: str = ""

    @property
    def key(self) -> str:
        """The planned resource's key."""
        return self.resource.key

    @property
    def differing(self) -> str:
        """The fields that do not hold, in words."""
        names = [change.path for change in self.changes]
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        return ", ".join(names[:5]) + more

    @property
    def differs_in_tags_only(self) -> bool:
        """Is it there, and as it is declared but for its tags?"""
        return is_about_tags([change.path for change in self.changes])

    @property
    def former(self) -> str:
        """What of it serves, whatever became of a later change; "" where the service names nothing."""
        return str(at(self.live.body, self.type.former) or "") if self.live and self.type.former else ""

    def stand(self, state: State, reason: str = "", message: str = "", action: str = "") -> None:
        """Say where the resource stands, and what is to be done about it."""
        self.state, self.reason, self.message, self.action = state, reason, message, action
        self.dead_end = False

    def halt(self, state: State, reason: str, message: str) -> None:
        """Say where the resource stands; what is to be done about it stays to be done."""
        self.stand(state, reason, message, action=self.action)

    def as_state(self) -> ResourceState:
        """The same as frozen data."""
        return ResourceState(
            self.key, self.id, self.type.name, self.state, reason=self.reason, message=self.message,
            fields=tuple(change.path for change in self.changes), former=self.former,
            meanwhile=self.meanwhile,
        )  # fmt: skip


def is_about_tags(paths: Sequence[str]) -> bool:
    """Are there fields, and are all of them tags?"""
    return bool(paths) and all(path.partition(".")[0] == "tags" for path in paths)


@dataclass(slots=True)
class Deletion:
    """Something of ours that nothing declares any more.

    `retained`: it stays all the same. `emptied`: what it holds is taken out of it, as Azure has no DELETE for it.
    """

    id: str
    type: ArmType
    state: State = State.DRIFTED
    reason: str = ""
    message: str = ""
    retained: bool = False
    emptied: bool = False

    @property
    def key(self) -> str:
        """What a pass and its memory know the deletion by: the comparable id."""
        return key(self.id)

    def halt(self, state: State, reason: str, message: str) -> None:
        """Say where the deletion stands."""
        self.state, self.reason, self.message = state, reason, message
