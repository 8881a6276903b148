"""Reads an estate that exists and writes the YAML that asks for it: the I/O around `loom.plan.estate`.

It reads with the caller's own credentials and writes nothing, in Kubernetes or in Azure.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from loom.api.kinds import KINDS
from loom.api.objects import SpecError, parse
from loom.cloud.factory import CloudFactory
from loom.config import Settings
from loom.engine.ports import Cloud
from loom.errors import CloudError, Refusal
from loom.plan.arm_id import group_of, key, resource_group, subscription_of, type_of
from loom.plan.catalog import TYPES
from loom.plan.estate.engines import CLUSTERS
from loom.plan.estate.found import Found
from loom.plan.estate.keeper import keeper_of
from loom.plan.estate.names import formed_names, names_of_its_own, with_names_that_differ, without_names
from loom.plan.estate.plane import Told, hub_of, plane_spec
from loom.plan.estate.ways import VAULTS
from loom.plan.estate.zone import reached, unread, zone_spec
from loom.plan.ownership import Owner

_API = "csaloom.io/v1alpha1"
# What stands in or on a resource and must be read as well: lists, by the type that holds them.
_INSIDE: Mapping[str, tuple[str, ...]] = {
    "microsoft.storage/storageaccounts": ("blobServices/default/containers",),
    "microsoft.eventhub/namespaces": ("eventhubs",),
    "microsoft.servicebus/namespaces": ("queues",),
    "microsoft.documentdb/databaseaccounts": ("sqlDatabases",),
    "microsoft.documentdb/databaseaccounts/sqldatabases": ("containers",),
    "microsoft.network/privateendpoints": ("privateDnsZoneGroups",),
    "microsoft.eventgrid/systemtopics": ("eventSubscriptions",),
    "microsoft.cdn/profiles": ("customDomains", "originGroups"),
    "microsoft.cdn/profiles/origingroups": ("origins",),
    "microsoft.network/virtualnetworks": ("providers/Microsoft.Insights/diagnosticSettings",),
}
# What is read by itself, by the type that holds it.
_SINGLES: Mapping[str, tuple[str, ...]] = {
    "microsoft.storage/storageaccounts": ("blobServices/default", "managementPolicies/default"),
    "microsoft.synapse/workspaces": ("administrators/activeDirectory",),
}
_BESIDE = ("microsoft.insights/components", "microsoft.containerregistry/registries", "microsoft.apimanagement/service")
_OF_OTHERS = (CLUSTERS, VAULTS)  # what a zone attaches or reads may be in any group of these subscriptions
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be imported, and what Azure does not tell. "" = from what is read, or the usual."""

    subscription: str
    resource_group: str
    cloud: str = "AzureCloud"
    tenant: str = ""
    domain: str = ""
    name: str = ""
    namespace: str = ""
    plane: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """The objects, and what the reader should know of them."""

    objects: list[dict[str, Any]]
    notes: list[str] = field(default_factory=list)

    def as_yaml(self) -> str:
        """The objects as documents of one file."""
        return yaml.safe_dump_all(self.objects, sort_keys=False, allow_unicode=True, width=10_000)


async def import_estate(settings: Settings, wish: Wish) -> Imported:
    """Read the estate and say what would ask for it. Raises CloudError, Refusal."""
    tenant = wish.tenant or settings.credentials.tenant_id
    if not tenant:
        raise Refusal("InvalidSpec", "nothing says which tenant this is: give --tenant")
    clouds = CloudFactory(settings)
    try:
        cloud = clouds.for_terminal(wish.cloud, tenant)
        found = await read_estate(cloud, resource_group(wish.subscription, wish.resource_group))
        return written(found, wish, tenant, settings.installation)
    finally:
        await clouds.aclose()


async def read_estate(cloud: Cloud, group: str) -> Found:
    """The zone's group with all that is in it, its hub, and what is beside the hub. Raises CloudError, Refusal."""
    bodies: dict[str, Any] = {}
    live = await cloud.get(group)
    if live is None:
        raise Refusal("ReferenceNotFound", f"resource group {group} does not exist, or may not be read")
    bodies[key(group)] = {**live.body, "id": live.id}
    members = [arm_id for arm_id in await cloud.members(group) if type_of(arm_id).lower() in TYPES]
    await _read_all(cloud, members, bodies)
    await _list(cloud, f"{group}/providers/Microsoft.Authorization/roleAssignments", bodies)
    hub = hub_of(Found(group, bodies))
    beside = await _seen(cloud.members(group_of(hub)))
    await _read_all(cloud, [hub, *(one for one in beside if type_of(one).lower() in _BESIDE)], bodies, inside=False)
    for subscription in sorted({subscription_of(group), subscription_of(hub)}):
        for kind in _OF_OTHERS:
            await _seen(_list(cloud, f"/subscriptions/{subscription}/providers/{kind}", bodies))
    return Found(group, bodies)


