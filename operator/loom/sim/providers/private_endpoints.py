"""Private endpoints, the connections that they ask a service for, and what the service says of them."""

from __future__ import annotations

import ipaddress
from typing import Any

from loom.sim.arm.change import Change
from loom.sim.entra.directory import guid
from loom.sim.errors import bad_request
from loom.sim.ids import subscription_of
from loom.sim.kinds import Behavior, Kind, Link
from loom.sim.providers import private_link
from loom.sim.providers.connections import CONNECTIONS
from loom.sim.providers.network_style import NETWORK, VERSIONS, network_names, network_style
from loom.sim.regions import normal
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
ENDPOINTS = f"{NETWORK}/privateEndpoints"


def in_subnet(world: World, subnet_id: str) -> list[Resource]:
    """The endpoints of a subnet: they are in its network's subscription (Azure docs: Private endpoint)."""
    return world.store.where(ENDPOINTS, _subnet_of, subnet_id, subscription_of(subnet_id))


def _subnet_of(endpoint: Resource) -> str:
    return str((endpoint.properties.get("subnet") or {}).get("id", ""))


def _asked(properties: Json) -> list[tuple[Json, bool]]:
    """The connections that an endpoint asks for, and whether by hand."""
    automatic = [(item, False) for item in properties.get("privateLinkServiceConnections") or []]
    return automatic + [(item, True) for item in properties.get("manualPrivateLinkServiceConnections") or []]


