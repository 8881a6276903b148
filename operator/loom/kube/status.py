"""The one writer of status: only what changed, only over what was read, progress at most once in a while.

A status is replaced as a whole under the object's resourceVersion. What the answer of the API server lacks was cut by an older
CRD; that is said once in the log and not written over and over.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from loom.engine.ports import Conflict
from loom.kube.client import ApiError, KubeClient
from loom.kube.key import RESOURCES, Key

logger = logging.getLogger(__name__)


class StatusWriter:
    """Writes statuses. `progress_interval`: seconds between two writes that differ in progress only."""

    def __init__(
        self, client: KubeClient, progress_interval: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._progress_interval = progress_interval
        self._clock = clock
        self._written: dict[Key, float] = {}
        # Digests of a status as it was written, and as the API server kept it.
        self._cut: dict[Key, tuple[str, str]] = {}

    async def write(
        self, key: Key, obj: Mapping[str, Any], status: Mapping[str, Any], *, progress_only: bool = False
    ) -> tuple[Mapping[str, Any], float]:
        """Write `status` over the one that `obj` has, if it differs.

        Returns the object as it is now, and for how many seconds the write is held back (0: it is not). Raises Conflict when the
        object changed or went meanwhile, ApiError otherwise.
        """
        before = obj.get("status") or {}
        if status == before or (key in self._cut and self._cut[key] == (_digest(status), _digest(before))):
            return obj, 0.0
        due = self._written.get(key, float("-inf")) + self._progress_interval
        if progress_only and due > self._clock():
            return obj, due - self._clock()
        version = obj["metadata"]["resourceVersion"]
        operations = [
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
            {"op": "add", "path": "/status", "value": status},
        ]
        try:
            answer = await self._client.patch_status(RESOURCES[key.kind], key.namespace, key.name, operations)
        except ApiError as error:
            if error.status in (404, 409):
                raise Conflict(str(error)) from None
            raise
        self._written[key] = self._clock()
        self._note_cut(key, status, answer.get("status") or {})
        return answer, 0.0

    def forget(self, key: Key) -> None:
        """The object is gone."""
        self._written.pop(key, None)
        self._cut.pop(key, None)

    def _note_cut(self, key: Key, status: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
        if kept == status:
            self._cut.pop(key, None)
            return
        names = sorted(name for name in {*status, *kept} if status.get(name) != kept.get(name))
        self._cut[key] = (_digest(status), _digest(kept))
        logger.warning(
            "%s: the API server did not keep status.%s as it was written. Are the CRDs older than the operator?",
            key,
            ", status.".join(names),
        )


def _digest(status: Mapping[str, Any]) -> str:
    return sha256(json.dumps(status, sort_keys=True).encode()).hexdigest()
