"""A zone's addresses: given, or allotted from the plane's pools; never two networks' at once.

It decides which range is free and says why one may not be had. Who keeps account of what was allotted is not decided here
(`loom.kube.allotment`), and neither is which subnets lie where (`loom.plan.zone.layout`).
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Network

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.api.grants import AddressPool, Grant
from loom.errors import Refusal
from loom.plan.arm_id import key, name_of
from loom.plan.context import Context
from loom.plan.grants import covering, stands
from loom.plan.order import seniority
from loom.plan.zone.site import Site


def placed(spec: DataLandingZoneSpec, context: Context) -> DataLandingZoneSpec:
    """The spec with the addresses that were allotted, where it gives none. Raises `Refusal` while nothing was."""
    network = spec.network
    if network is None or network.address_space is not None:
        return spec
    if not context.addresses:
        raise Refusal(
            "AddressPoolExhausted", "no addresses are allotted to this zone, and spec.network gives none", wait=True
        )
    return spec.model_copy(update={"network": network.model_copy(update={"address_space": context.addresses})})


def check_addresses(site: Site, context: Context) -> None:
    """Refuse addresses that the hub itself, an older zone, or something else that is peered with the hub has."""
    ours = site.spec.network.address_space if site.spec.network else None
    if ours is None:
        return
    for prefix in context.hub_prefixes:
        if _overlap(ours, prefix):
            raise _taken(ours, f"the hub network of AdminPlane {context.plane_name} ({prefix})")
    mine = seniority(context.made, context.created, context.uid, context.owner.namespace, context.owner.name)
    for other in context.neighbors:
        if not other.address_space or not _overlap(ours, other.address_space):
            continue
        older = seniority(other.made, other.created, other.uid, other.namespace, other.name) < mine
        if older and stands(other, site.plane):
            raise _taken(ours, f"the older zone {other.namespace}/{other.name} ({other.address_space})")
    for peered in context.peered:
        for prefix in peered.prefixes:
            if key(peered.network) != key(site.network) and _overlap(ours, prefix):
                raise _taken(ours, f"network {name_of(peered.network)}, which is peered with the hub ({prefix})")


def allot(spec: DataLandingZoneSpec, context: Context, plane: AdminPlaneSpec, taken: Iterable[str]) -> str:
    """A range of the plane's pools that nobody has, for a zone that gives no addresses.

    `taken`: every range that is somebody's, as far as anybody knows. Raises `Refusal`: no grant covers the zone, there are no
    pools, none that its grants allow, or none has room.
    """
    grants, denied = covering(spec, context, plane)
    if not grants:
        raise Refusal("NotGranted", denied)
    if not plane.address_pools:
        raise Refusal(
            "NotInAdminPlane",
            f"AdminPlane {context.plane_name} has no spec.addressPools: spec.network.addressSpace must be given, or a cluster "
            "administrator adds a pool",
            wait=True,
        )
    ranges = [*_ranges(taken), *_ranges(context.hub_prefixes), *_ranges(_standing(context, plane))]
    ranges += _ranges(prefix for peered in context.peered for prefix in peered.prefixes)
    tried = [(part, size) for grant in grants for part, size in _pools_of(grant, plane)]
    for part, size in tried:
        found = _first_free(part, size, ranges)
        if found is not None:
            return str(found)
    raise _nothing_left(context, tried)


def is_range(text: object) -> bool:
    """Is it a range of IPv4 addresses, as a zone can have one?"""
    try:
        IPv4Network(str(text))
    except ValueError:
        return False
    return "/" in str(text)


def _standing(context: Context, plane: AdminPlaneSpec) -> Iterator[str]:
    return (n.address_space for n in context.neighbors if n.address_space and stands(n, plane))


def _pools_of(grant: Grant, plane: AdminPlaneSpec) -> Iterator[tuple[IPv4Network, int]]:
    """What of the plane's pools a grant lets its zones have, and how large a zone's range is there."""
    for pool in plane.address_pools:
        for part in _within(pool, grant):
            if part.prefixlen <= pool.zone_prefix_length:
                yield part, pool.zone_prefix_length


def _within(pool: AddressPool, grant: Grant) -> Iterator[IPv4Network]:
    whole = IPv4Network(pool.cidr)
    if grant.address_pools is None:
        yield whole
        return
    for allowed in _ranges(grant.address_pools):
        if allowed.overlaps(whole):
            yield allowed if allowed.subnet_of(whole) else whole


def _first_free(pool: IPv4Network, size: int, taken: list[IPv4Network]) -> IPv4Network | None:
    """The first range of that prefix length in a pool that nothing of `taken` touches."""
    step = 2 ** (32 - size)
    first, end = int(pool.network_address), int(pool.broadcast_address)
    while first + step - 1 <= end:
        found = IPv4Network((first, size))
        in_the_way = next((other for other in taken if other.overlaps(found)), None)
        if in_the_way is None:
            return found
        first = max(first + step, (int(in_the_way.broadcast_address) // step + 1) * step)
    return None


def _nothing_left(context: Context, tried: list[tuple[IPv4Network, int]]) -> Refusal:
    plane = context.plane_name
    if not tried:
        message = (
            f"no grant of namespace {context.owner.namespace} allows any of the addressPools of AdminPlane {plane}; a cluster "
            "administrator can change the grant's addressPools"
        )
    else:
        pools = ", ".join(dict.fromkeys(f"{part} in ranges of /{size}" for part, size in tried))
        message = (
            f"the address pools of AdminPlane {plane} are used up ({pools}); a cluster administrator can add a pool to "
            "spec.addressPools, or zones that are needed no more can go"
        )
    return Refusal("AddressPoolExhausted", message, wait=True)


def _ranges(texts: Iterable[str]) -> list[IPv4Network]:
    """The IPv4 ranges among some texts: what others wrote, and is none, is in nobody's way."""
    found = []
    for text in texts:
        try:
            found.append(IPv4Network(text))
        except ValueError:
            continue
    return found


def _overlap(ours: str, others: str) -> bool:
    """Every zone of a plane is held against every other in each pass; a plane has at most 500, as its hub has peerings."""
    (first, last), (others_first, others_last) = _bounds(ours), _bounds(others)
    return first <= others_last and others_first <= last


@lru_cache(maxsize=4096)
def _bounds(text: str) -> tuple[int, int]:
    """The first and the last address of a range as numbers; bounds that nothing touches for what is none."""
    try:
        network = IPv4Network(text)
    except ValueError:
        return 0, -1
    return int(network.network_address), int(network.broadcast_address)


def _taken(ours: str, by: str) -> Refusal:
    return Refusal(
        "AddressSpaceOverlaps",
        f"spec.network.addressSpace {ours} overlaps {by}; peered networks need addresses of their own. "
        "An object keeps its addresses: where nothing of it was made, delete it and apply it again with others, or without addressSpace "
        "where the plane has addressPools; else make another zone and move to it",
    )
