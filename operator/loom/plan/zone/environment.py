"""Where the zone's apps run, and as whom: an identity, a Container Apps environment, and the way to the plane's registry."""

from collections.abc import Iterator
from dataclasses import dataclass

from loom.api.zone.network import APPS_SUBNET
from loom.plan.arm_id import name_of
from loom.plan.resource import Mode, Resource
from loom.plan.roles import ACR_PULL, assignment
from loom.plan.values import Ref
from loom.plan.wiring import role_key
from loom.plan.zone.site import SERVICES_READY, WIRED, Site

IDENTITY, ENVIRONMENT, REGISTRY = "identity", "environment", "plane/registry"
PULL = role_key("apps", ACR_PULL, "registry")


@dataclass(frozen=True, slots=True)
class Registry:
    """The plane's registry, which the zone's identity may pull from."""

    id: str
    host: str  # as people write it in an image; `server` is what the registry itself says

    @property
    def server(self) -> Ref:
        """The host that images are pulled from: a registry may have a hash in its own (Azure docs: Domain name label)."""
        return Ref(REGISTRY, "properties.loginServer")


def registry_of(site: Site) -> Registry | None:
    """The plane's registry, where it has one."""
    registry = site.plane.container_registry
    return Registry(registry.id, f"{name_of(registry.id)}.{site.suffixes.registry}".lower()) if registry else None


def identity(site: Site) -> Resource:
    """The identity that the zone's apps run as."""
    body = {"location": site.location, "tags": dict(site.tags)}
    return Resource(IDENTITY, site.identity, body, ("group",), SERVICES_READY)


def environment(site: Site) -> Iterator[Resource]:
    """The Container Apps environment: internal, in its own delegated subnet."""
    if site.spec.apps is None:
        return
    yield Resource(
        key=ENVIRONMENT,
        id=site.environment,
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "properties": {
                "vnetConfiguration": {"infrastructureSubnetId": site.subnet(APPS_SUBNET), "internal": True},
                "appLogsConfiguration": {"destination": "azure-monitor"},
                "workloadProfiles": [{"name": "Consumption", "workloadProfileType": "Consumption"}],
            },
        },
        depends_on=("group", f"subnet/{APPS_SUBNET}"),
        condition=SERVICES_READY,
    )


def pulling(site: Site, registry: Registry) -> Iterator[Resource]:
    """The registry, and the identity's right to pull from it."""
    yield Resource(REGISTRY, registry.id, mode=Mode.EXISTING, condition=SERVICES_READY)
    why = f"apps of zone {site.spec.domain} pull their images"
    yield assignment(PULL, registry.id, ACR_PULL, IDENTITY, why, (REGISTRY,), WIRED)
