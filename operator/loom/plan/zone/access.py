"""What the zone's admins and members may do: one table, from which the plan and the manual derive.

A row holds where the zone has the service. Roles on data go to the service itself, everything else to the zone's group; none of
them can give access to others, which only the spec does. Redis has no row: it knows no groups (Azure docs: Entra ID for Azure
Managed Redis).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

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
from loom.plan.zone.cosmos import group_documents
from loom.plan.zone.kusto import group_database
from loom.plan.zone.services import declared
from loom.plan.zone.site import Site

GROUP = "group"


@dataclass(frozen=True, slots=True)
class OwnRole:
    """A role out of a list of the service's own, where Azure's roles do not count. `give` plans it: key, site, object id of a group."""

    name: str
    give: Callable[[str, Site, str], Resource]

    @property
    def slug(self) -> str:
        """The name as a part of a plan's key."""
        return self.name.replace(" ", "-").lower()


@dataclass(frozen=True, slots=True)
class Share:
    """A role that an audience gets on a thing: a service by its field in the spec, or `GROUP`, the zone's resource group."""

    audience: str
    thing: str
    role: Role | OwnRole


_DOCUMENTS = OwnRole("Cosmos DB Built-in Data Contributor", group_documents)
# A user of a database makes tables and functions; who only views it makes none. Neither may send data to it: an ingestor may.
_USER, _VIEWER, _INGESTOR = (
    OwnRole(f"Database {role}", partial(group_database, role=role)) for role in ("User", "Viewer", "Ingestor")
)


ACCESS = (
    Share("admins", GROUP, CONTRIBUTOR),
    Share("admins", "storage", STORAGE_BLOB_DATA_OWNER),
    Share("admins", "eventHubs", EVENT_HUBS_DATA_OWNER),
    Share("admins", "serviceBus", SERVICE_BUS_DATA_OWNER),
    Share("admins", "cosmos", _DOCUMENTS),
    Share("admins", "kusto", _USER),
    Share("admins", "kusto", _INGESTOR),
    Share("admins", "keyVault", KEY_VAULT_SECRETS_OFFICER),
    Share("members", GROUP, READER),
    Share("members", "storage", STORAGE_BLOB_DATA_CONTRIBUTOR),
    Share("members", "eventHubs", EVENT_HUBS_DATA_RECEIVER),
    Share("members", "eventHubs", EVENT_HUBS_DATA_SENDER),
    Share("members", "serviceBus", SERVICE_BUS_DATA_RECEIVER),
    Share("members", "serviceBus", SERVICE_BUS_DATA_SENDER),
    Share("members", "cosmos", _DOCUMENTS),
    Share("members", "kusto", _VIEWER),
    Share("members", "kusto", _INGESTOR),
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
        for group in groups[share.audience]:
            name = f"access/{group.group_id.lower()}/{share.thing}/{share.role.slug}"
            made.setdefault(name, _given(site, name, share, group.group_id, things[share.thing]))
    yield from made.values()


def _given(site: Site, name: str, share: Share, group_id: str, thing: tuple[str, str]) -> Resource:
    """`thing`: the plan's key of what the role is on, and its id."""
    match share.role:
        case OwnRole(give=give):
            return give(name, site, group_id)
        case Role() as role:
            key, scope = thing
            why = f"{share.audience} of zone {site.spec.domain}: {role.name}"
            return group_assignment(name, scope, role, group_id, why, (key,))
