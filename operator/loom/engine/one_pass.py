"""One look at one object: what the phases hand to one another, and the values that references stand for by now.

It holds what was seen and said, and answers from it; what to do is the phases' business. Nothing here does I/O.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from loom.engine.diff import show
from loom.engine.inventory import Inventory
from loom.engine.item import UPDATE, Deletion, Item, is_about_tags
from loom.engine.marks import marked
from loom.engine.memory import Memory, RunMemory
from loom.engine.work import Event, Ports, Work
from loom.plan.arm_id import ancestors, is_within, key
from loom.plan.arm_type import ArmType, Marking
from loom.plan.checks import Finding, references_of
from loom.plan.keys import Handed
from loom.plan.outcome import State
from loom.plan.resource import Mode, Named, Plan, Resource
from loom.plan.values import Json, Ref, Secret, Text, Unresolved, Value, at, references, resolve

ADMITTED = "approved"  # what the one for whom a request is asked says of it at last, in lower case
_MOST_WARNED = 100  # messages of lasting states that are remembered


@dataclass(slots=True)
class Pass:
    """One look at one object."""

    work: Work
    memory: Memory
    ports: Ports
    plan: Plan
    inventory: Inventory
    submitted: dict[str, str]  # plan key -> keyed hash of what was last sent and is never returned
    so_far: RunMemory = field(default_factory=RunMemory)  # what earlier passes of the same run have done and seen
    began: float = 0.0
    since: float = 0.0  # nothing read earlier than this counts
    deep: bool = True  # the slow tier is read as well
    afresh: bool = False  # what this run has seen to hold is read again, the slow tier apart
    lazy: bool = False  # what cannot be written yet, and costs a read of its own, is read when it can
    allowed: frozenset[str] | None = None  # digests of the approved changes; None = all
    items: dict[str, Item] = field(default_factory=dict)
    by_id: dict[str, Item] = field(default_factory=dict)  # the same by comparable id; a later stage does not count
    deletions: list[Deletion] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    events: list[Event] = field(default_factory=list)
    handed: dict[str, Handed] = field(default_factory=dict)  # keys, by their export's name
    exported: set[str] = field(default_factory=set)  # where keys are, as far as anybody knows, as status says it
    wrote: bool = False
    attempted: set[str] = field(default_factory=set)
    mended: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # plan key, fields written
    remaking: set[str] = field(default_factory=set)  # types of what is being taken away to be made again
    lane_taken: float = 0.0  # seconds until a taken lane is tried again; 0 = none was
    base: Mapping[str, Json] = field(default_factory=dict)  # the status as last written, the journal's included
    attached: frozenset[str] = frozenset()  # comparable ids of what stands already and is only read
    wanted: dict[str, frozenset[str]] = field(default_factory=dict)  # plan key -> paths that references ask for

    def __post_init__(self) -> None:
        self.began = self.ports.clock.now()
        self.base = self.work.status
        exported = self.base.get("keysExportedTo")
        self.exported = set(map(str, exported)) if isinstance(exported, list) else set()
        existing = (r.id for r in self.plan.resources if r.mode is Mode.EXISTING and isinstance(r.id, str))
        self.attached = frozenset(key(arm_id) for arm_id in existing)
        self.so_far = self.memory.run or self.so_far
        asked: dict[str, set[str]] = {}
        for resource in self.plan.resources:
            for ref in resource.refs:
                asked.setdefault(ref.key, set()).add(ref.path)
        for ref in [*references(self.plan.facts), *(ref for check in self.plan.checks for ref in references_of(check))]:
            asked.setdefault(ref.key, set()).add(ref.path)
        self.wanted = {key: frozenset(paths) for key, paths in asked.items()}

    @property
    def asked(self) -> bool:
        """Does a person ask for a look, by an annotation that is there and was not answered yet?"""
        requested = self.work.requested_at
        return bool(requested) and requested != self.work.status.get("lastHandledReconcileAt")

    def lookup(self, ref: Ref) -> Json:
        """The value that a reference stands for. Raises `Unresolved` while nobody knows it."""
        item = self.items.get(ref.key)
        if item is not None and item.id and ref.path == "id":
            return item.id
        if item is not None and item.live is not None:
            value = at(item.live.body, ref.path)
            if value is not None:
                return value
        value = self.remembered(ref.key, ref.path)
        if value is None:
            raise Unresolved(ref)
        return value

    def remembered(self, key: str, path: str) -> Json:
        """A value that this run has seen, or that the slow tier's last turn has."""
        known = self.memory.slow.get(key)
        return self.so_far.outputs.get((key, path), known.values.get(path) if known else None)

    def remember_outputs(self, item: Item) -> None:
        """Keep the values that others ask for: bodies are dropped after the pass."""
        if item.live is None:
            return
        for path in self.wanted.get(item.key, ()):
            value = at(item.live.body, path)
            if value is not None:
                self.so_far.outputs[item.key, path] = value

    def knows_outputs(self, key: str) -> bool:
        """Are all values known that others ask of this resource?"""
        return all(self.remembered(key, path) is not None for path in self.wanted.get(key, ()))

    def digest(self, item: Item) -> str:
        """A keyed hash of what is wanted of a resource, with every reference that is known by now in place."""
        return self.ports.digest(json.dumps([item.id, _plain(item.desired, self)], sort_keys=True))

    def new_item(self, resource: Resource, arm_type: ArmType) -> Item:
        """The item of a resource, its id resolved when that can be, its body marked."""
        item = Item(resource, arm_type, desired=self.marked(resource, arm_type))
        self.identify(item)
        self.items[resource.key] = item
        return item

    def marked(self, resource: Resource, arm_type: ArmType) -> Mapping[str, Value]:
        """The declared body, with our mark where we write it."""
        if resource.mode is not Mode.MANAGED:
            return resource.body
        where = ancestors(resource.id) if arm_type.marking is Marking.INSIDE and isinstance(resource.id, str) else ()
        among_others = not self.attached.isdisjoint(where)
        return marked(arm_type, resource.body, self.work.owner, among_others=among_others)

    def is_among_others(self, item: Item) -> bool:
        """Does it lie in what others made, and show by a text of its own that it is ours?"""
        return item.type.marking is Marking.INSIDE and at(item.desired, item.type.marker_path) is not None

    def identify(self, item: Item) -> None:
        """Resolve the item's id as far as its parts are known."""
        if isinstance(item.resource.id, Named):
            try:
                item.id = item.resource.id.resolve(self.lookup)
            except Unresolved:
                item.id = ""
        else:
            item.id = self._where(item.resource.id)
        if item.id and item.resource.mode is not Mode.STAGE:
            self.by_id[key(item.id)] = item

    def use(self, item: Item, arm_id: str) -> None:
        """Azure holds it under another name than the planned one: there it and what lies in it are from now on, in further passes too."""
        if isinstance(item.resource.id, str):
            self.memory.elsewhere[item.resource.id] = arm_id
            for other in self.items.values():
                if isinstance(other.resource.id, str) and is_within(other.resource.id, item.resource.id):
                    self.identify(other)

    def _where(self, planned: str) -> str:
        """Where a planned resource is: it, or what holds it, may be there under another name."""
        for instead, found in self.memory.elsewhere.items():
            if is_within(planned, instead):
                return found + planned[len(instead) :]
        return planned

    def declared(self, item: Item) -> str:
        """What is declared of a resource as text, references as words: the same before and after their values are known."""
        return json.dumps(_words(item.desired), sort_keys=True)

    def warn(self, reason: str, message: str) -> None:
        """An event for a lasting state: sent once by this process."""
        if message not in self.memory.warned:
            self.memory.warned = (*self.memory.warned, message)[-_MOST_WARNED:]
            self.events.append(Event("Warning", reason, message))

    def doubt(self) -> None:
        """What held when it was last seen may not hold any more: it is read again."""
        self.so_far.settled.clear()
        self.so_far.answered.clear()
        self.memory.slow.clear()

    def is_answered(self, item: Item) -> bool:
        """Did the service's own answer to a write of this run show exactly what is wanted?"""
        return self._is_known(item, self.so_far.answered)

    def is_settled(self, item: Item) -> bool:
        """Was exactly this brought about, or seen to hold, in the run that is going on?"""
        return self._is_known(item, self.so_far.settled)

    def is_relabeled(self, item: Item) -> bool:
        """Is nothing but its tags being changed, or waiting for that? Then it is what it was, and as well as it was."""
        if item.reason != "Progressing":
            return False
        if item.state is State.WAITING:
            return item.action == UPDATE and item.differs_in_tags_only
        return item.state is State.UPDATING and is_about_tags(self.so_far.written.get(item.key, ())[1:])

    def _is_known(self, item: Item, seen: Mapping[str, str]) -> bool:
        if item.key not in seen or not self._is_let_in(item):
            return False
        return seen[item.key] == self.digest(item) and self.knows_outputs(item.key)

    def _is_let_in(self, item: Item) -> bool:
        """Did the one for whom a request is asked say so in this run? Until then another one may be the one that counts."""
        asker = item.resource.asker
        return asker is None or self.so_far.outputs.get((asker.key, asker.path)) == ADMITTED


def _words(value: Value) -> Json:
    match value:
        case Mapping():
            return {name: _words(item) for name, item in value.items()}
        case list() | tuple():
            return [_words(item) for item in value]
        case Secret(text):
            return text  # the caller hashes it with the key
        case Ref() | Text():
            return repr(value)
        case _:
            return value


def _plain(value: Value, run: Pass) -> Json:
    if isinstance(value, Mapping):
        return {name: _plain(item, run) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, run) for item in value]
    try:
        return resolve(value, run.lookup)
    except Unresolved:
        return show(value)
