"""What the engine must know of an ARM type to converge it: one frozen row, held in `loom.plan.catalog`.

A row says how the type is marked as ours, how it is read cheaply, what Azure forbids to change, what is kept when it is
written, and whether it holds data. Nothing else in the engine knows a type by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Client(StrEnum):
    """Which SDK carries the type."""

    BY_ID = "ById"
    CONTAINER_APPS = "ContainerApps"
    API_MANAGEMENT = "ApiManagement"
    API_REVISIONS = "ApiRevisions"
    HOST_KEYS = "HostKeys"


class Marking(StrEnum):
    """Where the owner's mark stands."""

    TAG = "Tag"  # the tag csaloom-io-owner
    FIELD = "Field"  # inside the text at `marker_path`, as [csaloom-io-owner: <value>]
    POINTER = "Pointer"  # what `marker_path` points at is a resource that is marked ours
    NAME = "Name"  # the nearest marked ancestor, or a name that only we form: it holds the owner's hash, or is made of `named_by`
    INSIDE = "Inside"  # the nearest marked ancestor; in what is another's, the text at `marker_path`


class Listing(StrEnum):
    """How the type is read in bulk."""

    SUBSCRIPTION = "Subscription"  # one list for the whole subscription, with properties
    PARENT = "Parent"  # one list for each parent (for an extension type: for each resource that it extends)
    INLINE = "Inline"  # stands inside the parent's body at `inline_path`
    EACH = "Each"  # a read for each resource


class Tier(StrEnum):
    """How often drift is looked for: the slow tier costs a read for each parent or resource."""

    FAST = "Fast"
    SLOW = "Slow"


@dataclass(frozen=True, slots=True)
class Normal:
    """A way in which two spellings at `path` are the same to Azure, and why. `*` in a path stands for any one segment."""

    path: str
    apply: Callable[[Any], Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Carry:
    """What a write must repeat from the live body, because a PUT without it would take it away: `path`, less the `drop` names."""

    path: str
    reason: str
    drop: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """States at `path` that no write leads out of: the resource can only be deleted and made again. `reason` says who says so."""

    path: str
    states: frozenset[str]
    reason: str


@dataclass(frozen=True, slots=True)
class Footing:
    """What a resource stands in without being inside it, and Azure does not take away from under it.

    Its id is `template`, filled with the values that the live body has at `paths`.
    """

    template: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A list of a whole service that shows what links lead to. While it does, the lists of each parent's links need not be read.

    `collection`: that list, in what contains the link's parent. `template`: the id under which a link is there, of {parent}, {parent_name}
    and {target}; or with `path` the id of what shows the targets there.
    """

    collection: str
    template: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Revival:
    """How the service keeps what was deleted, and brings it back under its name.

    `place`: where it is looked up below the subscription's providers, from {location} and {name}. `origin` and `tags`: the paths there
    of the id and the tags that it had. `path`, `word`: what a PUT says besides to bring it back, and where.
    """

    place: str
    origin: str
    tags: str
    path: str
    word: str


@dataclass(frozen=True, slots=True, eq=False)
class ArmType:
    """One type of resource. `label` is the word for people and the first half of a `deleteData` name.

    A row is only itself: what is worked out of one is kept by it, and its forty fields are not gone through for that again and again.
    Raises ValueError for a type that holds data and has a dead end: data is never deleted to be made again.
    """

    name: str
    api_version: str
    label: str
    marking: Marking = Marking.TAG
    marker_path: str = ""
    listing: Listing = Listing.SUBSCRIPTION
    inline_path: str = ""
    unlisted: str = ""  # stands in the names of those that the parent's list may lack: they are read by themselves
    tier: Tier = Tier.FAST
    client: Client = Client.BY_ID
    protected: str = ""  # why it is never deleted by omission; "" = it may be
    emptied: tuple[str, str] = ("", "")  # a path and its value in one that holds nothing any more: no data
    emptying: tuple[tuple[str, Any], ...] = ()  # what is written to make it so, by path
    copies: str = ""  # a path that one has which only repeats another, whose id it says: it is emptied, not kept
    immutable: tuple[str, ...] = ()  # declared paths that Azure refuses to change
    write_only: tuple[str, ...] = ()  # declared paths that a GET never returns: compared by keyed hash
    normals: tuple[Normal, ...] = ()
    carries: tuple[Carry, ...] = ()
    whole: tuple[str, ...] = ()  # lists of named elements that nobody else may add to (`*` in a path as in `Normal`)
    lane: str = ""  # the ancestor type whose writers take turns; "" = no turns
    delete_rank: int = 50  # lower goes first among what a delete takes
    has_etag: bool = False  # If-Match is honored (API Management demands it for a delete)
    busy_states: frozenset[str] = frozenset()  # provisioning states of its own that mean "not done yet"
    settled_states: frozenset[str] = frozenset()  # provisioning states of its own that mean "done"
    status_path: str = ""  # a second state beside provisioningState, as Event Hubs' properties.status
    status_busy: frozenset[str] = frozenset()
    former: str = ""  # a path that names what serves, also while a later change of it fails
    heads: bool = False  # a HEAD tells its ETag: what was seen to hold is read again only where that has changed
    gives_access: bool = False  # its deletion waits for nothing: access must not outlive its line
    deletable: bool = True  # False: Azure makes and keeps it (a default child service)
    query: tuple[tuple[str, str], ...] = ()  # query parameters of every GET, as format=rawxml
    list_query: tuple[tuple[str, str], ...] = ()  # query parameters of every list, as expandGroups=true
    offered: bool = False  # what its parent offers or does not: read in the parent's list, as there is no GET for one
    singleton: bool = False  # one for each parent, with a fixed name
    # Paths whose values, with the owner's mark, give the name: who can form it is the owner.
    named_by: tuple[str, ...] = ()
    same: tuple[str, ...] = ()  # paths that make two resources the same to Azure whatever their names
    told: Told | None = None  # of a link that was seen to hold: `same` is the one path of its target
    asked_from: str = ""  # the path of what a request leads to at the other side
    stands_in: tuple[Footing, ...] = ()
    dead_end: DeadEnd | None = None  # the one case in which something is replaced
    revival: Revival | None = None  # deleted ones are kept under their names for a while
    # A path: what is declared without it is written at creation alone, as a later PUT would make another of it.
    once: str = ""
    writable: bool = True  # False: only looked at

    def __post_init__(self) -> None:
        if self.dead_end and self.protected:
            raise ValueError(f"{self.name} holds data: it is never deleted to be made again")
