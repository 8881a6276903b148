"""Gathers what a planner may know: the spec parsed, the references resolved, the world around. It does the I/O, planners decide.

What is missing or not permitted becomes the first `Refusal`, and gathering goes on: a deletion needs today's authority even
when the references are in disorder.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.api_product import ApiProductSpec
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.api.meta import Consumers, ConsumersFrom
from loom.engine.inventory import Inventory
from loom.errors import Refusal
from loom.kube.allotment import Allotter
from loom.kube.api_texts import ApiTexts
from loom.kube.key import ADMIN_PLANE, DATA_LANDING_ZONE, Key
from loom.kube.ledger import Reader, account_of
from loom.kube.orphans import left_alone, under_a_grant
from loom.kube.others import Others, how_to_see, state_of
from loom.kube.rivals import Rivals
from loom.kube.sources import Sources
from loom.kube.watch import Watch, has_made, is_true, release_of
from loom.plan.context import Context, Zone
from loom.plan.kinds import KINDS
from loom.plan.ownership import Owner
from loom.plan.product.awaited import awaited

_WAITING = "WaitingForLandingZone"


@dataclass(slots=True)
class Gathered:
    """What was found. `spec` is None when it does not parse; `refusals` are in the order of their weight."""

    context: Context
    spec: Any = None
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def refusal(self) -> Refusal | None:
        """The one to tell the person about."""
        return self.refusals[0] if self.refusals else None


class Gatherer:
    """Attaches to one object what its planner may know, kind by kind."""

    def __init__(
        self,
        client: Reader,
        watch: Watch,
        installation: str,
        allotter: Allotter | None = None,
        sources: Sources | None = None,
    ) -> None:
        self._watch = watch
        self._installation = installation
        self._allotter = allotter
        self._others = Others(client, watch)
        self._texts = ApiTexts(client, sources)
        self._rivals = Rivals(watch, self._others.spec_of, self._others.labels_of, sources)

    async def gather(self, key: Key, obj: Mapping[str, Any]) -> Gathered:
        """Everything about one object. Raises ApiError, and Conflict where the plane's account of addresses changed meanwhile."""
        metadata = obj["metadata"]
        context = Context(
            owner=self.owner(key),
            generation=metadata["generation"],
            uid=metadata["uid"],
            created=metadata.get("creationTimestamp") or "",
            made=has_made(obj),
            namespace_labels=await self._others.labels_of(key.namespace) if key.namespace else {},
        )
        found = Gathered(context)
        try:
            found.spec = KINDS[key.kind].parse(obj)
        except Refusal as refusal:
            found.refusals.append(refusal)
            return found
        match found.spec:
            case AdminPlaneSpec():
                zones = self._watch.zones_of(key.name)
                found.context = replace(context, plane_name=key.name, plane=found.spec, neighbors=zones)
                found.context = replace(found.context, allocations=await self._others.living(account_of(obj)))
            case DataLandingZoneSpec():
                await self._attach_plane(found, found.spec.admin_plane_ref.name)
                neighbors = self._watch.zones_of(found.context.plane_name, but=key)
                release = str(release_of(obj).get("version") or "")
                found.context = replace(found.context, neighbors=neighbors, release=release)
                await self._attach_addresses(found, found.spec, obj)
            case ApiProductSpec():
                await self._attach_zone(found, found.spec, obj)
                found.context = replace(found.context, imported=_imported(obj), owned=_owned(obj))
                if not _is_idle(obj, found):
                    found.context = await self._rivals.attach(found.spec, found.context, obj)
                    found.context = await self._texts.attach(found.spec, found.context, obj)
                    await self._attach_apps(found, found.spec, obj)
        return found

    def owner(self, key: Key) -> Owner:
        """Who an object is in Azure."""
        return Owner(self._installation, key.namespace, key.kind, key.name)

    def forget(self, key: Key) -> None:
        """The object is gone."""
        self._others.forget(key)
        if self._allotter is not None and key.kind == DATA_LANDING_ZONE:
            self._allotter.forget(key.namespace, key.name)

    async def _attach_plane(self, found: Gathered, name: str) -> None:
        found.context = replace(found.context, plane_name=name)
        try:
            plane, _ = await self._others.spec_of(Key(ADMIN_PLANE, "", name))
        except Refusal as refusal:
            found.refusals.append(refusal)
            return
        found.context = replace(found.context, plane=plane)

    async def _attach_addresses(self, found: Gathered, spec: DataLandingZoneSpec, obj: Mapping[str, Any]) -> None:
        """The zone's addresses, and those around it. What is going, or stands still, is not given any."""
        if self._allotter is None or found.refusals:
            return
        plane = found.context.plane
        idle = spec.suspend or is_deleted(obj) or bool(plane and plane.suspend)
        try:
            settled = is_true(obj, "Converged")
            context = found.context if settled else replace(found.context, owned=_owned(obj))
            found.context = await self._allotter.attach(spec, context, settled=settled, idle=idle)
        except Refusal as refusal:
            found.refusals.append(refusal)

    async def _attach_zone(self, found: Gathered, spec: ApiProductSpec, obj: Mapping[str, Any]) -> None:
        own = found.context.owner.namespace
        key = Key(DATA_LANDING_ZONE, spec.landing_zone_ref.namespace or own, spec.landing_zone_ref.name)
        try:
            zone, converged = await self._others.spec_of(key)
        except Refusal as refusal:
            found.refusals.append(await self._bereft(found, refusal, obj) if is_deleted(obj) else refusal)
            return
        if key.namespace != own and not permits(zone.consumers, found.context.namespace_labels):
            found.refusals.append(
                Refusal(
                    "ReferenceNotPermitted", f"{key} does not allow namespace {own} in its consumers; ask its owner."
                )
            )
        found.context = replace(found.context, zone=Zone(key.namespace, key.name, zone))
        # A product that stands does not fall because its zone is being changed: it waits for its zone only once. That what it waits for
        # is the zone's own is read off the thing itself.
        if not converged and not is_true(obj, "Converged"):
            status = (await self._others.object(key)).get("status") or {}
            if missing := awaited(spec, zone, status):
                words = f"{key} has not brought up {' and '.join(missing)} yet ({state_of(status)}): {how_to_see(key)}"
                found.refusals.append(Refusal(_WAITING, words, wait=True))
        await self._attach_plane(found, zone.admin_plane_ref.name)

    async def _attach_apps(self, found: Gathered, spec: ApiProductSpec, obj: Mapping[str, Any]) -> None:
        """What apps say of themselves. Nobody is asked for what is going or is refused, nor before it is there."""
        if is_deleted(obj) or any(refusal.reason != _WAITING for refusal in found.refusals):
            return
        try:
            found.context = await self._texts.attach_apps(spec, found.context, obj, ask=not found.refusals)
        except Refusal as refusal:
            found.refusals.append(refusal)

    async def _bereft(self, found: Gathered, refusal: Refusal, obj: Mapping[str, Any]) -> Refusal:
        """Its zone is gone before it, which said which plane it is under."""
        planes = []
        for key in sorted(self._watch.cache.keys(ADMIN_PLANE)):
            with suppress(Refusal):  # a plane that cannot be used speaks for nobody
                planes.append((key.name, (await self._others.spec_of(key))[0]))
        owner = found.context.owner
        context = under_a_grant(Key(owner.kind, owner.namespace, owner.name), found.spec, obj, found.context, planes)
        if context is None:
            return left_alone(refusal)
        found.context = context
        return refusal