class Endpoints(Behavior):
    """An endpoint is in its network's region, gets an address of the subnet, and asks the service for a connection."""

    def check(self, change: Change) -> None:
        subnet = change.world.store.get(str(change.properties["subnet"]["id"]))
        network = change.world.store.get(subnet.id.rsplit("/subnets/", 1)[0]) if subnet else None
        if network is not None and normal(str(network.body.get("location"))) != change.location:
            message = (
                f"Resource {network.id} referenced by resource {change.id} was not found in region {change.location}."
            )
            raise bad_request("InvalidResourceReference", message)
        asked = _asked(change.properties)
        if len(asked) != 1:
            raise bad_request(
                "InvalidPrivateEndpoint", "A private endpoint must have exactly one private link service connection."
            )
        private_link.check(change.world, change.id, asked[0][0].get("properties") or {})

    def compose(self, change: Change) -> Json:
        approved = [
            (_may_approve(change, item) and not manual, item, manual) for item, manual in _asked(change.properties)
        ]
        shaped: dict[bool, list[Json]] = {False: [], True: []}
        for automatic, item, manual in approved:
            shaped[manual].append(_shaped(change, item, automatic))
        nic = change.properties.get("customNetworkInterfaceName") or f"{change.name}.nic.{guid(change.id.lower())}"
        outputs = {
            "resourceGuid": guid(change.id.lower()),
            "privateLinkServiceConnections": shaped[False],
            "manualPrivateLinkServiceConnections": shaped[True],
            "networkInterfaces": [{"id": f"{change.target.scope}/providers/{NETWORK}/networkInterfaces/{nic}"}],
            "customDnsConfigs": _dns_names(change),
            "customNetworkInterfaceName": change.properties.get("customNetworkInterfaceName", ""),
            "ipConfigurations": change.properties.get("ipConfigurations", []),
        }
        return {**change.body, "properties": {**change.properties, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        """The connection appears at the service when the endpoint is there; once removed, no write brings it back."""
        if resource.hidden.get("connected"):
            return
        resource.hidden["connected"] = True
        for item, _ in _asked(resource.properties):
            sent = item["properties"]
            service = world.store.get(str(sent["privateLinkServiceId"]))
            if service is None:
                continue
            connection = f"{service.id}/{CONNECTIONS}/{resource.name}.{guid(resource.key)}"
            properties = {
                "privateEndpoint": {"id": resource.id},
                "privateLinkServiceConnectionState": {**sent["privateLinkServiceConnectionState"]},
                "groupIds": sent.get("groupIds", []),
            }
            made = Resource(
                connection, f"{service.type}/{CONNECTIONS}", {"properties": properties}, created=world.clock.now()
            )
            world.store.put(made)

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        """The state of the connection is the service's to say."""
        lists = {}
        for key in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
            lists[key] = [_current(world, resource, item) for item in resource.properties.get(key) or []]
        return {**body, "properties": {**body["properties"], **lists}}

    def deleted(self, world: World, resource: Resource) -> None:
        for item, _ in _asked(resource.properties):
            service = str(item["properties"]["privateLinkServiceId"])
            world.store.remove(f"{service}/{CONNECTIONS}/{resource.name}.{guid(resource.key)}")


def _may_approve(change: Change, connection: Json) -> bool:
    """Approval comes by itself when the caller may approve at the service; otherwise the connection stays Pending."""
    world = change.world
    service = world.store.get(str((connection.get("properties") or {}).get("privateLinkServiceId", "")))
    if service is None or not world.settings.enforce_access:
        return True
    return world.access.allows(change.caller.object_id, f"{service.type}/{CONNECTIONS}Approval/action", service.id)


def _shaped(change: Change, connection: Json, automatic: bool) -> Json:
    state = {"status": "Approved", "description": "Auto-Approved", "actionsRequired": "None"}
    if not automatic:
        text = (connection.get("properties") or {}).get("requestMessage", "")
        state = {"status": "Pending", "description": text, "actionsRequired": "None"}
    return {
        "name": connection["name"],
        "id": f"{change.id}/privateLinkServiceConnections/{connection['name']}",
        "type": f"{ENDPOINTS}/privateLinkServiceConnections",
        "properties": {
            **(connection.get("properties") or {}),
            "provisioningState": "Succeeded",
            "privateLinkServiceConnectionState": state,
        },
    }


def _current(world: World, resource: Resource, item: Json) -> Json:
    service = str(item["properties"]["privateLinkServiceId"])
    connection = world.store.get(f"{service}/{CONNECTIONS}/{resource.name}.{guid(resource.key)}")
    if connection is None:
        gone = {"status": "Disconnected", "description": "", "actionsRequired": "None"}
        state = gone if resource.hidden.get("connected") else None
    else:
        state = connection.properties["privateLinkServiceConnectionState"]
    return {
        **item,
        "properties": {**item["properties"], **({"privateLinkServiceConnectionState": state} if state else {})},
    }


def _dns_names(change: Change) -> list[Json]:
    known = (change.before.properties.get("customDnsConfigs") or []) if change.before else []
    if known:
        return list(known)
    name = private_link.host_of(change.world, _asked(change.properties)[0][0]["properties"])
    return [{"fqdn": name, "ipAddresses": [_address(change)]}] if name else []


def _address(change: Change) -> str:
    """The next free address of the subnet; Azure keeps the first four of each."""
    subnet = change.world.store.get(str(change.properties["subnet"]["id"]))
    prefix = (
        subnet.properties.get("addressPrefix") or (subnet.properties.get("addressPrefixes") or [""])[0]
        if subnet
        else ""
    )
    if subnet is None or not prefix:
        return "10.0.0.4"
    network = ipaddress.ip_network(prefix)
    taken = [
        config["ipAddresses"][0]
        for item in in_subnet(change.world, subnet.id)
        for config in item.properties.get("customDnsConfigs") or []
    ]
    free = (str(network[place]) for place in range(4, network.num_addresses - 1))
    address = next((item for item in free if item not in taken), None)
    if address is None:
        message = f"Subnet {subnet.name} with address prefix {prefix} does not have enough capacity for 1 IP addresses."
        raise bad_request("SubnetIsFull", message)
    return address


KINDS = (
    Kind(
        name=ENDPOINTS,
        versions=VERSIONS,
        tracked=True,
        lists=("subscription", "group"),
        names=network_names(64, least=2),
        put=network_style(30),
        delete=network_style(20, delete=True),
        required=("properties.subnet.id",),
        immutable=("properties.subnet.id",),
        links=(Link("properties.subnet.id", f"{NETWORK}/virtualNetworks/subnets/join/action"),),
        etag="body",
        budget="network",
        behavior=Endpoints(),
    ),
)
