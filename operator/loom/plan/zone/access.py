"""What the zone's admins and members may do: one table, from which the plan and the manual derive.

A row holds where the zone has the service. Roles on data go to the service itself, everything else to the zone's group; none of
them can give access to others, which only the spec does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from loom.plan.resource import Resource
from loom.plan.roles import (
    CONTRIBUTOR,
    EVENT_HUBS_DATA_OWNER,
    EVENT_HUBS_DATA_RECEIVER,
    EVENT_HUBS_DATA_SENDER,
    KEY_VAULT_SECRETS_OFFICER,
    READER,
    SERVICE_BUS_DATA_OWNER,
    SERVICE_BUS_DATA_RECEIVER,
    SERVICE_BUS_DATA_SENDER,
    STORAGE_BLOB_DATA_CONTRIBUTOR,
    STORAGE_BLOB_DATA_OWNER,
    Role,
    group_assignment,
)
from loom.plan.zone.services import declared
from loom.plan.zone.site import Site

GROUP = "group"


@dataclass(frozen=True, slots=True)
class Share:
    """A role that an audience gets on a thing: a service by its field in the spec, or `GROUP`, the zone's resource group."""

    audience: str
    thing: str
    role: Role


ACCESS = (
    Share("admins", GROUP, CONTRIBUTOR),
    Share("admins", "storage", STORAGE_BLOB_DATA_OWNER),
    Share("admins", "eventHubs", EVENT_HUBS_DATA_OWNER),
    Share("admins", "serviceBus", SERVICE_BUS_DATA_OWNER),
    Share("admins", "keyVault", KEY_VAULT_SECRETS_OFFICER),
    Share("members", GROUP, READER),
    Share("members", "storage", STORAGE_BLOB_DATA_CONTRIBUTOR),
    Share("members", "eventHubs", EVENT_HUBS_DATA_RECEIVER),
    Share("members", "eventHubs", EVENT_HUBS_DATA_SENDER),
    Share("members", "serviceBus", SERVICE_BUS_DATA_RECEIVER),
    Share("members", "serviceBus", SERVICE_BUS_DATA_SENDER),
)
"""Who gets which role on what."""


def access(site: Site) -> Iterator[Resource]:
    """The role assignments of the zone's groups. A group that is in both lists has a role that both give it once."""
    given = site.spec.access
    if given is None:
        return
    things = {GROUP: (GROUP, site.group)}
    things |= {service.field: (service.key, service.target(site)) for service in declared(site)}
    groups = {"admins": given.admins, "members": given.members}
    made: dict[str, Resource] = {}
    for share in ACCESS:
        if share.thing not in things:
            continue
        key, scope = things[share.thing]
        for group in groups[share.audience]:
            name = f"access/{group.group_id.lower()}/{share.thing}/{share.role.slug}"
            why = f"{share.audience} of zone {site.spec.domain}: {share.role.name}"
            made.setdefault(name, group_assignment(name, scope, share.role, group.group_id, why, (key,)))
    yield from made.values()