def permits(consumers: Consumers | None, labels: Mapping[str, str]) -> bool:
    """May an object of another namespace, which carries `labels`, refer to what has these consumers?"""
    if consumers is None or consumers.from_ is ConsumersFrom.SAME:
        return False
    if consumers.from_ is ConsumersFrom.ALL:
        return True
    wanted = consumers.selector.match_labels if consumers.selector else {}
    return bool(wanted) and all(labels.get(name) == value for name, value in wanted.items())


def _owned(obj: Mapping[str, Any]) -> tuple[str, ...]:
    """What was made, as the status says it."""
    return tuple(Inventory.read(obj.get("status") or {}).ids.values())


def _imported(obj: Mapping[str, Any]) -> dict[str, str]:
    """The digest of the document of each API, as the status says it."""
    rows = (obj.get("status") or {}).get("apis") or ()
    return {str(row.get("name")): str(row["sourceHash"]) for row in rows if row.get("sourceHash")}


def _is_idle(obj: Mapping[str, Any], found: Gathered) -> bool:
    """Is nothing going to be imported, whatever documents say? Then no link is asked."""
    plane = found.context.plane
    return is_deleted(obj) or bool(found.spec.suspend) or bool(plane and plane.suspend)


def is_deleted(obj: Mapping[str, Any]) -> bool:
    """Is the object being deleted?"""
    return bool(obj["metadata"].get("deletionTimestamp"))
