"""Who refers to whom, out of the specs as they are written: the reverse map by which a change reaches its dependents.

It reads raw objects, because a spec that does not parse still keeps what it names in use. The map may lag behind the cluster:
before a finalizer goes, the cluster itself is asked (`loom.kube.usage`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from loom.kube.key import ADMIN_PLANE, API_PRODUCT, DATA_LANDING_ZONE, Key

CONFIG_MAP, NAMESPACE = "ConfigMap", "Namespace"


def references_of(key: Key, obj: Mapping[str, Any]) -> frozenset[Key]:
    """Every object that this one names, its namespace included (a grant may go by the namespace's labels)."""
    spec = obj.get("spec")
    found = set(_named(key, spec)) if isinstance(spec, Mapping) else set()
    if key.namespace:
        found.add(Key(NAMESPACE, "", key.namespace))
    return frozenset(found)


def _named(key: Key, spec: Mapping[str, Any]) -> Iterator[Key]:
    if key.kind == DATA_LANDING_ZONE and (name := _text(spec.get("adminPlaneRef"), "name")):
        yield Key(ADMIN_PLANE, "", name)
    if key.kind == API_PRODUCT:
        reference = spec.get("landingZoneRef")
        if name := _text(reference, "name"):
            yield Key(DATA_LANDING_ZONE, _text(reference, "namespace") or key.namespace, name)
        for name in _config_maps(spec):
            yield Key(CONFIG_MAP, key.namespace, name)


def _config_maps(value: Any) -> Iterator[str]:
    """The names under every `configMapRef`, wherever the spec has one."""
    if isinstance(value, Mapping):
        for field, item in value.items():
            if field == "configMapRef" and (name := _text(item, "name")):
                yield name
            else:
                yield from _config_maps(item)
    elif isinstance(value, list):
        for item in value:
            yield from _config_maps(item)


def _text(value: Any, field: str) -> str:
    found = value.get(field) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""


class References:
    """The map in both directions."""

    def __init__(self) -> None:
        self._forward: dict[Key, frozenset[Key]] = {}
        self._reverse: dict[Key, set[Key]] = defaultdict(set)

    def put(self, key: Key, targets: frozenset[Key]) -> frozenset[Key]:
        """Remember what `key` names now. Returns the targets that came or went."""
        before = self._forward.get(key, frozenset())
        for target in targets - before:
            self._reverse[target].add(key)
        for target in before - targets:
            self._reverse[target].discard(key)
            if not self._reverse[target]:
                del self._reverse[target]
        if targets:
            self._forward[key] = targets
        else:
            self._forward.pop(key, None)
        return before ^ targets

    def dependents(self, target: Key) -> frozenset[Key]:
        """Everything that names `target`, directly or through something that does."""
        found: set[Key] = set()
        waiting = [target]
        while waiting:
            for key in self._reverse.get(waiting.pop(), ()):
                if key not in found:
                    found.add(key)
                    waiting.append(key)
        return frozenset(found)

    def users(self, target: Key) -> list[Key]:
        """Everything that names `target` directly, in order."""
        return sorted(self._reverse.get(target, ()))
