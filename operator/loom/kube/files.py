"""Objects out of files as the operator would see them in a cluster: laid over what the cluster holds, where there is one.

References resolve among the files first, then in the cluster. An object that the cluster knows keeps its uid, age and status; one
that it does not know looks as if it had just been created. Nothing is written. What the caller may not read, and can do
without, is a gap that is told.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from loom.api.changes import forbidden_changes
from loom.api.kinds import KINDS
from loom.api.objects import SpecError, parse
from loom.kube.client import ABSENT, ApiError, KubeClient
from loom.kube.documents import Sorted, WrongDocuments
from loom.kube.key import (
    ADMIN_PLANE,
    API_PRODUCT,
    CONFIG_MAP,
    DATA_LANDING_ZONE,
    NAMESPACE,
    RESOURCES,
    Key,
    Resource,
    key_of,
)
from loom.kube.queue import WorkQueue
from loom.kube.watch import Watch

_JUST_NOW = "9999-12-31T23:59:59Z"  # younger than everything that exists
_UNSEEN = {
    DATA_LANDING_ZONE: "You may not list all namespaces and zones: whether another zone has the same addresses, or takes up the "
    "grant's maxZones, was not looked at.",
    API_PRODUCT: "You may not list all namespaces and API products: whether another product has the same path or name was not "
    "looked at.",
}
_NAME_LABEL = "kubernetes.io/metadata.name"  # Kubernetes docs: every namespace carries it


class FileWorld:
    """The objects of some files over a cluster. `watch` and `get` serve a Gatherer. Await `load` first.

    `live` is what the cluster holds of the files' objects; `gaps` are sentences about what could not be read.
    """

    def __init__(self, files: Sorted, client: KubeClient | None) -> None:
        self.watch = Watch(WorkQueue())
        self.live: dict[Key, Mapping[str, Any]] = {}
        self.gaps: dict[str, None] = {}  # in order, each once
        self._files = files
        self._client = client

    async def load(self) -> None:
        """Lay the files over the cluster.

        Raises ApiError when there is a cluster and it does not answer, or refuses; WrongDocuments for changes that it would refuse.
        """
        kinds = {key.kind for key in self._files.ours}
        if self._client is not None and DATA_LANDING_ZONE in kinds:
            await self._load_others(self._client, DATA_LANDING_ZONE)
        if self._client is not None and API_PRODUCT in kinds:
            await self._load_others(self._client, API_PRODUCT)
        for (kind, _, name), obj in self._files.others.items():
            if kind == "Namespace":
                self.watch.namespace_seen(name, _labels_of(name, obj))
        for key, document in self._files.ours.items():
            known = await self._known(key)
            if known is not None:
                self.live[key] = known
            self.watch.cache.drop(key)
            self.watch.seen(key, lay_over(document, known, key))
        if refused := list(self._refused()):
            raise WrongDocuments("\n".join(refused))

    @property
    def absence(self) -> str:
        """What it means that an object is not found, in words that follow its name."""
        if self._client is not None:
            return ABSENT
        return "is not among the files given: add its file with -f, or plan without --offline to look in the cluster"

    async def get(self, resource: Resource, namespace: str, name: str) -> dict[str, Any] | None:
        """An object of the files, else of the cluster, else None. Raises ApiError."""
        found = self._files.others.get((resource.kind, namespace, name))
        if found is not None:
            return dict(found)
        if self._client is not None:
            try:
                return await self._client.get(resource, namespace, name)
            except ApiError as error:
                if error.status != 403 or resource != NAMESPACE:
                    raise
        if resource == NAMESPACE:
            why = "it is not among the files" if self._client is None else "you may not read it"
            self._tell(
                f"The labels of namespace {name} are not known ({why}): grants that go by labels do not count here."
            )
            return {"metadata": {"name": name, "labels": _labels_of(name, {})}}
        if resource == CONFIG_MAP and self._client is None:
            self._tell(f"ConfigMap {namespace}/{name} {self.absence}.")
        return None

    def objects(self) -> Iterator[tuple[Key, dict[str, Any]]]:
        """The files' objects of our kinds, planes first, in the order of the files."""
        order = {name: rank for rank, name in enumerate(RESOURCES)}
        for key in sorted(self._files.ours, key=lambda key: order[key.kind]):
            found = self.watch.cache.get(key)
            if found is not None:
                yield key, found

    async def _load_others(self, client: KubeClient, kind: str) -> None:
        """Every object of a kind in the cluster, with the labels of its namespace: they share what they want, and grants."""
        try:
            async for item in client.items(NAMESPACE, metadata_only=True):
                self.watch.namespace_seen(item["metadata"]["name"], item["metadata"].get("labels") or {})
            async for item in client.items(RESOURCES[kind]):
                self.watch.seen(key_of(item, kind), {**item, "kind": kind}, listed=True)
        except ApiError as error:
            if error.status != 403:
                raise
            self._tell(_UNSEEN[kind])

    async def _known(self, key: Key) -> dict[str, Any] | None:
        """What the cluster holds of an object of the files. A plane may be the administrators' to read."""
        if self._client is None:
            return None
        try:
            return await self._client.get(RESOURCES[key.kind], key.namespace, key.name)
        except ApiError as error:
            if error.status != 403 or key.kind != ADMIN_PLANE:
                raise
            self._tell(f"You may not read {key} in the cluster: the file's is taken for it.")
            return None

    def _refused(self) -> Iterator[str]:
        """A line for every change that the API server would refuse."""
        for key, known in self.live.items():
            try:
                before = parse(KINDS[key.kind], known)
            except SpecError:
                continue  # stored before today's rules: whatever is made of it can only be better
            for problem in forbidden_changes(before, parse(KINDS[key.kind], self._files.ours[key])):
                yield f"{self._files.sources[key]}: {key}: {problem}"

    def _tell(self, gap: str) -> None:
        self.gaps[gap] = None


def lay_over(document: Mapping[str, Any], known: Mapping[str, Any] | None, key: Key) -> dict[str, Any]:
    """The object as it would be once the document is applied over what is `known` of it (None: there is none)."""
    metadata = {**document["metadata"], **({"namespace": key.namespace} if key.namespace else {})}
    if known is None:
        fresh = {"uid": f"new-{key.namespace}-{key.name}", "generation": 1, "resourceVersion": "1"}
        return {**document, "kind": key.kind, "metadata": {**metadata, **fresh, "creationTimestamp": _JUST_NOW}}
    live = known["metadata"]
    kept = {
        name: live[name]
        for name in ("uid", "creationTimestamp", "resourceVersion", "deletionTimestamp")
        if name in live
    }
    generation = live.get("generation", 1) + int(_differ(document, known, key))
    return {
        **document,
        "kind": key.kind,
        "metadata": {**metadata, **kept, "generation": generation},
        "status": known.get("status") or {},
    }


def _differ(document: Mapping[str, Any], known: Mapping[str, Any], key: Key) -> bool:
    """Do the specs say different things? The API server has filled in defaults, so they are compared as they are understood."""
    try:
        return bool(parse(KINDS[key.kind], document) != parse(KINDS[key.kind], known))
    except SpecError:
        return True


def _labels_of(name: str, obj: Mapping[str, Any]) -> dict[str, str]:
    return {**((obj.get("metadata") or {}).get("labels") or {}), _NAME_LABEL: name}
