"""Microsoft.Network: security groups, virtual networks with their subnets."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.arm.show import show
from loom.sim.documents import clone, without
from loom.sim.entra.directory import guid
from loom.sim.errors import ArmError, bad_request
from loom.sim.ids import name_of, parse
from loom.sim.kinds import Behavior, Kind, Link, Provider, Refusal
from loom.sim.providers import addresses, dns, peerings, private_endpoints, zone_groups
from loom.sim.providers.network_rules import DEFAULT_RULES
from loom.sim.providers.network_style import BUSY, NETWORK, VERSIONS, network_names, network_style
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
GROUPS = f"{NETWORK}/networkSecurityGroups"
NETWORKS = f"{NETWORK}/virtualNetworks"
SUBNETS = f"{NETWORKS}/subnets"


class SecurityGroups(Behavior):
    """A security group has six rules of its own, and says which subnets use it."""

    def compose(self, change: Change) -> Json:
        rules = [_rule(change, item, "securityRules") for item in change.properties.get("securityRules") or []]
        defaults = [_rule(change, item, "defaultSecurityRules") for item in clone(DEFAULT_RULES)]
        outputs = {"resourceGuid": guid(change.id.lower()), "securityRules": rules, "defaultSecurityRules": defaults}
        return {**change.body, "properties": {**change.properties, **outputs}}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        users = [{"id": item.id} for item in _users(world, resource, SUBNETS, "networkSecurityGroup")]
        return {**body, "properties": {**body["properties"], **({"subnets": users} if users else {})}}

    def check_delete(self, world: World, resource: Resource) -> None:
        users = _users(world, resource, SUBNETS, "networkSecurityGroup")
        if users:
            message = (
                f"Network security group {resource.id} cannot be deleted because it is in use by the following resources: "
                f"{', '.join(item.id for item in users)}."
            )
            raise ArmError(400, "InUseNetworkSecurityGroupCannotBeDeleted", message)


def _rule(change: Change, rule: Json, segment: str) -> Json:
    properties = {
        "sourcePortRanges": [],
        "destinationPortRanges": [],
        "sourceAddressPrefixes": [],
        "destinationAddressPrefixes": [],
        **(rule.get("properties") or {}),
        "provisioningState": "Succeeded",
    }
    kind = f"{GROUPS}/{segment}"
    return {"name": rule["name"], "id": f"{change.id}/{segment}/{rule['name']}", "type": kind, "properties": properties}


def _users(world: World, resource: Resource, kind: str, field: str) -> list[Resource]:
    """Subnets that refer to a resource."""
    found = world.store.of_type(kind, resource.key.split("/")[2])
    return [item for item in found if str((item.properties.get(field) or {}).get("id", "")).lower() == resource.key]


class Networks(Behavior):
    """A network shows its subnets and peerings inline. A PUT without `subnets` keeps them; one with `subnets` replaces them."""

    def check(self, change: Change) -> None:
        spaces = [addresses.network(text, "addressSpace") for text in addresses.prefixes(change.properties)]
        inline = change.properties.get("subnets")
        if inline is None:
            inline = [{"name": item.name, "properties": item.properties} for item in _children(change, SUBNETS)]
        for subnet in inline:
            addresses.check_in_space(subnet["name"], subnet["properties"], spaces)
        addresses.check_disjoint(
            [(item["name"], text) for item in inline for text in addresses.subnet_prefixes(item["properties"])]
        )
        if change.before is not None and "subnets" in change.properties:
            kept = {str(item["name"]).lower() for item in inline}
            for gone in _children(change, SUBNETS):
                if gone.name.lower() not in kept:
                    Subnets().check_delete(change.world, gone)

    def compose(self, change: Change) -> Json:
        properties = dict(change.properties)
        subnets, peered = properties.pop("subnets", None), properties.pop("virtualNetworkPeerings", None)
        for kind, sent in ((SUBNETS, subnets), (peerings.PEERINGS, peered)):
            if sent is not None:
                self._replace_children(change, kind, sent)
        outputs = {"resourceGuid": guid(change.id.lower())}
        return {**change.body, "properties": {"enableDdosProtection": False, **properties, **outputs}}

    @staticmethod
    def _replace_children(change: Change, kind_name: str, sent: list[Json]) -> None:
        world, segment = change.world, name_of(kind_name)
        kind = world.catalog.kind(kind_name)
        wanted = {f"{change.id}/{segment}/{item['name']}": item for item in sent}
        for known in _children(change, kind_name):
            if known.key not in {key.lower() for key in wanted}:
                world.store.remove(known.id)
        for child_id, item in wanted.items():
            target = parse(child_id)
            if kind is None or target is None:
                continue
            known_child = world.store.get(child_id)
            sent_body = without({"properties": item.get("properties") or {}}, kind.read_only)
            inner = Change(world, kind, target, sent_body, known_child, change.caller, change.version)
            made = Resource(
                inner.id, kind_name, kind.behavior.compose(inner), etag=world.next_etag(), created=world.clock.now()
            )
            world.store.put(made)
            kind.behavior.settled(world, made)

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        subnets = [show(world, item) for item in world.store.children(resource.id, SUBNETS)]
        peered = [show(world, item) for item in world.store.children(resource.id, peerings.PEERINGS)]
        return {**body, "properties": {**body["properties"], "subnets": subnets, "virtualNetworkPeerings": peered}}

    def settled(self, world: World, resource: Resource) -> None:
        for item in world.store.children(resource.id, peerings.PEERINGS):
            peerings.check_sync(world, item)

    def check_delete(self, world: World, resource: Resource) -> None:
        for subnet in world.store.children(resource.id, SUBNETS):
            Subnets().check_delete(world, subnet)


def _children(change: Change, kind: str) -> list[Resource]:
    return change.world.store.children(change.id, kind)


class Subnets(Behavior):
    """A subnet lies in its network's space, overlaps no other, and cannot go while something is in it."""

    def check(self, change: Change) -> None:
        network = change.world.store.get(change.target.parent)
        if network is None:
            return
        if not addresses.subnet_prefixes(change.properties):
            raise bad_request(
                "MissingAddressPrefix", f"Subnet '{change.name}' must specify addressPrefix or addressPrefixes."
            )
        addresses.check_in_space(
            change.name,
            change.properties,
            [addresses.network(text, "addressSpace") for text in addresses.prefixes(network.properties)],
        )
        siblings = [item for item in change.world.store.children(network.id, SUBNETS) if item.key != change.id.lower()]
        taken = [(item.name, text) for item in siblings for text in addresses.subnet_prefixes(item.properties)]
        addresses.check_disjoint(
            [*taken, *((change.name, text) for text in addresses.subnet_prefixes(change.properties))]
        )

    def compose(self, change: Change) -> Json:
        delegations = [
            {
                "name": item["name"],
                "id": f"{change.id}/delegations/{item['name']}",
                "type": f"{SUBNETS}/delegations",
                "properties": {"provisioningState": "Succeeded", "actions": [], **(item.get("properties") or {})},
            }
            for item in change.properties.get("delegations") or []
        ]
        defaults = {"privateEndpointNetworkPolicies": "Disabled", "privateLinkServiceNetworkPolicies": "Enabled"}
        return {"properties": {**defaults, **change.properties, "delegations": delegations}}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        endpoints = [{"id": item.id} for item in private_endpoints.in_subnet(world, resource.id)]
        users = _environments(world, resource)
        more: Json = {"privateEndpoints": endpoints} if endpoints else {}
        if users:
            more["serviceAssociationLinks"] = [{"id": f"{resource.id}/serviceAssociationLinks/legionservicelink"}]
        return {**body, "properties": {**body["properties"], **more}}

    def check_delete(self, world: World, resource: Resource) -> None:
        users = [
            item.id for item in [*private_endpoints.in_subnet(world, resource.id), *_environments(world, resource)]
        ]
        if users:
            message = (
                f"Subnet {resource.name} is in use by {', '.join(users)} and cannot be deleted. In order to delete the subnet, delete "
                "all the resources within the subnet. See aka.ms/deletesubnet."
            )
            raise ArmError(400, "InUseSubnetCannotBeDeleted", message)


