"""Private DNS zones, their records and their links to networks."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.errors import ArmError, bad_request
from loom.sim.ids import name_of
from loom.sim.kinds import Behavior, Kind, Link, NameRule, Style
from loom.sim.providers.network_style import NETWORK
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
VERSIONS = ("2024-06-01", "2020-06-01", "2018-09-01")
ZONES = f"{NETWORK}/privateDnsZones"
LINKS = f"{ZONES}/virtualNetworkLinks"
RECORDS = ("A", "AAAA", "CNAME", "MX", "PTR", "SOA", "SRV", "TXT")


class Zones(Behavior):
    """A zone has a SOA record, counts what it holds, and cannot go while a network is linked."""

    def compose(self, change: Change) -> Json:
        outputs = {
            "maxNumberOfRecordSets": 25000,
            "maxNumberOfVirtualNetworkLinks": 1000,
            "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
        }
        return {**change.body, "properties": {**change.properties, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        record = f"{resource.id}/SOA/@"
        if world.store.get(record) is None:
            host = {"email": "azureprivatedns-host.microsoft.com", "host": "azureprivatedns.net", "serialNumber": 1}
            body = {"properties": {"fqdn": f"{resource.name}.", "ttl": 3600, "soaRecord": host}}
            world.store.put(Resource(record, f"{ZONES}/SOA", body, etag=world.next_etag(), created=world.clock.now()))

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        links = world.store.children(resource.id, LINKS)
        counts = {
            "numberOfRecordSets": sum(len(world.store.children(resource.id, f"{ZONES}/{word}")) for word in RECORDS),
            "numberOfVirtualNetworkLinks": len(links),
            "numberOfVirtualNetworkLinksWithRegistration": sum(
                bool(item.properties.get("registrationEnabled")) for item in links
            ),
        }
        return {**body, "properties": {**body["properties"], **counts}}

    def check_delete(self, world: World, resource: Resource) -> None:
        if world.store.children(resource.id, LINKS):
            message = (
                f"Can not delete resource before nested resources are deleted: {resource.id} has virtual network links."
            )
            raise ArmError(409, "CannotDeleteResource", message)


class Links(Behavior):
    """A network is linked to a zone of one name once."""

    def check(self, change: Change) -> None:
        zone = name_of(change.target.parent).lower()
        for other in change.world.store.where(LINKS, _network_of, str(change.properties["virtualNetwork"]["id"])):
            if other.key != change.id.lower() and other.key.split("/")[-3] == zone:
                message = (
                    "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual "
                    f"network with '{zone}', which is linked by '{other.id}' already."
                )
                raise bad_request("Conflict", message)

    def compose(self, change: Change) -> Json:
        state = {"virtualNetworkLinkState": "InProgress"}
        return {
            **change.body,
            "properties": {"registrationEnabled": False, "resolutionPolicy": "Default", **change.properties, **state},
        }

    def settled(self, world: World, resource: Resource) -> None:
        resource.properties["virtualNetworkLinkState"] = "Completed"


def _network_of(link: Resource) -> str:
    return str((link.properties.get("virtualNetwork") or {}).get("id", ""))


class Records(Behavior):
    """A record shows its full name."""

    def compose(self, change: Change) -> Json:
        zone = name_of(change.target.parent)
        name = zone if change.name == "@" else f"{change.name}.{zone}"
        return {"properties": {"ttl": 3600, **change.properties, "fqdn": f"{name}.", "isAutoRegistered": False}}


def _style(seconds: float, *, delete: bool = False) -> Style:
    done = 202
    return Style(
        seconds=seconds,
        headers="both",
        retry_after=30,
        created=done,
        updated=done,
        empty=True,
        updating="Deleting" if delete else "Updating",
        status_path="privateDnsOperationStatuses",
        result_path="privateDnsOperationResults",
        bare=True,
        done=200,
    )


KINDS = (
    Kind(
        name=ZONES,
        versions=VERSIONS,
        tracked=True,
        lists=("subscription", "group"),
        names=NameRule(
            r"(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?",
            "The domain name '{name}' is not a valid private DNS zone name.",
            "BadRequest",
        ),
        default_location="global",
        put=_style(30),
        delete=_style(20, delete=True),
        etag="body",
        page=100,
        behavior=Zones(),
    ),
    Kind(
        name=LINKS,
        versions=VERSIONS,
        default_location="global",
        put=_style(30),
        delete=_style(20, delete=True),
        required=("properties.virtualNetwork.id",),
        immutable=("properties.virtualNetwork.id",),
        links=(Link("properties.virtualNetwork.id", f"{NETWORK}/virtualNetworks/join/action"),),
        etag="body",
        behavior=Links(),
    ),
    *(
        Kind(name=f"{ZONES}/{word}", versions=VERSIONS, stateful=False, etag="body", behavior=Records())
        for word in RECORDS
    ),
)
