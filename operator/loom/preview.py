"""Wires a preview: files, cluster and cloud meet the engine that stops after the diff. The read-only twin of `app.py`.

It reads with the caller's own credentials and writes nothing, in Kubernetes or in Azure.
"""

import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from loom.api.admin_plane import AdminPlaneSpec
from loom.cloud.empty import EmptyCloud
from loom.cloud.factory import CloudFactory
from loom.config import Settings
from loom.engine.lanes import Lanes
from loom.engine.ports import Cloud
from loom.engine.preview import Preview, preview
from loom.engine.snapshots import Snapshots
from loom.engine.work import Ports, Rhythm, Work
from loom.errors import Refusal
from loom.health.links import Links
from loom.kube.allotment import Allotter
from loom.kube.client import KubeClient
from loom.kube.clock import SystemClock
from loom.kube.compose import work_of
from loom.kube.connection import connect, is_configured
from loom.kube.documents import Document, sort
from loom.kube.files import FileWorld
from loom.kube.gather import Gathered, Gatherer
from loom.kube.key import Key
from loom.kube.ledger import PaperLedger
from loom.kube.queue import WorkQueue
from loom.kube.sources import Sources
from loom.kube.surroundings import Surroundings
from loom.kube.watch import Watch, is_true
from loom.manifests import files_of, read_file, read_text
from loom.plan.resource import Plan

STDIN = Path("-")
_UNNAMED = "preview"  # stands for the installation where none is configured


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be previewed. `offline`: without a cluster, and against a cloud in which nothing exists."""

    files: Sequence[Path]
    offline: bool = False
    namespace: str = ""  # "" = the kubeconfig's, else default
    kubeconfig: Path | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An object that cannot be planned as it stands."""

    key: Key
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Previewed:
    """A preview for each object, planes first, and what the reader should know of all of them."""

    previews: list[Preview] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class NoInstallation(ValueError):
    """Nobody said which operator this is a preview of."""


async def preview_files(settings: Settings, request: Request) -> Previewed:
    """Preview every object of the files.

    Raises NoInstallation, ManifestError, WrongDocuments, ConnectionFailure, ApiError, CloudError.
    """
    if not settings.installation and not request.offline:
        raise NoInstallation(
            "installation: required to compare with what exists. Everything in Azure is marked with the name of the operator that "
            "owns it: give the configuration of your operator (--config, LOOM_CONFIG), or the name alone (LOOM_INSTALLATION), "
            "or plan with --offline."
        )
    documents = read_files(request.files)
    async with AsyncExitStack() as stack:
        client, namespace = await stack.enter_async_context(_cluster(request))
        clouds = CloudFactory(settings)
        stack.push_async_callback(clouds.aclose)
        world = FileWorld(sort(documents, namespace), client)
        await world.load()
        links = None if request.offline else Links(settings, time.monotonic)
        if links is not None:
            stack.push_async_callback(links.aclose)
        desk = _Desk(world, client, clouds, settings.installation or _UNNAMED, links)
        found = Previewed()
        for key, obj in world.objects():
            one = await desk.preview(key, obj)
            found.refused.append(one) if isinstance(one, Refused) else found.previews.append(one)
        found.notes.extend([*_circumstances(settings, request, client), *world.gaps, *desk.allotments(), *desk.unread])
        return found


def _circumstances(settings: Settings, request: Request, client: KubeClient | None) -> list[str]:
    if request.offline and not settings.installation:
        return [
            f"No installation is configured: names and marks are formed with {_UNNAMED!r} in its place. Yours (--config, or "
            "LOOM_INSTALLATION) would show them as they will be."
        ]
    if client is None and not request.offline:
        return ["There is no cluster: planned from the files and Azure alone."]
    return []


