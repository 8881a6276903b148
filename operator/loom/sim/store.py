"""What exists in the simulated cloud. Holds resources and finds them by id, parent and type; decides nothing about them.

20,000 resources are one dictionary by lower-case id and two indexes; no listing walks over what it does not return.
"""

from __future__ import annotations

from collections.abc import Iterator
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


class Store:
    """All resources, subscriptions and resource groups among them."""

    def __init__(self) -> None:
        self._all: dict[str, Resource] = {}
        self._children: dict[str, dict[str, dict[str, None]]] = {}
        self._types: dict[tuple[str, str], dict[str, None]] = {}
        self._serial = 0

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Resource]:
        return iter(list(self._all.values()))

    def get(self, resource_id: str) -> Resource | None:
        return self._all.get(resource_id.lower())

    def put(self, resource: Resource) -> None:
        """Keep a resource; one with the same id is replaced and keeps its place in lists."""
        key = resource.key
        before = self._all.get(key)
        if before is None:
            self._serial += 1
            resource.serial = self._serial
            kind = resource.type.lower()
            self._children.setdefault(_parent(resource.id), {}).setdefault(kind, {})[key] = None
            self._types.setdefault((kind, subscription_of(key)), {})[key] = None
        else:
            resource.serial = before.serial
        self._all[key] = resource

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

    def in_subscription(self, subscription: str) -> list[Resource]:
        """Every resource of a subscription, by type."""
        wanted = subscription.lower()
        return [self._all[key] for (_, owner), keys in self._types.items() if owner == wanted for key in keys]


def _parent(resource_id: str) -> str:
    target = parse(resource_id)
    return target.parent.lower() if target else ""
