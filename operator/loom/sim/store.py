"""What exists in the simulated cloud. Holds resources and finds them by id, parent, type and what they say; decides nothing about them.

50,000 resources are one dictionary by lower-case id and a few indexes; no listing walks over what it does not return.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from loom.sim.ids import parse, subscription_of

Json = dict[str, Any]


@dataclass(slots=True)
class Resource:
    """One thing that exists.

    `body` is what a GET shows beside id, name and type; `hidden` what the service keeps to itself (secrets, a person's faults for
    this resource). `state` is the provisioning state; `operation` the id of the long operation in progress, if any.
    """

    id: str
    type: str
    body: Json
    hidden: Json = field(default_factory=dict)
    state: str = "Succeeded"
    operation: str = ""
    etag: str = ""
    created: float = 0.0
    serial: int = 0

    @property
    def key(self) -> str:
        return self.id.lower()

    @property
    def name(self) -> str:
        return self.id.rsplit("/", 1)[-1]

    @property
    def properties(self) -> Json:
        found = self.body.setdefault("properties", {})
        return found if isinstance(found, dict) else {}


Field = Callable[[Resource], str]
"""What a resource says of itself, as the id of what it lies in. A function of a module: indexes are kept by it."""


class _Index:
    """The resources of a type by what one field says, letter case apart."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._keys: dict[str, dict[str, None]] = {}
        self._said: dict[str, str] = {}

    def find(self, value: str) -> Iterator[str]:
        return iter(self._keys.get(value.lower(), ()))

    def put(self, resource: Resource) -> None:
        key, value = resource.key, self._field(resource).lower()
        self.drop(key)
        self._said[key] = value
        self._keys.setdefault(value, {})[key] = None

    def drop(self, key: str) -> None:
        value = self._said.pop(key, None)
        if value is not None:
            del self._keys[value][key]
            if not self._keys[value]:
                del self._keys[value]


class Store:
    """All resources, subscriptions and resource groups among them."""

    def __init__(self) -> None:
        self._all: dict[str, Resource] = {}
        self._children: dict[str, dict[str, dict[str, None]]] = {}
        self._types: dict[tuple[str, str], dict[str, None]] = {}
        self._sorted: dict[tuple[str, str], list[str]] = {}  # the same keys in the order of letters
        self._indexes: dict[str, dict[Field, _Index]] = {}
        self._serial = 0

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Resource]:
        return iter(list(self._all.values()))

    def get(self, resource_id: str) -> Resource | None:
        return self._all.get(resource_id.lower())

    def put(self, resource: Resource) -> None:
        """Keep a resource; one with the same id is replaced and keeps its place in lists."""
        key, kind = resource.key, resource.type.lower()
        before = self._all.get(key)
        if before is None:
            self._serial += 1
            resource.serial = self._serial
            self._children.setdefault(_parent(resource.id), {}).setdefault(kind, {})[key] = None
            self._types.setdefault((kind, subscription_of(key)), {})[key] = None
            insort(self._sorted.setdefault((kind, subscription_of(key)), []), key)
        else:
            resource.serial = before.serial
        self._all[key] = resource
        for index in self._indexes.get(kind, {}).values():
            index.put(resource)

    def restore(self, resource: Resource) -> None:
        """Keep a resource of a saved cloud at its old place in lists."""
        serial = resource.serial
        self.put(resource)
        resource.serial = serial
        self._serial = max(self._serial, serial)

    def remove(self, resource_id: str) -> None:
        """Forget one resource, not what is below it."""
        key = resource_id.lower()
        gone = self._all.pop(key, None)
        if gone is not None:
            kind = gone.type.lower()
            self._children.get(_parent(gone.id), {}).get(kind, {}).pop(key, None)
            self._types.get((kind, subscription_of(key)), {}).pop(key, None)
            ordered = self._sorted[kind, subscription_of(key)]
            del ordered[bisect_left(ordered, key)]
            for index in self._indexes.get(kind, {}).values():
                index.drop(key)

    def children(self, parent_id: str, type_name: str = "") -> list[Resource]:
        """What lies directly in or on an id, in the order of creation; only of one type if it is given."""
        kinds = self._children.get(parent_id.lower(), {})
        if type_name:
            return [self._all[key] for key in kinds.get(type_name.lower(), ())]
        return sorted((self._all[key] for keys in kinds.values() for key in keys), key=lambda item: item.serial)

    def below(self, parent_id: str) -> list[Resource]:
        """Everything in or on an id, the deepest first, so that it can be removed in this order."""
        found: list[Resource] = []
        for child in self.children(parent_id):
            found.extend(self.below(child.id))
            found.append(child)
        return found

    def of_type(self, type_name: str, subscription: str = "") -> list[Resource]:
        """All resources of a type, in one subscription or in all."""
        wanted = type_name.lower()
        if subscription:
            return [self._all[key] for key in self._types.get((wanted, subscription.lower()), ())]
        return [self._all[key] for (kind, _), keys in self._types.items() if kind == wanted for key in keys]

    def where(self, type_name: str, field: Field, value: str, subscription: str = "") -> list[Resource]:
        """The resources of a type whose field says `value`, letter case apart, in the order of creation.

        The first question makes the index; from then on `put` keeps it: what a field reads is never changed in any other way.
        """
        indexes = self._indexes.setdefault(type_name.lower(), {})
        if field not in indexes:
            made = indexes[field] = _Index(field)
            for item in self.of_type(type_name):
                made.put(item)
        wanted = subscription.lower()
        keys = (key for key in indexes[field].find(value) if not wanted or subscription_of(key) == wanted)
        return sorted((self._all[key] for key in keys), key=lambda item: item.serial)

    def within(self, type_name: str, scope: str) -> list[Resource]:
        """The resources of a type below an id, the id itself not among them."""
        above = scope.lower()
        if not subscription_of(above):
            return [item for item in self.of_type(type_name) if item.key.startswith(f"{above}/")]
        ordered = self._sorted.get((type_name.lower(), subscription_of(above)), [])
        beyond = f"{above}0"  # the character after the slash
        return [self._all[key] for key in ordered[bisect_left(ordered, f"{above}/") : bisect_left(ordered, beyond)]]

    def in_subscription(self, subscription: str) -> list[Resource]:
        """Every resource of a subscription, by type."""
        wanted = subscription.lower()
        return [self._all[key] for (_, owner), keys in self._types.items() if owner == wanted for key in keys]


def _parent(resource_id: str) -> str:
    target = parse(resource_id)
    return target.parent.lower() if target else ""
