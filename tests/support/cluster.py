"""A real API server for tests, and what tests do with it.

`running_cluster` starts one (found, or built on first use); tests take it with our CRDs as the fixture `cluster` of
tests/cluster/conftest.py. What cannot be had fails with a sentence; nothing is skipped.
"""

import itertools
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from loom.dev.binaries import get_binaries
from loom.dev.control_plane import ControlPlane
from loom.dev.kubectl import Kubectl, kubectl_for
from loom.dev.kubernetes import chosen_kubernetes
from loom.dev.objects import LoomObjects, Object
from loom.dev.processes import Processes

ROOT = Path(__file__).parents[2]
CRDS = ROOT / "crds"


class Cluster:
    """One API server with our CRDs; `kubectl` and `objects` speak as its administrator."""

    def __init__(self, control_plane: ControlPlane, processes: Processes, kubectl: Path) -> None:
        self.control_plane = control_plane
        self.processes = processes
        self._kubectl = kubectl
        self._numbers = itertools.count(1)
        self.kubectl = Kubectl(kubectl, control_plane.kubeconfig())
        self.objects = LoomObjects(control_plane.kubeconfig())

    def install_crds(self) -> None:
        """Installs the repository's CRDs, and returns when the API server serves them."""
        self.kubectl.apply_path("--filename", CRDS)
        self.kubectl.run("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        self.objects.discover()

    def kubectl_as(self, user: str) -> Kubectl:
        """kubectl as `admin`, `operator` or `tenant`."""
        return Kubectl(self._kubectl, self.control_plane.kubeconfig(user))

    def new_namespace(self, labels: Mapping[str, str] | None = None, prefix: str = "test") -> str:
        """A namespace that no other test has."""
        name = f"{prefix}-{next(self._numbers)}"
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels or {})}})
        return name

    def apply(self, *objects: Mapping[str, Any] | str) -> None:
        """Server-side apply, as a person would: objects, or YAML with any number of documents."""
        documents: list[Mapping[str, Any]] = []
        for obj in objects:
            documents += [d for d in yaml.safe_load_all(obj) if d] if isinstance(obj, str) else [obj]
        self.kubectl.apply(documents)

    def get(self, kind: str, name: str, namespace: str = "") -> Object:
        """One of our objects as it is now; AssertionError when there is none, so that `eventually` can wait for it."""
        found = self.objects.get(kind, name, namespace)
        assert found is not None, f"there is no {kind} {namespace}/{name}"
        return found

    def exists(self, kind: str, name: str, namespace: str = "") -> bool:
        """Whether one of our objects is there, finalizers or not."""
        return self.objects.get(kind, name, namespace) is not None

    def delete(self, kind: str, name: str, namespace: str = "") -> None:
        """Asks for one of our objects to be deleted; does not wait for its finalizers."""
        self.objects.delete(kind, name, namespace)

    def patch_status(self, kind: str, name: str, namespace: str, status: Mapping[str, Any]) -> None:
        """Merges `status` into an object's status, as its administrator."""
        scope = (f"--namespace={namespace}",) if namespace else ()
        body = json.dumps({"status": status})
        self.kubectl.run("patch", kind, name, *scope, "--subresource=status", "--type=merge", f"--patch={body}")

    def condition(self, kind: str, name: str, namespace: str, condition: str) -> Object:
        """A condition of the object's current generation; AssertionError when there is none (yet)."""
        obj = self.get(kind, name, namespace)
        generation = obj["metadata"]["generation"]
        found = {c["type"]: c for c in (obj.get("status") or {}).get("conditions") or []}.get(condition)
        assert found is not None, f"{kind} {namespace}/{name} has no condition {condition}"
        seen = found.get("observedGeneration")
        assert seen == generation, f"{condition} of {namespace}/{name} is of generation {seen}, not {generation}"
        return dict(found)


@contextmanager
def running_cluster(home: Path) -> Iterator[Cluster]:
    """A cluster in `home` that ends with the block, requests recorded. Raises SandboxError when it cannot be had."""
    binaries = get_binaries(os.environ, Console(stderr=True))
    kubectl = kubectl_for(chosen_kubernetes(os.environ).version)
    with Processes(home / "logs") as processes:
        control_plane = ControlPlane(home, binaries, processes, audit=True)
        control_plane.start()
        yield Cluster(control_plane, processes, kubectl.path)
