"""What an event means: which objects want a pass now, and how urgently. kopf and the relist both tell it what they saw.

It keeps the cache, the reverse map, the zones of each plane, what products claim and the labels of namespaces. It does no I/O and
never waits, so that a burst of events costs little; deciding anything about an object is the pass's business.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from loom.kube.cache import Cache
from loom.kube.claims import Claims
from loom.kube.key import ADMIN_PLANE, API_PRODUCT, DATA_LANDING_ZONE, FINALIZER, RESOURCES, Key, requested_at
from loom.kube.queue import Priority, WorkQueue
from loom.kube.references import NAMESPACE, References, references_of
from loom.plan.context import Neighbor

_SPREAD = 0.02  # seconds of jitter for each dependent, so that a plane's change is no thundering herd
_LONGEST_SPREAD = 60.0
_SETTLE = 1.0  # seconds to let a plane's zones come and go before it counts them again


class Standing(NamedTuple):
    """What dependents care about: another object, another spec, a deletion, and whether it has converged and is ready."""

    uid: str
    generation: int
    deleting: bool
    ready: bool
    converged: bool


class Watch:
    """The operator's view of the cluster, kept by events."""

    def __init__(
        self, queue: WorkQueue, cache: Cache | None = None, jitter: Callable[[], float] = random.random
    ) -> None:
        self.queue = queue
        self.cache = cache if cache is not None else Cache()
        self.references = References()
        self.claims = Claims()
        self._jitter = jitter
        self._signals: dict[Key, tuple[Any, ...]] = {}
        self._labels: dict[str, Mapping[str, str]] = {}
        self._zones: dict[str, dict[Key, Neighbor]] = defaultdict(dict)

    def seen(self, key: Key, obj: Mapping[str, Any], *, listed: bool = False) -> None:
        """An object of ours as it is now. `listed`: it was there before anybody watched."""
        if not self.cache.put(key, obj):
            return
        self.queue.add(key, _priority(obj, listed))
        self.note(key, obj)

    def note(self, key: Key, obj: Mapping[str, Any]) -> None:
        """Tell the dependents what concerns them; our own writes come here without asking for another pass."""
        standing, before = _standing_of(obj), self._signals.get(key)
        if not isinstance(before, Standing) or before[:2] != standing[:2]:
            self._note_spec(key, obj)
        elif key.kind == DATA_LANDING_ZONE:
            self._note_state(key, obj)
        self._signal(key, standing)

    def gone(self, key: Key, uid: str = "") -> None:
        """The object is no more (with `uid`: unless another has its name by now)."""
        if not self.cache.drop(key, uid):
            return
        targets = self.references.put(key, frozenset())
        self._wake(self.claims.drop(key))
        for zones in self._zones.values():
            if zones.pop(key, None):
                self._wake_waiting(zones)
        self.queue.add(key, Priority.PERSON)  # a pass that finds nothing forgets what was remembered
        for target in targets:
            if target in self.cache:
                self.queue.add_after(target, _SETTLE, Priority.CHANGE)
        self._signal(key, ("gone",))

    def namespace_seen(self, name: str, labels: Mapping[str, str] | None) -> None:
        """A namespace and its labels; None when it is gone."""
        if labels is None:
            self._labels.pop(name, None)
        else:
            self._labels[name] = dict(labels)
        for zones in self._zones.values():
            for key, zone in zones.items():
                if key.namespace == name:
                    zones[key] = replace(zone, namespace_labels=self._labels.get(name, {}))
        self._signal(Key(NAMESPACE, "", name), tuple(sorted((labels or {}).items())))

    def document_seen(self, key: Key, version: str) -> None:
        """A ConfigMap that is watched has this version now; "" when it is gone."""
        self._signal(key, (version,))

    def labels_of(self, namespace: str) -> Mapping[str, str] | None:
        """A namespace's labels, None while it is not known."""
        return self._labels.get(namespace)

    def standing_of(self, key: Key) -> Standing | None:
        """How an object of ours stands, without unpacking it; None where it is not known."""
        standing = self._signals.get(key)
        return standing if isinstance(standing, Standing) and key in self.cache else None

    def zones_of(self, plane: str, but: Key | None = None) -> tuple[Neighbor, ...]:
        """The zones that name a plane, `but` one."""
        return tuple(neighbor for key, neighbor in self._zones.get(plane, {}).items() if key != but)

    def _note_spec(self, key: Key, obj: Mapping[str, Any]) -> None:
        """Another object or another generation: what it refers to may have changed."""
        targets = references_of(key, obj)
        for target in self.references.put(key, targets):
            if target.kind == ADMIN_PLANE and target in self.cache:
                self.queue.add_after(target, _SETTLE, Priority.CHANGE)
        if key.kind == API_PRODUCT:
            self._wake(self.claims.put(key, obj.get("spec") or {}))
        if key.kind != DATA_LANDING_ZONE:
            return
        planes = {target.name for target in targets if target.kind == ADMIN_PLANE}
        for plane, zones in self._zones.items():
            if plane not in planes:
                zones.pop(key, None)
        for plane in planes:
            self._note_zone(self._zones[plane], key, _neighbor(key, obj, self._labels.get(key.namespace, {})))

    def _note_state(self, key: Key, obj: Mapping[str, Any]) -> None:
        """What others go by: has it begun to make something, and which version of the apps does it run, and how?"""
        for zones in self._zones.values():
            if key in zones:
                self._note_zone(zones, key, replace(zones[key], **_state(obj)))

    def _note_zone(self, zones: dict[Key, Neighbor], key: Key, now: Neighbor) -> None:
        before = zones.get(key)
        zones[key] = now
        if before is not None and _turn(before) != _turn(now):
            self._wake_waiting(zones)

    def _wake_waiting(self, zones: Mapping[Key, Neighbor]) -> None:
        """Whoever waits for a turn to take a new version looks whether it has come."""
        self._wake(key for key, zone in zones.items() if zone.waits)

    def _signal(self, key: Key, signal: tuple[Any, ...]) -> None:
        """Wake the dependents when what concerns them differs from what they knew. The first sight wakes them too: they may wait."""
        if self._signals.get(key) == signal:
            return
        self._signals[key] = signal
        if signal == ("gone",):
            del self._signals[key]
        self._wake(dependent for dependent in self.references.dependents(key) if dependent.kind in RESOURCES)

    def _wake(self, keys: Iterable[Key]) -> None:
        """A pass for each, not all in the same moment."""
        woken = list(keys)
        spread = min(_LONGEST_SPREAD, _SPREAD * len(woken))
        for key in woken:
            self.queue.add_after(key, self._jitter() * spread, Priority.CHANGE)


