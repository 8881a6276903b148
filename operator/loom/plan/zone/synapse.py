"""The zone's Synapse workspace on its data lake: without SQL passwords or public ways in.

Its computers are in a network that Azure keeps for it, in no subnet of the zone's, and Azure makes a second resource group for it, which
is the platform's: it must not exist before, and nothing in it is anybody else's. Its serverless SQL reaches the account by the
workspace's identity. Spark needs a private endpoint out of that network, which people ask for in the workspace, and approve at the account.
"""

from collections.abc import Iterator

from loom.api.zone.synapse import SqlAdmins, Synapse
from loom.plan.arm_id import name_of
from loom.plan.resource import Resource
from loom.plan.roles import STORAGE_BLOB_DATA_CONTRIBUTOR, assignment
from loom.plan.values import Ref, Value
from loom.plan.zone.existing import existing
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, Site
from loom.plan.zone.storage import KEY as STORAGE
from loom.plan.zone.storage import filesystem

KEY = "synapse"
FILESYSTEM = "synapse"


def synapse(site: Site) -> Iterator[Resource]:
    """The workspace with what only it needs; of one that exists already, its right on the zone's data lake."""
    spec = site.spec.synapse
    if spec is None:
        return
    if spec.existing:
        yield existing(site, KEY, spec.existing, {})
    else:
        yield from _made(site, spec)
    if site.spec.storage:
        why = f"the Synapse workspace of zone {site.spec.domain} works on its data lake"
        yield assignment(
            f"role/{KEY}/{STORAGE}/{STORAGE_BLOB_DATA_CONTRIBUTOR.slug}", site.storage, STORAGE_BLOB_DATA_CONTRIBUTOR, KEY, why,
            (STORAGE,), SERVICES_READY, principal="identity.principalId",
        )  # fmt: skip


def _made(site: Site, spec: Synapse) -> Iterator[Resource]:
    name = spec.filesystem or site.inner("storage", FILESYSTEM)
    files = filesystem(site, name)
    declared = site.spec.storage.filesystems if site.spec.storage else ()
    if name not in {each.name for each in declared}:
        yield files
    yield Resource(
        key=KEY,
        id=site.synapse,
        body=_workspace(site, name),
        depends_on=("group", files.key),
        condition=SERVICES_READY,
        on_create=_on_create(site),
    )
    yield Resource(
        key=f"{KEY}/sign-in",
        id=f"{site.synapse}/azureADOnlyAuthentications/default",
        body={"properties": {"azureADOnlyAuthentication": True}},
        depends_on=(KEY,),
        condition=SERVICES_READY,
        adopts=True,  # Azure makes it with the workspace
    )
    if spec.sql_admins:
        yield _admins(site, spec.sql_admins)


def _workspace(site: Site, filesystem_name: str) -> dict[str, Value]:
    return {
        "location": site.location,
        "tags": dict(site.tags),
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "defaultDataLakeStorage": {
                "accountUrl": f"https://{name_of(site.storage).lower()}.{site.suffixes.dfs}",
                "filesystem": filesystem_name,
                "resourceId": site.storage,
            },
            "publicNetworkAccess": "Disabled",
        },
    }


def _on_create(site: Site) -> dict[str, Value]:
    """What Azure takes at creation only; that passwords stay out is then held by a resource of its own."""
    return {
        "properties": {
            "managedResourceGroupName": site.names.synapse_group,
            "managedVirtualNetwork": "default",
            "azureADOnlyAuthentication": True,
        }
    }


def _admins(site: Site, admins: SqlAdmins) -> Resource:
    return Resource(
        key=f"{KEY}/sql-admins",
        id=f"{site.synapse}/administrators/activeDirectory",
        body={
            "properties": {
                "administratorType": "ActiveDirectory",
                "login": admins.name,
                "sid": admins.group_id,
                "tenantId": site.plane.tenant_id,
            }
        },
        depends_on=(KEY,),
        condition=SERVICES_READY,
        adopts=True,  # Azure makes whoever makes the workspace its administrator
    )


SYNAPSE = Service(
    field="synapse",
    key=KEY,
    target=lambda site: site.synapse,
    resources=synapse,
    group_ids=lambda _: ("synapse/Sql", "synapse/SqlOnDemand", "synapse/Dev"),
    address=lambda _: Ref(KEY, "properties.connectivityEndpoints.sqlOnDemand"),
)
