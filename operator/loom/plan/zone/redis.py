"""The zone's cache: an Azure Managed Redis without access keys or public ways in, and its database.

A client signs in with a token of Entra for its own identity, and again before that expires (Azure docs: Entra ID for Azure Managed
Redis): there is no connection string that could be handed to it.
"""

from collections.abc import Iterator

from loom.plan.resource import Mode, Named, Resource
from loom.plan.values import Ref, Text, Value
from loom.plan.zone.existing import existing
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, Site

KEY = "redis"
DATABASE = f"{KEY}/database"
GROUP_ID = "redisEnterprise"
_SKU, _PORT = "Balanced_B0", 10000
_FULL_ACCESS = "default"  # the one access policy that there is (Azure docs: Entra ID for Azure Managed Redis)


def redis(site: Site) -> Iterator[Resource]:
    """The cluster and its database; of what exists already both are only read."""
    spec = site.spec.redis
    if spec is None:
        return
    if spec.existing:
        yield existing(site, KEY, spec.existing, {})
        yield Resource(DATABASE, site.redis_database, depends_on=(KEY,), condition=SERVICES_READY, mode=Mode.EXISTING)
        return
    yield Resource(KEY, site.redis, _cluster(site, spec.sku or _SKU), ("group",), SERVICES_READY)
    yield Resource(
        key=DATABASE,
        id=site.redis_database,
        body={
            "properties": {"clientProtocol": "Encrypted", "port": _PORT, "accessKeysAuthentication": "Disabled"},
        },
        # One endpoint, as of a cache without shards: no client of the apps need know of clusters. At creation only.
        on_create={"properties": {"clusteringPolicy": "EnterpriseCluster"}},
        depends_on=(KEY,),
        condition=SERVICES_READY,
    )


def cache_access(key: str, site: Site, identity: str, depends_on: tuple[str, ...], condition: str) -> Resource:
    """The identity planned as `identity` may read and write everything in the cache. Groups cannot (Azure docs, as above)."""
    principal = Ref(identity, "properties.principalId")
    return Resource(
        key=key,
        id=Named(
            f"{site.redis_database}/accessPolicyAssignments/", (principal, _FULL_ACCESS, site.owner.mark), dashes=False
        ),
        body={"properties": {"accessPolicyName": _FULL_ACCESS, "user": {"objectId": principal}}},
        depends_on=depends_on,
        condition=condition,
    )


def _cluster(site: Site, sku: str) -> dict[str, Value]:
    return {
        "location": site.location,
        "tags": dict(site.tags),
        "sku": {"name": sku},
        "properties": {"minimumTlsVersion": "1.2", "publicNetworkAccess": "Disabled"},
    }


REDIS = Service(
    field="redis",
    key=KEY,
    target=lambda site: site.redis,
    resources=redis,
    group_ids=lambda _: (GROUP_ID,),
    address=lambda _: Text(f"{{}}:{_PORT}", (Ref(KEY, "properties.hostName"),)),
)
