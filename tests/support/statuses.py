"""Looks at every status that any of our objects shows while cluster tests run, and judges it by the oracle's rules.

One watch a kind, from the moment that the CRDs are installed. A status that nobody but the API server has written yet
(its default) says nothing and is not judged; neither is one in a namespace where a test forges statuses on purpose.
"""

import threading
from collections.abc import Callable
from typing import Any

from loom.dev.objects import LoomObjects

Judge = Callable[[dict[str, Any]], list[str]]


class StatusWatch:
    """Watches until `stop()`; `drain()` gives what was found since it was last asked."""

    def __init__(self, objects: LoomObjects, judge: Judge) -> None:
        self.seen = 0
        self._objects = objects
        self._judge = judge
        self._ignored: set[str] = set()
        self._found: list[str] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        for kind in objects.kinds:
            threading.Thread(target=self._watch, args=(kind,), daemon=True).start()

    def ignore(self, namespace: str) -> None:
        """No status in this namespace is the operator's own any more: the test writes there itself."""
        with self._lock:
            self._ignored.add(namespace)

    def drain(self) -> list[str]:
        """A sentence for each rule broken since the last call."""
        with self._lock:
            found, self._found = self._found, []
        return found

    def stop(self) -> None:
        self._stopped.set()

    def look_at(self, obj: dict[str, Any]) -> None:
        """Judges one object as it was seen."""
        metadata, status = obj["metadata"], obj.get("status") or {}
        if not status.get("conditions") and status.get("observedGeneration", -1) < 0:
            return
        with self._lock:
            if metadata.get("namespace") in self._ignored:
                return
            self.seen += 1
            where = f"{obj['kind']} {metadata.get('namespace', '')}/{metadata['name']}"
            self._found += [f"{where}: {rule}" for rule in self._judge(obj)]

    def _watch(self, kind: str) -> None:
        for event, obj in self._objects.watch(kind):
            if self._stopped.is_set():
                return
            if event != "DELETED":
                self.look_at(obj)
