"""A Kubernetes API in memory, for tests of what talks to it: versions, conflicts, merge and JSON patches, finalizers, pages.

It stands in for the network only: everything of `KubeClient` above its one request runs. The real API server judges the same code
in tests/cluster.
"""

import copy
import itertools
from collections.abc import Mapping
from typing import Any

import kopf

from loom.kube.client import MERGE_PATCH, ApiError, KubeClient
from loom.kube.key import RESOURCES, Key

Object = dict[str, Any]
FINALIZER = "csaloom.io/finalizer"


def a_plane(name: str = "eastus2", **spec: Any) -> Object:
    """An AdminPlane that parses."""
    subscription = "22222222-2222-4222-8222-222222222222"
    group = f"/subscriptions/{subscription}/resourceGroups/rg-admin/providers"
    return {
        "apiVersion": "csaloom.io/v1alpha1",
        "kind": "AdminPlane",
        "metadata": {"name": name},
        "spec": {
            "cloud": "AzureCloud",
            "boundary": "Commercial",
            "tenantId": "11111111-1111-4111-8111-111111111111",
            "location": "eastus2",
            "subscriptionId": subscription,
            "resourceGroup": "rg-admin",
            "hubNetwork": {"id": f"{group}/Microsoft.Network/virtualNetworks/hub"},
            "privateDnsZones": {"resourceGroup": "rg-admin"},
            "logAnalytics": {"id": f"{group}/Microsoft.OperationalInsights/workspaces/logs"},
            "apiManagement": {"id": f"{group}/Microsoft.ApiManagement/service/apim"},
            **spec,
        },
    }


def a_zone(name: str = "finance", namespace: str = "finance", **spec: Any) -> Object:
    """A DataLandingZone that parses."""
    return {
        "apiVersion": "csaloom.io/v1alpha1",
        "kind": "DataLandingZone",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "adminPlaneRef": {"name": "eastus2"},
            "domain": "finance",
            "environment": "Production",
            "subscriptionId": "44444444-4444-4444-8444-444444444444",
            "location": "eastus2",
            **spec,
        },
    }


def a_product(name: str = "orders", namespace: str = "finance", **spec: Any) -> Object:
    """An ApiProduct that parses; its document is in ConfigMap `orders`, entry `openapi.json`."""
    source = {"openapi": {"configMapRef": {"name": "orders", "key": "openapi.json"}}}
    api = {
        "name": "orders-v1",
        "path": "finance/orders",
        "backendRef": "orders",
        "revisions": [{"name": "1", "source": source}],
    }
    return {
        "apiVersion": "csaloom.io/v1alpha1",
        "kind": "ApiProduct",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "landingZoneRef": {"name": "finance"},
            "displayName": "Orders",
            "apis": [api],
            "backends": [{"name": "orders", "url": "https://orders.example.com"}],
            **spec,
        },
    }


def with_condition(obj: Object, condition: str, status: str = "True") -> Object:
    """The object with one more condition in its status."""
    conditions = [
        *obj.get("status", {}).get("conditions", []),
        {"type": condition, "status": status, "reason": "Succeeded"},
    ]
    return {**obj, "status": {**obj.get("status", {}), "conditions": conditions}}


