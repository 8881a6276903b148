# ruff: noqa: ARG002 - the arguments are the port's; nothing is where they point
"""A cloud in which nothing exists: what `loom plan --offline` plans against. It answers reads and refuses writes."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from loom.engine.ports import Observed, Operation, Written
from loom.errors import CloudError, Retry
from loom.plan.values import Json


class EmptyCloud:
    """Obeys `loom.engine.ports.Cloud`."""

    principal = "nobody"

    def waits_for(self, place: str) -> AbstractContextManager[None]:
        """Nobody waits here."""
        return nullcontext()

    async def get(self, arm_id: str) -> Observed | None:
        """Nothing is there."""
        return None

    async def version(self, arm_id: str) -> str | None:
        """Nothing is there."""
        return None

    async def list(self, collection: str) -> Sequence[Observed]:
        """Nothing is there."""
        return ()

    async def put(self, arm_id: str, body: Mapping[str, Json], etag: str = "") -> Written:
        """Refused: a preview writes nothing."""
        raise _read_only()

    async def delete(self, arm_id: str, etag: str = "") -> Written:
        """Refused: a preview writes nothing."""
        raise _read_only()

    async def poll(self, operation: Operation) -> Written:
        """Nothing runs."""
        return Written()

    async def act(self, arm_id: str, action: str, body: Mapping[str, Json] | None = None) -> Json:
        """Refused: a preview does nothing."""
        raise _read_only()

    async def begin(self, arm_id: str, action: str, body: Mapping[str, Json] | None = None) -> Written:
        """Refused: a preview does nothing."""
        raise _read_only()

    async def marked(self, subscription_id: str, owner: str) -> Sequence[str]:
        """Nothing is there."""
        return ()

    async def members(self, group: str) -> Sequence[str]:
        """Nothing is there."""
        return ()


def _read_only() -> CloudError:
    return CloudError("InternalError", "ReadOnly", "a preview was about to write", Retry.FATAL)