def _environments(world: World, subnet: Resource) -> list[Resource]:
    found = world.store.of_type("Microsoft.App/managedEnvironments", subnet.key.split("/")[2])
    return [
        item
        for item in found
        if str((item.properties.get("vnetConfiguration") or {}).get("infrastructureSubnetId", "")).lower() == subnet.key
    ]


PROVIDER = Provider(
    namespace=NETWORK,
    kinds=(
        Kind(
            name=GROUPS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=network_names(80),
            put=network_style(4),
            delete=network_style(4, delete=True),
            defaults={"properties": {}},
            read_only=("properties.subnets", "properties.defaultSecurityRules"),
            etag="body",
            budget="network",
            behavior=SecurityGroups(),
        ),
        Kind(
            name=NETWORKS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=network_names(64, least=2),
            put=network_style(6),
            delete=network_style(10, delete=True),
            required=("properties.addressSpace.addressPrefixes",),
            links=(Link("properties.subnets[].properties.networkSecurityGroup.id", f"{GROUPS}/join/action"),),
            etag="body",
            busy=BUSY,
            busy_family=True,
            budget="network",
            behavior=Networks(),
        ),
        Kind(
            name=SUBNETS,
            versions=VERSIONS,
            patchable=False,
            names=network_names(80),
            put=network_style(4),
            delete=network_style(8, delete=True),
            read_only=(
                "properties.privateEndpoints",
                "properties.serviceAssociationLinks",
                "properties.provisioningState",
            ),
            links=(
                Link("properties.networkSecurityGroup.id", f"{GROUPS}/join/action"),
                Link("properties.routeTable.id", f"{NETWORK}/routeTables/join/action"),
            ),
            missing=Refusal(404, "NotFound", "Resource {name} not found."),
            etag="body",
            busy=BUSY,
            busy_family=True,
            budget="network",
            behavior=Subnets(),
        ),
        *peerings.KINDS,
        Kind(
            name=f"{NETWORK}/routeTables",
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=network_names(80),
            put=network_style(4),
            delete=network_style(4, delete=True),
            etag="body",
            budget="network",
        ),
        *private_endpoints.KINDS,
        *zone_groups.KINDS,
        *dns.KINDS,
    ),
)
