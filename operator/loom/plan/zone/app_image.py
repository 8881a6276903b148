"""Which image an app runs, and the app's way to it: the plane's registry, and the right to pull there."""

from dataclasses import dataclass

from loom.errors import Refusal
from loom.plan.arm_id import name_of
from loom.plan.needs import role_key
from loom.plan.resource import Mode, Resource
from loom.plan.roles import ACR_PULL, assignment
from loom.plan.values import Ref, Text, Value
from loom.plan.zone.app import App, identity_key
from loom.plan.zone.site import SERVICES_READY, WIRED, Site

REGISTRY = "plane/registry"


@dataclass(frozen=True, slots=True)
class Image:
    """An image, and the registry that our identity is shown to; None where it is pulled by nobody."""

    name: Value
    registry: Ref | None


def image_of(site: Site, app: App, plane: str) -> Image:
    """The image that the spec names, else that of the plane's release. Raises `Refusal` where the plane, called so, names none.

    An image given whole from elsewhere must be one that everybody may pull: no identity of ours is shown to another registry.
    """
    spec, registry, release = app.spec(site.spec), site.plane.container_registry, site.plane.apps
    server = Ref(REGISTRY, "properties.loginServer") if registry else None
    if spec is not None and spec.image is not None:
        ours = registry is not None and spec.image.split("/")[0].lower() == _host(site, registry.id)
        return Image(spec.image, server if ours else None)
    why = f"without it spec.{app.place} must name a whole image"
    if server is None:
        raise not_in_plane(plane, "containerRegistry", why)
    if release is None:
        raise not_in_plane(plane, "apps", why)
    return Image(Text(f"{{}}/{release.registry_path}/{app.name}:{release.version}", (server,)), server)


def registry_resource(site: Site) -> Resource:
    """The plane's registry. What it says itself is its host: there may be a hash in it (Azure docs: Domain name label)."""
    if site.plane.container_registry is None:
        raise ValueError("only images of the plane's registry need it")
    return Resource(REGISTRY, site.plane.container_registry.id, mode=Mode.EXISTING, condition=SERVICES_READY)


def pulling(site: Site, app: App) -> Resource:
    """The app's right to pull its image."""
    why = f"{app.name} of zone {site.spec.domain} pulls its image"
    scope = str(registry_resource(site).id)
    return assignment(role_key(app, ACR_PULL, "registry"), scope, ACR_PULL, identity_key(app), why, (REGISTRY,), WIRED)


def not_in_plane(plane: str, field: str, why: str) -> Refusal:
    """The refusal of a zone whose plane lacks something."""
    message = f"AdminPlane {plane} has no spec.{field}: {why}; a cluster administrator can add it"
    return Refusal("NotInAdminPlane", message, wait=True)


def _host(site: Site, registry_id: str) -> str:
    """The registry's host as people write it in an image."""
    return f"{name_of(registry_id)}.{site.suffixes.registry}".lower()
