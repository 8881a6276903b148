"""Long operations: what is in progress, when it ends, and what a poll of it shows. What an end *means* is decided elsewhere."""

from __future__ import annotations

import hashlib
import heapq
import uuid
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
NEVER = float("inf")
KEPT = 20_000


@dataclass(slots=True)
class Operation:
    """One long operation. `due` is in simulated seconds; `next_poll` is the moment before which a poll is early.

    `verb` is `put`, `delete`, or `post` of an `action` that changes nothing and takes its time to answer.
    """

    id: str
    verb: str
    target: str
    type: str
    due: float
    started: str
    region: str
    api_version: str
    begun: float = 0.0
    retry_after: float | None = None
    status: str = "InProgress"
    ended: str = ""
    error: Json = field(default_factory=dict)
    failure: Json = field(default_factory=dict)
    next_poll: float = 0.0
    polls: int = 0
    created: bool = False
    action: str = ""

    @property
    def running(self) -> bool:
        return self.status == "InProgress"

    def document(self, path: str) -> Json:
        """The body of a poll of `Azure-AsyncOperation`, which is 200 whatever became of the operation."""
        body: Json = {"id": path, "name": self.id, "status": self.status, "startTime": self.started}
        if self.ended:
            body["endTime"] = self.ended
        if self.error:
            body["error"] = self.error
        return body

    def signature(self, salt: str = "") -> str:
        """The query that a real operation URL is signed with: about 3 KB, and a secret."""
        proof = hashlib.sha256(self.id.encode()).hexdigest()
        noise = hashlib.sha256(f"{self.id}{salt}".encode()).hexdigest()
        return f"t={int(noise[:12], 16)}&c={noise * 48}&s={proof}&h={noise[:43]}"


class Operations:
    """All operations, and those that will end, soonest first."""

    def __init__(self) -> None:
        self._all: dict[str, Operation] = {}
        self._queue: list[tuple[float, int, str]] = []
        self._count = 0

    def start(self, operation: Operation) -> Operation:
        self._all[operation.id] = operation
        self._enqueue(operation)
        while len(self._all) > KEPT:
            oldest = next((key for key, item in self._all.items() if not item.running), None)
            if oldest is None:
                break
            del self._all[oldest]
        return operation

    def prolong(self, operation: Operation, due: float) -> None:
        """An operation takes longer than it seemed."""
        operation.due = due
        self._enqueue(operation)

    def _enqueue(self, operation: Operation) -> None:
        if operation.due != NEVER and operation.running:
            self._count += 1
            heapq.heappush(self._queue, (operation.due, self._count, operation.id))

    def get(self, operation_id: str) -> Operation | None:
        return self._all.get(operation_id)

    def due(self, now: float) -> list[Operation]:
        """Take the operations whose time has come, in the order in which they end."""
        found = []
        while self._queue and self._queue[0][0] <= now:
            operation = self._all.get(heapq.heappop(self._queue)[2])
            if operation is not None and operation.running and operation.due <= now:
                found.append(operation)
        return found

    def of(self, resource_id: str) -> Operation | None:
        """The running operation on a resource."""
        wanted = resource_id.lower()
        return next((item for item in self._all.values() if item.running and item.target.lower() == wanted), None)

    def all(self) -> list[Operation]:
        return list(self._all.values())


def new_id() -> str:
    """A new operation's id."""
    return str(uuid.uuid4())
