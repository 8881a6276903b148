"""What the process remembers of an object between passes: a convenience, never the truth.

Losing it (a restart) costs reads, never a write: operations are then found again by `provisioningState`, values by reading.
Bodies are not kept, only the values that other resources asked for.
"""

from dataclasses import dataclass, field

from loom.engine.ports import Operation
from loom.errors import CloudError
from loom.plan.checks import Check, Finding
from loom.plan.outcome import ResourceState
from loom.plan.values import Json


@dataclass(slots=True)
class Failure:
    """The last error of a resource, how often it came in a row, and when to try again (monotonic seconds)."""

    error: CloudError
    digest: str  # of what was wanted: another wish is tried at once
    count: int
    not_before: float


@dataclass(slots=True)
class Running:
    """A long operation under way, when to look at it next, and what it is to bring about."""

    operation: Operation
    due: float
    digest: str
    since: float
    update: bool = False


@dataclass(slots=True)
class Memory:
    """One object's memory. A *run* begins with a wish that does not hold and ends when everything was read back as wished."""

    settled: dict[str, str] = field(default_factory=dict)  # plan key -> digest of what was brought about in this run
    answered: dict[str, str] = field(
        default_factory=dict
    )  # slow-tier key -> digest that a synchronous PUT's answer showed
    absent: set[str] = field(
        default_factory=set
    )  # plan keys that this run saw missing; a write reads directly before it
    created: set[str] = field(
        default_factory=set
    )  # ids (comparable form) that this run created: their children need no GET
    running: dict[str, Running] = field(default_factory=dict)  # plan key, or the id of what is being deleted
    failures: dict[str, Failure] = field(default_factory=dict)
    outputs: dict[tuple[str, str], Json] = field(
        default_factory=dict
    )  # (plan key, path) -> value asked for by a reference
    written: dict[str, tuple[str, ...]] = field(default_factory=dict)  # plan key -> digest + fields of its last write
    remade: dict[str, str] = field(
        default_factory=dict
    )  # plan key -> digest of what this run took away to make it again
    measured: dict[Check, Finding] = field(default_factory=dict)  # links as they were last seen
    slow: dict[str, ResourceState] = field(default_factory=dict)  # last state of what only the slow tier reads
    refreshed: float = float("-inf")  # when what a run has seen to hold was last read again
    last_write: float = float("-inf")
    last_slow: float = float("-inf")
    verified: int = -1  # the generation that was last read back whole
    findings: tuple[Finding, ...] = ()  # what health was, while there is more to be made and nobody looks again yet
    examined: float = float("-inf")
    warned: set[str] = field(default_factory=set)  # events that were sent for a lasting state

    def unmeasure(self, name: str) -> None:
        """What is written or taken away is no longer what was measured."""
        self.measured = {check: found for check, found in self.measured.items() if check.key != name}

    def doubt(self) -> None:
        """What held when it was last seen may not hold any more: it is read again."""
        self.settled.clear()
        self.answered.clear()
        self.slow.clear()

    def end_run(self) -> None:
        """Everything holds: only hashes and the slow tier's states stay."""
        self.settled.clear()
        self.answered.clear()
        self.absent.clear()
        self.created.clear()
        self.outputs.clear()
        self.failures.clear()
        self.written.clear()
        self.remade.clear()
