"""The finalizer: the one thing besides status that is ever written to an object, and it is written before the first Azure call.

Both writes carry the resourceVersion that was read, so that a race is a conflict and never a lost finalizer of somebody else.
"""

from collections.abc import Mapping
from typing import Any

from loom.kube.client import KubeClient
from loom.kube.key import FINALIZER, RESOURCES, Key


def is_held(obj: Mapping[str, Any]) -> bool:
    """Does the object carry our finalizer?"""
    return FINALIZER in (obj["metadata"].get("finalizers") or ())


async def hold(client: KubeClient, key: Key, obj: Mapping[str, Any]) -> dict[str, Any]:
    """Put the finalizer on. Returns the object as it is then. Raises ApiError, 409 when it changed meanwhile."""
    return await _write(client, key, obj, [*(obj["metadata"].get("finalizers") or ()), FINALIZER])


async def release(client: KubeClient, key: Key, obj: Mapping[str, Any]) -> dict[str, Any]:
    """Take the finalizer off. Returns the object as it was at last. Raises ApiError, 409 when the object changed meanwhile."""
    return await _write(
        client, key, obj, [name for name in obj["metadata"].get("finalizers") or () if name != FINALIZER]
    )


async def _write(client: KubeClient, key: Key, obj: Mapping[str, Any], finalizers: list[str]) -> dict[str, Any]:
    patch = {"metadata": {"resourceVersion": obj["metadata"]["resourceVersion"], "finalizers": finalizers}}
    return await client.merge(RESOURCES[key.kind], key.namespace, key.name, patch)
