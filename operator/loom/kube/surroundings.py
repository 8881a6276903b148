"""What Azure has around a zone: the hub's addresses, what is peered with it, and networks that carry our marks.

Lists of networks are read in bulk and shared with the passes, which read the same ones. Nothing is decided here, or written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loom.api.admin_plane import AdminPlaneSpec
from loom.engine.ports import Clock, Cloud, Observed
from loom.engine.snapshots import Snapshots
from loom.errors import CloudError
from loom.plan.arm_id import key, subscription_of
from loom.plan.context import Peered
from loom.plan.ownership import TAG, Owner
from loom.plan.values import at

_AGE = 10.0  # seconds that a list may be old: what we allot ourselves is in the account, not in the list


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub's own addresses, and the networks that are peered with it."""

    prefixes: tuple[str, ...] = ()
    peered: tuple[Peered, ...] = ()


class Surroundings:
    """Reads networks. `cloud_of`: the cloud of a plane, on behalf of an object."""

    def __init__(self, cloud_of: Callable[[AdminPlaneSpec, Owner], Cloud], snapshots: Snapshots, clock: Clock) -> None:
        self._cloud_of = cloud_of
        self._snapshots = snapshots
        self._clock = clock

    async def hub(self, plane: AdminPlaneSpec, owner: Owner) -> Hub:
        """The plane's hub; one that is not there has nothing. Raises CloudError."""
        found = await self._networks(plane, owner, subscription_of(plane.hub_network.id))
        body = found.get(key(plane.hub_network.id))
        return Hub(_prefixes(body), tuple(_peered(body))) if body else Hub()

    async def marked(
        self, plane: AdminPlaneSpec, owner: Owner, subscriptions: Iterable[str]
    ) -> dict[str, tuple[str, ...]]:
        """The addresses of every network in these subscriptions that carries a mark, by the mark. Raises CloudError.

        A subscription that may not be read holds nothing of ours: whoever cannot read there has made nothing there.
        """
        found: dict[str, tuple[str, ...]] = {}
        for subscription in dict.fromkeys(subscription.lower() for subscription in subscriptions):
            try:
                networks = await self._networks(plane, owner, subscription)
            except CloudError as error:
                if error.passes_soon:
                    raise
                continue
            found |= {mark: _prefixes(body) for body in networks.values() if (mark := _mark(body))}
        return found

    async def _networks(self, plane: AdminPlaneSpec, owner: Owner, subscription: str) -> Mapping[str, Observed]:
        collection = f"/subscriptions/{subscription}/providers/Microsoft.Network/virtualNetworks"
        cloud = self._cloud_of(plane, owner)
        return await self._snapshots.list(cloud, collection, self._clock.now() - _AGE)


def _mark(network: Observed) -> str:
    return str(at(network.body, f"tags.{TAG}") or "")


def _prefixes(network: Observed) -> tuple[str, ...]:
    return tuple(str(prefix) for prefix in at(network.body, "properties.addressSpace.addressPrefixes") or ())


def _peered(network: Observed) -> Iterable[Peered]:
    """What the peerings say of the other side: what Azure took over of its addresses, and what it has by now."""
    for peering in at(network.body, "properties.virtualNetworkPeerings") or ():
        spaces = (_space(peering, name) for name in ("remoteVirtualNetworkAddressSpace", "remoteAddressSpace"))
        prefixes = dict.fromkeys(prefix for space in spaces for prefix in space)
        yield Peered(str(at(peering, "properties.remoteVirtualNetwork.id") or ""), tuple(prefixes))


def _space(peering: Mapping[str, Any], name: str) -> list[str]:
    return at(peering, f"properties.{name}.addressPrefixes") or []
