"""What a planner returns: a graph of Azure resources as frozen data.

A plan says what must hold, not what to do: the engine compares it with what is. Keys name resources inside one plan
("storage", "storage/bronze") and never change between passes; people read them in plans and messages.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from sys import intern
from uuid import UUID, uuid5

from loom.errors import Refusal
from loom.plan.checks import Check, Wire
from loom.plan.keys import KeyExport
from loom.plan.values import Json, Lookup, Ref, Text, Value, references, resolve

NAMES = UUID("6f0b3c1e-5d0c-5b6a-9a43-1f6c8f5d2a10")  # the name space of every uuid5 name that this operator forms


class Mode(StrEnum):
    """What the engine may do with a planned resource."""

    MANAGED = "Managed"  # make it, keep it so, delete it when it is planned no more
    EXISTING = "Existing"  # read it for its values and its presence; its body says what must hold, and is never written
    FREE = "Free"  # a place that nobody else may hold: empty, or as the body says; never written
    REQUEST = "Request"  # what another service asks for: found by its words, answered while `asker` waits; never made or deleted
    STAGE = "Stage"  # a later write to a resource that is managed under another key (publish last)

    @property
    def is_only_read(self) -> bool:
        """Is it another's, and only looked at?"""
        return self in (Mode.EXISTING, Mode.FREE)


@dataclass(frozen=True, slots=True)
class Named:
    """An id that ends in a uuid5 over values known later, as a role assignment's (scope, principal, role)."""

    prefix: str  # ".../providers/Microsoft.Authorization/roleAssignments/"
    parts: tuple[Ref | Text | str, ...]
    dashes: bool = field(default=True, kw_only=True)  # False where the type's names have none

    def resolve(self, lookup: Lookup) -> str:
        """The id itself. Raises `Unresolved` while a part is not known."""
        name = formed(str(resolve(part, lookup)) for part in self.parts)
        return f"{self.prefix}{name if self.dashes else name.hex}"

    @property
    def example(self) -> str:
        """An id of the same type."""
        return f"{self.prefix}x"


def formed(parts: Iterable[str]) -> UUID:
    """The name that these values give, in this order and without regard to case."""
    return uuid5(NAMES, "|".join(part.lower() for part in parts))


@dataclass(frozen=True, slots=True)
class Placed(Named):
    """An id in or below something whose name is known later, as a DNS zone that is called like an environment's domain.

    The parts stand between prefix and suffix as they are.
    """

    suffix: str = ""

    def resolve(self, lookup: Lookup) -> str:
        """The id itself. Raises `Unresolved` while a part is not known."""
        return f"{self.prefix}{''.join(str(resolve(part, lookup)) for part in self.parts)}{self.suffix}"

    @property
    def example(self) -> str:
        """An id of the same type."""
        return f"{self.prefix}x{self.suffix}"


@dataclass(frozen=True, slots=True)
class Ignore:
    """A declared path that is not compared, and why: every ignore rule owes its reason.

    `floor` makes it a lowest number: a live number that is higher is no difference, and a write repeats the higher one.
    """

    path: str
    reason: str
    floor: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """What this object attached once and wants no more: `path` must not lead to `id`. What others attached there stays."""

    path: str
    id: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """A value with which something that is only read cannot serve: one of `values` at `path`, letter case apart. `why` is for people."""

    path: str
    values: tuple[str, ...]
    why: str


Body = Mapping[str, Json]
"""A live resource, as the service shows it."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in a collection and is nobody's single resource, as the operations of an API that an import has made.

    `expected` must be there, each as `show` makes it of a member; what else is there is not judged. `objection` says why the write that
    is due must not be made, out of the live resource, the members, and what `refers` names as what they refer to (ids); "" where it may.
    """

    collection: str
    expected: frozenset[str]
    show: Callable[[Body], str]
    objection: Callable[[Body, Sequence[Body], Sequence[Body]], str] = field(compare=False)
    refers: Callable[[Sequence[Body]], Sequence[str]] = field(default=lambda _: (), compare=False)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource that must hold. `body` is what is declared and no more: what it leaves out is not ours to judge.

    `on_create` is merged into the body at creation only. `depends_on` are keys; references in the body count without being
    named. `condition` is the condition type that speaks of it ("NetworkReady"). `adopts` lets a resource that exists
    unmarked be taken over without `adoption: Adopt` (a default child that Azure makes by itself). `remedy`: what a person can do
    where something that is only read is not as it must be. Raises ValueError for a request of which nobody says that it is ours.
    """

    key: str
    id: str | Named
    body: Mapping[str, Value] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    condition: str = "Converged"
    mode: Mode = Mode.MANAGED
    on_create: Mapping[str, Value] = field(default_factory=dict)
    ignore: tuple[Ignore, ...] = ()
    adopts: bool = False
    contents: Contents | None = None
    submission: str = ""  # the condition that says whether what a GET never returns was last sent as it is declared now
    absent: tuple[Absent, ...] = ()
    remedy: str = ""
    unfit: tuple[Unfit, ...] = ()
    whose: str = ""  # of something that is only read: the mark that it must carry; "" = anybody's will do
    asker: Ref | None = None  # of a request: where the one of ours for whom it is made says how it stands
    refs: tuple[Ref, ...] = field(init=False, repr=False, compare=False)  # every value of another that it waits for

    def __post_init__(self) -> None:
        if self.mode is Mode.REQUEST and self.asker is None:
            raise ValueError(f"{self.key}: words that anybody can copy are no proof; say who of ours asks")
        object.__setattr__(self, "key", intern(self.key))  # ten thousand memories hold the same few
        parts = list(self.id.parts) if isinstance(self.id, Named) else []
        object.__setattr__(self, "refs", tuple(references([self.body, self.on_create, parts])))


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one object asks for. `home` is the group (or service) that short ids are relative to."""

    home: str
    resources: tuple[Resource, ...]
    checks: tuple[Check, ...] = ()
    wiring: tuple[Wire, ...] = ()
    conditions: tuple[str, ...] = ()  # the kind's own condition types, in the order people read them
    # Conditions of which nothing can be known now: reason, message.
    unmeasured: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    # Conditions that are False for what cannot be planned now, while the rest goes on.
    withheld: Mapping[str, Refusal] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()  # ids of what was made, is declared no more, and stays with all that is in it
    # Ids, declared or not, of what may be ours and no list shows: looked at where the status was lost.
    places: tuple[str, ...] = ()
    notes: Mapping[str, Json] = field(default_factory=dict)  # status fields that are known while planning
    warnings: tuple[str, ...] = ()  # what is as declared and will not be well, for who looks before applying
    exports: tuple[KeyExport, ...] = ()  # keys to hand out
    facts: Mapping[str, Value] = field(default_factory=dict)  # endpoints and urls for status; may hold references
    # Conditions that the spec keeps False: reason, message.
    held: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def find(self, key: str) -> Resource:
        """The resource planned under `key`. Raises KeyError."""
        return next_by_key(self.resources, key)


def next_by_key(resources: tuple[Resource, ...], key: str) -> Resource:
    """The first resource with that key. Raises KeyError."""
    for resource in resources:
        if resource.key == key:
            return resource
    raise KeyError(key)
