"""What became of a plan in one pass: a state for each resource, the findings, and the values that are known by now.

The engine fills it; a kind's `report` turns it into that kind's own status fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from loom.plan.checks import Finding, Health
from loom.plan.keys import Handed
from loom.plan.values import Json, Lookup


class State(StrEnum):
    """Where a resource stands. The values are the words of `status.resources[].state`."""

    MISSING = "Missing"  # planned, not there, and nothing is being done about it
    WAITING = "Waiting"  # a resource that it depends on is not there yet
    CREATING = "Creating"
    UPDATING = "Updating"
    DELETING = "Deleting"
    READY = "Ready"  # what is declared holds
    DRIFTED = "Drifted"  # it differs, and nothing is being done about it
    BLOCKED = "Blocked"  # a person must decide: adoption, an owner, a change that Azure forbids
    FAILED = "Failed"
    UNKNOWN = "Unknown"  # it could not be read


BUSY = frozenset({State.WAITING, State.CREATING, State.UPDATING, State.DELETING})


@dataclass(frozen=True, slots=True)
class ResourceState:
    """One resource after a pass. `id` is "" while it depends on a value that is not known; `fields` are the differing paths.

    `former`: what of it serves, whatever became of a later change, as an app's last ready revision. `meanwhile`: it is being changed, and
    serves as it did before.
    """

    key: str
    id: str
    type: str
    state: State
    health: Health = Health.UNKNOWN
    reason: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()
    former: str = ""
    meanwhile: bool = False

    @property
    def serves(self) -> bool:
        """Is it there and of use, though not all that is declared may hold? What failed while it was made is of none."""
        return self.state is State.READY or self.is_there_but_for_fields or self.meanwhile or bool(self.former)

    @property
    def is_there_but_for_fields(self) -> bool:
        """Is it as Azure made it, and only not as it is declared now?"""
        return bool(self.fields) and "properties.provisioningState" not in self.fields


@dataclass(frozen=True, slots=True)
class Outcome:
    """A pass, as far as the object's kind may speak of it. `before` is the status as last written: it knows since when it is so."""

    states: Mapping[str, ResourceState]
    lookup: Lookup  # raises Unresolved for what is not known
    findings: tuple[Finding, ...] = field(default_factory=tuple)
    handed: Mapping[str, Handed] = field(default_factory=dict)  # keys that are handed out, by their export's name
    before: Mapping[str, Json] = field(default_factory=dict)
    today: str = ""  # the moment of the pass, RFC 3339
