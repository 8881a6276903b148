"""APIs and their revisions, by id: the SDK of API Management takes a 202 to an import for an error (measured, 5.0.0).

Every revision is addressed by its number (`apis/orders;rev=2`), the current one too, which the service knows by two ids. Three things are
not done by the PUT or DELETE that they look like: a revision beside others begins as a copy of the current one, it is made current by a
release (`isCurrent` in a PUT does nothing), and the current one is the API itself, which goes with all that it has.

A revision can be called as soon as it is there. The copy has the policies of the current one, and they stay while the document is imported
into it, so that no moment of it is open to callers whom they keep out. Until then the copy leads to no backend of its own, which is
also how one that was only begun is told from one that is whole: what is declared does not hold in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from uuid import uuid4

from loom.cloud.answer import Answer
from loom.cloud.arm import ById
from loom.cloud.ask import Caller
from loom.cloud.principal import Principal
from loom.engine.ports import Observed
from loom.plan.arm_id import REVISION, without_revision
from loom.plan.arm_type import ArmType
from loom.plan.values import Json, at

_OF_THE_DOCUMENT = frozenset({"format", "value", "description", "apiType", "wsdlSelector"})
_NOWHERE = "https://begun.invalid"  # a name that never resolves (RFC 6761)
TYPES = frozenset({"microsoft.apimanagement/service/apis"})


class ApiRevisions:
    """Get, put and delete of APIs by their revisions, for one caller."""

    def __init__(self, principal: Principal, caller: Caller) -> None:
        self._principal = principal
        self._caller = caller
        self._by_id = ById(principal, caller)

    async def get(self, arm_id: str, kind: ArmType) -> Answer:
        """The API, or the revision."""
        return await self._by_id.get(arm_id, kind)

    async def put(self, arm_id: str, kind: ArmType, body: Mapping[str, Json], etag: str) -> Answer:
        """The first answer to a PUT, or to the release that stands for it."""
        if at(body, "properties.isCurrent"):
            return await self._release(arm_id, kind, body)
        current = await self._beside(arm_id, kind)
        if current is None:
            return await self._by_id.put(arm_id, kind, body, etag)
        # A revision that is not current cannot be called otherwise than its API: an import would take the document's title.
        named = {**body, "properties": {**body["properties"], "displayName": at(current, "properties.displayName")}}
        if not etag:
            begun = await self._by_id.put(arm_id, kind, _copy(without_revision(arm_id), named), "")
            if begun.status == 202:
                return begun
            etag = begun.etag
        return await self._by_id.put(arm_id, kind, named, etag)

    async def delete(self, arm_id: str, kind: ArmType, etag: str) -> Answer:
        """The first answer to a DELETE. The current revision is never deleted by its number: it goes with its API."""
        if arm_id == without_revision(arm_id):
            return await self._by_id.delete(arm_id, kind, etag, deleteRevisions="true")
        found = await self._look(arm_id, kind)
        if found.status == 200 and at(found.body, "properties.isCurrent"):
            return replace(found, status=204, body=None)
        return await self._by_id.delete(arm_id, kind, etag)

    async def _release(self, arm_id: str, kind: ArmType, body: Mapping[str, Json]) -> Answer:
        """Make a revision current. Each time is a release of its own: they are the API's change log."""
        name = f"loom-{uuid4()}"
        notes = at(body, "properties.apiRevisionDescription")
        release = {"properties": {"apiId": arm_id, **({"notes": notes} if notes else {})}}
        answer = await self._by_id.put(f"{without_revision(arm_id)}/releases/{name}", kind, release, "")
        return replace(answer, body=None)  # it shows the release, not the revision

    async def _beside(self, arm_id: str, kind: ArmType) -> Mapping[str, Json] | None:
        """The API as it is now, where this is a revision beside the current one."""
        root = without_revision(arm_id)
        if root == arm_id:
            return None
        found = await self._look(root, kind)
        if found.status != 200 or not isinstance(found.body, Mapping):
            return None
        return None if f"{root}{REVISION}{at(found.body, 'properties.apiRevision')}" == arm_id else found.body

    async def _look(self, arm_id: str, kind: ArmType) -> Answer:
        return await self._principal.send(self._caller, arm_id, {"api-version": kind.api_version})


def _copy(root: str, wanted: Mapping[str, Json]) -> dict[str, Json]:
    """The revision before its document is in it."""
    whole = wanted["properties"]
    rest = {name: value for name, value in whole.items() if name not in _OF_THE_DOCUMENT}
    return {"properties": {**rest, "serviceUrl": _NOWHERE, "sourceApiId": root}}


def by_number(listed: Iterable[Observed]) -> Iterator[Observed]:
    """Each API of a list once more, under the number of the revision that is current: lists show no other."""
    for api in listed:
        number = at(api.body, "properties.apiRevision")
        if number and REVISION not in api.id:
            yield replace(api, id=f"{api.id}{REVISION}{number}")
