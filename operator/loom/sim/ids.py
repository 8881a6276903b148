"""Azure resource ids and paths: what kind of thing a path names. Knows no type; decides nothing about what exists.

The last `/providers/` of a path separates the scope from the resource, so an extension resource (a role assignment on a
storage account) needs no rule of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

RESOURCES = "Microsoft.Resources"


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names: an instance (as many names as types), a collection, or an action (types has one more)."""

    scope: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def is_instance(self) -> bool:
        return bool(self.types) and len(self.types) == len(self.names)

    @property
    def type_path(self) -> str:
        return "/".join(self.types)

    @property
    def type_key(self) -> str:
        return f"{self.namespace}/{self.type_path}".lower()

    @property
    def name(self) -> str:
        return self.names[-1]

    @property
    def parent(self) -> str:
        """The id of what holds this: the parent resource, else the scope."""
        if len(self.types) <= 1:
            return self.scope
        return self.path_of(len(self.types) - 1)

    def path_of(self, depth: int) -> str:
        """The id of the instance made of the first `depth` pairs of type and name."""
        if self.namespace == RESOURCES and self.types[0] in ("resourceGroups", "subscriptions"):
            return f"{self.scope}/{self.types[0]}/{self.names[0]}"
        pairs = "".join(f"/{kind}/{name}" for kind, name in zip(self.types[:depth], self.names[:depth], strict=True))
        return f"{self.scope}/providers/{self.namespace}{pairs}"

    @property
    def id(self) -> str:
        return self.path_of(len(self.types))


@lru_cache(maxsize=65536)
def parse(path: str) -> Target | None:
    """Read a decoded path. `None` when it is no resource, collection or action below a subscription or provider."""
    parts = [part for part in path.split("/") if part]
    lowered = [part.lower() for part in parts]
    if "providers" in lowered:
        cut = len(lowered) - 1 - lowered[::-1].index("providers")
        rest = parts[cut + 1 :]
        if not rest:
            return Target(_join(parts[:cut]), "", (), ())
        return Target(_scope(parts[:cut]), rest[0], tuple(rest[1::2]), tuple(rest[2::2]))
    if not lowered or lowered[0] != "subscriptions":
        return None
    if len(parts) <= 2:
        return Target("", RESOURCES, ("subscriptions",), tuple(parts[1:2]))
    if lowered[2] != "resourcegroups":
        return None
    scope = f"/subscriptions/{parts[1]}"
    if len(parts) <= 4:
        return Target(scope, RESOURCES, ("resourceGroups",), tuple(parts[3:4]))
    if len(parts) == 5:
        return Target(scope, RESOURCES, ("resourceGroups", parts[4]), (parts[3],))
    return None


def _scope(parts: list[str]) -> str:
    known = {"subscriptions": "subscriptions", "resourcegroups": "resourceGroups"}
    return _join([known.get(part.lower(), part) if place < 3 else part for place, part in enumerate(parts)])


def _join(parts: list[str]) -> str:
    return "".join(f"/{part}" for part in parts)


def subscription_of(resource_id: str) -> str:
    """The subscription's GUID in an id, or the empty string."""
    parts = resource_id.split("/", 3)
    return parts[2] if len(parts) > 2 and parts[1].lower() == "subscriptions" else ""


def group_of(resource_id: str) -> str:
    """The resource group's name in an id, or the empty string."""
    parts = resource_id.split("/", 5)
    return parts[4] if len(parts) > 4 and parts[3].lower() == "resourcegroups" else ""


def group_id_of(resource_id: str) -> str:
    """The id of the resource group that an id lies in, or the empty string."""
    name = group_of(resource_id)
    return f"/subscriptions/{subscription_of(resource_id)}/resourceGroups/{name}" if name else ""


def ancestors(resource_id: str) -> list[str]:
    """The id itself and every scope above it, lower case, nearest first: locks and role assignments are inherited down these."""
    found: list[str] = []
    key = resource_id.lower().rstrip("/")
    while key:
        found.append(key)
        target = parse(key)
        if target is None:
            key = key.rsplit("/", 1)[0]
            continue
        key = (target.parent if target.is_instance else target.scope).lower()
    return [*found, "/"]


def name_of(resource_id: str) -> str:
    """The last segment of an id."""
    return resource_id.rstrip("/").rsplit("/", 1)[-1]
