"""What a resource type is, as data: one `Kind` per type. A further type is a row of this table and, seldom, a `Behavior`.

Rows state what the service does (versions, names, defaults, how it answers); how a row is obeyed is decided in `loom.sim.arm`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from loom.sim.arm.change import Change
    from loom.sim.ids import Target
    from loom.sim.operations import Operation
    from loom.sim.store import Resource
    from loom.sim.wire import Request, Response
    from loom.sim.world import World

Json = dict[str, Any]
Action = Callable[["World", "Resource", "Request"], "Response"]
Inquiry = Callable[["World", "Resource"], Json]


@dataclass(frozen=True, slots=True)
class Style:
    """How the service answers a write that may take time.

    `headers`: `none`, `async` (Azure-AsyncOperation), `location`, `both`, or `self`, where `Location` names what was made and
    nothing runs. `seconds` 0 means done at once. `created` and
    `updated` are the status codes for a new and an existing resource; `creating` and `updating` the provisioning states
    meanwhile. `empty`: the answer has no body. `done` is what a finished `Location` answers to a DELETE. `urls` is where the
    operation is polled: `region`, signed, below the provider's locations; `resource`, unsigned: its result at the resource itself
    (`?asyncId=`), its status below the top-level resource (`tenant/operationResults`); `result`, unsigned: its status below the
    provider's locations, its result below the resource (`operationResults`). `running` is the word
    for what has not ended, `dated` says that it has an end time all the same. Without a `result_path`, `Location` is the resource itself.
    """

    seconds: float = 0.0
    headers: str = "none"
    retry_after: float | None = None
    created: int = 201
    updated: int = 200
    creating: str = "Creating"
    updating: str = "Updating"
    empty: bool = False
    status_path: str = "operationStatuses"
    result_path: str = "operationResults"
    poll_retry_after: bool = False
    moving: bool = False
    bare: bool = False
    update_seconds: float | None = None
    update_headers: str | None = None
    done: int = 200
    urls: str = "region"
    running: str = "InProgress"
    dated: bool = False

    def for_update(self) -> Style:
        """The same for a resource that exists already. What is done at once is answered with the resource."""
        seconds = self.seconds if self.update_seconds is None else self.update_seconds
        return replace(
            self, seconds=seconds, headers=self.update_headers or self.headers, empty=self.empty and seconds > 0
        )


AT_ONCE = Style()
GONE_AT_ONCE = Style(created=200, updated=200)


@dataclass(frozen=True, slots=True)
class NameRule:
    """Which names the service takes, and how it refuses the others."""

    pattern: str
    says: str
    code: str = "InvalidResourceName"
    status: int = 400

    def allows(self, name: str) -> bool:
        return re.fullmatch(self.pattern, name) is not None


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to another resource: it must exist, and the caller must hold `action` on it (a linked access check)."""

    path: str
    action: str = ""
    code: str = "InvalidResourceReference"
    status: int = 400


@dataclass(frozen=True, slots=True)
class Refusal:
    """How the service says no: a status, a code, a sentence with `{name}` in it."""

    status: int
    code: str
    says: str


