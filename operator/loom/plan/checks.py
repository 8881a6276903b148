"""What a plan asks to be looked at beyond "it exists": the health checks and the wiring, as data.

Health adapters carry checks out; they answer with findings. Healthy is not working, and unmeasured is not healthy: a check
that could not be made is `UNKNOWN`, never `HEALTHY`.
"""

from dataclasses import dataclass
from enum import StrEnum

from loom.plan.values import Ref, Text


class Health(StrEnum):
    """What was measured. The values are the words of `status.resources[].health`."""

    HEALTHY = "Healthy"
    UNHEALTHY = "Unhealthy"
    PENDING = "Pending"  # on its way, not wrong yet
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class AppCheck:
    """A container app: `key` is the planned app. `wakeable`: ingress or a scale rule can wake it, so zero replicas are well."""

    key: str
    condition: str = "AppsHealthy"
    wakeable: bool = False


@dataclass(frozen=True, slots=True)
class GatewayCheck:
    """An HTTPS address that must answer `expect`, as the status page of an API Management gateway: GET, no redirects followed."""

    key: str
    url: Text | Ref | str
    condition: str = "GatewayReachable"
    expect: tuple[int, ...] = (200,)


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """A connection that the other side must have accepted: what `path` of the planned resource `key` says must be `expect`."""

    key: str
    path: str
    expect: str
    condition: str = "NetworkReady"


Check = AppCheck | GatewayCheck | LinkCheck


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
