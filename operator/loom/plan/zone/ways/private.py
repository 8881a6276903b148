"""The ways in over private networks, which lead to the environment's own address; and the one for which nothing is made.

Where the operator is in none of these networks, Azure's own word counts: the peering with the hub, the names of the environment's
domain, and the app's ingress.
"""

from collections.abc import Iterator

from loom.plan.checks import LinkCheck, WayCheck
from loom.plan.resource import Resource
from loom.plan.values import Ref, Text
from loom.plan.zone.app import App, app_key
from loom.plan.zone.environment import DOMAIN, ENVIRONMENT
from loom.plan.zone.site import Site
from loom.plan.zone.ways.way import Way

FQDN = "properties.configuration.ingress.fqdn"
_LINKED = "properties.virtualNetworkLinkState"


def _nothing(_site: Site, _app: App) -> Iterator[Resource]:
    yield from ()


def _external(site: Site, app: App) -> Iterator[WayCheck]:
    yield private_check("way/external", "External", app, app_evidence(site, app))


def private_check(name: str, way: str, app: App, evidence: tuple[LinkCheck, ...], key: str = "") -> WayCheck:
    """The app's own address, which leads to the environment's own within joined networks only; `key`: what must hold first."""
    url = Text("https://{}", (Ref(app_key(app), FQDN),))
    own = Ref(ENVIRONMENT, "properties.staticIp")
    return WayCheck(key or app_key(app), name, way, url, inside=(own,), evidence=evidence)


def app_evidence(site: Site, app: App, *, from_hub: bool = False) -> tuple[LinkCheck, ...]:
    """The ingress lets callers from outside the environment in; and its name is answered in the zone's network, or the hub's.

    Who answers for the domain of an environment of others is theirs to see to.
    """
    is_open = LinkCheck(app_key(app), "properties.configuration.ingress.external", "True")
    if site.spec.value_at("apps.environment.existing") is not None:
        return (is_open,)
    link = LinkCheck(f"{DOMAIN}/link-{'hub' if from_hub else 'zone'}", _LINKED, "Completed")
    return (is_open, LinkCheck(f"{DOMAIN}/*", "name", "*"), link)


PEERED = tuple(LinkCheck(key, "properties.peeringState", "Connected") for key in ("peering/to-hub", "peering/from-hub"))
"""Evidence: the zone's network and the plane's hub see one another."""

EXTERNAL = Way(field="external", resources=_nothing, checks=_external)
