"""DNS zone groups: an endpoint's names written into private DNS zones."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.arm.checks import check_linked_access
from loom.sim.entra.directory import guid
from loom.sim.errors import bad_request
from loom.sim.ids import name_of
from loom.sim.kinds import Behavior, Kind, Refusal
from loom.sim.providers.network_style import NETWORK, VERSIONS, network_style
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
ZONE_GROUPS = f"{NETWORK}/privateEndpoints/privateDnsZoneGroups"
ZONES = f"{NETWORK}/privateDnsZones"


class ZoneGroups(Behavior):
    """A zone group writes the endpoint's names into private DNS zones, which must exist and must fit."""

    def check(self, change: Change) -> None:
        configs = change.properties.get("privateDnsZoneConfigs") or []
        if not 1 <= len(configs) <= 5:
            raise bad_request(
                "InvalidPrivateDnsZoneGroup", "A private DNS zone group must have 1 to 5 private DNS zone configs."
            )
        others = [
            item
            for item in change.world.store.children(change.target.parent, ZONE_GROUPS)
            if item.key != change.id.lower()
        ]
        if others:
            message = f"Private endpoint can have only one private DNS zone group. It has {others[0].name} already."
            raise bad_request("PrivateEndpointCannotHaveMultiplePrivateDnsZoneGroups", message)
        for config in configs:
            zone = str((config.get("properties") or {}).get("privateDnsZoneId", ""))
            if change.world.store.get(zone) is None:
                message = f"Private DNS zone {zone} was not found."
                raise bad_request("PrivateDnsZoneNotFound", message)
            check_linked_access(change, zone, f"{ZONES}/join/action")

    def compose(self, change: Change) -> Json:
        configs = []
        for config in change.properties["privateDnsZoneConfigs"]:
            properties = {
                **config["properties"],
                "recordSets": _records(change, str(config["properties"]["privateDnsZoneId"])),
            }
            configs.append(
                {
                    "name": config["name"],
                    "id": f"{change.id}/privateDnsZoneConfigs/{config['name']}",
                    "type": f"{ZONE_GROUPS}/privateDnsZoneConfigs",
                    "properties": {"provisioningState": "Succeeded", **properties},
                }
            )
        return {"properties": {"privateDnsZoneConfigs": configs}}

    def settled(self, world: World, resource: Resource) -> None:
        for zone, record in _sets(resource):
            record_id = f"{zone}/A/{record['recordSetName']}"
            properties = {
                "fqdn": f"{record['fqdn']}.",
                "ttl": record["ttl"],
                "aRecords": [{"ipv4Address": item} for item in record["ipAddresses"]],
                "isAutoRegistered": False,
                "metadata": {"creator": _creator(resource)},
            }
            world.store.put(
                Resource(
                    record_id,
                    f"{ZONES}/A",
                    {"properties": properties},
                    etag=world.next_etag(),
                    created=world.clock.now(),
                )
            )

    def deleted(self, world: World, resource: Resource) -> None:
        """Either of two endpoints of one resource takes the shared record with it."""
        for zone, record in _sets(resource):
            world.store.remove(f"{zone}/A/{record['recordSetName']}")


def _creator(group: Resource) -> str:
    """The words that a record bears of the endpoint that it came from."""
    endpoint = group.id.rpartition("/privateDnsZoneGroups/")[0]
    return f"created by private endpoint {name_of(endpoint)} with resource guid {guid(endpoint.lower())}"


def _sets(group: Resource) -> list[tuple[str, Json]]:
    return [
        (str(config["properties"]["privateDnsZoneId"]), record)
        for config in group.properties.get("privateDnsZoneConfigs") or []
        for record in config["properties"].get("recordSets") or []
    ]


def _records(change: Change, zone_id: str) -> list[Json]:
    endpoint = change.world.store.get(change.target.parent)
    zone = name_of(zone_id).lower()
    suffix = zone.removeprefix("privatelink.")
    found = []
    for config in (endpoint.properties.get("customDnsConfigs") or []) if endpoint else []:
        if str(config["fqdn"]).lower().endswith(suffix):
            label = str(config["fqdn"])[: -len(suffix) - 1]
            found.append(
                {
                    "recordType": "A",
                    "recordSetName": label,
                    "fqdn": f"{label}.{zone}",
                    "ttl": 10,
                    "ipAddresses": config["ipAddresses"],
                    "provisioningState": "Succeeded",
                }
            )
    return found


KINDS = (
    Kind(
        name=ZONE_GROUPS,
        versions=VERSIONS,
        patchable=False,
        put=network_style(12),
        delete=network_style(8, delete=True),
        required=("properties.privateDnsZoneConfigs",),
        missing=Refusal(404, "NotFound", "Resource {name} not found."),
        etag="body",
        budget="network",
        behavior=ZoneGroups(),
    ),
)
