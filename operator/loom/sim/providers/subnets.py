"""Subnets of virtual networks: where they may lie, and what keeps them from going."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.errors import ArmError, bad_request
from loom.sim.ids import subscription_of
from loom.sim.kinds import Behavior, Kind, Link, Refusal
from loom.sim.providers import addresses, gateways, private_endpoints
from loom.sim.providers.network_style import BUSY, NETWORK, VERSIONS, network_names, network_style
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
GROUPS = f"{NETWORK}/networkSecurityGroups"
SUBNETS = f"{NETWORK}/virtualNetworks/subnets"


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
        users = environments_in(world, resource.id)
        more: Json = {"privateEndpoints": endpoints} if endpoints else {}
        if users:
            more["serviceAssociationLinks"] = [{"id": f"{resource.id}/serviceAssociationLinks/legionservicelink"}]
        return {**body, "properties": {**body["properties"], **more}}

    def check_delete(self, world: World, resource: Resource) -> None:
        inside = [*private_endpoints.in_subnet(world, resource.id), *gateways.users_of(world, resource)]
        users = [item.id for item in [*inside, *environments_in(world, resource.id), *_workspaces(world, resource)]]
        if users:
            message = (
                f"Subnet {resource.name} is in use by {', '.join(users)} and cannot be deleted. In order to delete the subnet, delete "
                "all the resources within the subnet. See aka.ms/deletesubnet."
            )
            raise ArmError(400, "InUseSubnetCannotBeDeleted", message)


def environments_in(world: World, subnet_id: str) -> list[Resource]:
    """The Container Apps environments of its subscription that stand in a subnet."""
    return world.store.where("Microsoft.App/managedEnvironments", _place_of, subnet_id, subscription_of(subnet_id))


def _place_of(environment: Resource) -> str:
    return str((environment.properties.get("vnetConfiguration") or {}).get("infrastructureSubnetId") or "")


def _workspaces(world: World, subnet: Resource) -> list[Resource]:
    """Databricks workspaces whose clusters run in the subnet."""
    found = world.store.of_type("Microsoft.Databricks/workspaces", subnet.key.split("/")[2])
    return [item for item in found if subnet.key in _subnets_of(item.properties.get("parameters") or {})]


def _subnets_of(parameters: Json) -> list[str]:
    network = str((parameters.get("customVirtualNetworkId") or {}).get("value", ""))
    names = [(parameters.get(f"custom{word}SubnetName") or {}).get("value", "") for word in ("Public", "Private")]
    return [f"{network}/subnets/{name}".lower() for name in names]


KINDS = (
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
)
