"""The ways in over private networks: the plane's Bastion, and whatever network is joined with the zone's. Nothing is made for them.

Where the operator is in none of these networks, Azure's own word counts: the peering with the hub, and the app's ingress.
"""

from collections.abc import Iterator

from loom.plan.checks import LinkCheck, WayCheck
from loom.plan.resource import Resource
from loom.plan.values import Ref, Text
from loom.plan.zone.app import App, app_key
from loom.plan.zone.environment import ENVIRONMENT
from loom.plan.zone.site import Site
from loom.plan.zone.ways.way import Way

FQDN = "properties.configuration.ingress.fqdn"


def _nothing(_site: Site, _app: App) -> Iterator[Resource]:
    yield from ()


def _bastion(_site: Site, app: App) -> Iterator[WayCheck]:
    yield private_check("way/bastion", "Bastion", app, (*PEERED, is_open(app)))


def _external(_site: Site, app: App) -> Iterator[WayCheck]:
    yield private_check("way/external", "External", app, (is_open(app),))


def private_check(name: str, way: str, app: App, evidence: tuple[LinkCheck, ...]) -> WayCheck:
    """The app's own address, which leads to the environment's own within joined networks only."""
    key = app_key(app)
    url = Text("https://{}", (Ref(key, FQDN),))
    return WayCheck(key, name, way, url, inside=(Ref(ENVIRONMENT, "properties.staticIp"),), evidence=evidence)


def is_open(app: App) -> LinkCheck:
    """Evidence: the ingress lets callers from outside the environment in."""
    return LinkCheck(app_key(app), "properties.configuration.ingress.external", "True")


PEERED = tuple(LinkCheck(key, "properties.peeringState", "Connected") for key in ("peering/to-hub", "peering/from-hub"))
"""Evidence: the zone's network and the plane's hub see one another."""

BASTION = Way(field="bastion", resources=_nothing, checks=_bastion)
EXTERNAL = Way(field="external", resources=_nothing, checks=_external)