class ApiServer(KubeClient):
    """Objects by path. `requests` lists (verb, path, body) of everything that was asked."""

    def __init__(self) -> None:
        super().__init__(lambda: kopf.ConnectionInfo(server="https://nowhere"))
        self.objects: dict[str, Object] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.refuse: dict[tuple[str, str], ApiError] = {}
        self._versions = itertools.count(1)

    def put(self, obj: Object) -> Object:
        """An object is there, as a person would have made it or changed it; its generation grows with its spec."""
        key = Key(obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        path = RESOURCES[key.kind].path(key.namespace, key.name)
        before = self.objects.get(path)
        stored = copy.deepcopy(obj)
        metadata = stored["metadata"]
        metadata.setdefault("uid", before["metadata"]["uid"] if before else f"uid-{next(self._versions)}")
        changed = before is not None and before["spec"] != stored["spec"]
        metadata["generation"] = (
            (before["metadata"]["generation"] + changed) if before else metadata.get("generation", 1)
        )
        metadata["resourceVersion"] = str(next(self._versions))
        stored.setdefault("status", {"observedGeneration": -1})
        self.objects[path] = stored
        return copy.deepcopy(stored)

    def put_plain(self, path: str, obj: Object) -> None:
        """Any other object, by its path."""
        self.objects[path] = {
            **obj,
            "metadata": {
                "resourceVersion": str(next(self._versions)),
                "uid": f"uid-{next(self._versions)}",
                **obj.get("metadata", {}),
            },
        }

    def read(self, key: Key) -> Object | None:
        """The object as it is now."""
        found = self.objects.get(RESOURCES[key.kind].path(key.namespace, key.name))
        return copy.deepcopy(found)

    def writes(self) -> list[tuple[str, str]]:
        """(verb, path) of everything that changed something."""
        return [(verb, path) for verb, path, _ in self.requests if verb != "GET"]

    async def _call(
        self,
        verb: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Object:
        self.requests.append((verb, path, body))
        if error := self.refuse.get((verb, path)):
            raise error
        if verb == "POST":
            return self._create(f"{path}/{body['metadata']['name']}", body)
        if verb == "DELETE":
            return self._delete(path, body)
        if verb == "PATCH":
            return self._patch(path.removesuffix("/status"), body, content_type)
        if path in self.objects:
            return copy.deepcopy(self.objects[path])
        if path.rsplit("/", 1)[-1] in {resource.plural for resource in RESOURCES.values()} | {"namespaces"}:
            return {"metadata": {}, "items": copy.deepcopy(self._below(path))}
        raise ApiError(404, "NotFound", f"{path} not found")

    def _below(self, path: str) -> list[Object]:
        root, plural = path.rsplit("/", 1)
        return [o for p, o in self.objects.items() if p.startswith(root + "/") and p.split("/")[-2] == plural]

    def _create(self, path: str, body: Object) -> Object:
        if path in self.objects:
            raise ApiError(409, "AlreadyExists", f"{path} already exists")
        self.put_plain(path, copy.deepcopy(body))
        return copy.deepcopy(self.objects[path])

    def _delete(self, path: str, body: Any) -> Object:
        found = self.objects.get(path)
        if found is None:
            raise ApiError(404, "NotFound", f"{path} not found")
        if body["preconditions"]["uid"] != found["metadata"]["uid"]:
            raise ApiError(409, "Conflict", "the UID in the precondition does not match")
        return self.objects.pop(path)

    def _patch(self, path: str, body: Any, content_type: str) -> Object:
        if path not in self.objects:
            raise ApiError(404, "NotFound", f"{path} not found")
        stored = copy.deepcopy(self.objects[path])
        version = stored["metadata"]["resourceVersion"]
        if content_type == MERGE_PATCH:
            stored = _merged(stored, body)
        else:
            for operation in body:
                *parents, leaf = operation["path"].strip("/").split("/")
                place = stored
                for name in parents:
                    place = place[name]
                place[leaf] = operation["value"]
        if stored["metadata"]["resourceVersion"] != version:
            raise ApiError(409, "Conflict", f"{path} was modified")
        stored["metadata"]["resourceVersion"] = str(next(self._versions))
        self.objects[path] = stored
        if stored["metadata"].get("deletionTimestamp") and not stored["metadata"].get("finalizers"):
            del self.objects[path]
        return copy.deepcopy(stored)


def _merged(before: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping) or not isinstance(before, Mapping):
        return patch
    merged = {**before, **{name: _merged(before.get(name), value) for name, value in patch.items()}}
    return {name: value for name, value in merged.items() if value is not None}
