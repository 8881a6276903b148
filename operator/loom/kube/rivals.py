"""Finds the products that an ApiProduct meets in its API Management service: who claims the same, may have it, and wants it.

Nothing is decided here: who of them comes first is the planner's to say. A product that has converged as it is written holds what it
claims, so it has no rivals.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.api_product import ApiProductSpec
from loom.api.meta import Policy
from loom.errors import Refusal
from loom.kube.key import ADMIN_PLANE, DATA_LANDING_ZONE, Key
from loom.kube.sources import Sources
from loom.kube.watch import Watch, has_made, is_true
from loom.plan.arm_id import key as comparable
from loom.plan.context import Claim, Context, Rival
from loom.plan.grants import may_publish
from loom.plan.kinds import KINDS
from loom.plan.product.claims import claims_of
from loom.plan.product.place import service_of

Find = Callable[[Key], Awaitable[tuple[Any, bool]]]
Labels = Callable[[str], Awaitable[Mapping[str, str]]]


class Rivals:
    """`find`: another object of ours, parsed; it raises `Refusal` where that is not to be had. `labels`: a namespace's.

    Without `sources` nothing is read of the service itself, as in a preview without network.
    """

    def __init__(self, watch: Watch, find: Find, labels: Labels, sources: Sources | None) -> None:
        self._watch = watch
        self._find = find
        self._labels = labels
        self._sources = sources

    async def attach(self, spec: ApiProductSpec, context: Context, obj: Mapping[str, Any]) -> Context:
        """The context with the product's rivals, and what stands in its places in the service. Raises ApiError."""
        if context.plane is None or _is_settled(obj):
            return context
        try:
            service = service_of(spec, context)
        except Refusal:
            return context  # the planner says that there is none
        owner, found = context.owner, []
        mine = await self._allowed(
            frozenset(claim for claim, _ in claims_of(spec)), context.plane, service, owner.namespace
        )
        for key, shared in self._watch.claims.rivals(Key(owner.kind, owner.namespace, owner.name)).items():
            with suppress(Refusal):  # what cannot be published takes nothing from anybody
                if shared & mine and (rival := await self._rival(key, shared & mine, service)):
                    found.append(rival)
        holders = await self._sources.holders(service, context.plane, owner) if self._sources and mine else {}
        held = {claim: holder for claim, holder in holders.items() if claim in mine}
        return replace(context, rivals=tuple(found), holders=held)

    async def _rival(self, key: Key, claims: frozenset[Claim], service: str) -> Rival | None:
        """One of those that claim the same, if it is a rival there. Raises Refusal, ApiError."""
        obj = self._watch.cache.get(key)
        if obj is None:
            return None
        spec: ApiProductSpec = KINDS[key.kind].parse(obj)
        reference = spec.landing_zone_ref
        zone, _ = await self._find(Key(DATA_LANDING_ZONE, reference.namespace or key.namespace, reference.name))
        plane, _ = await self._find(Key(ADMIN_PLANE, "", zone.admin_plane_ref.name))
        where = spec.service or plane.api_management
        if where is None or comparable(where.id) != comparable(service):
            return None
        metadata, made, settled = obj["metadata"], has_made(obj), _is_settled(obj)
        if not (made or settled):
            idle = spec.suspend or spec.policy is Policy.OBSERVE or "deletionTimestamp" in metadata
            claims = frozenset() if idle else await self._allowed(claims, plane, service, key.namespace)
        created = metadata.get("creationTimestamp") or ""
        return Rival(key.namespace, key.name, created, metadata["uid"], claims, made, settled)

    async def _allowed(
        self, claims: frozenset[Claim], plane: AdminPlaneSpec, service: str, namespace: str
    ) -> frozenset[Claim]:
        """Those of the claims that a namespace may make: what nobody grants takes no place, and learns of nobody's."""
        who = (namespace, await self._labels(namespace))
        return frozenset(c for c in claims if may_publish(plane, service, who, c.value if c.what == "path" else ""))


def _is_settled(obj: Mapping[str, Any]) -> bool:
    """Has this very spec converged?"""
    observed = (obj.get("status") or {}).get("observedGeneration")
    return is_true(obj, "Converged") and observed == obj["metadata"].get("generation")
