"""Private endpoints of the zone's services, and their registration in the plane's DNS zones."""

from collections.abc import Iterator

from loom.api.zone.network import ENDPOINTS_SUBNET
from loom.plan import naming
from loom.plan.arm_id import is_within, name_of
from loom.plan.checks import LinkCheck
from loom.plan.clouds import group_name
from loom.plan.resource import Resource
from loom.plan.zone.existing import SIGN_IN, registration
from loom.plan.zone.site import NETWORK_READY, Site

_STATUS = "properties.privateLinkServiceConnections.0.properties.privateLinkServiceConnectionState.status"


def endpoint(site: Site, service: str, target: str, group_id: str) -> Iterator[Resource]:
    """A private endpoint of the resource planned as `service` (its id is `target`), and its zone group.

    Where the resource is not in the zone's group, or the address is that of a whole location, others may have endpoints of it: then
    its address must be free.
    """
    others = not is_within(target, site.group)
    shared = others or group_id == SIGN_IN
    asked = group_name(group_id)
    # Cosmos DB and Synapse both call a side of theirs Sql, and people may give one name to both.
    side = f"Synapse{asked}" if service == "synapse" else asked
    name = naming.endpoint(name_of(target), side, site.owner.hash if shared else "")
    own_id = site.id("Microsoft.Network/privateEndpoints", name)
    before: tuple[str, ...] = (service, f"subnet/{ENDPOINTS_SUBNET}")
    if shared:
        address = f"{endpoint_key(service, group_id)}/address"
        yield registration(site, address, target, name, group_id)
        before = (*before, address)
    connection = {"name": name, "properties": {"privateLinkServiceId": target, "groupIds": [asked]}}
    yield Resource(
        key=endpoint_key(service, group_id),
        id=own_id,
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "properties": {
                "subnet": {"id": site.subnet(ENDPOINTS_SUBNET)},
                "privateLinkServiceConnections": [connection],
            },
        },
        depends_on=before,
        condition=NETWORK_READY,
    )
    zone = site.dns_zone(group_id)
    config = {"name": name_of(zone).replace(".", "-"), "properties": {"privateDnsZoneId": zone}}
    yield Resource(
        key=f"{endpoint_key(service, group_id)}/dns",
        id=f"{own_id}/privateDnsZoneGroups/default",
        body={"properties": {"privateDnsZoneConfigs": [config]}},
        depends_on=(endpoint_key(service, group_id),),
        condition=NETWORK_READY,
    )


def endpoint_check(service: str, group_id: str) -> LinkCheck:
    """The service's side must have approved the connection."""
    return LinkCheck(endpoint_key(service, group_id), _STATUS, "Approved", NETWORK_READY)


def endpoint_key(service: str, group_id: str) -> str:
    """The plan's key of an endpoint."""
    return f"endpoint/{service}-{group_name(group_id)}"