class Behavior:
    """What a type does beyond its row. Every method has a harmless default; a type overrides what it needs."""

    actions: ClassVar[Mapping[str, Action]] = {}
    inquiries: ClassVar[Mapping[str, Inquiry]] = {}
    """Actions that take their time (`Kind.post`) and answer with a document."""

    def check(self, change: Change) -> None:
        """Refuse a write with an `ArmError`; the row's own rules have been checked before."""

    def compose(self, change: Change) -> Json:
        """What is stored: the sent body over the row's defaults, with what the service adds at once."""
        return change.body

    def style(self, change: Change, usual: Style) -> Style:
        """How this write is answered, where it depends on what was sent."""
        return usual

    def verdict(self, world: World, resource: Resource, operation: Operation) -> Json | float | None:
        """At the end of a write: `None` it succeeded, an error document it failed, a number it takes so many seconds more."""
        return None

    def failed(self, world: World, resource: Resource) -> None:
        """The write has failed at its end."""

    def turned(self, world: World, resource: Resource) -> None:
        """A person has turned this resource's knob at the simulator's door."""

    def found(self, world: World, target: Target) -> Resource | None:
        """What a GET finds that is not stored but follows from something else (replicas)."""
        return None

    def settled(self, world: World, resource: Resource) -> None:
        """The write has succeeded: add what the service knows only now, and tell others."""

    def listed(self, world: World, kind: Kind, scope: str, query: Mapping[str, str]) -> list[Resource]:
        """What a list at a scope holds; the default is what lies directly in or on it."""
        return world.store.children(scope, kind.name)

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        """The last touch on what a read shows; may return `body` itself."""
        return body

    def answered(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        """What one GET, PUT or PATCH (its method and query are all there is) is answered, where lists show something else."""
        return body

    def entry(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        """What a list shows of it, where the query asks for more."""
        return body

    def asked(self, world: World, resource: Resource, request: Request) -> None:
        """A PATCH or DELETE is asked for: refuse it by its headers or query, or note what they order."""

    def check_delete(self, world: World, resource: Resource) -> None:
        """Refuse a DELETE with an `ArmError`."""

    def deleted(self, world: World, resource: Resource) -> None:
        """The resource has just gone: tell others."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource type of the simulated cloud."""

    name: str
    versions: tuple[str, ...]
    tracked: bool = False
    lists: tuple[str, ...] = ("parent",)
    writable: bool = True
    patchable: bool = True
    readable: bool = True
    tabled: bool = True  # False: Azure has the type, and its type tables do not
    extension: bool = False
    names: NameRule | None = None
    unique: str = ""
    taken: Refusal | None = None
    display_location: bool = False
    default_location: str = ""
    stateful: bool = True
    put: Style = AT_ONCE
    delete: Style = GONE_AT_ONCE
    repeat: Style | None = None
    patch: Style | None = None
    post: Style = AT_ONCE
    defaults: Json = field(default_factory=dict)
    required: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    write_only: tuple[str, ...] = ()
    immutable: tuple[str, ...] = ()
    fixed: Refusal | None = None
    links: tuple[Link, ...] = ()
    busy: Refusal | None = None
    busy_family: bool = False
    missing: Refusal | None = None
    etag: str = ""
    system_data: bool = False
    shown_type: str = ""
    id_segments: Mapping[str, str] = field(default_factory=dict)
    page: int = 100
    budget: str = ""
    quota: tuple[int, Refusal] | None = None
    identity: str = ""
    behavior: Behavior = field(default_factory=Behavior)

    @property
    def key(self) -> str:
        return self.name.lower()

    @property
    def namespace(self) -> str:
        return self.name.split("/", 1)[0]

    @property
    def path(self) -> str:
        """The type below its namespace, as in `virtualNetworks/subnets`."""
        return self.name.split("/", 1)[1]

    @property
    def parent_name(self) -> str:
        """The full type of the parent, or the empty string for a top-level type."""
        head, _, _ = self.name.rpartition("/")
        return head if "/" in head else ""


@dataclass(frozen=True, slots=True)
class Route:
    """A path that is no resource: name checks, lists across types, deleted services.

    `pattern` matches the whole decoded path; its group `scope`, if any, is where the caller needs `action`.
    """

    method: str
    pattern: str
    versions: tuple[str, ...]
    action: str
    handler: Callable[[World, Request, re.Match[str]], Response]


@dataclass(frozen=True, slots=True)
class Provider:
    """A resource provider: its types, its further routes, and the data planes that answer under host names of its own.

    `meant` turns a request for something with a second name into the one for its first.
    """

    namespace: str
    kinds: tuple[Kind, ...]
    routes: tuple[Route, ...] = ()
    hosts: tuple[tuple[str, Callable[[World, Request], Response | None]], ...] = ()  # None: it is for somebody else
    meant: Callable[[World, Request], Request] = lambda _world, request: request
