"""The zone's database for telemetry and rules, in an Azure Data Explorer cluster of others.

It can carry no tag: its name ends in the owner's hash, so that zones share a cluster, and each knows its own. How long it keeps what it
holds, and how much of that is at hand, is left to who runs it.
"""

from collections.abc import Iterator

from loom.plan.resource import Named, Resource
from loom.plan.values import Ref, Value
from loom.plan.zone.existing import existing
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, Site

KEY = "kusto"
DATABASE = f"{KEY}/database"
_VIEWER = "Viewer"  # reads everything in the database, and changes nothing


def kusto(site: Site) -> Iterator[Resource]:
    """The cluster, which is only read, and the database in it."""
    spec = site.spec.kusto
    if spec is None:
        return
    yield existing(site, KEY, spec.existing, {})
    yield Resource(
        key=DATABASE,
        id=site.kusto_database,
        body={"location": site.location, "kind": "ReadWrite", "properties": {}},
        depends_on=(KEY,),
        condition=SERVICES_READY,
    )


def database_access(key: str, site: Site, identity: str, depends_on: tuple[str, ...], condition: str) -> Resource:
    """The identity planned as `identity` may query the database: a right of the cluster's own, not a role of Azure's."""
    client = Ref(identity, "properties.clientId")
    assignment, body = _assignment(site, client, "App", _VIEWER)
    return Resource(key, assignment, body, depends_on, condition)


def group_database(key: str, site: Site, group_id: str, role: str) -> Resource:
    """The group of people with this object id has one of the database's own roles (Azure docs: Kusto role-based access control)."""
    assignment, body = _assignment(site, group_id, "Group", role)
    return Resource(key, assignment, body, (DATABASE,))


def _assignment(site: Site, principal: Ref | str, kind: str, role: str) -> tuple[Named, dict[str, Value]]:
    properties = {"principalId": principal, "principalType": kind, "role": role, "tenantId": site.plane.tenant_id}
    name = Named(f"{site.kusto_database}/principalAssignments/", (principal, role, site.owner.mark))
    return name, {"properties": properties}


KUSTO = Service(
    field="kusto",
    key=KEY,
    target=lambda site: site.attached("kusto"),
    resources=kusto,
    group_ids=lambda _: (),
    address=lambda _: Ref(KEY, "properties.uri"),
)
