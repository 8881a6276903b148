"""The zone's documents: a Cosmos DB account (NoSQL) without keys or public ways in, its databases and containers.

Throughput, indexing and expiry of a container are not declared: who runs an app tunes them in Azure.
"""

from collections.abc import Iterator

from loom.plan.resource import Ignore, Named, Resource
from loom.plan.values import Ref, Value
from loom.plan.zone.existing import existing
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, Site

KEY = "cosmos"
GROUP_ID = "Sql"

# "Cosmos DB Built-in Data Contributor", the same in every account (Azure docs: Cosmos DB data plane roles).
_DATA_CONTRIBUTOR = "00000000-0000-0000-0000-000000000002"

_REGIONS = Ignore("properties.locations", "who adds a region, or fails over to another, does not ask us")


def cosmos(site: Site) -> Iterator[Resource]:
    """The account, unless it exists already, and the databases and containers that are declared."""
    spec = site.spec.cosmos
    if spec is None:
        return
    if spec.existing:
        yield existing(site, KEY, spec.existing, {"kind": "GlobalDocumentDB"})
    else:
        yield Resource(KEY, site.cosmos, _account(site), ("group",), SERVICES_READY, ignore=(_REGIONS,))
    for database in spec.databases or ():
        yield _database(site, database.name)
        for container in database.containers:
            yield _container(site, database.name, container.name, container.partition_key)


def container_key(database: str, container: str) -> str:
    """The plan's key of a container."""
    return f"{KEY}/{database}/{container}"


def document_access(key: str, site: Site, identity: str, depends_on: tuple[str, ...], condition: str) -> Resource:
    """The identity planned as `identity` may read and write all documents of the account.

    It is no role assignment of Azure's, but one of the account's own, with other rules (Azure docs: Cosmos DB data plane access).
    """
    principal = Ref(identity, "properties.principalId")
    role = f"{site.cosmos}/sqlRoleDefinitions/{_DATA_CONTRIBUTOR}"
    return Resource(
        key=key,
        id=Named(f"{site.cosmos}/sqlRoleAssignments/", (site.cosmos, principal, role, site.owner.mark)),
        body={"properties": {"roleDefinitionId": role, "principalId": principal, "scope": site.cosmos}},
        depends_on=depends_on,
        condition=condition,
    )


def _account(site: Site) -> dict[str, Value]:
    return {
        "location": site.location,
        "tags": dict(site.tags),
        "kind": "GlobalDocumentDB",
        "properties": {
            "databaseAccountOfferType": "Standard",
            "locations": [{"locationName": site.location, "failoverPriority": 0, "isZoneRedundant": False}],
            "consistencyPolicy": {"defaultConsistencyLevel": "Session"},
            "backupPolicy": {"type": "Continuous", "continuousModeProperties": {"tier": "Continuous7Days"}},
            "minimalTlsVersion": "Tls12",
            "disableLocalAuth": True,
            "publicNetworkAccess": "Disabled",
        },
    }


def _database(site: Site, name: str) -> Resource:
    return Resource(
        key=f"{KEY}/{name}",
        id=f"{site.cosmos}/sqlDatabases/{name}",
        body={"properties": {"resource": {"id": name}}},
        depends_on=(KEY,),
        condition=SERVICES_READY,
    )


def _container(site: Site, database: str, name: str, partition_key: str) -> Resource:
    return Resource(
        key=container_key(database, name),
        id=f"{site.cosmos}/sqlDatabases/{database}/containers/{name}",
        body={"properties": {"resource": {"id": name, "partitionKey": {"paths": [partition_key], "kind": "Hash"}}}},
        # Keys of more than 100 bytes; as with all of a partition key, to be had at creation only.
        on_create={"properties": {"resource": {"partitionKey": {"version": 2}}}},
        depends_on=(f"{KEY}/{database}",),
        condition=SERVICES_READY,
    )


COSMOS = Service(
    field="cosmos",
    key=KEY,
    target=lambda site: site.cosmos,
    resources=cosmos,
    group_ids=lambda _: (GROUP_ID,),
    address=lambda _: Ref(KEY, "properties.documentEndpoint"),
)
