"""The engine's `Cloud` on Azure: one principal on behalf of one object. Routes each type to its SDK client, and lets out `CloudError` only.

Nothing here waits for a long operation or tries again: a write answers with the operation still running, and a poll is one look.
When an operation has ended well and its last answer was not the resource, `Written` is done without `observed`: the engine reads
the resource when it needs it, and not before.
"""

from collections.abc import AsyncIterator, Container, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from loom.cloud import api_links, api_management, api_revisions, container_apps, host_keys
from loom.cloud.answer import Answer, asked_wait
from loom.cloud.arm import ById, Carrier
from loom.cloud.ask import Caller
from loom.cloud.errors import classify, error_of, no_answer
from loom.cloud.failures import as_cloud_errors
from loom.cloud.operations import Step, Style, Watch, begun, looked
from loom.cloud.principal import Principal
from loom.engine.ports import Observed, Operation, Written
from loom.errors import CloudError
from loom.plan.arm_id import RESOURCE_GROUP, parent_of, type_of
from loom.plan.arm_type import ArmType, Client
from loom.plan.catalog import arm_type
from loom.plan.ownership import TAG
from loom.plan.values import Json

_RESOURCES_VERSION = "2025-04-01"  # of the generic lists of azure-mgmt-resource
_NOT_ABSENT = frozenset(  # 404s that say nothing about the resource itself
    {"subscriptionnotfound", "invalidresourcetype", "invalidresourcenamespace", "noregisteredproviderfound"}
)


