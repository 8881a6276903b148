"""Public addresses of the ways in. Each belongs to one gateway and goes with it."""

from loom.plan.naming import fit
from loom.plan.resource import Resource
from loom.plan.values import Value
from loom.plan.zone.site import REACHABLE, Site

ADDRESS = "properties.ipAddress"


def address_key(way: str) -> str:
    """The plan's key of the address of a way in (`vpn`)."""
    return f"{way}/address"


def address_id(site: Site, way: str) -> str:
    """The id of that address."""
    return site.id("Microsoft.Network/publicIPAddresses", fit(f"pip-{way}-csa-loom-{site.names.place}", 80))


def address(site: Site, way: str) -> Resource:
    """The address: Standard, which is zone-redundant where its location has zones, and stays the same for its life."""
    return Resource(
        key=address_key(way),
        id=address_id(site, way),
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "sku": {"name": "Standard", "tier": "Regional"},
            "properties": {"publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4"},
        },
        depends_on=("group",),
        condition=REACHABLE,
    )


def ip_configuration(site: Site, way: str, subnet: str) -> dict[str, Value]:
    """How a gateway that has one address stands in its subnet."""
    properties = {
        "privateIPAllocationMethod": "Dynamic",
        "subnet": {"id": site.subnet(subnet)},
        "publicIPAddress": {"id": address_id(site, way)},
    }
    return {"name": "default", "properties": properties}
