"""Who still needs an object that is being deleted. The reverse map answers first; before the finalizer goes, the cluster is asked.

The map may lag behind: an object that was created a moment ago counts, although no event has told of it yet.
"""

from loom.kube.client import KubeClient
from loom.kube.key import RESOURCES, Key, key_of
from loom.kube.references import References, references_of

_NAMED = 5
_USERS = {"AdminPlane": "DataLandingZone", "DataLandingZone": "ApiProduct"}


async def users_of(client: KubeClient, references: References, key: Key) -> str:
    """In words, who refers to the object; "" when nobody does. Raises ApiError."""
    kind = _USERS.get(key.kind)
    if kind is None:
        return ""
    users = [user for user in references.users(key) if user.kind == kind]
    if not users:
        found = client.items(RESOURCES[kind])
        users = sorted([key_of(obj, kind) async for obj in found if key in references_of(key_of(obj, kind), obj)])
    if not users:
        return ""
    names = ", ".join(f"{user.namespace}/{user.name}" for user in users[:_NAMED])
    more = f" and {len(users) - _NAMED} more" if len(users) > _NAMED else ""
    return f"still in use by {kind} {names}{more}: delete {'them' if len(users) > 1 else 'it'} first"
