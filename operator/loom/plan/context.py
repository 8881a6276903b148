"""What a planner may know besides the spec. The gatherer fills it; a planner decides and does no I/O.

Everything here is plain data about *other* objects at the moment of the pass. What is missing is said by a `Refusal` at
gathering, or is None where the kind can do without.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.plan.ownership import Owner


@dataclass(frozen=True, slots=True)
class Neighbor:
    """Another zone of the same plane, as far as it concerns this one: its address space, and its place in line for `maxZones`."""

    namespace: str
    name: str
    address_space: str  # as its spec gives it; "" where it gives none
    created: str  # metadata.creationTimestamp
    uid: str
    namespace_labels: Mapping[str, str] = field(default_factory=dict)  # for grants that go by labels
    made: bool = False  # something of it is in Azure, whatever was granted since
    allotted: bool = False  # it has a network and gives no addresses: they come from the plane's pools
    subscription: str = ""  # where it is made, as its spec says
    release: str = ""  # the version that its apps were told to run; "" while it runs none of the plane's
    ready: bool = False
    unhealthy: bool = False  # not Ready, and nothing goes on that would make it so
    moves: bool = True  # it takes a new version by itself: it is managed, not suspended, not being deleted
    waits: bool = False  # for its turn to take a new version


@dataclass(frozen=True, slots=True)
class Allocation:
    """A range of the plane's address pools, and the zone that has it, as `<namespace>/<name>`."""

    cidr: str
    zone: str


@dataclass(frozen=True, slots=True)
class Peered:
    """A network that is peered with the hub, by its id, and its addresses."""

    network: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """The landing zone that an ApiProduct names, and its spec: what that calls the zone's own is a claim."""

    namespace: str
    name: str
    spec: DataLandingZoneSpec


class Claim(NamedTuple):
    """What one product alone can have in an API Management service, which tells no case apart in it."""

    what: str  # "path" of an API, or "displayName" of the product
    value: str  # in lower case, a path without slashes at its ends

    @classmethod
    def path(cls, text: str) -> "Claim":
        """The claim on the path of an API."""
        return cls("path", text.strip("/").lower())

    @classmethod
    def title(cls, text: str) -> "Claim":
        """The claim on the name of a product."""
        return cls("displayName", text.lower())


@dataclass(frozen=True, slots=True)
class Rival:
    """Another ApiProduct that claims, in the same API Management service and with a grant, what this one claims."""

    namespace: str
    name: str
    created: str  # metadata.creationTimestamp
    uid: str
    claims: frozenset[Claim]
    made: bool = False  # something of it is in Azure
    settled: bool = False  # it has converged as it is written, so it has what it claims


@dataclass(frozen=True, slots=True)
class Holder:
    """What stands in the API Management service under a path or a product's name, whoever made it."""

    id: str
    title: str  # its displayName


@dataclass(frozen=True, slots=True)
class Link:
    """What a link, or an app, said last ("" when it never did), and why it could not be read now."""

    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """The world around one object."""

    owner: Owner
    generation: int = 1
    uid: str = ""
    created: str = ""
    made: bool = False  # something of it is in Azure already
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    plane_name: str = ""
    plane: AdminPlaneSpec | None = None
    neighbors: tuple[Neighbor, ...] = ()
    hub_prefixes: tuple[str, ...] = ()  # the hub network's own address prefixes, where they are known
    peered: tuple[Peered, ...] = ()  # what is peered with the hub, this zone's own network perhaps among it
    release: str = ""  # the version of the plane's apps that this zone runs; "" while it runs none
    addresses: str = ""  # what was allotted to this zone of the plane's pools; "" while nothing is
    allocations: tuple[Allocation, ...] = ()  # of the plane's pools, for the plane itself
    zone: Zone | None = None
    rivals: tuple[Rival, ...] = ()  # for an ApiProduct that has not converged: who wants the same of the service
    holders: Mapping[Claim, Holder] = field(default_factory=dict)  # and what stands there, as far as it could be read
    # Of an ApiProduct, and of a zone that has not converged: ids that the status says were made. A hint, as a status may vanish.
    owned: tuple[str, ...] = ()
    # API -> digest of the document that the status says was imported.
    imported: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)  # "<configMap>/<key>" -> text, for sources in ConfigMaps
    # By url, for sources behind links; by name, for apps that are sources.
    links: Mapping[str, Link] = field(default_factory=dict)
