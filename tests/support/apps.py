"""Bodies of container apps, and a cloud that holds a few of them to be read."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from loom.engine.ports import Observed, Operation, Written
from loom.errors import CloudError, Retry

APP = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.App/containerApps/loom-mirroring"
IMAGE = "acrloom.azurecr.io/loom/loom-mirroring:0.3.0"


def an_app(latest: str = "r2", ready: str = "r2", state: str = "Succeeded") -> dict[str, Any]:
    properties = {"provisioningState": state, "latestRevisionName": latest, "latestReadyRevisionName": ready}
    return {"id": APP, "name": "loom-mirroring", "properties": properties}


def a_revision(running: str = "Running", provisioning: str = "Provisioned", **more: Any) -> dict[str, Any]:
    template = {"containers": [{"name": "main", "image": IMAGE}]}
    return {
        "properties": {
            "runningState": running,
            "provisioningState": provisioning,
            "replicas": 1,
            "template": template,
            **more,
        }
    }


def a_replica(details: str = "", **container: Any) -> dict[str, Any]:
    return {"properties": {"runningState": "NotRunning", "runningStateDetails": details, "containers": [container]}}


class Shelf:
    """A cloud that holds a few bodies, and notes what was read."""

    principal = "me"

    def __init__(self, bodies: Mapping[str, Mapping[str, Any]]) -> None:
        self.bodies = bodies
        self.read: list[str] = []

    def waits_for(self, place: str) -> AbstractContextManager[None]:
        return nullcontext()

    async def get(self, arm_id: str) -> Observed | None:
        self.read.append(arm_id)
        if arm_id not in self.bodies:
            raise CloudError("PermissionDenied", "AuthorizationFailed", "no right to read it", Retry.SLOWLY)
        return Observed(arm_id, self.bodies[arm_id])

    async def version(self, arm_id: str) -> str | None:
        raise AssertionError("a health check compares no versions")

    async def list(self, collection: str) -> Sequence[Observed]:
        self.read.append(collection)
        return [Observed(name, body) for name, body in self.bodies.items() if name.startswith(f"{collection}/")]

    async def put(self, arm_id: str, body: Mapping[str, Any], etag: str = "") -> Written:
        raise AssertionError("a health check writes nothing")

    async def delete(self, arm_id: str, etag: str = "") -> Written:
        raise AssertionError("a health check deletes nothing")

    async def poll(self, operation: Operation) -> Written:
        raise AssertionError("a health check begins nothing")

    async def act(self, arm_id: str, action: str, body: Mapping[str, Any] | None = None) -> Any:
        raise AssertionError("a health check does nothing")

    async def begin(self, arm_id: str, action: str, body: Mapping[str, Any] | None = None) -> Written:
        raise AssertionError("a health check begins nothing")

    async def marked(self, subscription_id: str, owner: str) -> Sequence[str]:
        return ()

    async def members(self, group: str) -> Sequence[str]:
        return ()
