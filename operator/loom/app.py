"""Wires the operator: configuration, cloud, health, Kubernetes and engine meet here and nowhere else.

Order of the start: log in, make the hash key, list everything, then watch and work. Order of the stop: no new passes, those
that run end within a grace period, then the watch and the connections.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

from loom.allocator import give_memory_back, spare_what_stays
from loom.api.admin_plane import AdminPlaneSpec
from loom.cloud.azure import AzureCloud
from loom.cloud.factory import CloudFactory
from loom.config import Settings
from loom.engine.lanes import Lanes
from loom.engine.snapshots import Snapshots
from loom.health.links import Links
from loom.health.prober import ProberFactory
from loom.kube.allotment import Allotter
from loom.kube.client import ApiError, KubeClient
from loom.kube.clock import SystemClock
from loom.kube.connection import ConnectionFailure, connect
from loom.kube.crew import Crew
from loom.kube.events import EventRecorder
from loom.kube.gather import Gatherer
from loom.kube.handlers import Stop, build_registry, watch_until
from loom.kube.hash_key import HashKeyError, digest_of
from loom.kube.key import Key
from loom.kube.ledger import StatusLedger
from loom.kube.liveness import Liveness, ailment_of
from loom.kube.queue import Priority, WorkQueue
from loom.kube.relist import list_all, reconcile_lists
from loom.kube.rhythm import Pace
from loom.kube.secrets import Account
from loom.kube.sources import Sources
from loom.kube.status import StatusWriter
from loom.kube.surroundings import Surroundings
from loom.kube.watch import Watch
from loom.kube.worker import Desk, Worker
from loom.kube.world import World
from loom.logs import configure_logging
from loom.metrics import Metrics
from loom.plan.ownership import Owner

logger = logging.getLogger(__name__)

GRACE = 20.0  # seconds that running passes have at the end; below the 30 s that Kubernetes gives a pod
_RETRY = 5.0
_WARM = 60.0  # seconds after which everything that is imported when first needed has been
_Found = TypeVar("_Found")


def serve(settings: Settings, kubeconfig: Path | None = None, context: str | None = None) -> int:
    """Run the operator until SIGINT or SIGTERM. Returns the exit code."""
    configure_logging(settings.log)
    give_memory_back()
    try:
        asyncio.run(Operator(settings, kubeconfig, context).run())
    except (ConnectionFailure, HashKeyError) as error:
        logger.error("%s", error)
        return 1
    return 0


class Operator:
    """One running operator."""

    def __init__(self, settings: Settings, kubeconfig: Path | None, context: str | None) -> None:
        self._settings = settings
        self._login = partial(connect, kubeconfig, context)
        self._metrics = Metrics()
        self._queue = WorkQueue(on_take=self._metrics.queued)
        self._watch = Watch(self._queue)
        self._lanes = Lanes(wake=self._wake, hurry=self._hurry)
        self._clouds = CloudFactory(settings, self._metrics, is_awaited=self._lanes.presses)
        self._probers = ProberFactory(settings)
        self._links = Links(settings, time.monotonic)
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Start, work until asked to stop, stop. Raises ConnectionFailure and HashKeyError."""
        settings = self._settings
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(KubeClient(self._login))
            await stack.enter_async_context(Liveness(self._ailment, settings.ports.address, settings.ports.liveness))
            stack.callback(self._metrics.serve(settings.ports.address, settings.ports.metrics, self._gauges_from(loop)))
            stack.push_async_callback(self._clouds.aclose)
            stack.push_async_callback(self._probers.aclose)
            stack.push_async_callback(self._links.aclose)
            digest = await self._insist(partial(digest_of, client, settings.operator_namespace))
            await self._insist(partial(list_all, client, self._watch, settings.namespace))
            if self._stop.is_set() or digest is None:
                return
            logger.info("watching %d objects as installation %s", len(self._watch.cache), settings.installation)
            await self._work(client, self._worker(client, digest))

    async def _work(self, client: KubeClient, worker: Worker) -> None:
        """Passes and watching, side by side, until asked to stop."""
        asyncio.get_running_loop().call_later(_WARM, spare_what_stays)
        done = Stop()
        registry = build_registry(self._watch, self._login, asyncio.get_running_loop())
        watching = asyncio.create_task(asyncio.to_thread(watch_until, done, registry, self._settings.namespace))
        listing = asyncio.create_task(self._keep_listing(client))
        crew = Crew(self._queue, worker.work_on, self._settings.workers, lambda: len(self._clouds.parked()))
        working = asyncio.create_task(crew.run())
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
            logger.info("stopping: %d passes end first", self._queue.in_flight)
            self._queue.close()
            listing.cancel()
            await asyncio.wait({working}, timeout=GRACE)
        finally:
            done.set()
            working.cancel()
            stopped.cancel()
            await asyncio.gather(working, stopped, listing, watching, return_exceptions=True)
        if not working.cancelled() and (error := working.exception()):
            raise error

    async def _keep_listing(self, client: KubeClient) -> None:
        while True:
            await asyncio.sleep(self._settings.relist_interval)
            try:
                await reconcile_lists(client, self._watch, self._settings.namespace)
            except ApiError as error:
                logger.warning("listing again failed: %s", error)
            except Exception:  # it is what finds lost events: a defect in it must not end it unheard
                logger.exception("listing again failed")

    async def _insist(self, act: Callable[[], Awaitable[_Found]]) -> _Found | None:
        """Do it as soon as the API server lets us; None when asked to stop before that."""
        while not self._stop.is_set():
            try:
                return await act()
            except ApiError as error:
                logger.warning("%s; trying again in %.0f s", _explained(error), _RETRY)
            try:
                async with asyncio.timeout(_RETRY):
                    await self._stop.wait()
            except TimeoutError:
                continue
        return None

    def _worker(self, client: KubeClient, digest: Callable[[str], str]) -> Worker:
        settings, clock = self._settings, SystemClock()
        snapshots = Snapshots(clock)
        status = StatusWriter(client, settings.progress_interval)
        surroundings = Surroundings(self._cloud_for, snapshots, clock)
        allotter = Allotter(StatusLedger(client, self._watch, status), surroundings)
        sources = Sources(self._links, self._cloud_for, snapshots, clock)
        desk = Desk(
            client=client,
            watch=self._watch,
            gatherer=Gatherer(client, self._watch, settings.installation, allotter, sources),
            status=status,
            events=EventRecorder(client, clock.today),
            pace=Pace(settings, self._clouds.pressure, clock.now),
            account=Account(settings.operator_namespace),
        )
        world = World(
            clouds=self._clouds,
            probers=self._probers,
            clock=clock,
            digest=digest,
            snapshots=snapshots,
            lanes=self._lanes,
        )
        return Worker(desk, world, self._metrics)

    def _cloud_for(self, plane: AdminPlaneSpec, owner: Owner) -> AzureCloud:
        """What is read on an object's behalf before it is planned."""
        return self._clouds.for_object(plane, owner.namespace, urgent=True, owner=owner.mark)

    def _ailment(self) -> str:
        return ailment_of(self._queue, {_key_of(mark) for mark in self._clouds.parked(moment=0.0)})

    def _wake(self, mark: str, from_another: bool) -> None:
        """The turn of an owner has come. A pass in flight must not keep it waiting."""
        if from_another:
            self._clouds.hurry(mark)
        self._queue.add(_key_of(mark), Priority.AWAITED if from_another else Priority.CHANGE)

    def _hurry(self, mark: str) -> None:
        """Others begin to wait for an owner: for its requests, and for its next pass."""
        self._clouds.hurry(mark)
        self._queue.hurry(_key_of(mark))

    def _gauges_from(self, loop: asyncio.AbstractEventLoop) -> Callable[[], dict[str, float]]:
        """For the thread that serves metrics: the gauges are read in the loop that changes them."""
        return lambda: asyncio.run_coroutine_threadsafe(self._gauges(), loop).result(timeout=5.0)

    async def _gauges(self) -> dict[str, float]:
        queue = self._queue
        return {
            "loom_workqueue_depth": queue.depth,
            "loom_workqueue_delayed": queue.delayed,
            "loom_workqueue_longest_wait_seconds": queue.longest_wait(),
            "loom_workqueue_longest_running_processor_seconds": queue.longest_pass(),
            "loom_reconcile_active_workers": queue.in_flight,
            "loom_objects": len(self._watch.cache),
            "loom_azure_budget_used_ratio": self._clouds.pressure(),
        }


def _key_of(mark: str) -> Key:
    """The object of a mark: `<installation>/<namespace>/<kind>/<name>`."""
    _, namespace, kind, name = mark.split("/")
    return Key(kind, namespace, name)


def _explained(error: ApiError) -> str:
    if error.status == 404:
        return "the API server does not know our kinds; install the CRDs"
    return str(error)