class _Desk:
    """Previews one object after another; what is read for one serves the others. Without `links`: offline."""

    def __init__(
        self, world: FileWorld, client: KubeClient | None, clouds: CloudFactory, installation: str, links: Links | None
    ) -> None:
        self._world, self._clouds, self._offline = world, clouds, links is None
        self.unread: list[str] = []  # what a plan is made without
        self._clock = SystemClock()
        self._snapshots = Snapshots(self._clock, keep=float("inf"), keep_one=float("inf"))
        self._ledger = PaperLedger(world.watch, world)
        surroundings = Surroundings(lambda plane, _: self._cloud(plane), self._snapshots, self._clock)
        allotter = Allotter(self._ledger, surroundings)
        sources = Sources(links, lambda plane, _: self._cloud(plane), self._snapshots, self._clock) if links else None
        self._gatherer = Gatherer(world, world.watch, installation, allotter, sources)
        self._before = (
            Gatherer(client, Watch(WorkQueue()), installation, allotter, sources) if client is not None else None
        )

    async def preview(self, key: Key, obj: Mapping[str, Any]) -> Preview | Refused:
        """Raises ApiError, CloudError."""
        if obj["metadata"].get("deletionTimestamp"):
            why = "it is being deleted in the cluster; apply it again once it is gone"
            return Refused(key, Refusal("Deleting", why))
        gathered = await self._gatherer.gather(key, obj)
        work = _work(key, obj, gathered)
        withheld = work.plan.withheld.values() if work.plan else ()
        wrong = work.refusal or next(iter(withheld), None)
        if wrong is not None:
            return Refused(key, wrong)
        if self._offline:
            without = (link.problem for link in gathered.context.links.values() if link.problem)
            self.unread += [
                f"{key} is planned without the operations and the title of its document: {problem}."
                for problem in without
            ]
        ports = Ports(
            self._cloud(gathered.context.plane), _NoProber(), self._clock, _no_journal, _digest, self._snapshots, Lanes()
        )  # fmt: skip
        submitted = await self._submitted(key)
        try:
            return await preview(work, ports, offline=self._offline, submitted=submitted)
        except Refusal as refusal:
            return Refused(key, refusal)

    def allotments(self) -> list[str]:
        """Which ranges of the planes' pools the operator would give to zones that have none yet, as far as can be told now."""
        entered = ((plane, zone, cidr) for plane, given in self._ledger.entered.items() for zone, cidr in given.items())
        return [f"AdminPlane {plane} would allot {cidr} to zone {zone}." for plane, zone, cidr in entered]

    def _cloud(self, plane: AdminPlaneSpec | None) -> Cloud:
        return EmptyCloud() if self._offline or plane is None else self._clouds.for_caller(plane)

    async def _submitted(self, key: Key) -> Plan | None:
        """What the operator sent last, as far as the cluster tells: the plan of the stored object, if exactly that has converged."""
        live = self._world.live.get(key)
        if live is None or self._before is None or not (live.get("status") or {}).get("submitted"):
            return None
        if not is_true(live, "Converged") or live["status"].get("observedGeneration") != live["metadata"]["generation"]:
            return None
        return _work(key, live, await self._before.gather(key, live)).plan


def _work(key: Key, obj: Mapping[str, Any], gathered: Gathered) -> Work:
    """`WaitingFor…` does not hold a preview up: it shows what will be, once what it waits for is there."""
    gathered.refusals[:] = [r for r in gathered.refusals if not r.reason.startswith("WaitingFor")]
    return work_of(key, obj, gathered, Rhythm(), in_use="")


def read_files(paths: Sequence[Path]) -> list[Document]:
    """Every object of files, of folders (all their YAML and JSON, in order of name), and of `-`, the standard input.

    Raises ManifestError.
    """
    documents: list[Document] = []
    for path in paths:
        if path == STDIN:
            documents += [Document("standard input", obj) for obj in read_text(sys.stdin.read(), "standard input")]
            continue
        for file in files_of(path):
            documents += [Document(str(file), obj) for obj in read_file(file)]
    return documents


@asynccontextmanager
async def _cluster(request: Request) -> AsyncIterator[tuple[KubeClient | None, str]]:
    """The cluster (None offline, or where nothing says that there is one), and the namespace of objects that name none."""
    if request.offline or not (request.kubeconfig or request.context or is_configured()):
        yield None, request.namespace or "default"
        return
    login = partial(connect, request.kubeconfig, request.context)
    namespace = request.namespace or login().default_namespace or "default"
    async with KubeClient(login) as client:
        yield client, namespace


def _digest(text: str) -> str:
    # Only the operator has the key. Within one preview, telling values apart is all that is asked.
    return sha256(text.encode()).hexdigest()


async def _no_journal(_status: object) -> None:
    """A preview keeps no journal."""


class _NoProber:
    """A preview measures no health."""

    async def examine(self, _checks: object, _bodies: object, _lookup: object) -> list[Any]:
        """Nothing is measured."""
        return []
