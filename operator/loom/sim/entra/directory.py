"""Principals of the simulated tenant: applications, people and managed identities, and what they prove themselves by."""

from __future__ import annotations

import hmac
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Json = dict[str, Any]
LONG_AGO = -1e9


@dataclass(slots=True)
class Federation:
    """A federated identity credential: assertions of this issuer, for this subject and audience, are taken."""

    issuer: str
    subject: str
    audiences: list[str] = field(default_factory=lambda: ["api://AzureADTokenExchange"])


@dataclass(slots=True)
class Principal:
    """Somebody. `secrets` maps a client secret to its expiry in simulated seconds (0: never); `born` delays what Entra knows."""

    name: str
    object_id: str
    client_id: str
    kind: str = "ServicePrincipal"
    secrets: dict[str, float] = field(default_factory=dict)
    federations: list[Federation] = field(default_factory=list)
    born: float = LONG_AGO
    resource_id: str = ""

    def secret_state(self, given: str, now: float) -> str:
        """`good`, `expired` or `wrong`."""
        for secret, expires in self.secrets.items():
            if hmac.compare_digest(secret.encode(), given.encode()):
                return "expired" if expires and expires <= now else "good"
        return "wrong"

    def as_json(self) -> Json:
        return asdict(self)

    @staticmethod
    def from_json(value: Json) -> Principal:
        federations = [Federation(**item) for item in value.get("federations", [])]
        return Principal(**{**value, "federations": federations})


class Directory:
    """The tenant's principals, found by client id and by object id."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.key_sets: dict[str, Json] = {}
        self._by_object: dict[str, Principal] = {}
        self._by_client: dict[str, Principal] = {}

    def add(self, principal: Principal) -> Principal:
        self._by_object[principal.object_id.lower()] = principal
        self._by_client[principal.client_id.lower()] = principal
        return principal

    def remove(self, object_id: str) -> None:
        gone = self._by_object.pop(object_id.lower(), None)
        if gone is not None:
            self._by_client.pop(gone.client_id.lower(), None)

    def by_client(self, client_id: str) -> Principal | None:
        return self._by_client.get(client_id.lower())

    def by_object(self, object_id: str) -> Principal | None:
        return self._by_object.get(object_id.lower())

    def all(self) -> list[Principal]:
        return list(self._by_object.values())


def guid(*parts: str) -> str:
    """A stable GUID for a name, so that a cloud made twice has the same ids."""
    return str(uuid5(NAMESPACE_URL, "loom-sim:" + "/".join(parts)))
