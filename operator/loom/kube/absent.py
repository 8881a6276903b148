# ruff: noqa: ARG002 - the arguments are the port's; no call looks at them
"""The cloud of an object that has none: no admin plane to say which, or no identity to be had. Every call says why."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from loom.engine.ports import Observed, Operation, Written
from loom.errors import CloudError
from loom.plan.values import Json


class AbsentCloud:
    """A `Cloud` that raises `error` whatever it is asked, so that the engine makes a condition of it."""

    def __init__(self, error: CloudError) -> None:
        self._error = error

    @property
    def principal(self) -> str:
        """Nobody."""
        return ""

    def waits_for(self, place: str) -> AbstractContextManager[None]:
        """Nobody is asked anything."""
        return nullcontext()

    async def get(self, arm_id: str) -> Observed | None:
        raise self._error

    async def version(self, arm_id: str) -> str | None:
        raise self._error

    async def list(self, collection: str) -> Sequence[Observed]:
        raise self._error

    async def put(self, arm_id: str, body: Mapping[str, Json], etag: str = "") -> Written:
        raise self._error

    async def delete(self, arm_id: str, etag: str = "") -> Written:
        raise self._error

    async def poll(self, operation: Operation) -> Written:
        raise self._error

    async def act(self, arm_id: str, action: str, body: Mapping[str, Json] | None = None) -> Json:
        raise self._error

    async def begin(self, arm_id: str, action: str, body: Mapping[str, Json] | None = None) -> Written:
        raise self._error

    async def marked(self, subscription_id: str, owner: str) -> Sequence[str]:
        raise self._error

    async def members(self, group: str) -> Sequence[str]:
        raise self._error
