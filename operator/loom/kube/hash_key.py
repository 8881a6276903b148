"""The key of the keyed hashes by which secrets are compared: made once, kept in a Secret of the operator's namespace.

Without it a hash in a status would let anybody who reads statuses test guesses. When the Secret is lost a new one is made; what
that means for hashes already taken is the engine's business.
"""

import base64
import hmac
import secrets
from collections.abc import Callable

from loom.kube.client import ApiError, KubeClient
from loom.kube.key import SECRET

NAME = "loom-hash-key"
_FIELD = "key"
_BYTES = 32


class HashKeyError(Exception):
    """The key can neither be read nor made; the message says what is missing."""


async def digest_of(client: KubeClient, namespace: str) -> Callable[[str], str]:
    """The keyed hash, as a function from text to hexadecimal. Raises HashKeyError, ApiError when the API server does not answer."""
    key = await _read(client, namespace) or await _make(client, namespace)

    def digest(text: str) -> str:
        return hmac.new(key, text.encode(), "sha256").hexdigest()

    return digest


async def _read(client: KubeClient, namespace: str) -> bytes | None:
    try:
        secret = await client.get(SECRET, namespace, NAME)
    except ApiError as error:
        raise _explained(error, namespace) from None
    value = ((secret or {}).get("data") or {}).get(_FIELD)
    return base64.b64decode(value) if value else None


async def _make(client: KubeClient, namespace: str) -> bytes:
    key = secrets.token_bytes(_BYTES)
    body = {
        "metadata": {"name": NAME, "labels": {"app.kubernetes.io/managed-by": "loom-operator"}},
        "type": "Opaque",
        "data": {_FIELD: base64.b64encode(key).decode()},
    }
    try:
        await client.create(SECRET, namespace, body)
    except ApiError as error:
        if error.reason == "AlreadyExists":  # another replica was first, or the Secret is there and empty
            there = await _read(client, namespace)
            if there:
                return there
            raise HashKeyError(
                f"Secret {namespace}/{NAME} has no entry {_FIELD}. Delete it; a new one is made."
            ) from None
        raise _explained(error, namespace) from None
    return key


def _explained(error: ApiError, namespace: str) -> Exception:
    if error.status == 404:
        return HashKeyError(f"There is no namespace {namespace}. Create it, or set operatorNamespace.")
    if error.status == 403:
        return HashKeyError(
            f"The operator may not read and create Secret {NAME} in namespace {namespace}: {error.message}. "
            "Bind the role of the installation there."
        )
    return error