def written(found: Found, wish: Wish, tenant: str, installation: str = "") -> Imported:
    """The two objects of an estate. `installation`: the configured one. Raises Refusal, also for what the kinds cannot say."""
    spec = zone_spec(found, "", wish.domain)
    keeper = keeper_of(found, wish.namespace, wish.name, installation)
    namespace, name = wish.namespace or f"domain-{spec['domain']}", wish.name or str(spec["domain"])
    if keeper:
        namespace, name = keeper.namespace, keeper.name
        del spec["adoption"]  # all that is there is marked
    plane = plane_spec(found, Told(wish.cloud, tenant, namespace))
    called = wish.plane or str(plane["location"])
    spec["adminPlaneRef"] = {"name": called}
    objects: list[dict[str, Any]] = [
        {"apiVersion": _API, "kind": "AdminPlane", "metadata": {"name": called}, "spec": plane},
        {
            "apiVersion": _API,
            "kind": "DataLandingZone",
            "metadata": {"name": name, "namespace": namespace},
            "spec": without_names(spec),
        },
    ]
    try:
        parsed = [parse(KINDS[str(obj["kind"])], obj) for obj in objects]
        formed = formed_names(parsed[1], parsed[0])
        objects[1]["spec"] = spec = with_names_that_differ(spec, found, formed)
        parse(KINDS["DataLandingZone"], objects[1])
    except SpecError as error:
        raise Refusal("InvalidSpec", f"it is as no zone could be: {error}") from None
    names = names_of_its_own(found, formed)
    if names:
        spec["names"] = names
    if scopes := [*([found.group] if "resourceGroup" in names else []), *reached(spec, found.group)]:
        plane["grants"][0]["scopes"] = scopes
    return Imported(objects, [*_kept_already(keeper), _beside_others(called), *unread(found, spec)])


def _beside_others(plane: str) -> str:
    """The cluster is not asked: whether the plane is there with other domains' grants, its reader knows."""
    return (
        f"AdminPlane {plane} has one grant here, this zone's. Where the cluster has that plane already, add the grant to it and apply the "
        "zone alone: applied, this one would take the place of all its grants."
    )


def _kept_already(keeper: Owner | None) -> Iterator[str]:
    if keeper:
        where = f"DataLandingZone {keeper.namespace}/{keeper.name} of installation {keeper.installation}"
        yield (
            f"It is kept already, by {where}. Where that object is still there, change it instead; this file is for when it is lost, "
            "and --plane must name the AdminPlane that it was on."
        )


async def _read_all(cloud: Cloud, ids: list[str], bodies: dict[str, Any], *, inside: bool = True) -> None:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def read(arm_id: str) -> None:
        async with gate:
            live = await cloud.get(arm_id)
        if live is not None:
            bodies[key(live.id)] = {**live.body, "id": live.id}
            if inside:
                await _read_inside(cloud, live.id, bodies)

    await asyncio.gather(*(read(arm_id) for arm_id in ids))


async def _read_inside(cloud: Cloud, arm_id: str, bodies: dict[str, Any]) -> None:
    kind = type_of(arm_id).lower()
    await _read_all(cloud, [f"{arm_id}/{single}" for single in _SINGLES.get(kind, ())], bodies, inside=False)
    for collection in _INSIDE.get(kind, ()):
        for inner in await _list(cloud, f"{arm_id}/{collection}", bodies):
            await _read_inside(cloud, inner, bodies)


async def _list(cloud: Cloud, collection: str, bodies: dict[str, Any]) -> list[str]:
    found = await cloud.list(collection)
    bodies.update({key(one.id): {**one.body, "id": one.id} for one in found})
    return [one.id for one in found]


async def _seen(reading: Awaitable[Iterable[str]]) -> list[str]:
    """What is beside the zone, as far as the caller may see it: what is not seen is left for a person to fill in."""
    try:
        return list(await reading)
    except CloudError as error:
        if error.passes_soon:
            raise
        return []
