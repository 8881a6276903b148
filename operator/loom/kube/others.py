"""What one object may read of the others: from the cache where it has them, from the API server before it says that one is not there.

It tells what stands there; whether that may be used is decided by whoever asks.
"""

from collections.abc import Mapping
from typing import Any

from loom.errors import Refusal
from loom.kube.client import ABSENT, ApiError
from loom.kube.key import ADMIN_PLANE, DATA_LANDING_ZONE, NAMESPACE, RESOURCES, Key
from loom.kube.ledger import Account, Reader
from loom.kube.watch import Watch, is_true
from loom.plan.context import Allocation
from loom.plan.kinds import KINDS

_REMEDIES = {
    ADMIN_PLANE: "; a cluster administrator makes it. A zone keeps its adminPlaneRef: one that was just made with a wrong name is "
    "deleted and applied anew",
    DATA_LANDING_ZONE: "; apply it, or mend spec.landingZoneRef",
}


class Others:
    """The planes and zones that many refer to, each parsed once a generation, and the namespaces that all live in."""

    def __init__(self, client: Reader, watch: Watch) -> None:
        self._client = client
        self._watch = watch
        self._parsed: dict[Key, tuple[str, int, Any]] = {}

    async def spec_of(self, key: Key) -> tuple[Any, bool]:
        """Another object of ours: its spec, parsed once a generation, and whether it has converged. Raises Refusal."""
        standing, known = self._watch.standing_of(key), self._parsed.get(key)
        if standing and known and known[:2] == (standing.uid, standing.generation):
            return known[2], standing.converged
        obj = await self.object(key)
        if not obj:
            absence = self._client.absence
            remedy = _REMEDIES.get(key.kind, "") if absence == ABSENT else ""
            raise Refusal("ReferenceNotFound", f"{key} {absence}{remedy}", wait=True)
        try:
            spec = KINDS[key.kind].parse(obj)
        except Refusal as refusal:
            raise Refusal("ReferenceNotFound", f"{key} cannot be used: {refusal.message}", wait=True) from None
        self._parsed[key] = (obj["metadata"]["uid"], obj["metadata"]["generation"], spec)
        return spec, is_true(obj, "Converged")

    async def object(self, key: Key) -> Mapping[str, Any]:
        """Another object of ours; empty where it is not there."""
        return self._watch.cache.get(key) or await self._client.get(RESOURCES[key.kind], key.namespace, key.name) or {}

    async def living(self, account: Account) -> tuple[Allocation, ...]:
        """What of a plane's account belongs to zones that are there; the ranges of the others are free again."""
        living = []
        for zone, cidr in account.items():
            namespace, _, name = zone.partition("/")
            if await self._is_there(Key(DATA_LANDING_ZONE, namespace, name)):
                living.append(Allocation(cidr, zone))
        return tuple(living)

    async def _is_there(self, key: Key) -> bool:
        """Is there such an object? One that may not be read, as by an operator of one namespace, counts as there."""
        if self._watch.standing_of(key) is not None:
            return True
        try:
            return await self._client.get(RESOURCES[key.kind], key.namespace, key.name) is not None
        except ApiError:
            return True

    async def labels_of(self, namespace: str) -> Mapping[str, str]:
        """The labels of a namespace. Raises ApiError."""
        known = self._watch.labels_of(namespace)
        if known is not None:
            return known
        found = await self._client.get(NAMESPACE, "", namespace)
        return ((found or {}).get("metadata") or {}).get("labels") or {}

    def forget(self, key: Key) -> None:
        """The object is gone."""
        self._parsed.pop(key, None)


def state_of(status: Mapping[str, Any]) -> str:
    """What a zone says of itself, in one word where it says anything: its sentences are its own to tell."""
    told: Mapping[str, Any] = next((c for c in status.get("conditions") or () if c.get("type") == "Ready"), {})
    return str(told.get("reason") or "nobody has looked at it")


def how_to_see(key: Key) -> str:
    """Where a person reads the rest."""
    return f"see kubectl describe {key.kind.lower()} {key.name}" + (f" -n {key.namespace}" if key.namespace else "")
