"""Who still needs an object that is being deleted. The reverse map answers first; before the finalizer goes, the cluster is asked.

The map may lag behind: an object that was created a moment ago counts, although no event has told of it yet. Who may not use a
zone and has made nothing with it does not count, or anybody could keep another namespace's zone from being deleted by naming it.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.kube.client import ApiError, KubeClient
from loom.kube.gather import permits
from loom.kube.key import RESOURCES, Key, key_of
from loom.kube.references import references_of
from loom.kube.watch import Watch

_NAMED = 5
_USERS = {"AdminPlane": "DataLandingZone", "DataLandingZone": "ApiProduct"}


async def users_of(client: KubeClient, watch: Watch, key: Key, spec: Any) -> str:
    """In words, who refers to the object, whose spec is None where it does not parse; "" when nobody does. Raises ApiError."""
    kind = _USERS.get(key.kind)
    if kind is None:
        return ""
    known = ((user, watch.cache.get(user)) for user in watch.references.users(key) if user.kind == kind)
    users = [user for user, obj in known if obj is not None and _counts(watch, key, spec, user, obj)]
    if not users:
        users = sorted(
            [
                user
                async for obj in _all(client, kind)
                if key in references_of(user := key_of(obj, kind), obj) and _counts(watch, key, spec, user, obj)
            ]
        )
    if not users:
        return ""
    names = ", ".join(f"{user.namespace}/{user.name}" for user in users[:_NAMED])
    more = f" and {len(users) - _NAMED} more" if len(users) > _NAMED else ""
    return f"still in use by {kind} {names}{more}: delete {'them' if len(users) > 1 else 'it'} first"


async def _all(client: KubeClient, kind: str) -> AsyncIterator[dict[str, Any]]:
    """Every object of the kind; none where the kind itself is gone, as CRDs that are deleted together go one by one."""
    try:
        async for obj in client.items(RESOURCES[kind]):
            yield obj
    except ApiError as error:
        if error.status != 404:
            raise


def _counts(watch: Watch, key: Key, spec: Any, user: Key, obj: Mapping[str, Any]) -> bool:
    """Has the user made something, or may it?"""
    if (obj.get("status") or {}).get("inventory") or user.namespace == key.namespace:
        return True
    if isinstance(spec, DataLandingZoneSpec):
        return permits(spec.consumers, watch.labels_of(user.namespace) or {})
    return True
