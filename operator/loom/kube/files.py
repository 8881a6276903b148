"""Objects out of files as the operator would see them in a cluster: laid over what the cluster holds, where there is one.

References resolve among the files first, then in the cluster. An object that the cluster knows keeps its uid, age and status; one
that it does not know looks as if it had just been created. Nothing is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loom.api.objects import SpecError, identify, parse
from loom.kube.client import ApiError, KubeClient
from loom.kube.key import ADMIN_PLANE, DATA_LANDING_ZONE, RESOURCES, Key, Resource, key_of
from loom.kube.queue import WorkQueue
from loom.kube.watch import Watch

_JUST_NOW = "9999-12-31T23:59:59Z"  # younger than everything that exists


class FileWorld:
    """The objects of some files over a cluster. `watch` and `get` serve a Gatherer. Await `load` first."""

    def __init__(self, documents: Sequence[Mapping[str, Any]], client: KubeClient | None, namespace: str) -> None:
        self.watch = Watch(WorkQueue())
        self._client = client
        self._others: dict[tuple[str, str, str], Mapping[str, Any]] = {}
        self._ours: dict[Key, Mapping[str, Any]] = {}
        for document in documents:
            self._sort_in(document, namespace)

    async def load(self) -> None:
        """Lay the files over the cluster. Raises ApiError when there is a cluster and it does not answer."""
        if self._client is not None:
            for kind in (ADMIN_PLANE, DATA_LANDING_ZONE):
                async for item in self._client.items(RESOURCES[kind]):
                    self.watch.seen(key_of(item, kind), {**item, "kind": kind}, listed=True)
        for key, document in self._ours.items():
            known = self.watch.cache.get(key)
            if known is None and self._client is not None:
                known = await self._client.get(RESOURCES[key.kind], key.namespace, key.name)
            laid = _lay_over(document, known)
            self.watch.cache.drop(key)
            self.watch.seen(key, laid)

    async def get(self, resource: Resource, namespace: str, name: str) -> dict[str, Any] | None:
        """An object of the files, else of the cluster, else None. Raises ApiError."""
        found = self._others.get((resource.kind, namespace, name))
        if found is not None:
            return dict(found)
        if self._client is None:
            return None
        try:
            return await self._client.get(resource, namespace, name)
        except ApiError as error:
            if error.status == 403:  # a tenant may not read namespaces; then no label is known
                return None
            raise

    def objects(self) -> Iterator[tuple[Key, dict[str, Any]]]:
        """The files' objects of our kinds, planes first, in the order of the files."""
        order = {name: rank for rank, name in enumerate(RESOURCES)}
        for key in sorted(self._ours, key=lambda key: order[key.kind]):
            found = self.watch.cache.get(key)
            if found is not None:
                yield key, found

    def _sort_in(self, document: Mapping[str, Any], namespace: str) -> None:
        """Raises SpecError for an object of our group that cannot be what it says."""
        metadata = dict(document.get("metadata") or {})
        if not str(document.get("apiVersion", "")).startswith("csaloom.io/"):
            place = str(metadata.get("namespace") or ("" if document.get("kind") == "Namespace" else namespace))
            self._others[str(document.get("kind")), place, str(metadata.get("name"))] = document
            return
        kind = identify(document)
        if kind.namespaced:
            metadata.setdefault("namespace", namespace)
        try:
            parse(kind, {**document, "metadata": metadata})
        except SpecError as error:
            place = f"{kind.name} {metadata.get('namespace', '')}/{metadata.get('name', '')}".replace(" /", " ")
            raise SpecErrorIn(place, error) from None
        named = {**document, "kind": kind.name, "metadata": metadata}
        self._ours[key_of(named)] = named


class SpecErrorIn(ValueError):
    """A wrong object, and which one it is."""

    def __init__(self, place: str, error: SpecError) -> None:
        super().__init__("\n".join(f"{place}: {problem}" for problem in error.problems))


def _lay_over(document: Mapping[str, Any], known: Mapping[str, Any] | None) -> dict[str, Any]:
    metadata = dict(document["metadata"])
    if known is None:
        fresh = {"uid": f"new-{metadata['name']}", "generation": 1, "resourceVersion": "1"}
        return {**document, "metadata": {**metadata, **fresh, "creationTimestamp": _JUST_NOW}}
    live = known["metadata"]
    changed = known.get("spec") != document.get("spec")
    kept = {name: live[name] for name in ("uid", "creationTimestamp", "resourceVersion") if name in live}
    generation = live.get("generation", 1) + int(changed)
    return {
        **document,
        "metadata": {**metadata, **kept, "generation": generation},
        "status": known.get("status") or {},
    }
