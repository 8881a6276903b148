"""What the process remembers of an object between passes: a convenience, never the truth.

`RunMemory` dies with the run that it speaks of, `Memory` lives with the object. Losing them (a restart) costs reads, never a write:
operations are then found again by `provisioningState`, values by reading. Bodies are not kept, only values that others asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from loom.engine.ports import Kept, Operation, Written
from loom.errors import CloudError
from loom.plan.checks import Check, Finding
from loom.plan.keys import Step
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
    """A long operation under way, when to look at it next, what it is to bring about, and who holds a lane for it."""

    operation: Operation
    due: float
    digest: str
    since: float
    holder: str
    update: bool = False
    serves: bool = False  # what is being changed serves meanwhile, as it did before
    end: Written | CloudError | None = None  # how it ended, until a pass takes that up
    submitted: str | None = None  # keyed hash of what is sent with it and never returned


@dataclass(frozen=True, slots=True)
class Held:
    """What only the slow tier reads, as it was when it last held: the words beside it, and whether it is somebody else's.

    `values`: what every pass asks of it, by path. Never a secret: the process keeps these.
    """

    message: str = ""
    foreign: bool = False
    values: Mapping[str, Json] = field(default_factory=dict)


HOLDS = Held()
"""What holds without a word, as nearly everything does: one for all."""


def held(message: str, foreign: bool, values: Mapping[str, Json]) -> Held:
    """What holds, with what is to be said and known of it."""
    return Held(message, foreign, values) if message or foreign or values else HOLDS


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen to hold: the version that the service gave it ("" for a link), and how the digest of what was declared then begins.

    Ten thousand objects keep a dozen of these each.
    """

    etag: str
    digest: str
    message: str = ""


@dataclass(slots=True)
class RunMemory:
    """What one run has done and seen. A *run* begins with a wish that does not hold and ends when everything was read back as wished.

    Keys are plan keys, `created` apart: comparable ids.
    """

    settled: dict[str, str] = field(default_factory=dict)  # digest of what was brought about, or seen to hold
    answered: dict[str, str] = field(default_factory=dict)  # slow tier: digest that a synchronous PUT's answer showed
    absent: set[str] = field(default_factory=set)  # seen missing; a write reads directly before it
    busy: dict[str, float] = field(default_factory=dict)  # since when Azure has been at work on it, by its own state
    created: set[str] = field(default_factory=set)  # made by this run: what is below needs no GET
    failures: dict[str, Failure] = field(default_factory=dict)  # also by the id of what is being deleted
    outputs: dict[tuple[str, str], Json] = field(default_factory=dict)  # (key, path) -> value asked for by a reference
    written: dict[str, tuple[str, ...]] = field(default_factory=dict)  # digest and fields of the last write
    remade: dict[str, str] = field(default_factory=dict)  # digest of what was taken away to be made again
    # Warnings, by condition and words, the last ones: what fails again is no news.
    told: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        """Is anything remembered?"""
        return any(getattr(self, each.name) for each in fields(self))


@dataclass(slots=True)
class Memory:
    """One object's memory. Ten thousand of them are kept, so what is empty takes no room."""

    run: RunMemory | None = None  # None: no run is going on
    running: dict[str, Running] = field(default_factory=dict)  # plan key, or the id of what is being deleted
    measured: dict[Check, Finding] = field(default_factory=dict)  # links as they were last seen
    # Plan key -> what only the slow tier reads, where it held; also by the id of what is being deleted.
    slow: dict[str, Held] = field(default_factory=dict)
    refreshed: float = float("-inf")  # when what a run has seen to hold was last read again
    # Plan key -> what a HEAD or a shared list tells to be as it was.
    seen: dict[str, Seen] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)  # what stands beside keys in vaults, by their place
    # Keys made anew that are not handed out yet, by their place: whose, and in which step.
    renewed: dict[str, tuple[str, Step]] = field(default_factory=dict)
    last_write: float = float("-inf")
    last_slow: float = float("-inf")
    verified: int = -1  # the generation that was last read back whole
    held: int = -1  # the one that was then found to hold
    # Planned id -> id of the one that Azure allows, found under another name.
    elsewhere: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()  # what health was, while there is more to be made and nobody looks again yet
    examined: float = float("-inf")
    health_since: float = float("-inf")  # since when health has been what it is
    warned: tuple[str, ...] = ()  # events that were sent for a lasting state, the last ones

    def unmeasure(self, name: str) -> None:
        """What is written or taken away is no longer what was measured."""
        self.measured = {check: found for check, found in self.measured.items() if check.key != name}
