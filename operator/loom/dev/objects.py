"""Reads the loom's objects of a cluster, of whatever kinds are installed, and says how each one is."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from lightkube import Client
from lightkube.config.kubeconfig import KubeConfig
from lightkube.core.exceptions import ApiError
from lightkube.core.resource import NamespacedResource
from lightkube.generic_resource import create_global_resource, create_namespaced_resource
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition

GROUP = "csaloom.io"

PATIENCE_SECONDS = 15.0
PAGE = 500  # objects in one answer: ten thousand in one take the API server longer than a client waits

Object = dict[str, Any]
T = TypeVar("T")

# 429: "storage is (re)initializing", for a moment after a CRD was installed.
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)


class LoomObjects:
    """The objects of our group in one cluster, as plain dictionaries, with the rights of `kubeconfig`."""

    def __init__(self, kubeconfig: Path) -> None:
        self._client = Client(KubeConfig.from_file(kubeconfig), trust_env=False)
        self._kinds: dict[str, Any] = {}
        self.discover()

    def discover(self) -> None:
        """Learns which kinds are installed; to be called again when CRDs were."""
        for crd in self._client.list(CustomResourceDefinition):
            if crd.spec.group == GROUP:
                version = next(version.name for version in crd.spec.versions if version.storage)
                names = crd.spec.names
                make = create_namespaced_resource if crd.spec.scope == "Namespaced" else create_global_resource
                self._kinds[names.kind] = make(GROUP, version, names.kind, names.plural)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self._kinds)

    def all(self) -> list[Object]:
        """Every object of every kind, in every namespace."""
        return [obj for kind in self._kinds.values() for obj in _patiently(partial(self._all_of, kind))]

    def get(self, kind: str, name: str, namespace: str = "") -> Object | None:
        """One object as it is now, or None."""
        try:
            found = _patiently(lambda: self._client.get(self._kinds[kind], name, namespace=namespace or None))
        except ApiError as error:
            if error.status.code == HTTPStatus.NOT_FOUND:
                return None
            raise
        as_it_is: Object = found.to_dict()
        return as_it_is

    def delete(self, kind: str, name: str, namespace: str = "") -> None:
        """Asks for the deletion, and does not wait for finalizers."""
        self._client.delete(self._kinds[kind], name, namespace=namespace or None)

    def watch(self, kind: str) -> Iterator[tuple[str, Object]]:
        """Endless (`ADDED` | `MODIFIED` | `DELETED`, object) of one kind; begins with what is there.

        When the API server goes away it begins again, with what is there then.
        """
        resource = self._kinds[kind]
        while True:
            try:
                for event, obj in self._client.watch(resource, namespace=_everywhere(resource)):
                    yield event, obj.to_dict()
            except httpx2.HTTPError:
                threading.Event().wait(0.2)

    def _all_of(self, resource: Any) -> list[Object]:
        try:
            found = self._client.list(resource, namespace=_everywhere(resource), chunk_size=PAGE)
            return [obj.to_dict() for obj in found]
        except httpx2.HTTPStatusError as error:  # an ApiError is one; this 404 is none, as its body is no Status
            if error.response.status_code != HTTPStatus.NOT_FOUND:
                raise
            return []  # somebody has taken the kind out of the cluster


def _patiently(read: Callable[[], T]) -> T:
    """What `read` returns; asked again while the API server is only busy, as with a kind that was installed just now."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return read()
        except ApiError as error:
            if error.status.code not in _BUSY or time.monotonic() > deadline:
                raise
        except httpx2.TransportError:
            if time.monotonic() > deadline:
                raise
        threading.Event().wait(0.1)


def _everywhere(resource: Any) -> str | None:
    """lightkube's word for all namespaces, which it refuses for what lives in none."""
    return "*" if issubclass(resource, NamespacedResource) else None


@dataclass(frozen=True, order=True)
class Row:
    """One object as a person wants to see it; `namespace` is empty where there is none."""

    namespace: str
    kind: str
    name: str
    ready: str
    health: str
    reason: str
    message: str

    @property
    def is_ready(self) -> bool:
        return self.ready == "True"


def summarize(obj: Mapping[str, Any]) -> Row:
    """One object as a row; a condition of another generation than the object's does not count."""
    metadata = obj["metadata"]
    generation = metadata.get("generation", 0)
    conditions = {
        condition["type"]: condition
        for condition in (obj.get("status") or {}).get("conditions") or []
        if condition.get("observedGeneration", generation) == generation
    }
    ready, healthy = conditions.get("Ready", {}), conditions.get("Healthy", {})
    return Row(
        namespace=metadata.get("namespace", ""),
        kind=obj["kind"],
        name=metadata["name"],
        ready=ready.get("status", "Unknown"),
        health=healthy.get("reason", "NotMeasured"),
        reason=ready.get("reason", "NotObserved"),
        message=ready.get("message", ""),
    )
