"""What stands already and is attached to a zone: read, held against what the zone needs of it, and never written.

Its place decides nothing here: whether the zone's grant reaches it is `loom.plan.grants`' to say.
"""

from collections.abc import Iterable, Mapping

from loom.api.zone.existing import Attached, PrivateEndpoint
from loom.errors import Refusal
from loom.plan.arm_id import is_within, name_of
from loom.plan.resource import Mode, Resource
from loom.plan.values import Value
from loom.plan.zone.site import NETWORK_READY, SERVICES_READY, Site

SIGN_IN = "browser_authentication"
"""The group id of the one endpoint by which people sign in to all Databricks workspaces of a location (Azure docs: Private Link)."""


def existing(site: Site, key: str, attached: Attached, needs: Mapping[str, Value]) -> Resource:
    """The service itself. `needs`: what must hold in its body beside the location."""
    return Resource(
        key, attached.id, {"location": site.location, **needs}, condition=SERVICES_READY, mode=Mode.EXISTING,
        remedy="attach another, or have one made",
    )  # fmt: skip


def registration(site: Site, key: str, target: str, endpoint: str, group_id: str) -> Resource:
    """The address of an attached resource in the plane's DNS zone, or of a location's sign-in, which no endpoint but ours may hold.

    Two endpoints of one resource on one zone overwrite each other's record, and either one's end takes it away (Azure docs: Private
    endpoint DNS integration; azure-docs, issue 58044). Who wrote it stands in its metadata.
    """
    way_out = "privateEndpoint" if group_id != SIGN_IN else "browserAuthentication"
    return Resource(
        key=key,
        id=f"{site.dns_zone(group_id)}/A/{_record(site, target, group_id)}",
        body={"properties": {"metadata": {"creator": f"created by private endpoint {endpoint}"}}},
        condition=NETWORK_READY,
        mode=Mode.FREE,
        remedy=f"a second private endpoint would take that address away: let the zone use the first one ({way_out}: Skip)",
    )


def _record(site: Site, target: str, group_id: str) -> str:
    """The name below the DNS zone; some hold more than the resource's (Azure docs: Private endpoint DNS zone values)."""
    name = name_of(target).lower()
    return {
        "redisEnterprise": f"{name}.{site.location}",
        SIGN_IN: f"{site.location}.pl-auth",
        "synapse/SqlOnDemand": f"{name}-ondemand",
    }.get(group_id, name)


def makes_endpoints(site: Site, service: str) -> bool:
    """Does the zone make private endpoints of its own for a service, by its field in the spec?"""
    attached = site.spec.existing(service)
    return attached is None or attached.private_endpoint is PrivateEndpoint.MAKE


def check_places(site: Site, services: Iterable[str]) -> None:
    """Refuse what is attached from the zone's own group: everything in there is the zone's to make and to take away."""
    for service in services:
        attached = site.attached(service)
        if attached and is_within(attached, site.group):
            raise Refusal(
                "InvalidSpec",
                f"spec.{service}.existing: {name_of(attached)} is in the zone's own resource group, where the zone makes what it has; "
                "leave existing out, or attach what is elsewhere",
            )
