"""What objects are called inside the operator: kind, namespace, name. Decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from loom.api import kinds
from loom.api.kinds import FINALIZER, GROUP, RECONCILE_REQUESTED, VERSION

USE_LABEL = f"{GROUP}/use"


class Key(NamedTuple):
    """One object. `namespace` is "" for cluster-scoped kinds."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Resource:
    """Where the API server keeps a kind. `group` is "" for the core group."""

    kind: str
    plural: str
    group: str = GROUP
    version: str = VERSION
    namespaced: bool = True

    def path(self, namespace: str = "", name: str = "") -> str:
        """The URL's path of an object, or of the list of a namespace or of all."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        where = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{where}/{self.plural}" + (f"/{name}" if name else "")


RESOURCES = {kind.name: Resource(kind.name, kind.plural, namespaced=kind.namespaced) for kind in kinds.KINDS.values()}
ADMIN_PLANE, DATA_LANDING_ZONE, API_PRODUCT = "AdminPlane", "DataLandingZone", "ApiProduct"

_LONGEST_ECHO = 128  # of status.lastHandledReconcileAt; an annotation may be much longer

NAMESPACE = Resource("Namespace", "namespaces", group="", version="v1", namespaced=False)
CONFIG_MAP = Resource("ConfigMap", "configmaps", group="", version="v1")
SECRET = Resource("Secret", "secrets", group="", version="v1")
EVENT = Resource("Event", "events", group="", version="v1")


def key_of(obj: Mapping[str, Any], kind: str = "") -> Key:
    """The key of an object. Items of a list carry no kind: then `kind` says it."""
    metadata = obj["metadata"]
    return Key(kind or obj["kind"], metadata.get("namespace") or "", metadata["name"])


def requested_at(obj: Mapping[str, Any]) -> str:
    """What the annotation that asks for a pass says, as far as status can echo it; "" where there is none."""
    annotations = obj["metadata"].get("annotations") or {}
    return str(annotations.get(RECONCILE_REQUESTED) or "")[:_LONGEST_ECHO]


__all__ = [
    "ADMIN_PLANE",
    "API_PRODUCT",
    "CONFIG_MAP",
    "DATA_LANDING_ZONE",
    "EVENT",
    "FINALIZER",
    "NAMESPACE",
    "RECONCILE_REQUESTED",
    "RESOURCES",
    "SECRET",
    "USE_LABEL",
    "Key",
    "Resource",
    "key_of",
    "requested_at",
]
