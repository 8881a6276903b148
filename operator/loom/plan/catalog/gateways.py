"""Types of Microsoft.Network by which people come in: gateways, Bastion, their addresses and firewall policies."""

from loom.plan.arm_type import ArmType, Carry, Listing, Normal, Tier
from loom.plan.catalog.normals import without_slashes

_NETWORK, _VERSION = "Microsoft.Network", "2025-05-01"

TYPES = (
    ArmType(
        f"{_NETWORK}/publicIPAddresses", _VERSION, "address",
        immutable=("location", "sku.name", "properties.publicIPAllocationMethod"),
        carries=(Carry("properties.dnsSettings", "a name that somebody gave it leads people here"),),
        delete_rank=46,  # one that is in use cannot be deleted
    ),
    ArmType(
        f"{_NETWORK}/applicationGateways", _VERSION, "application-gateway",
        immutable=("location",),
        normals=(
            Normal(
                "properties.sslCertificates.*.properties.keyVaultSecretId", without_slashes,
                "the newest version of a secret is written with a slash at its end, or without",
            ),
        ),
        delete_rank=32,
    ),
    ArmType(
        f"{_NETWORK}/ApplicationGatewayWebApplicationFirewallPolicies", _VERSION, "gateway-firewall",
        immutable=("location",),
        carries=(Carry("properties.customRules", "rules of the zone's own people stay beside the managed ones"),),
        delete_rank=47,
    ),
    ArmType(
        # The service lists these by resource group alone.
        f"{_NETWORK}/virtualNetworkGateways", _VERSION, "vpn-gateway",
        listing=Listing.EACH, tier=Tier.SLOW,
        immutable=("location", "properties.gatewayType", "properties.vpnType"),
        delete_rank=33,
    ),
    ArmType(
        f"{_NETWORK}/bastionHosts", _VERSION, "bastion",
        immutable=("location",),
        delete_rank=34,
    ),
)  # fmt: skip