def _priority(obj: Mapping[str, Any], listed: bool) -> Priority:
    """A person's change is what no status has answered yet: a generation, a request, a deletion."""
    metadata = obj["metadata"]
    if metadata.get("deletionTimestamp"):
        return Priority.PERSON if FINALIZER in (metadata.get("finalizers") or ()) else Priority.RESYNC
    if not is_answered(obj):
        return Priority.PERSON
    return Priority.RESYNC if listed else Priority.CHANGE


def is_answered(obj: Mapping[str, Any]) -> bool:
    """Does the status answer this generation, and the request for a look if there is one? One that was taken back needs no answer."""
    metadata, status = obj["metadata"], obj.get("status") or {}
    requested = requested_at(obj)
    return status.get("observedGeneration") == metadata.get("generation") and (
        not requested or status.get("lastHandledReconcileAt") == requested
    )


def _standing_of(obj: Mapping[str, Any]) -> Standing:
    conditions = {c.get("type"): c.get("status") for c in (obj.get("status") or {}).get("conditions") or ()}
    metadata = obj["metadata"]
    return Standing(
        uid=metadata["uid"],
        generation=metadata.get("generation") or 0,
        deleting=bool(metadata.get("deletionTimestamp")),
        ready=conditions.get("Ready") == "True",
        converged=conditions.get("Converged") == "True",
    )


def _neighbor(key: Key, obj: Mapping[str, Any], labels: Mapping[str, str]) -> Neighbor:
    spec = obj.get("spec") or {}
    network, subscription = spec.get("network"), spec.get("subscriptionId")
    space = network.get("addressSpace") if isinstance(network, Mapping) else None
    metadata = obj["metadata"]
    return Neighbor(
        namespace=key.namespace,
        name=key.name,
        address_space=space if isinstance(space, str) else "",
        created=metadata.get("creationTimestamp") or "",
        uid=metadata["uid"],
        namespace_labels=labels,
        allotted=isinstance(network, Mapping) and space is None,
        subscription=subscription if isinstance(subscription, str) else "",
        moves=spec.get("policy", "Manage") == "Manage"
        and not spec.get("suspend")
        and "deletionTimestamp" not in metadata,
        **_state(obj),
    )


def _state(obj: Mapping[str, Any]) -> dict[str, Any]:
    """What a zone's status says to the other zones of its plane."""
    status = obj.get("status") or {}
    conditions = {c.get("type"): c for c in status.get("conditions") or ()}
    ready, release = conditions.get("Ready") or {}, release_of(obj)
    return {
        "made": has_made(obj),
        "release": str(release.get("version") or ""),
        "waits": bool(release.get("next")),
        "ready": ready.get("status") == "True",
        "unhealthy": ready.get("reason") == "Unhealthy" or "Stalled" in conditions,
    }


def _turn(zone: Neighbor) -> tuple[object, ...]:
    """What the turns of others depend on."""
    return zone.release, zone.ready, zone.unhealthy, zone.moves


def release_of(obj: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a zone's status says of the version of its apps."""
    return (obj.get("status") or {}).get("release") or {}


def has_made(obj: Mapping[str, Any]) -> bool:
    """Is something of the object in Azure, or about to be?"""
    return bool((obj.get("status") or {}).get("inventory"))


def is_true(obj: Mapping[str, Any], condition: str) -> bool:
    """Does the status of an object say that the condition holds?"""
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return any(c.get("type") == condition and c.get("status") == "True" for c in conditions)
