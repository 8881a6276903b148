"""The zone's documents: a Cosmos DB account (NoSQL) without keys or public ways in, its databases and containers.

Throughput, indexing and expiry of a container are not declared: who runs an app tunes them in Azure.
"""

from collections.abc import Iterator

from loom.plan.needs import Container
from loom.plan.resource import Ignore, Named, Resource
from loom.plan.values import Ref, Value
from loom.plan.wiring import containers
from loom.plan.zone.existing import existing
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, WIRED, Site

KEY = "cosmos"
GROUP_ID = "Sql"

# "Cosmos DB Built-in Data Contributor", the same in every account (Azure docs: Cosmos DB data plane roles).
_DATA_CONTRIBUTOR = "00000000-0000-0000-0000-000000000002"

_REGIONS = Ignore("properties.locations", "who adds a region, or fails over to another, does not ask us")


def cosmos(site: Site) -> Iterator[Resource]:
    """The account, unless it exists already, its databases and containers, and those that running apps need."""
    spec = site.spec.cosmos
    if spec is None:
        return
    if spec.existing:
        yield existing(site, KEY, spec.existing, {"kind": "GlobalDocumentDB"})
    else:
        yield Resource(KEY, site.cosmos, _account(site), ("group",), SERVICES_READY, ignore=(_REGIONS,))
    declared: set[str] = set()
    for database in spec.databases or ():
        yield _database(site, database.name)
        declared.add(f"{KEY}/{database.name}")
        for container in database.containers:
            yield _container(site, database.name, container.name, container.partition_key)
            declared.add(container_key(database.name, container.name))
    for needed in containers(site.spec):
        yield from _of_an_app(site, needed, declared)


def _of_an_app(site: Site, needed: Container, declared: set[str]) -> Iterator[Resource]:
    """What an app keeps its state in, unless the spec declares it. In another's account only the names say whose it is."""
    if f"{KEY}/{needed.database}" not in declared:
        yield _database(site, needed.database, WIRED)
    if container_key(needed.database, needed.name) not in declared:
        yield _container(site, needed.database, needed.name, needed.partition_key, WIRED)


def container_key(database: str, container: str) -> str:
    """The plan's key of a container."""
    return f"{KEY}/{database}/{container}"


def document_access(key: str, site: Site, identity: str, depends_on: tuple[str, ...], condition: str) -> Resource:
    """The identity planned as `identity` may read and write all documents of the account.

    It is no role assignment of Azure's, but one of the account's own, with other rules (Azure docs: Cosmos DB data plane access).
    """
    return _access(key, site, Ref(identity, "properties.principalId"), depends_on, condition)


def group_documents(key: str, site: Site, group_id: str) -> Resource:
    """The group of people with this object id may read and write all documents of the account."""
    return _access(key, site, group_id, (KEY,), "")


def _access(key: str, site: Site, principal: Ref | str, depends_on: tuple[str, ...], condition: str) -> Resource:
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


def _database(site: Site, name: str, condition: str = SERVICES_READY) -> Resource:
    own = site.inner("cosmos", name)
    return Resource(
        key=f"{KEY}/{name}",
        id=f"{site.cosmos}/sqlDatabases/{own}",
        body={"properties": {"resource": {"id": own}}},
        depends_on=(KEY,),
        condition=condition,
    )


def _container(site: Site, database: str, name: str, partition_key: str, condition: str = SERVICES_READY) -> Resource:
    return Resource(
        key=container_key(database, name),
        id=f"{site.cosmos}/sqlDatabases/{site.inner('cosmos', database)}/containers/{name}",
        body={"properties": {"resource": {"id": name, "partitionKey": {"paths": [partition_key], "kind": "Hash"}}}},
        # Keys of more than 100 bytes; as with all of a partition key, to be had at creation only.
        on_create={"properties": {"resource": {"partitionKey": {"version": 2}}}},
        depends_on=(f"{KEY}/{database}",),
        condition=condition,
    )


COSMOS = Service(
    field="cosmos",
    key=KEY,
    target=lambda site: site.cosmos,
    resources=cosmos,
    group_ids=lambda _: (GROUP_ID,),
    address=lambda _: Ref(KEY, "properties.documentEndpoint"),
)
