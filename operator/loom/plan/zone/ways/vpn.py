"""The way in from people's own machines: a VPN gateway, point to site, that people sign in to with Microsoft Entra.

Making one takes 30 to 45 minutes, which is progress and no failure. One VPN gateway a network, and none beside the hub's.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from loom.api.admin_plane import Cloud
from loom.api.zone.network import GATEWAY_SUBNET
from loom.errors import Refusal
from loom.plan.checks import WayCheck
from loom.plan.clouds import AUTHORITIES
from loom.plan.resource import Resource
from loom.plan.values import Value
from loom.plan.zone.app import App
from loom.plan.zone.site import REACHABLE, Site
from loom.plan.zone.ways.address import address, address_key, ip_configuration
from loom.plan.zone.ways.private import app_evidence, private_check
from loom.plan.zone.ways.way import Way

KEY = "vpn"

# Azure docs: Configure a P2S VPN gateway for Microsoft Entra ID authentication. The audience of the Azure VPN client; the public cloud's
# needs no consent, the others' once in a tenant.
_AUDIENCES = {
    Cloud.AZURE_CLOUD: "c632b3df-fb67-4d84-bdcf-b95ad541b5c8",
    Cloud.AZURE_US_GOVERNMENT: "51bb15d4-3a4f-4ebf-9dca-40096fe32426",
    Cloud.AZURE_CHINA_CLOUD: "49f817b6-84ae-4cc0-928c-73f27289b3aa",
}


def _vpn(site: Site, _app: App) -> Iterator[Resource]:
    yield address(site, KEY)
    yield Resource(
        key=KEY,
        id=site.id("Microsoft.Network/virtualNetworkGateways", site.names.vpn_gateway),
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "properties": {
                "gatewayType": "Vpn",
                "vpnType": "RouteBased",
                "sku": {"name": "VpnGw1AZ", "tier": "VpnGw1AZ"},
                "ipConfigurations": [ip_configuration(site, KEY, GATEWAY_SUBNET)],
                "vpnClientConfiguration": _clients(site),
            },
        },
        depends_on=(address_key(KEY), f"subnet/{GATEWAY_SUBNET}", "peering/to-hub"),
        condition=REACHABLE,
    )


def _clients(site: Site) -> dict[str, Value]:
    spec = site.spec.access_paths.vpn if site.spec.access_paths else None
    assert spec is not None  # noqa: S101 - the table of ways asks only for what the spec has
    _check_pool(site, spec.client_address_pool)
    return {
        "vpnClientAddressPool": {"addressPrefixes": [spec.client_address_pool]},
        "vpnClientProtocols": ["OpenVPN"],
        "vpnAuthenticationTypes": ["AAD"],
        "aadTenant": f"{AUTHORITIES[site.plane.cloud]}/{site.plane.tenant_id}",
        "aadAudience": _AUDIENCES[site.plane.cloud],
        "aadIssuer": f"https://sts.windows.net/{site.plane.tenant_id}/",
    }


def _check_pool(site: Site, pool: str) -> None:
    """Refuse addresses for clients that are the zone's own: none of them could reach anything."""
    own = site.spec.network.address_space if site.spec.network else None
    if own and IPv4Network(own).overlaps(IPv4Network(pool)):
        raise Refusal(
            "InvalidSpec",
            f"spec.accessPaths.vpn.clientAddressPool {pool} overlaps the zone's own addresses ({own}); take others for the clients",
        )


def _checks(site: Site, app: App) -> Iterator[WayCheck]:
    yield private_check("way/vpn", "Vpn", app, app_evidence(site, app), key=KEY)


VPN = Way(field="vpn", resources=_vpn, checks=_checks)
