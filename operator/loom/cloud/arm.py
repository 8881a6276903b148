"""Any resource by its id, on azure-mgmt-resource: the client of every type that has none of its own.

Bodies pass verbatim in both directions; the api-version is the catalog's. The SDK's operations are asked for the raw answer
(`cls`, `polling`: azure-core's documented extension points), because its models would only be turned back into JSON.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from azure.core.polling import AsyncPollingMethod

from loom.cloud.answer import Answer, answer_of
from loom.cloud.ask import Caller
from loom.cloud.pipeline import CALLER
from loom.cloud.principal import Principal
from loom.plan.arm_type import ArmType
from loom.plan.values import Json


class Carrier(Protocol):
    """Carries one resource with one SDK. Raises azure-core's errors; nothing waits."""

    async def get(self, arm_id: str, kind: ArmType, /) -> Answer:
        """The resource."""

    async def put(self, arm_id: str, kind: ArmType, body: Mapping[str, Json], etag: str, /) -> Answer:
        """The service's first answer to a PUT."""

    async def delete(self, arm_id: str, kind: ArmType, etag: str, /) -> Answer:
        """The service's first answer to a DELETE."""


class FirstAnswer(AsyncPollingMethod[Any]):
    """A polling method that does not poll: it keeps the first answer of a long operation for `loom.cloud.operations`."""

    _answer: Answer

    def initialize(self, _client: Any, initial_response: Any, _deserialize: Any) -> None:
        self._answer = answer_of(initial_response)

    async def run(self) -> None:
        """Nothing is waited for."""

    def status(self) -> str:
        return "Begun"

    def finished(self) -> bool:
        return True

    def resource(self) -> Answer:
        """The first answer."""
        return self._answer


def raw(pipeline_response: Any, _deserialized: Any, _headers: Any) -> Answer:
    """The `cls` of every operation: the answer as it came."""
    return answer_of(pipeline_response)


class ById:
    """The by-id operations, for one caller."""

    def __init__(self, principal: Principal, caller: Caller) -> None:
        self._principal = principal
        self._options = {CALLER: caller}

    async def get(self, arm_id: str, kind: ArmType) -> Answer:
        """The resource. `stream` keeps the SDK from building a model; the pipeline has read the body by then."""
        found: Answer = await self._principal.resources().resources.get_by_id(
            arm_id.lstrip("/"),
            api_version=kind.api_version,
            params=dict(kind.query),
            stream=True,
            cls=raw,
            **self._options,
        )
        return found

    async def put(self, arm_id: str, kind: ArmType, body: Mapping[str, Json], etag: str) -> Answer:
        """The first answer to a PUT."""
        first = FirstAnswer()
        await self._principal.resources().resources.begin_create_or_update_by_id(
            arm_id.lstrip("/"),
            dict(body),
            api_version=kind.api_version,
            headers={"If-Match": etag} if etag and kind.has_etag else {},
            polling=first,
            **self._options,
        )
        return first.resource()

    async def delete(self, arm_id: str, kind: ArmType, etag: str, **query: str) -> Answer:
        """The first answer to a DELETE; where the service demands If-Match and nothing was read, any version will do."""
        first = FirstAnswer()
        await self._principal.resources().resources.begin_delete_by_id(
            arm_id.lstrip("/"),
            api_version=kind.api_version,
            headers={"If-Match": etag or "*"} if kind.has_etag else {},
            params=query,
            polling=first,
            **self._options,
        )
        return first.resource()
