"""What one pass writes to its object: the finalizer, the status, and nothing else; each write over the one before it.

Whatever is written goes into the cache at once, so that no later pass is older than our own writes.
"""

from collections.abc import Mapping
from typing import Any

from loom.engine.ports import Conflict
from loom.kube import finalizer
from loom.kube.client import ApiError, KubeClient
from loom.kube.key import Key
from loom.kube.status import StatusWriter
from loom.kube.watch import Watch


class Writing:
    """What one pass writes to its object, each write over the one before. `obj` is the object as it is now."""

    def __init__(
        self, client: KubeClient, watch: Watch, status: StatusWriter, key: Key, obj: Mapping[str, Any]
    ) -> None:
        self._client = client
        self._watch = watch
        self._status = status
        self._key = key
        self.obj = obj

    async def hold(self) -> None:
        """Put the finalizer on. Raises Conflict, ApiError."""
        try:
            self.obj = await finalizer.hold(self._client, self._key, self.obj)
        except ApiError as error:
            raise _as_conflict(error) from None
        self._watch.cache.update(self._key, self.obj)

    async def journal(self, status: Mapping[str, Any]) -> None:
        """Write a status at once. Raises Conflict."""
        await self.write(status)

    async def write(self, status: Mapping[str, Any], *, progress_only: bool = False) -> float:
        """Write a status if it differs; seconds that it is held back for. Raises Conflict, ApiError."""
        before = self.obj
        self.obj, held_back = await self._status.write(self._key, before, status, progress_only=progress_only)
        if self.obj is not before:
            self._watch.cache.update(self._key, self.obj)
            self._watch.note(self._key, self.obj)
        return held_back

    async def release(self) -> None:
        """Let the object go. Raises Conflict, ApiError."""
        try:
            released = await finalizer.release(self._client, self._key, self.obj)
        except ApiError as error:
            if error.status != 404:
                raise _as_conflict(error) from None
        else:
            self._watch.cache.update(self._key, released)


def _as_conflict(error: ApiError) -> Exception:
    """The object changed or went between reading and writing."""
    return Conflict(str(error)) if error.status in (404, 409) else error
