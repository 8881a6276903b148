"""Container apps and their environments, on azure-mgmt-appcontainers.

The SDK's models are hybrid: a dict body passes verbatim, unknown keys included. The api-version is the catalog's: the SDK's own
default is newer than what is verified here.
"""

from collections.abc import Mapping
from typing import Any

from loom.cloud.answer import Answer
from loom.cloud.arm import FirstAnswer, raw
from loom.cloud.ask import Caller
from loom.cloud.pipeline import CALLER
from loom.cloud.principal import Principal
from loom.plan.arm_id import group_of, name_of, subscription_of
from loom.plan.arm_type import ArmType
from loom.plan.values import Json

OPERATIONS = {
    "microsoft.app/containerapps": "container_apps",
    "microsoft.app/managedenvironments": "managed_environments",
}


class ContainerApps:
    """Get, put and delete of the types in `OPERATIONS`, for one caller."""

    def __init__(self, principal: Principal, caller: Caller) -> None:
        self._principal = principal
        self._options = {CALLER: caller}

    async def get(self, arm_id: str, kind: ArmType) -> Answer:
        """The resource. `stream` keeps the SDK from building a model; the pipeline has read the body by then."""
        operations, where = self._operations(arm_id, kind)
        found: Answer = await operations.get(*where, stream=True, cls=raw, **self._options)
        return found

    async def put(self, arm_id: str, kind: ArmType, body: Mapping[str, Json], _etag: str) -> Answer:
        """The first answer to a PUT. The service takes no If-Match here."""
        operations, where = self._operations(arm_id, kind)
        first = FirstAnswer()
        await operations.begin_create_or_update(*where, dict(body), polling=first, **self._options)
        return first.resource()

    async def delete(self, arm_id: str, kind: ArmType, _etag: str) -> Answer:
        """The first answer to a DELETE."""
        operations, where = self._operations(arm_id, kind)
        first = FirstAnswer()
        await operations.begin_delete(*where, polling=first, **self._options)
        return first.resource()

    def _operations(self, arm_id: str, kind: ArmType) -> tuple[Any, tuple[str, str]]:
        client = self._principal.container_apps(subscription_of(arm_id), kind.api_version)
        return getattr(client, OPERATIONS[kind.name.lower()]), (name_of(group_of(arm_id)), name_of(arm_id))
