"""A cloud in memory for the engine's own tests: it obeys `loom.engine.ports.Cloud` and remembers every request.

It knows no Azure; what Azure does is the simulator's business. `later(type)` makes writes of a type long operations that end when
the test says so (`finish`), `fail` makes the next request of a kind fail.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from loom.engine.ports import Observed, Operation, Written
from loom.errors import CloudError, Retry
from loom.plan.arm_id import RESOURCE_GROUP, group_of, is_within, key, parent_of, type_of
from loom.plan.ownership import TAG

Json = Any


@dataclass
class FakeClock:
    """Time that a test owns."""

    seconds: float = 1000.0

    def now(self) -> float:
        self.seconds += 1e-6  # no two moments are the same
        return self.seconds

    def today(self) -> str:
        minutes, seconds = divmod(int(self.seconds), 60)
        return f"2026-01-01T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}Z"


@dataclass
class MemoryCloud:
    """Resources by comparable id."""

    bodies: dict[str, dict[str, Json]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    long_types: set[str] = field(default_factory=set)
    pending: dict[str, Callable[[], None]] = field(default_factory=dict)
    faults: list[tuple[str, str, CloudError]] = field(default_factory=list)
    fill: Callable[[str, dict[str, Json]], None] = lambda _id, _body: None
    principal: str = "test"
    wait: float = 15.0
    awaited: list[str] = field(default_factory=list)  # what this one's object waits for
    terse: bool = False  # a long operation ends without a body, as Azure-AsyncOperation does
    late: dict[str, CloudError] = field(default_factory=dict)
    actions: dict[str, Callable[[str], Json]] = field(default_factory=dict)  # what an action answers for an id

    def place(self, arm_id: str, **body: Json) -> None:
        """Put a resource there as somebody else did."""
        self.bodies[key(arm_id)] = {"id": arm_id, **body}

    def body(self, arm_id: str) -> dict[str, Json]:
        return self.bodies[key(arm_id)]

    def has(self, arm_id: str) -> bool:
        return key(arm_id) in self.bodies

    def fail(self, verb: str, part: str, error: CloudError) -> None:
        """The next request of that verb whose id contains `part` fails."""
        self.faults.append((verb, part, error))

    def writes(self) -> list[tuple[str, str]]:
        return [(verb, arm_id) for verb, arm_id in self.requests if verb in ("PUT", "DELETE")]

    def forget_requests(self) -> None:
        self.requests.clear()

    def finish(self) -> None:
        """Let every long operation come to its end."""
        for name in list(self.pending):
            self.pending.pop(name)()

    @contextmanager
    def waits_for(self, place: str) -> Iterator[None]:
        self.awaited.append(place)
        try:
            yield
        finally:
            self.awaited.remove(place)

    async def get(self, arm_id: str) -> Observed | None:
        self._request("GET", arm_id)
        return self._observed(arm_id)

    async def version(self, arm_id: str) -> str | None:
        self._request("HEAD", arm_id)
        found = self._observed(arm_id)
        return found.etag if found else None

    async def list(self, collection: str) -> Sequence[Observed]:
        self._request("LIST", collection)
        return [self._observed(body["id"]) for body in list(self.bodies.values()) if _lists(collection, body["id"])]  # type: ignore[misc]

    async def put(self, arm_id: str, body: Mapping[str, Json], etag: str = "") -> Written:
        self._request("PUT", arm_id)
        made = {"id": arm_id, "name": arm_id.rpartition("/")[2], **copy.deepcopy(dict(body))}
        if type_of(arm_id) in self.long_types:
            self._accept(arm_id, made)
            return Written(operation=Operation(arm_id, "PUT"), wait=self.wait)
        self._store(arm_id, made)
        return Written(observed=self._observed(arm_id))

    async def delete(self, arm_id: str, etag: str = "") -> Written:
        self._request("DELETE", arm_id)
        found = self._observed(arm_id)
        if etag and found and found.etag != etag:
            raise CloudError("ProgressingWithRetry", "PreconditionFailed", "it changed meanwhile", Retry.NOW)
        if type_of(arm_id) in self.long_types:
            self.pending[key(arm_id)] = lambda: self._remove(arm_id)
            return Written(operation=Operation(arm_id, "DELETE"), wait=self.wait)
        self._remove(arm_id)
        return Written()

    async def poll(self, operation: Operation) -> Written:
        self._request("POLL", operation.id)
        if key(operation.id) in self.pending:
            return Written(operation=operation, wait=self.wait)
        if error := self.late.pop(key(operation.id), None):
            raise error
        return Written() if self.terse else Written(observed=self._observed(operation.id))

    async def act(self, arm_id: str, action: str, body: Mapping[str, Json] | None = None) -> Json:
        self._request("POST", f"{arm_id}/{action}")
        return self.actions[action](arm_id)

    async def begin(self, arm_id: str, action: str, body: Mapping[str, Json] | None = None) -> Written:
        return Written(observed=Observed(arm_id, await self.act(arm_id, action, body)))

    async def marked(self, subscription_id: str, owner: str) -> Sequence[str]:
        self._request("MARKED", subscription_id)
        bodies = [b for b in self.bodies.values() if is_within(b["id"], f"/subscriptions/{subscription_id}")]
        return [b["id"] for b in bodies if (b.get("tags") or {}).get(TAG) == owner]

    async def members(self, group: str) -> Sequence[str]:
        self._request("MEMBERS", group)
        return [b["id"] for b in self.bodies.values() if is_within(b["id"], group) and key(b["id"]) != key(group)]

    def _accept(self, arm_id: str, made: dict[str, Json]) -> None:
        before = self.bodies.get(key(arm_id))
        shown = copy.deepcopy(made if before is None else before)
        shown.setdefault("properties", {})["provisioningState"] = "Creating" if before is None else "Updating"
        self.bodies[key(arm_id)] = shown
        self.pending[key(arm_id)] = lambda: self._end(arm_id, made)

    def _end(self, arm_id: str, made: dict[str, Json]) -> None:
        if key(arm_id) in self.late:
            self.bodies[key(arm_id)]["properties"]["provisioningState"] = "Failed"
            return
        self._store(arm_id, made)

    def _store(self, arm_id: str, made: dict[str, Json]) -> None:
        if type_of(arm_id) != RESOURCE_GROUP:
            made.setdefault("properties", {})["provisioningState"] = "Succeeded"
        self.fill(arm_id, made)
        self.bodies[key(arm_id)] = made

    def _remove(self, arm_id: str) -> None:
        for name in [name for name, body in self.bodies.items() if is_within(body["id"], arm_id)]:
            del self.bodies[name]

    def _request(self, verb: str, arm_id: str) -> None:
        self.requests.append((verb, arm_id))
        for fault in self.faults:
            if fault[0] == verb and fault[1].lower() in arm_id.lower():
                self.faults.remove(fault)
                raise fault[2]

    def _observed(self, arm_id: str) -> Observed | None:
        body = self.bodies.get(key(arm_id))
        return Observed(body["id"], copy.deepcopy(body), _etag(body)) if body is not None else None


def _etag(body: Mapping[str, Json]) -> str:
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:8]


def _lists(collection: str, arm_id: str) -> bool:
    place = key(collection)
    if place.endswith("/resourcegroups"):
        return type_of(arm_id) == RESOURCE_GROUP and is_within(arm_id, place.removesuffix("/resourcegroups"))
    scope, _, name = place.rpartition("/providers/")
    if scope.count("/") == 2 and group_of(scope) == "":
        return key(type_of(arm_id)) == name and is_within(arm_id, scope)
    parent = parent_of(arm_id)
    return key(f"{parent}{arm_id[len(parent) :].rpartition('/')[0]}") == place
