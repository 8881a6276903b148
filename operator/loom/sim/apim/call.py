"""One call to a gateway on its way: what policies read and change. A value; decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World


class Answered(Exception):
    """The gateway has its answer, and nothing further happens; after a failure but `on-error`."""

    def __init__(self, response: Response, *, failed: bool = False) -> None:
        super().__init__(f"{response.status}")
        self.response = response
        self.failed = failed


def refuse(status: int, message: str, headers: dict[str, str] | None = None) -> Answered:
    """An answer in the gateway's own shape."""
    return Answered(Response(status, {"statusCode": status, "message": message}, dict(headers or {})), failed=True)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a call goes: the API, the operation (none for a preflight), and the path below the API."""

    api: Resource
    operation: Resource | None
    rest: str


@dataclass(frozen=True, slots=True)
class Pass:
    """Why a call may enter: the subscription whose key it shows, and the product that it enters through, if any."""

    subscription: Resource | None = None
    product: Resource | None = None


@dataclass(slots=True)
class Call:
    """The request as policies leave it (`path`, `query`, `headers`, and `backend_name` or else `backend`), and the answer as it grows.

    `keep` says under which keys the answer is to be stored, `after` what is done once the backend has answered.
    """

    world: World
    service: Resource
    request: Request
    route: Route
    entered: Pass = field(default_factory=Pass)
    path: str = ""
    backend: str = ""
    backend_name: str = ""
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    body: Any = None
    answer_headers: dict[str, str] = field(default_factory=dict)
    keep: dict[str, str] = field(default_factory=dict)
    after: list[Callable[[Call], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path = self.route.rest
        self.backend = str(self.route.api.properties.get("serviceUrl") or "")
        self.query, self.headers = dict(self.request.query), dict(self.request.headers)

    def response(self) -> Response:
        return Response(self.status, self.body, self.answer_headers)
