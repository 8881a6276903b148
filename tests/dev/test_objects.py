"""What is read of a cluster whose kinds come and go while somebody looks."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from loom.dev.objects import LoomObjects

CRD = {
    "metadata": {"name": "apiproducts.csaloom.io"},
    "spec": {
        "group": "csaloom.io",
        "scope": "Namespaced",
        "names": {"kind": "ApiProduct", "plural": "apiproducts"},
        "versions": [{"name": "v1alpha1", "served": True, "storage": True}],
    },
}
KUBECONFIG = {
    "current-context": "c",
    "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    "clusters": [{"name": "c", "cluster": {"server": "http://cluster.invalid"}}],
    "users": [{"name": "u", "user": {"token": "t"}}],
}


class Cluster:
    """An API server that knows one kind of ours, until it is taken away."""

    def __init__(self) -> None:
        self.answer = httpx2.Response(200, json={"metadata": {}, "items": [{"metadata": {"name": "orders"}}]})

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("customresourcedefinitions"):
            return httpx2.Response(200, json={"metadata": {}, "items": [CRD]})
        if request.url.params.get("continue") == "after-orders":
            return httpx2.Response(200, json={"metadata": {}, "items": [{"metadata": {"name": "partners"}}]})
        return self.answer


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster, make = Cluster(), httpx2.Client

    def client(**settings: Any) -> httpx2.Client:
        return make(**{**settings, "transport": httpx2.MockTransport(cluster)})

    monkeypatch.setattr(httpx2, "Client", client)
    return cluster


def objects(folder: Path) -> LoomObjects:
    path = folder / "kubeconfig"
    path.write_text(json.dumps(KUBECONFIG))
    return LoomObjects(path)


def test_a_kind_that_was_taken_out_of_the_cluster_has_no_objects(cluster: Cluster, tmp_path: Path) -> None:
    ours = objects(tmp_path)
    assert [obj["metadata"]["name"] for obj in ours.all()] == ["orders"]
    cluster.answer = httpx2.Response(404, text="404 page not found")
    assert ours.all() == []


def test_objects_of_further_pages_are_read_too(cluster: Cluster, tmp_path: Path) -> None:
    first = {"metadata": {"continue": "after-orders"}, "items": [{"metadata": {"name": "orders"}}]}
    cluster.answer = httpx2.Response(200, json=first)
    assert [obj["metadata"]["name"] for obj in objects(tmp_path).all()] == ["orders", "partners"]


def test_what_the_api_server_refuses_is_no_empty_list(cluster: Cluster, tmp_path: Path) -> None:
    cluster.answer = httpx2.Response(403, json={"kind": "Status", "code": 403, "message": "no", "reason": "Forbidden"})
    with pytest.raises(httpx2.HTTPStatusError):
        objects(tmp_path).all()
