"""What lives in an API Management service, on azure-mgmt-apimanagement.

The SDK's models are of the older sort: a dict body loses every key that they do not know, in silence. A body is therefore sent as
the bytes of its JSON, which the SDK passes verbatim and which loses nothing. What the SDK cannot do goes by id: API imports, which
the service may answer with 202 where the SDK then raises (measured, 5.0.0), and types that it lacks.
"""

import json
from collections.abc import Mapping
from typing import Any

from loom.api.reasons import Reason
from loom.cloud.answer import Answer, asked_wait
from loom.cloud.arm import raw
from loom.cloud.ask import Caller
from loom.cloud.errors import classify
from loom.cloud.pipeline import CALLER
from loom.cloud.principal import Principal
from loom.errors import CloudError, Retry
from loom.plan.arm_id import group_of, names_of, subscription_of
from loom.plan.arm_type import ArmType
from loom.plan.values import Json

_SERVICE = "microsoft.apimanagement/service"
_PRODUCTS = f"{_SERVICE}/products"
OPERATIONS = {
    f"{_SERVICE}/apis/diagnostics": "api_diagnostic",
    f"{_SERVICE}/apis/operations/policies": "api_operation_policy",
    f"{_SERVICE}/apis/policies": "api_policy",
    f"{_SERVICE}/apis/releases": "api_release",
    f"{_SERVICE}/apiversionsets": "api_version_set",
    f"{_SERVICE}/backends": "backend",
    f"{_SERVICE}/groups": "group",
    f"{_SERVICE}/loggers": "logger",
    f"{_SERVICE}/products": "product",
    f"{_SERVICE}/products/apilinks": "product_api_link",
    f"{_SERVICE}/products/grouplinks": "product_group_link",
    f"{_SERVICE}/products/policies": "product_policy",
    f"{_SERVICE}/subscriptions": "subscription",
    f"{_SERVICE}/tags": "tag",
    f"{_SERVICE}/tags/apilinks": "tag_api_link",
    f"{_SERVICE}/tags/productlinks": "tag_product_link",
    f"{_SERVICE}/users": "user",
}
"""Type to operation group: synchronous ones, whose operations all take group, service and the names below it."""


class ApiManagement:
    """Get, head, put and delete of the types in `OPERATIONS`, for one caller."""

    def __init__(self, principal: Principal, caller: Caller) -> None:
        self._principal = principal
        self._caller = caller
        self._options = {CALLER: caller}

    async def get(self, arm_id: str, kind: ArmType) -> Answer:
        """The resource; `format` is what makes the service return a policy as it was written."""
        operations, where = self._operations(arm_id, kind)
        found: Answer = await operations.get(*where, **dict(kind.query), cls=raw, **self._options)
        return found

    async def version(self, arm_id: str, kind: ArmType) -> Answer:
        """The answer to a HEAD: the ETag, and no body."""
        operations, where = self._operations(arm_id, kind)
        found: Answer = await operations.get_entity_tag(*where, cls=raw, **self._options)
        return found

    async def put(self, arm_id: str, kind: ArmType, body: Mapping[str, Json], etag: str) -> Answer:
        """The answer to a PUT."""
        operations, where = self._operations(arm_id, kind)
        match = {"if_match": etag} if etag and kind.has_etag else {}
        content = json.dumps(body).encode()
        written: Answer = await operations.create_or_update(*where, content, **match, cls=raw, **self._options)
        return written

    async def delete(self, arm_id: str, kind: ArmType, etag: str) -> Answer:
        """The answer to a DELETE; the service demands If-Match, and where nothing was read any version will do."""
        operations, where = self._operations(arm_id, kind)
        match: dict[str, Any] = {"if_match": etag or "*"} if kind.has_etag else {}
        if kind.name.lower() == _PRODUCTS:
            await self._spare_the_subscriptions_of_others(arm_id, kind)
            match["delete_subscriptions"] = True
        gone: Answer = await operations.delete(*where, **match, cls=raw, **self._options)
        return gone

    async def _spare_the_subscriptions_of_others(self, product: str, kind: ArmType) -> None:
        """The service deletes no product with subscriptions unless it may take them along. Raises CloudError for those of others.

        The one that the service itself gave its administrator with the product may go. Anybody else's stay, and so does the
        product, unless its spec lets them go: their keys could never come back.
        """
        if self._caller.cascade:
            return
        answer = await self._principal.send(self._caller, f"{product}/subscriptions", {"api-version": kind.api_version})
        if answer.status == 404:
            return
        if answer.status != 200 or not isinstance(answer.body, Mapping):  # who cannot see them must not take them along
            raise classify(answer.status, answer.body, wait=asked_wait(answer.headers) or 0.0, arm_id=product)
        found = answer.body
        others = [item for item in found.get("value") or () if not _is_its_makers(item)]
        if others or found.get("nextLink"):
            more = "more than " if found.get("nextLink") else ""
            names = ", ".join(
                str((item.get("properties") or {}).get("displayName") or item.get("name")) for item in others[:5]
            )
            raise CloudError(
                Reason.DELETION_BLOCKED,
                "ValidationError",
                f"product {names_of(product)[-1]} has {more}{len(others)} existing subscriptions ({names}), whose keys could never "
                "come back: delete them in the service, or set spec.deleteSubscriptions: true",
                Retry.SLOWLY,
            )

    def _operations(self, arm_id: str, kind: ArmType) -> tuple[Any, tuple[str, ...]]:
        client = self._principal.api_management(subscription_of(arm_id), kind.api_version)
        group = group_of(arm_id).rpartition("/")[2]
        return getattr(client, OPERATIONS[kind.name.lower()]), (group, *names_of(arm_id))


def _is_its_makers(subscription: Mapping[str, Json]) -> bool:
    """User 1 is the service's built-in administrator; a person's subscription has a name."""
    properties = subscription.get("properties") or {}
    return str(properties.get("ownerId") or "").endswith("/users/1") and not properties.get("displayName")