class AzureCloud:
    """One cloud as one principal, for one object. Cheap to make: everything costly is the principal's."""

    def __init__(self, principal: Principal, caller: Caller) -> None:
        self._principal = principal
        self._caller = caller
        self._api_management = api_management.ApiManagement(principal, caller)
        self._carriers: dict[Client, Carrier] = {
            Client.BY_ID: ById(principal, caller),
            Client.CONTAINER_APPS: container_apps.ContainerApps(principal, caller),
            Client.API_MANAGEMENT: self._api_management,
            Client.API_REVISIONS: api_revisions.ApiRevisions(principal, caller),
            Client.HOST_KEYS: host_keys.HostKeys(principal, caller),
        }

    @property
    def principal(self) -> str:
        """Cloud, tenant and client id."""
        return self._principal.name

    def waits_for(self, place: str) -> AbstractContextManager[None]:
        """While it is held, reads of a collection or resource on behalf of others go as soon as one of this object's would."""
        return self._principal.waiting(self._caller, place)

    async def get(self, arm_id: str) -> Observed | None:
        """The resource, or None where there is none. Raises CloudError."""
        kind = kind_of(arm_id)
        try:
            async with as_cloud_errors(self._principal, arm_id):
                answer = await self._carrier(arm_id, kind).get(arm_id, kind)
        except CloudError as error:
            if _absent(error.status, error.code):
                return None
            raise
        return _observed(arm_id, answer)

    async def version(self, arm_id: str) -> str | None:
        """The ETag of what API Management holds, or None where there is nothing. Raises CloudError."""
        try:
            async with as_cloud_errors(self._principal, arm_id):
                answer = await self._api_management.version(arm_id, kind_of(arm_id))
        except CloudError as error:
            if _absent(error.status, error.code):
                return None
            raise
        return answer.etag

    async def list(self, collection: str) -> Sequence[Observed]:
        """All pages of a collection, with properties; empty where the parent is gone. Raises CloudError."""
        kind = kind_of(f"{collection.rstrip('/')}/x")
        found = []
        async for item in self._pages(collection, {"api-version": kind.api_version, **dict(kind.list_query)}):
            found.append(Observed(str(item.get("id") or ""), item, str(item.get("etag") or "")))
        return [*found, *api_links.tagged(collection, found), *_by_number(kind, found)]

    async def put(self, arm_id: str, body: Mapping[str, Json], etag: str = "") -> Written:
        """Create or replace. A role assignment that exists under another name is one that is done. Raises CloudError."""
        kind = kind_of(arm_id)
        try:
            async with as_cloud_errors(self._principal, arm_id):
                answer = await self._carrier(arm_id, kind).put(arm_id, kind, body, etag)
        except CloudError as error:
            if error.code == "RoleAssignmentExists":
                return Written()
            raise
        return self._begun(answer, "PUT", arm_id, kind)

    async def delete(self, arm_id: str, etag: str = "") -> Written:
        """Delete; done at once for what is not there. Raises CloudError."""
        kind = kind_of(arm_id)
        try:
            async with as_cloud_errors(self._principal, arm_id):
                answer = await self._carrier(arm_id, kind).delete(arm_id, kind, etag)
        except CloudError as error:
            if _absent(error.status, error.code):
                return Written()
            raise
        return self._begun(answer, "DELETE", arm_id, kind)

    async def poll(self, operation: Operation) -> Written:
        """One look at an operation that `put`, `delete` or `begin` began. Raises the operation's own error, or why it could not be read."""
        watch: Watch = operation.handle
        kind = kind_of(operation.id)
        query = {"api-version": kind.api_version, **dict(kind.query)} if watch.style is Style.RESOURCE else None
        async with as_cloud_errors(self._principal, operation.id):
            answer = await self._principal.send(self._caller, watch.url or operation.id, query)
        return self._written(looked(answer, watch, kind, self._principal.owns), answer, operation.verb, operation.id)

    async def act(self, arm_id: str, action: str, body: Mapping[str, Json] | None = None) -> Json:
        """POST of an action that is answered at once. Raises CloudError."""
        query = {"api-version": kind_of(arm_id).api_version}
        async with as_cloud_errors(self._principal, arm_id):
            answer = await self._principal.send(self._caller, f"{arm_id}/{action}", query, "POST", body)
        if answer.status not in (200, 204):
            raise classify(answer.status, answer.body, wait=asked_wait(answer.headers) or 0.0, arm_id=arm_id)
        return answer.body

    async def begin(self, arm_id: str, action: str, body: Mapping[str, Json] | None = None) -> Written:
        """POST of an action that may take its time; `observed` is what it answers. Raises CloudError."""
        kind = kind_of(arm_id)
        async with as_cloud_errors(self._principal, arm_id):
            answer = await self._principal.send(
                self._caller, f"{arm_id}/{action}", {"api-version": kind.api_version}, "POST", body
            )
        if answer.status not in (200, 202, 204):
            raise classify(answer.status, answer.body, wait=asked_wait(answer.headers) or 0.0, arm_id=arm_id)
        return self._begun(answer, "POST", arm_id, kind)

    async def marked(self, subscription_id: str, owner: str) -> Sequence[str]:
        """The ids of all resources and groups of a subscription that carry the owner's mark as a tag. Raises CloudError."""
        scope = f"/subscriptions/{subscription_id}"
        query = {"api-version": _RESOURCES_VERSION, "$filter": f"tagName eq '{TAG}' and tagValue eq '{owner}'"}
        return [
            str(item["id"])
            for collection in (f"{scope}/resourcegroups", f"{scope}/resources")
            async for item in self._pages(collection, query)
        ]

    async def members(self, group: str) -> Sequence[str]:
        """The ids of the top-level resources of a resource group. Raises CloudError."""
        return [
            str(item["id"]) async for item in self._pages(f"{group}/resources", {"api-version": _RESOURCES_VERSION})
        ]

    async def _pages(self, url: str, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Json]]:
        params: dict[str, str] | None = dict(query)
        seen = set()
        while url:
            if url in seen or not self._principal.owns(url):
                raise no_answer(
                    "Azure's next page of a list lies elsewhere than at Resource Manager, or leads in a circle"
                )
            seen.add(url)
            async with as_cloud_errors(self._principal, url):
                answer = await self._principal.send(self._caller, url, params)
            if answer.status != 200:
                if _absent(answer.status, str(error_of(answer.body).get("code") or "")):
                    return
                raise classify(answer.status, answer.body, wait=asked_wait(answer.headers) or 0.0, arm_id=url)
            body = answer.body if isinstance(answer.body, Mapping) else {}
            for item in body.get("value") or ():
                yield item
            url, params = str(body.get("nextLink") or ""), None  # a next link holds its own query

    def _carrier(self, arm_id: str, kind: ArmType) -> Carrier:
        covered: Container[str] = {
            Client.CONTAINER_APPS: container_apps.OPERATIONS,
            Client.API_MANAGEMENT: api_management.OPERATIONS,
            Client.API_REVISIONS: api_revisions.TYPES,
            Client.HOST_KEYS: host_keys.TYPES,
        }.get(kind.client, ())
        return self._carriers[kind.client if type_of(arm_id).lower() in covered else Client.BY_ID]

    def _begun(self, answer: Answer, verb: str, arm_id: str, kind: ArmType) -> Written:
        watch = Watch(verb, arm_id, Style.RESOURCE, self._principal.poll_interval)
        return self._written(begun(answer, watch, kind, self._principal.owns), answer, verb, arm_id)

    def _written(self, step: Step, answer: Answer, verb: str, arm_id: str) -> Written:
        if step.watch is not None:
            return Written(operation=Operation(arm_id, verb, step.watch), wait=step.watch.wait)
        return Written(observed=Observed(arm_id, step.body, answer.etag) if step.body else None)


def kind_of(arm_id: str) -> ArmType:
    """The catalog's row of a resource; what is only ever read (revisions, replicas) goes by its nearest ancestor's."""
    place = arm_id
    while place:
        try:
            return arm_type(place)
        except KeyError:
            place = parent_of(place)
    return arm_type(RESOURCE_GROUP)


def _by_number(kind: ArmType, found: Sequence[Observed]) -> Iterable[Observed]:
    return api_revisions.by_number(found) if kind.client is Client.API_REVISIONS else ()


def _observed(arm_id: str, answer: Answer) -> Observed:
    if not isinstance(answer.body, Mapping):
        raise no_answer(f"Azure answered {answer.status} for a {type_of(arm_id)} without a body")
    return Observed(arm_id, answer.body, answer.etag)


def _absent(status: int, code: str) -> bool:
    return status == 404 and code.lower() not in _NOT_ABSENT
