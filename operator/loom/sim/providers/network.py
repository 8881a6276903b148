"""Microsoft.Network: security groups, virtual networks with their subnets."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.arm.show import show
from loom.sim.documents import clone, without
from loom.sim.entra.directory import guid
from loom.sim.errors import ArmError
from loom.sim.ids import name_of, parse, subscription_of
from loom.sim.kinds import Behavior, Kind, Link, Provider
from loom.sim.providers import (
    addresses,
    dns,
    gateway_plane,
    gateways,
    peerings,
    private_endpoints,
    subnets,
    zone_groups,
)
from loom.sim.providers.cdn import FIREWALL_KIND
from loom.sim.providers.network_rules import DEFAULT_RULES
from loom.sim.providers.network_style import BUSY, NETWORK, VERSIONS, network_names, network_style
from loom.sim.store import Field, Resource
from loom.sim.world import World

Json = dict[str, Any]
GROUPS = f"{NETWORK}/networkSecurityGroups"
NETWORKS = f"{NETWORK}/virtualNetworks"
ROUTES = f"{NETWORK}/routeTables"


class OfSubnets(Behavior):
    """Says which subnets use it, and is not deleted while any does."""

    used_by: Field
    code: str
    refusal: str  # of {id}, {name} and {users}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        users = [{"id": item.id} for item in self._users(world, resource)]
        return {**body, "properties": {**body["properties"], **({"subnets": users} if users else {})}}

    def check_delete(self, world: World, resource: Resource) -> None:
        if users := self._users(world, resource):
            named = ", ".join(item.id for item in users)
            raise ArmError(400, self.code, self.refusal.format(id=resource.id, name=resource.name, users=named))

    def _users(self, world: World, resource: Resource) -> list[Resource]:
        """Subnets that refer to a resource of their subscription."""
        return world.store.where(subnets.SUBNETS, self.used_by, resource.key, subscription_of(resource.key))


def _group_of(subnet: Resource) -> str:
    return str((subnet.properties.get("networkSecurityGroup") or {}).get("id", ""))


def _table_of(subnet: Resource) -> str:
    return str((subnet.properties.get("routeTable") or {}).get("id", ""))


class SecurityGroups(OfSubnets):
    """A security group has six rules of its own."""

    used_by = staticmethod(_group_of)
    code = "InUseNetworkSecurityGroupCannotBeDeleted"
    refusal = "Network security group {id} cannot be deleted because it is in use by the following resources: {users}."

    def compose(self, change: Change) -> Json:
        rules = [_rule(change, item, "securityRules") for item in change.properties.get("securityRules") or []]
        defaults = [_rule(change, item, "defaultSecurityRules") for item in clone(DEFAULT_RULES)]
        outputs = {"resourceGuid": guid(change.id.lower()), "securityRules": rules, "defaultSecurityRules": defaults}
        return {**change.body, "properties": {**change.properties, **outputs}}


class RouteTables(OfSubnets):
    """A route table shows its routes as ARM forms them."""

    used_by = staticmethod(_table_of)
    code = "InUseRouteTableCannotBeDeleted"
    refusal = "Route table {name} is in use and cannot be deleted. It is used by {users}."

    def compose(self, change: Change) -> Json:
        kind = f"{ROUTES}/routes"
        routes = [
            {
                "name": item["name"],
                "id": f"{change.id}/routes/{item['name']}",
                "type": kind,
                "properties": {**(item.get("properties") or {}), "provisioningState": "Succeeded"},
            }
            for item in change.properties.get("routes") or []
        ]
        outputs = {"resourceGuid": guid(change.id.lower()), "routes": routes}
        return {**change.body, "properties": {"disableBgpRoutePropagation": False, **change.properties, **outputs}}


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


class Networks(Behavior):
    """A network shows its subnets and peerings inline. A PUT without `subnets` keeps them; one with `subnets` replaces them."""

    def check(self, change: Change) -> None:
        spaces = [addresses.network(text, "addressSpace") for text in addresses.prefixes(change.properties)]
        inline = change.properties.get("subnets")
        if inline is None:
            inline = [{"name": item.name, "properties": item.properties} for item in _children(change, subnets.SUBNETS)]
        for subnet in inline:
            addresses.check_in_space(subnet["name"], subnet["properties"], spaces)
        addresses.check_disjoint(
            [(item["name"], text) for item in inline for text in addresses.subnet_prefixes(item["properties"])]
        )
        if change.before is not None and "subnets" in change.properties:
            kept = {str(item["name"]).lower() for item in inline}
            for gone in _children(change, subnets.SUBNETS):
                if gone.name.lower() not in kept:
                    subnets.Subnets().check_delete(change.world, gone)

    def compose(self, change: Change) -> Json:
        properties = dict(change.properties)
        inner, peered = properties.pop("subnets", None), properties.pop("virtualNetworkPeerings", None)
        for kind, sent in ((subnets.SUBNETS, inner), (peerings.PEERINGS, peered)):
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
        inner = [show(world, item) for item in world.store.children(resource.id, subnets.SUBNETS)]
        peered = [show(world, item) for item in world.store.children(resource.id, peerings.PEERINGS)]
        return {**body, "properties": {**body["properties"], "subnets": inner, "virtualNetworkPeerings": peered}}

    def settled(self, world: World, resource: Resource) -> None:
        for item in world.store.children(resource.id, peerings.PEERINGS):
            peerings.check_sync(world, item)

    def check_delete(self, world: World, resource: Resource) -> None:
        for subnet in world.store.children(resource.id, subnets.SUBNETS):
            subnets.Subnets().check_delete(world, subnet)


def _children(change: Change, kind: str) -> list[Resource]:
    return change.world.store.children(change.id, kind)


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
        *subnets.KINDS,
        *peerings.KINDS,
        Kind(
            name=ROUTES,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=network_names(80),
            put=network_style(4),
            delete=network_style(4, delete=True),
            defaults={"properties": {}},
            read_only=("properties.subnets",),
            etag="body",
            budget="network",
            behavior=RouteTables(),
        ),
        *private_endpoints.KINDS,
        *zone_groups.KINDS,
        *dns.KINDS,
        FIREWALL_KIND,
        *gateways.KINDS,
    ),
    hosts=((r"(?!127\.).+\.[a-z]{2,}", gateway_plane.answer),),
)
