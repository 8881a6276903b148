"""The way in over Azure Bastion: the plane's, through the peering with its hub, or one in the zone's own network."""

from collections.abc import Iterator

from loom.api.zone.network import BASTION_SUBNET
from loom.plan.checks import LinkCheck, WayCheck
from loom.plan.resource import Resource
from loom.plan.zone.app import App
from loom.plan.zone.site import REACHABLE, Site
from loom.plan.zone.ways.address import address, address_key, ip_configuration
from loom.plan.zone.ways.private import PEERED, app_evidence, private_check
from loom.plan.zone.ways.way import Way

KEY = "bastion"
_OURS = LinkCheck(KEY, "properties.provisioningState", "Succeeded")


def _bastion(site: Site, _app: App) -> Iterator[Resource]:
    if site.spec.value_at("accessPaths.bastion.own") is None:
        return
    yield address(site, KEY)
    yield Resource(
        key=KEY,
        id=site.id("Microsoft.Network/bastionHosts", site.names.bastion),
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "sku": {"name": "Standard"},
            "properties": {"ipConfigurations": [ip_configuration(site, KEY, BASTION_SUBNET)], "enableTunneling": True},
        },
        depends_on=(address_key(KEY), f"subnet/{BASTION_SUBNET}"),
        condition=REACHABLE,
    )


def _checks(site: Site, app: App) -> Iterator[WayCheck]:
    if site.spec.value_at("accessPaths.bastion.own") is not None:
        yield private_check("way/bastion", "Bastion", app, (_OURS, *app_evidence(site, app)), key=KEY)
    else:
        yield private_check("way/bastion", "Bastion", app, (*PEERED, *app_evidence(site, app, from_hub=True)))


BASTION = Way(field="bastion", resources=_bastion, checks=_checks)
