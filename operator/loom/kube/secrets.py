"""Secrets that the operator makes for an object: keys go in, and only what the operator itself made is ever written.

A Secret is ours by its label, which survives a restore; the owner reference lets it go with its object. What it holds is never logged,
and never listed: Secrets are read by name, where their namespace allows it.
"""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from loom.api.kinds import GROUP, VERSION
from loom.engine.ports import Kept
from loom.errors import CloudError, Retry
from loom.kube.client import ApiError, KubeClient
from loom.kube.key import SECRET, Key
from loom.plan.keys import KeyNotes, Place
from loom.plan.ownership import Owner

OWNER_LABEL = f"{GROUP}/owner"
_NOTES = f"{GROUP}/"  # before the names of notes, in annotations
_DIGEST = f"{_NOTES}keys-digest"


@dataclass(frozen=True, slots=True)
class Account:
    """The operator's own service account, for the command that a refusal names."""

    namespace: str
    name: str = "loom-operator"


class SecretKeeper:
    """The engine's `Keeper` for one object, on Secrets of its namespace."""

    def __init__(self, client: KubeClient, owner: Owner, key: Key, uid: str, account: Account) -> None:
        self._client = client
        self._owner = owner
        self._key = key
        self._uid = uid
        self._account = account

    async def read(self, place: Place) -> Kept | None:
        """What stands beside the keys. Raises CloudError."""
        secret = await self._find(place.secret)
        if secret is None:
            return None
        notes = secret["metadata"].get("annotations") or {}
        return Kept(str(notes.get(_DIGEST) or "") if secret.get("data") else "", _notes_of(notes))

    async def write(self, place: Place, entries: Mapping[str, str], kept: Kept) -> None:
        """Make the Secret, or put other keys into it. Raises CloudError."""
        there = await self._find(place.secret)
        data = {name: base64.b64encode(value.encode()).decode() for name, value in entries.items()}
        metadata = {
            "name": place.secret,
            "labels": {OWNER_LABEL: self._owner.hash, "app.kubernetes.io/managed-by": "loom-operator"},
            "annotations": _annotations(kept),
            "ownerReferences": [self._reference()],
        }
        namespace = self._key.namespace
        async with _explained(self, place.secret):
            if there is None:
                await self._client.create(SECRET, namespace, {"metadata": metadata, "type": "Opaque", "data": data})
            else:
                metadata["resourceVersion"] = there["metadata"]["resourceVersion"]
                stale = {name: None for name in there.get("data") or {} if name not in data}
                await self._client.merge(
                    SECRET, namespace, place.secret, {"metadata": metadata, "data": {**stale, **data}}
                )

    async def remove(self, place: Place) -> None:
        """Delete the Secret; one that is somebody else's by now stays. Raises CloudError."""
        try:
            there = await self._find(place.secret)
        except CloudError as error:
            if error.reason == "SecretNotOurs":
                return
            raise
        if there is not None:
            async with _explained(self, place.secret):
                await self._client.delete(SECRET, self._key.namespace, place.secret, there["metadata"]["uid"])

    async def _find(self, name: str) -> dict[str, Any] | None:
        async with _explained(self, name):
            secret = await self._client.get(SECRET, self._key.namespace, name)
        if secret is None:
            return None
        labels = secret["metadata"].get("labels") or {}
        if labels.get(OWNER_LABEL) != self._owner.hash:
            raise CloudError(
                "SecretNotOurs",
                "",
                f"Secret {name} of namespace {self._key.namespace} was not made by the operator for this object, and is not "
                "written; name another one, or delete it",
                Retry.PERSON,
            )
        return secret

    def _reference(self) -> dict[str, Any]:
        return {
            "apiVersion": f"{GROUP}/{VERSION}",
            "kind": self._key.kind,
            "name": self._key.name,
            "uid": self._uid,
            "controller": True,
            "blockOwnerDeletion": False,
        }

    def forbidden(self, name: str) -> CloudError:
        """The refusal of the API server, with what a person of the namespace can do."""
        account, namespace = self._account, self._key.namespace
        command = (
            f"kubectl create rolebinding loom-secrets --clusterrole=loom-secrets "
            f"--serviceaccount={account.namespace}:{account.name} -n {namespace}"
        )
        return CloudError(
            "SecretForbidden",
            "",
            f"the operator may not read and write Secret {name} of namespace {namespace}; allow it with: {command}",
            Retry.PERSON,
        )


@asynccontextmanager
async def _explained(keeper: SecretKeeper, name: str) -> AsyncIterator[None]:
    try:
        yield
    except ApiError as error:
        if error.status == 403:
            raise keeper.forbidden(name) from None
        if error.status in (404, 409):  # it came, changed or went meanwhile
            raise CloudError("ProgressingWithRetry", "", f"Secret {name} changed meanwhile", Retry.NOW) from None
        if error.status in (400, 422):
            raise CloudError("InvalidSpec", "", f"Secret {name} was refused: {error.message}", Retry.PERSON) from None
        words = f"Secret {name} cannot be read or written now ({error.reason})"
        raise CloudError("ProgressingWithRetry", "", words, Retry.NOW) from None


def _annotations(kept: Kept) -> dict[str, str | None]:
    """As a merge patch: None takes an annotation away."""
    notes = (kept.notes or KeyNotes("")).write()
    return {_DIGEST: kept.digest, **{f"{_NOTES}{name}": text or None for name, text in notes.items()}}


def _notes_of(annotations: Mapping[str, Any]) -> KeyNotes | None:
    return KeyNotes.read({name.removeprefix(_NOTES): str(text) for name, text in annotations.items()})
