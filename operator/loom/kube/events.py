"""Kubernetes events: one for each change that a pass speaks of. The same words again raise a count and make no new event.

Events are for people who look; losing one is no failure of a pass, so errors end here.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from loom.engine.work import Event
from loom.kube.client import ApiError, KubeClient
from loom.kube.key import EVENT, Key

logger = logging.getLogger(__name__)

COMPONENT = "loom-operator"
_REMEMBERED = 2000
_LONGEST = 1000


class EventRecorder:
    """Sends events. `today` gives the moment as RFC 3339."""

    def __init__(self, client: KubeClient, today: Callable[[], str]) -> None:
        self._client = client
        self._today = today
        self._counts: OrderedDict[str, int] = OrderedDict()

    async def record(self, key: Key, obj: Mapping[str, Any], event: Event) -> None:
        """Send one event about an object. Never raises."""
        namespace = key.namespace or "default"  # where Kubernetes keeps the events of cluster-scoped objects
        words = "|".join((obj["metadata"]["uid"], event.type, event.reason, event.message))
        name = f"{key.name}.{sha256(words.encode()).hexdigest()[:16]}"
        try:
            await self._send(namespace, name, _body(key, obj, event, namespace, name, self._today()))
        except ApiError as error:
            # 403 among others: nothing can be created in a namespace that is being deleted.
            logger.debug("%s: the event %s could not be sent: %s", key, event.reason, error)

    async def _send(self, namespace: str, name: str, body: Mapping[str, Any]) -> None:
        if name in self._counts:
            try:
                return await self._count_up(namespace, name, body)
            except ApiError as error:
                if error.status != 404:  # events expire after an hour
                    raise
        try:
            await self._client.create(EVENT, namespace, body)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise
            there = await self._client.get(EVENT, namespace, name)
            self._counts[name] = int((there or {}).get("count") or 1)
            return await self._count_up(namespace, name, body)
        self._remember(name, 1)
        return None

    async def _count_up(self, namespace: str, name: str, body: Mapping[str, Any]) -> None:
        count = self._counts[name] + 1
        await self._client.merge(EVENT, namespace, name, {"count": count, "lastTimestamp": body["lastTimestamp"]})
        self._remember(name, count)

    def _remember(self, name: str, count: int) -> None:
        self._counts[name] = count
        self._counts.move_to_end(name)
        if len(self._counts) > _REMEMBERED:
            self._counts.popitem(last=False)


def _body(key: Key, obj: Mapping[str, Any], event: Event, namespace: str, name: str, now: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": {
            "apiVersion": obj["apiVersion"],
            "kind": key.kind,
            "name": key.name,
            "namespace": key.namespace,
            "uid": obj["metadata"]["uid"],
            "resourceVersion": obj["metadata"]["resourceVersion"],
        },
        "type": event.type,
        "reason": event.reason,
        "message": event.message[:_LONGEST],
        "source": {"component": COMPONENT},
        "reportingComponent": COMPONENT,
        "reportingInstance": COMPONENT,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }
