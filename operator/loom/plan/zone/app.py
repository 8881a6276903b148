"""The platform's six apps as data: how each listens and how many copies run. What an app needs is in `loom.plan.needs`.

An app without a listener gets neither ingress nor probes: an HTTP probe on it could never pass, and its revision tells how it is.
"""

from dataclasses import dataclass
from functools import cache

from pydantic.alias_generators import to_camel

from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.api.zone.apps import AppSpec, Replicas


@dataclass(frozen=True, slots=True)
class Listener:
    """What an app listens on, and where it says that it is well.

    `external`: open to the networks, not to the environment alone, whose ingress answers others with its own 404.
    """

    port: int
    health: str
    external: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """One app: its name in Azure and in its registry, the field of `spec.apps` that turns it on, and what it runs with."""

    name: str
    field: str
    replicas: Replicas
    listener: Listener | None = None
    cpu: float = 0.5
    memory: str = "1Gi"

    @property
    def place(self) -> str:
        """Where the zone's spec turns it on."""
        return _place(self.field)

    def spec(self, zone: DataLandingZoneSpec) -> AppSpec | None:
        """What the zone says of the app; None where it does not run."""
        found: AppSpec | None = getattr(zone.apps, self.field, None)
        return found


@cache
def _place(field: str) -> str:
    """Asked for by every setting of every app in every pass."""
    return f"apps.{to_camel(field)}"


CONSOLE = App("loom-console", "console", Replicas(min=2, max=6), Listener(3000, "/api/health", external=True))
SETUP_ORCHESTRATOR = App(
    "loom-setup-orchestrator", "setup_orchestrator", Replicas(min=1, max=3), Listener(8000, "/health")
)
MCP = App("loom-mcp", "mcp", Replicas(min=1, max=3), Listener(8080, "/.well-known/health"))
MIRRORING = App("loom-mirroring", "mirroring", Replicas(min=1, max=2), Listener(8083, "/connectors"))

ACTIVATOR = App("loom-activator", "activator", Replicas(min=1, max=3))
DIRECT_LAKE_SHIM = App("loom-direct-lake-shim", "direct_lake_shim", Replicas(min=1, max=2))

APPS = (CONSOLE, SETUP_ORCHESTRATOR, MCP, ACTIVATOR, DIRECT_LAKE_SHIM, MIRRORING)
"""All apps, in the order in which people read them."""

DOORS = (CONSOLE, MIRRORING)
"""The apps that people talk to, the first before the second."""


def door(zone: DataLandingZoneSpec) -> App | None:
    """The app that all ways in lead to: the first of DOORS that the spec turns on."""
    return next((app for app in DOORS if app.spec(zone) is not None), None)


def app_key(app: App) -> str:
    """The plan's key of an app."""
    return f"app/{app.name}"


def identity_key(app: App) -> str:
    """The plan's key of the identity that an app runs as."""
    return f"identity/{app.name}"
