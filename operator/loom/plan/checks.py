"""What a plan asks to be looked at beyond "it exists": the health checks and the wiring, as data.

Health adapters carry checks out; they answer with findings. Healthy is not working, and unmeasured is not healthy: a check
that could not be made is `UNKNOWN`, never `HEALTHY`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from loom.plan.backends import host_within
from loom.plan.values import Ref, Text, references


class Health(StrEnum):
    """What was measured. The values are the words of `status.resources[].health`."""

    HEALTHY = "Healthy"
    UNHEALTHY = "Unhealthy"
    PENDING = "Pending"  # on its way, not wrong yet
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class Passage:
    """Private ranges that hosts which fit one of the patterns may be asked at: an administrator lets probes through."""

    hosts: tuple[str, ...]
    ranges: tuple[str, ...]


def ranges_for(host: str, passages: Iterable[Passage]) -> tuple[str, ...]:
    """The private ranges in which a host may be asked. A host and a range count only where one passage has both."""
    return tuple(r for p in passages if any(host_within(host, pattern) for pattern in p.hosts) for r in p.ranges)


@dataclass(frozen=True, slots=True)
class AppCheck:
    """A container app: `key` is the planned app. `wakeable`: ingress or a scale rule can wake it, so zero replicas are well."""

    key: str
    condition: str = "AppsHealthy"
    wakeable: bool = False


@dataclass(frozen=True, slots=True)
class GatewayCheck:
    """An HTTPS address that must answer `expect`, as the status page of an API Management gateway: GET, no redirects followed.

    `caller` is the planned subscription whose key the call shows; "" = it shows none. `passages`: where it may be asked beyond the
    internet.
    """

    key: str
    url: Text | Ref | str
    condition: str = "GatewayReachable"
    expect: tuple[int, ...] = (200,)
    caller: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """A connection that the other side must have accepted: what `path` of the planned resource `key` says must be `expect`."""

    key: str
    path: str
    expect: str
    condition: str = "NetworkReady"


@dataclass(frozen=True, slots=True)
class BackendCheck:
    """What stands behind the application gateway planned as `key`, as the gateway itself sees it: evidence of a way in."""

    key: str


@dataclass(frozen=True, slots=True)
class WayCheck:
    """A way in: does `url` answer whoever comes by it? `name` is the finding's own key, as several ways lead to one resource.

    It is asked by HTTP from where the operator runs once `key` holds and `first` does too, at the private addresses `inside` and those of
    `passages` as well, and at none but `at` where that is given. Where HTTP does not get there, `evidence` is what Azure itself says of
    the way; without any, not getting there counts. It proves a way through private networks; of one from the internet (`is_public`) it
    proves only what is broken. `remedy`: what a person can do where `first` does not hold.
    """

    key: str
    name: str
    way: str  # the word of `status.reachability[].path`
    url: Text
    inside: tuple[Ref | str, ...] = ()
    at: Ref | None = None
    first: LinkCheck | None = None
    remedy: Text | str = ""
    evidence: tuple[LinkCheck | BackendCheck, ...] = ()
    is_public: bool = False
    condition: str = "Reachable"
    passages: tuple[Passage, ...] = ()


Check = AppCheck | GatewayCheck | LinkCheck | WayCheck


def let_through(checks: Iterable[Check], passages: tuple[Passage, ...]) -> Iterator[Check]:
    """The checks, with the passages for those that ask an address."""
    for check in checks:
        yield replace(check, passages=passages) if isinstance(check, GatewayCheck | WayCheck) else check


def references_of(check: Check) -> Iterator[Ref]:
    """The values that a check asks for, by which the bodies that it needs are known."""
    match check:
        case GatewayCheck():
            yield from references(check.url)
        case WayCheck():
            yield from references([check.url, check.inside, check.at, check.remedy])


def looked_at(check: Check) -> Iterator[str]:
    """The keys of the planned resources whose bodies a check reads, its own first."""
    yield check.key
    if isinstance(check, WayCheck):
        yield from (one.key for one in (check.first, *check.evidence) if one is not None)


def finding_key(check: Check) -> str:
    """The key of what a check finds: the resource's, or a name of its own where several checks look at one resource."""
    return check.name if isinstance(check, WayCheck) else check.key


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `reason` is out of the closed list; `details` are rows for status (`revision`, `image`, `replicas`)."""

    key: str
    condition: str
    health: Health
    reason: str = "Succeeded"
    message: str = ""
    details: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Wire:
    """One row of wiring: the app needs a service, said by a setting, allowed by a role, and there must be the thing itself.

    `role` and `thing` are keys of planned resources; "" where the zone lacks the service: then `missing` says the spec field to add.
    """

    app: str
    needs: str
    setting: str
    role: str = ""
    thing: str = ""
    missing: str = ""
