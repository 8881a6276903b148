"""Lists everything: in full before the first pass, by metadata alone every now and then, to find what no event has told.

kopf tells nobody when its first list has ended, and after an expired watch it does not name what vanished meanwhile. So we list
ourselves: no pass begins before the references are known, and keys of vanished objects are dropped.
"""

import logging
from typing import Any

from loom.kube.client import KubeClient
from loom.kube.key import ADMIN_PLANE, NAMESPACE, RESOURCES, Key, Resource, key_of
from loom.kube.watch import Watch

logger = logging.getLogger(__name__)


async def list_all(client: KubeClient, watch: Watch, namespace: str = "") -> None:
    """Fill the watch's view: namespaces and planes first, so that no object is looked at without its references. Raises ApiError."""
    async for item in client.items(NAMESPACE):
        if not namespace or item["metadata"]["name"] == namespace:
            watch.namespace_seen(item["metadata"]["name"], item["metadata"].get("labels") or {})
    for resource in sorted(RESOURCES.values(), key=lambda one: one.kind != ADMIN_PLANE):
        async for item in client.items(resource, namespace):
            watch.seen(key_of(item, resource.kind), named(resource, item), listed=True)


async def reconcile_lists(client: KubeClient, watch: Watch, namespace: str = "") -> int:
    """Drop what is gone, take in what was missed. Returns how many keys differed. Raises ApiError."""
    differing = 0
    for resource in RESOURCES.values():
        known = set(watch.cache.keys(resource.kind))
        seen: set[Key] = set()
        async for item in client.items(resource, namespace, metadata_only=True):
            key = key_of(item, resource.kind)
            seen.add(key)
            if not watch.cache.is_current(key, item["metadata"]["uid"], item["metadata"]["resourceVersion"]):
                differing += 1
                await _take_in(client, watch, key)
        for key in known - seen:
            # Known before the list began and not in it; an object that came back meanwhile has another uid or is read again.
            differing += 1
            await _take_in(client, watch, key)
    if differing:
        logger.info("listing again found %d objects that no event had told of", differing)
    return differing


async def read_now(client: KubeClient, watch: Watch, key: Key) -> dict[str, Any] | None:
    """The object as it is stored; where it is gone, it is dropped. Raises ApiError."""
    uid = watch.cache.uid(key)
    obj = await client.get(RESOURCES[key.kind], key.namespace, key.name)
    if obj is None and uid:
        watch.gone(key, uid)  # not one that came under its name while we asked: an event may overtake the answer
    return obj


async def _take_in(client: KubeClient, watch: Watch, key: Key) -> None:
    if (obj := await read_now(client, watch, key)) is not None:
        watch.seen(key, obj)


def named(resource: Resource, item: dict[str, object]) -> dict[str, object]:
    """An item of a list as a whole object: lists leave out what all items share."""
    return {"apiVersion": f"{resource.group}/{resource.version}", "kind": resource.kind, **item}
