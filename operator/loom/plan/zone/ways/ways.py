"""The ways in that a zone may have: one table, in the order in which people read them; and the app that all of them lead to."""

from collections.abc import Iterator, Mapping

from loom.api.schema import field_of
from loom.plan.checks import WayCheck
from loom.plan.resource import Resource
from loom.plan.wiring import running
from loom.plan.zone.app import App, door
from loom.plan.zone.site import REACHABLE, Site
from loom.plan.zone.ways.application_gateway import APPLICATION_GATEWAY
from loom.plan.zone.ways.bastion import BASTION
from loom.plan.zone.ways.front_door import FRONT_DOOR
from loom.plan.zone.ways.private import EXTERNAL
from loom.plan.zone.ways.vpn import VPN
from loom.plan.zone.ways.way import Way

WAYS: tuple[Way, ...] = (BASTION, EXTERNAL, FRONT_DOOR, APPLICATION_GATEWAY, VPN)


def declared(site: Site) -> Iterator[Way]:
    """The ways in that the spec has."""
    paths = site.spec.access_paths
    return (way for way in WAYS if paths is not None and getattr(paths, field_of(way.field)) is not None)


def way_resources(site: Site) -> Iterator[Resource]:
    """Everything that is made for the ways in. Where the app does not run there is nothing to lead to."""
    if app := _open(site):
        for way in declared(site):
            yield from way.resources(site, app)


def way_checks(site: Site) -> Iterator[WayCheck]:
    """Each way in must lead to the app."""
    if app := _open(site):
        for way in declared(site):
            yield from way.checks(site, app)


def closed(site: Site) -> Mapping[str, tuple[str, str]]:
    """What the spec itself keeps unreachable: ways in to an app that lacks a service and is not started."""
    app = door(site.spec)
    if not site.is_open or app is None or _open(site):
        return {}
    return {REACHABLE: ("MissingBackingService", f"{app.name} does not run, so no access path leads anywhere")}


def _open(site: Site) -> App | None:
    """The app that the ways in lead to, where it runs."""
    app = door(site.spec)
    return app if app in running(site.spec) else None
