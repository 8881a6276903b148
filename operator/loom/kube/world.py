"""The world that the passes of all objects share, and what of it one pass may touch: above all, the cloud that its plane names.

Who knows no plane meets a cloud that answers with the reason: such an object is judged, and let go, like any other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.api_product import ApiProductSpec
from loom.engine.lanes import Lanes
from loom.engine.ports import Clock, Cloud, Journal, Keeper, Prober
from loom.engine.snapshots import Snapshots
from loom.engine.work import Ports
from loom.errors import CloudError, Retry
from loom.kube.absent import AbsentCloud
from loom.kube.gather import Gathered
from loom.kube.key import Key
from loom.kube.watch import is_answered, is_true


class Clouds(Protocol):
    """Gives out clouds (`loom.cloud.factory`)."""

    def for_object(
        self, plane: AdminPlaneSpec, namespace: str, urgent: bool, cascade: bool = False, owner: str = ""
    ) -> Cloud:
        """The cloud for one object. Raises CloudError."""


class Probers(Protocol):
    """Gives out probers (`loom.health.prober`)."""

    def for_object(self, cloud: Cloud) -> Prober:
        """The prober that reads through an object's own cloud."""


@dataclass(frozen=True, slots=True)
class World:
    """What the passes of all objects share."""

    clouds: Clouds
    probers: Probers
    clock: Clock
    digest: Callable[[str], str]
    snapshots: Snapshots
    lanes: Lanes

    def ports(self, cloud: Cloud, journal: Journal, keeper: Keeper | None) -> Ports:
        """Everything that a pass over an object of this cloud may touch."""
        return Ports(
            cloud=cloud,
            prober=self.probers.for_object(cloud),
            clock=self.clock,
            journal=journal,
            digest=self.digest,
            snapshots=self.snapshots,
            lanes=self.lanes,
            keeper=keeper,
        )


def cloud_of(clouds: Clouds, key: Key, obj: Mapping[str, Any], found: Gathered) -> Cloud:
    """The cloud of an object's plane. Where there is none to be had, one that says why to whoever asks it."""
    plane = found.context.plane
    if plane is None:
        message = found.refusal.message if found.refusal else "no admin plane says which cloud this is about"
        return AbsentCloud(CloudError("ReferenceNotFound", "", message, Retry.SLOWLY))
    try:
        cascade = isinstance(found.spec, ApiProductSpec) and found.spec.delete_subscriptions
        return clouds.for_object(plane, key.namespace, _is_urgent(obj), cascade, found.context.owner.mark)
    except CloudError as error:
        return AbsentCloud(error)


def _is_urgent(obj: Mapping[str, Any]) -> bool:
    """Does a person wait for this pass: for a change, a deletion, a request, or for Ready?"""
    return bool(obj["metadata"].get("deletionTimestamp")) or not is_answered(obj) or not is_true(obj, "Ready")
