"""Wires a preview: files, cluster and cloud meet the engine that stops after the diff. The read-only twin of `app.py`.

It reads with the caller's own credentials and writes nothing, in Kubernetes or in Azure.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from loom.api.documents import read_documents
from loom.cloud.empty import EmptyCloud
from loom.cloud.factory import CloudFactory
from loom.config import Settings
from loom.engine.memory import Lanes
from loom.engine.ports import Cloud
from loom.engine.preview import Preview, preview
from loom.engine.snapshots import Snapshots
from loom.engine.work import Ports, Rhythm
from loom.errors import Refusal
from loom.kube.client import KubeClient
from loom.kube.clock import SystemClock
from loom.kube.compose import work_of
from loom.kube.connection import ConnectionFailure, connect
from loom.kube.files import FileWorld
from loom.kube.gather import Gathered, Gatherer
from loom.kube.key import Key

NAMESPACE = "default"
_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be previewed. `offline`: without a cluster, and against a cloud in which nothing exists."""

    files: Sequence[Path]
    offline: bool = False
    namespace: str = NAMESPACE
    kubeconfig: Path | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An object that cannot be planned as it stands."""

    key: Key
    refusal: Refusal


async def preview_files(settings: Settings, request: Request) -> list[Preview | Refused]:
    """A preview for each object of the files, planes first. Raises SpecErrorIn, DocumentError, ApiError, CloudError, OSError."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(_cluster(request))
        clouds = CloudFactory(settings)
        stack.push_async_callback(clouds.aclose)
        world = FileWorld(read_files(request.files), client, request.namespace)
        await world.load()
        gatherer = Gatherer(world, world.watch, settings.installation or "preview")
        found: list[Preview | Refused] = []
        for key, obj in world.objects():
            gathered = await gatherer.gather(key, obj)
            cloud = partial(_cloud, clouds, gathered, request.offline)
            found.append(await _preview_one(key, obj, gathered, cloud, request.offline))
        return found


async def _preview_one(
    key: Key, obj: dict[str, Any], gathered: Gathered, cloud: Callable[[], Cloud], offline: bool
) -> Preview | Refused:
    """`WaitingFor…` does not hold a preview up: it shows what will be, once what it waits for is there."""
    gathered.refusals[:] = [r for r in gathered.refusals if not r.reason.startswith("WaitingFor")]
    if gathered.context.zone is not None:
        gathered.context = replace(gathered.context, zone=replace(gathered.context.zone, converged=True))
    work = work_of(key, obj, gathered, Rhythm(), in_use="")
    if work.refusal is not None:
        return Refused(key, work.refusal)
    clock = SystemClock()
    ports = Ports(cloud(), _NoProber(), clock, _no_journal, _digest, Snapshots(clock), Lanes())
    return await preview(work, ports, offline)


def read_files(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Every object of files and folders (all their YAML and JSON, in order of name). Raises DocumentError, OSError."""
    documents: list[dict[str, Any]] = []
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES) if path.is_dir() else [path]
        for file in files:
            documents += read_documents(file.read_text(encoding="utf-8"), str(file))
    return documents


@asynccontextmanager
async def _cluster(request: Request) -> AsyncIterator[KubeClient | None]:
    """The cluster, or None: offline, or where no kubeconfig says that there is one."""
    login = partial(connect, request.kubeconfig, request.context)
    if request.offline:
        yield None
        return
    try:
        login()
    except ConnectionFailure:
        if request.kubeconfig or request.context:
            raise
        yield None
        return
    async with KubeClient(login) as client:
        yield client


def _cloud(clouds: CloudFactory, gathered: Gathered, offline: bool) -> Cloud:
    if offline or gathered.context.plane is None:
        return EmptyCloud()
    return clouds.for_caller(gathered.context.plane)


def _digest(text: str) -> str:
    # Only the operator has the key: a preview compares no secrets, it only tells changes apart.
    return sha256(text.encode()).hexdigest()


async def _no_journal(_status: object) -> None:
    """A preview keeps no journal."""


class _NoProber:
    """A preview measures no health."""

    async def examine(self, _checks: object, _bodies: object, _lookup: object) -> list[Any]:
        """Nothing is measured."""
        return []
