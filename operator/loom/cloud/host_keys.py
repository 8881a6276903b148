"""Host keys of Function Apps, by id but for reading: Azure has no GET for one, only a POST that lists all keys of the app and their values.

What that tells of other keys, the app's master key among them, is dropped here.
"""

from collections.abc import Mapping
from dataclasses import replace

from loom.cloud.answer import Answer, asked_wait
from loom.cloud.arm import ById
from loom.cloud.ask import Caller
from loom.cloud.errors import classify
from loom.cloud.principal import Principal
from loom.plan.arm_id import name_of, parent_of
from loom.plan.arm_type import ArmType
from loom.plan.catalog.backends import HOST_KEYS
from loom.plan.values import Json

TYPES = frozenset({HOST_KEYS.lower()})
LIST_KEYS = "listkeys"


class HostKeys(ById):
    """Get, put and delete of host keys, for one caller."""

    def __init__(self, principal: Principal, caller: Caller) -> None:
        super().__init__(principal, caller)
        self._principal, self._caller = principal, caller

    async def get(self, arm_id: str, kind: ArmType) -> Answer:
        """The key, as a GET would show it. Raises CloudError."""
        url, query = f"{parent_of(arm_id)}/{LIST_KEYS}", {"api-version": kind.api_version}
        answer = await self._principal.send(self._caller, url, query, "POST")
        if answer.status != 200 or not isinstance(answer.body, Mapping):
            raise classify(answer.status, answer.body, wait=asked_wait(answer.headers) or 0.0, arm_id=arm_id)
        name = name_of(arm_id)
        value = _value(answer.body.get("functionKeys"), name)
        if value is None:
            raise classify(404, {"error": {"code": "NotFound", "message": f"there is no key {name}"}}, arm_id=arm_id)
        shown = {"id": arm_id, "name": name, "type": kind.name, "properties": {"name": name, "value": value}}
        return replace(answer, status=200, body=shown)


def _value(keys: Json, name: str) -> str | None:
    """The value of the key of that name, which Azure tells apart from others without regard to case."""
    found = keys.items() if isinstance(keys, Mapping) else ()
    return next((str(value) for given, value in found if str(given).lower() == name.lower()), None)
