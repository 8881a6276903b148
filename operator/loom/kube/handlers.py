"""kopf's part: list, watch and log in. Each handler parses an event, tells the watch, and returns.

`on.event` only: kopf then keeps no annotations, no finalizer and no state of its own on anybody's objects. Errors in such a
handler are logged and never retried, which is why nothing here can fail and the relist is there.
"""

import asyncio
import logging
import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

import kopf

# `kopf.operator` takes these, and exports them nowhere.
from kopf._core.reactor.inventory import ResourceMemories, ResourceMemory

from loom.kube.client import Login
from loom.kube.key import RESOURCES, USE_LABEL, Key, key_of
from loom.kube.references import CONFIG_MAP
from loom.kube.watch import Watch

logger = logging.getLogger(__name__)

_PAGE = 500
_RESTART = 5.0
_DELETED = "DELETED"


def build_registry(watch: Watch, login: Login, loop: asyncio.AbstractEventLoop) -> kopf.OperatorRegistry:
    """The handlers of one operator: our kinds, namespaces, and ConfigMaps that carry `csaloom.io/use: "true"`.

    kopf has a thread and a loop of its own, as it cancels every task of its loop when it ends; the watch is told in `loop`.
    """
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry, errors=kopf.ErrorsMode.PERMANENT)
    def log_in(**_: Any) -> kopf.ConnectionInfo:
        return login()

    async def note_object(event: Mapping[str, Any], **_: Any) -> None:
        key, obj = key_of(event["object"]), event["object"]
        uid, version = obj["metadata"]["uid"], obj["metadata"]["resourceVersion"]
        if event["type"] == _DELETED:
            loop.call_soon_threadsafe(watch.gone, key, uid)
        elif not watch.cache.is_current(key, uid, version):  # else our own write, or what was listed a moment ago
            loop.call_soon_threadsafe(partial(watch.seen, key, obj, listed=event["type"] is None))

    for resource in RESOURCES.values():
        kopf.on.event(resource.group, resource.version, resource.plural, registry=registry)(note_object)

    @kopf.on.event("", "v1", "namespaces", registry=registry)
    async def note_namespace(event: Mapping[str, Any], **_: Any) -> None:
        metadata = event["object"]["metadata"]
        labels = None if event["type"] == _DELETED else metadata.get("labels") or {}
        loop.call_soon_threadsafe(watch.namespace_seen, metadata["name"], labels)

    @kopf.on.event("", "v1", "configmaps", registry=registry)
    async def note_document(event: Mapping[str, Any], **_: Any) -> None:
        metadata = event["object"]["metadata"]
        version = "" if event["type"] == _DELETED else metadata["resourceVersion"]
        key = Key(CONFIG_MAP, metadata["namespace"], metadata["name"])
        loop.call_soon_threadsafe(watch.document_seen, key, version)

    return registry


def build_settings() -> kopf.OperatorSettings:
    """kopf as a watcher and nothing else."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.scanning.disabled = True  # else it holds every CRD of the cluster in memory
    settings.watching.chunk_size = _PAGE
    settings.watching.label_selectors["configmaps"] = f"{USE_LABEL}=true"
    # A worker of kopf's is a task for each object; ours hold no state between events.
    settings.queueing.idle_timeout = 0.05
    settings.networking.request_timeout = 60.0
    return settings


class Forgetful(ResourceMemories):
    """What kopf remembers of an object serves its daemons, timers and retries. We have none, and it takes 0.9 KB an object (measured)."""

    async def recall(self, *args: Any, ephemeral: bool = True, **options: Any) -> ResourceMemory:  # noqa: ARG002 - kopf's own words
        """A record for one event, which nobody keeps."""
        return await super().recall(*args, ephemeral=True, **options)


class Stop:
    """Asks the watching to end. Each run of kopf has a flag of its own: it waits for that in a thread, which must end with the run."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._run = threading.Event()

    def set(self) -> None:
        """End, and begin no more."""
        self._asked.set()
        self._run.set()

    def is_set(self) -> bool:
        """Is it asked for?"""
        return self._asked.is_set()

    def wait(self, seconds: float) -> None:
        """Wait for that, so long at most."""
        self._asked.wait(seconds)

    def next_run(self) -> threading.Event:
        """The flag of another run."""
        self._run = flag = threading.Event()
        if self._asked.is_set():  # asked for meanwhile: it set the flag before this one
            flag.set()
        return flag


def watch_until(stop: Stop, registry: kopf.OperatorRegistry, namespace: str) -> None:
    """Run kopf in this thread, again when it fails, until `stop`."""
    while not stop.is_set():
        try:
            asyncio.run(_watch(stop.next_run(), registry, namespace))
        except Exception as error:
            logger.warning("watching ended: %s; it starts again in %.0f s", error, _RESTART)
        stop.wait(_RESTART)


async def _watch(flag: threading.Event, registry: kopf.OperatorRegistry, namespace: str) -> None:
    """One run of kopf, which ends when it fails, as when a CRD is deleted, or with the flag."""
    try:
        await kopf.operator(
            registry=registry,
            settings=build_settings(),
            memories=Forgetful(),
            standalone=True,
            clusterwide=not namespace,
            namespaces=[namespace] if namespace else [],
            stop_flag=flag,
        )
    finally:
        flag.set()
