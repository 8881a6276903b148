"""Who owns a resource, and what a namespace may touch: the marker's value, and the scopes that its grant covers today.

Status is a cache and a tag is a claim; neither is authority. Before a delete both must hold: the live marker is ours, and the
id lies in `Authority`.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from loom.plan.arm_id import is_plain, is_within, key, type_of

TAG = "csaloom-io-owner"


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a resource. `installation` is set once by the administrator and survives a restored cluster."""

    installation: str
    namespace: str  # "" for cluster-scoped kinds
    kind: str
    name: str

    @classmethod
    def of(cls, mark: str) -> "Owner | None":
        """The owner whose mark this is; None for what is no mark."""
        parts = mark.split("/")
        return cls(*parts) if len(parts) == 4 and all((parts[0], *parts[2:])) else None

    @property
    def mark(self) -> str:
        """The marker's value: `<installation>/<namespace>/<kind>/<name>`."""
        return f"{self.installation}/{self.namespace}/{self.kind}/{self.name}"

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal characters that only this owner's names carry.

        What has no mark is ours by them, and whoever names an object chooses what is hashed: for half as many, a name that gives
        another owner's hash is found in minutes.
        """
        return sha256(self.mark.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Authority:
    """Where an object may write today. `home`: its own resource group. `scopes`: what the grant adds. `exact`: single ids.

    `vaults` are Key Vaults in which secrets of its own may stand, and nothing else of it; `inner` are further places of that sort: a
    type, and the scope within which things of that type may be its own.
    `denied` says in words why nothing may be written at all (no grant, grant withdrawn); "" = it may.
    """

    home: str = ""
    scopes: tuple[str, ...] = ()
    exact: frozenset[str] = field(default_factory=frozenset)  # comparable ids, as the hub's peering with this zone
    denied: str = ""
    vaults: tuple[str, ...] = ()  # ids
    inner: tuple[tuple[str, str], ...] = ()

    def covers(self, arm_id: str) -> bool:
        """May this object write or delete `arm_id` today?"""
        if self.denied or not is_plain(arm_id):
            return False
        if key(arm_id) in self.exact:
            return True
        if any(scope and is_within(arm_id, scope) for scope in (self.home, *self.scopes)):
            return True
        kind = type_of(arm_id).lower()
        return any(kind == inner.lower() and is_within(arm_id, scope) for inner, scope in self.inner)
