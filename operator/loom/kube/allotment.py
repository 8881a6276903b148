"""Gives zones addresses of their plane's pools: one zone after the other, entered in the account before anything is made with them.

The account is a cache like every status. Where it lacks a zone that has a network already, the network is asked: its mark says whose
it is, and its addresses are that zone's for ever. Only then is anything new allotted.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.engine.ports import Conflict
from loom.errors import CloudError, Refusal
from loom.kube.key import DATA_LANDING_ZONE
from loom.kube.ledger import Ledger
from loom.kube.surroundings import Surroundings
from loom.plan.addresses import allot, is_range
from loom.plan.arm_id import key
from loom.plan.context import Context, Neighbor
from loom.plan.ownership import Owner

_TRIES = 3  # to write an account that others write as well


class Allotter:
    """Knows the addresses around a zone, and finds some for those that give none."""

    def __init__(self, ledger: Ledger, surroundings: Surroundings) -> None:
        self._ledger = ledger
        self._surroundings = surroundings
        self._turn = asyncio.Lock()
        self._given: dict[str, dict[str, str]] = defaultdict(dict)  # as the accounts, for when a status is lost
        # Zones whose peering was seen to stand: Azure itself keeps others off their addresses.
        self._peered: set[str] = set()

    async def attach(self, spec: DataLandingZoneSpec, context: Context, *, settled: bool, idle: bool) -> Context:
        """The context with the zone's addresses, and with those around it as long as they matter.

        `settled`: it has converged, so its peering stands. `idle`: nothing may be made, so nothing is allotted. Raises Refusal
        where there are no addresses to be had, ApiError, Conflict.
        """
        plane = context.plane
        if spec.network is None or plane is None:
            return context
        if spec.network.address_space is None:
            account = await self._ledger.read(context.plane_name)
            context = replace(context, addresses=account.get(_zone(context), ""))
        has_addresses = bool(spec.network.address_space or context.addresses)
        if idle or (has_addresses and (settled or _zone(context) in self._peered)):
            return context
        try:
            hub = await self._surroundings.hub(plane, context.owner)
            if {key(one.network) for one in hub.peered} & {key(arm_id) for arm_id in context.owned}:
                self._peered.add(_zone(context))
            context = replace(context, hub_prefixes=hub.prefixes, peered=hub.peered)
            return context if has_addresses else replace(context, addresses=await self._enter(spec, context, plane))
        except CloudError as error:
            if has_addresses:
                return context  # the pass meets the same error, and says it
            words = f"no addresses are allotted before it is known which are taken: {error.message}"
            raise Refusal(error.reason, words, wait=True) from None

    def forget(self, namespace: str, name: str) -> None:
        """The zone is gone."""
        self._peered.discard(f"{namespace}/{name}")
        for given in self._given.values():
            given.pop(f"{namespace}/{name}", None)

    async def _enter(self, spec: DataLandingZoneSpec, context: Context, plane: AdminPlaneSpec) -> str:
        account = {**self._given[context.plane_name], **await self._ledger.read(context.plane_name)}
        where = [spec.subscription_id, *(n.subscription for n in _lost(context, account) if n.subscription)]
        # Before the turn: where a request budget is used up this takes long, and zones of other planes have one of their own.
        live = await self._surroundings.marked(plane, context.owner, where)
        async with self._turn:
            for _ in range(_TRIES - 1):
                try:
                    return await self._try(spec, context, plane, live)
                except Conflict:
                    continue
            return await self._try(spec, context, plane, live)

    async def _try(
        self, spec: DataLandingZoneSpec, context: Context, plane: AdminPlaneSpec, live: Mapping[str, tuple[str, ...]]
    ) -> str:
        name, zone = context.plane_name, _zone(context)
        written = await self._ledger.read(name)
        if zone in written:
            return written[zone]
        account = {**self._given[name], **written}
        for missing in (zone, *(f"{n.namespace}/{n.name}" for n in _lost(context, account))):
            prefixes = [prefix for prefix in live.get(_mark(context.owner, missing), ()) if is_range(prefix)]
            if prefixes and missing not in account:
                account[missing] = prefixes[0]
        if zone not in account:
            taken = [*account.values(), *(prefix for prefixes in live.values() for prefix in prefixes)]
            account[zone] = allot(spec, context, plane, taken)
        await self._ledger.record(name, account)
        self._given[name] |= account
        return account[zone]


def _lost(context: Context, account: Mapping[str, str]) -> list[Neighbor]:
    """The zones beside this one that were given addresses of which the account knows nothing."""
    return [n for n in context.neighbors if n.allotted and f"{n.namespace}/{n.name}" not in account]


def _zone(context: Context) -> str:
    return f"{context.owner.namespace}/{context.owner.name}"


def _mark(owner: Owner, zone: str) -> str:
    namespace, _, name = zone.partition("/")
    return Owner(owner.installation, namespace, DATA_LANDING_ZONE, name).mark
