"""Reads the loom's objects of a cluster, of whatever kinds are installed, and says how each one is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from lightkube import Client
from lightkube.config.kubeconfig import KubeConfig
from lightkube.core.exceptions import ApiError
from lightkube.core.resource import NamespacedResource
from lightkube.generic_resource import create_global_resource, create_namespaced_resource
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition

GROUP = "csaloom.io"

Object = dict[str, Any]


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

    def list(self) -> list[Object]:
        """Every object of every kind, in every namespace."""
        kinds = self._kinds.values()
        return [obj.to_dict() for kind in kinds for obj in self._client.list(kind, namespace=_everywhere(kind))]

    def get(self, kind: str, name: str, namespace: str = "") -> Object | None:
        """One object as it is now, or None."""
        try:
            found: Object = self._client.get(self._kinds[kind], name, namespace=namespace or None).to_dict()
        except ApiError as error:
            if error.status.code == HTTPStatus.NOT_FOUND:
                return None
            raise
        return found

    def delete(self, kind: str, name: str, namespace: str = "") -> None:
        """Asks for the deletion, and does not wait for finalizers."""
        self._client.delete(self._kinds[kind], name, namespace=namespace or None)

    def watch(self, kind: str) -> Iterator[tuple[str, Object]]:
        """Endless (`ADDED` | `MODIFIED` | `DELETED`, object) of one kind; begins with what is there."""
        resource = self._kinds[kind]
        for event, obj in self._client.watch(resource, namespace=_everywhere(resource)):
            yield event, obj.to_dict()


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
        health={"True": "Healthy", "False": "Unhealthy"}.get(healthy.get("status", ""), "Unknown"),
        reason=ready.get("reason", "NotObserved"),
        message=ready.get("message", ""),
    )
