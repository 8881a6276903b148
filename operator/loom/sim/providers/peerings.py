"""Peerings of virtual networks: `Initiated`, `Connected`, `Disconnected`, and what keeps two networks apart."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.arm.checks import check_linked_access
from loom.sim.entra.directory import guid
from loom.sim.errors import bad_request
from loom.sim.ids import group_id_of
from loom.sim.kinds import Behavior, Kind, Link, Refusal
from loom.sim.providers import addresses
from loom.sim.providers.network_style import BUSY, NETWORK, VERSIONS, network_names, network_style
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
NETWORKS = f"{NETWORK}/virtualNetworks"
PEERINGS = f"{NETWORKS}/virtualNetworkPeerings"


class Peerings(Behavior):
    """`Initiated` until the other side exists, then both are `Connected`; when one goes, the other is `Disconnected`."""

    def check(self, change: Change) -> None:
        remote = str((change.properties.get("remoteVirtualNetwork") or {}).get("id", ""))
        check_linked_access(change, remote, f"{NETWORKS}/peer/action")
        local = change.world.store.get(change.target.parent)
        other = change.world.store.get(remote)
        if local is None or other is None:
            return
        for mine in addresses.prefixes(local.properties):
            for theirs in addresses.prefixes(other.properties):
                if addresses.overlap(
                    addresses.network(mine, "addressSpace"), addresses.network(theirs, "addressSpace")
                ):
                    message = (
                        f"Cannot create or update peering {change.id}. Virtual networks {local.id} and {other.id} cannot be peered "
                        f"because their address spaces overlap. Overlapping address prefixes: {mine}, {theirs}"
                    )
                    raise bad_request("VnetAddressSpacesOverlap", message)
        _check_gateways(change, other)
        _check_connected(change, local, other)

    def compose(self, change: Change) -> Json:
        remote_id = str(change.properties["remoteVirtualNetwork"]["id"])
        remote = change.world.store.get(remote_id)
        space = {"addressPrefixes": addresses.prefixes(remote.properties) if remote else []}
        known = change.before.properties if change.before else {}
        defaults = {
            "allowVirtualNetworkAccess": True,
            "allowForwardedTraffic": False,
            "allowGatewayTransit": False,
            "useRemoteGateways": False,
            "doNotVerifyRemoteGateways": False,
            "peerCompleteVnets": True,
        }
        outputs = {
            "peeringState": known.get("peeringState", "Initiated"),
            "peeringSyncLevel": known.get("peeringSyncLevel", "RemoteNotInSync"),
            "remoteAddressSpace": space,
            "remoteVirtualNetworkAddressSpace": space,
            "resourceGuid": guid(change.id.lower()),
        }
        return {"properties": {**defaults, **change.properties, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        other = _counterpart(world, resource)
        if other is not None and other.state == "Succeeded" and other.properties.get("peeringState") != "Disconnected":
            for side in (resource, other):
                side.properties.update({"peeringState": "Connected", "peeringSyncLevel": "FullyInSync"})
                side.etag = world.next_etag()

    def deleted(self, world: World, resource: Resource) -> None:
        other = _counterpart(world, resource)
        if other is not None:
            other.properties["peeringState"] = "Disconnected"
            other.etag = world.next_etag()


def _check_connected(change: Change, local: Resource, remote: Resource) -> None:
    """Neither a disconnected peering nor the counterpart of one can be written (terraform-provider-azurerm, issue 14051)."""
    back = _back(change.world, local.key, remote.id)
    if back is not None and back.properties.get("peeringState") == "Disconnected":
        message = (
            f"Cannot create or update peering {change.id} because remote peering {back.id} referencing parent virtual network "
            f"{local.id} is in Disconnected state. Update or re-create the remote peering to get it back to Initiated state. "
            "Peering gets Disconnected when remote vnet or remote peering is deleted and re-created."
        )
        raise bad_request("RemotePeeringIsDisconnected", message)
    if change.before is not None and change.before.properties.get("peeringState") == "Disconnected":
        message = f"Peering {change.id} is in Disconnected state and cannot be updated. Delete it on both sides and create it again."
        raise bad_request("RemotePeeringIsDisconnected", message)


def _check_gateways(change: Change, remote: Resource) -> None:
    if not change.properties.get("useRemoteGateways"):
        return
    gateways = change.world.store.of_type(f"{NETWORK}/virtualNetworkGateways")
    if not any(group_id_of(item.id).lower() == group_id_of(remote.id).lower() for item in gateways):
        message = (
            f"Peering {change.id} cannot have UseRemoteGateways flag set to true because remote virtual network {remote.id} has no "
            "gateways."
        )
        raise bad_request("RemotePeeringAllowGatewayTransitRequiresGateway", message)


def _counterpart(world: World, peering: Resource) -> Resource | None:
    """The peering in the other network that points back here."""
    here = peering.key.rsplit("/virtualnetworkpeerings/", 1)[0]
    return _back(world, here, str((peering.properties.get("remoteVirtualNetwork") or {}).get("id", "")))


def _back(world: World, here: str, remote: str) -> Resource | None:
    """The peering of the network `remote` that points at `here` (lower case)."""
    for item in world.store.children(remote, PEERINGS):
        if str((item.properties.get("remoteVirtualNetwork") or {}).get("id", "")).lower() == here:
            return item
    return None


def check_sync(world: World, peering: Resource) -> None:
    """An address change leaves the other side with an old picture until the peering is synchronized."""
    other = _counterpart(world, peering)
    network = world.store.get(peering.id.rsplit("/virtualNetworkPeerings/", 1)[0])
    if other is None or network is None:
        return
    known = (other.properties.get("remoteAddressSpace") or {}).get("addressPrefixes")
    if known != addresses.prefixes(network.properties) and other.properties.get("peeringState") == "Connected":
        other.properties["peeringSyncLevel"] = "RemoteNotInSync"
        peering.properties["peeringSyncLevel"] = "LocalNotInSync"


KINDS = (
    Kind(
        name=PEERINGS,
        versions=VERSIONS,
        patchable=False,
        names=network_names(80),
        put=network_style(8),
        delete=network_style(8, delete=True),
        required=("properties.remoteVirtualNetwork.id",),
        links=(Link("properties.remoteVirtualNetwork.id"),),
        missing=Refusal(404, "NotFound", "Resource {name} not found."),
        etag="body",
        busy=BUSY,
        busy_family=True,
        budget="network",
        behavior=Peerings(),
    ),
)
